import type { Bench, Figure } from './figure.ts';
import { inTurn, median, ratios } from './statistics.ts';
import { createWorkload, secondsOf } from './workload.ts';

/** A deploy that goes well, against the two kubectl commands that it replaces. */
export async function goodDeploy(bench: Bench): Promise<Figure[]> {
  const cluster = await bench.cluster();
  const images = [await cluster.image('good'), await cluster.image('good-2')] as const;
  const workload = await createWorkload(bench, cluster, 'bench-good', images[0]);
  // They are short, and a rollout has luck in it.
  const runs = bench.runs * 2;
  let deploys = 0;
  // Each deploy brings the image that does not run.
  const next = () => images[++deploys % 2 === 1 ? 1 : 0];

  const ours = async (run?: number) => {
    bench.progress(run === undefined ? 'good deploy, to warm up' : `good deploy, ${run + 1} of ${runs}`);
    const { main, post } = await workload.deploy(next(), 'deployed');
    await workload.settle();
    return main.seconds + post.seconds;
  };
  const peer = async () => {
    const image = next();
    const seconds = await secondsOf(async () => {
      await workload.kubectl('set', 'image', 'deployment/web', `web=${image}`);
      await workload.kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    });
    await workload.settle();
    return seconds;
  };
  // The first of each finds caches cold that the others find warm.
  await ours();
  await peer();
  const measured = await inTurn(runs, ours, peer);
  const { ofMedians, ofPairs } = ratios(measured);
  const note = `${median(measured.ours).toFixed(2)} s against ${median(measured.peer).toFixed(2)} s of kubectl set image + rollout status; by pairs ${ofPairs.toFixed(2)}; ${runs} runs, 3 replicas, post included`;
  return [{ what: 'good deploy', value: ofMedians, unit: '×', aim: 1.25, note }];
}
