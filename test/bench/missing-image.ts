import { auditMark, requestsSince } from '../support/audit-log.ts';
import type { Bench, Figure } from './figure.ts';
import { median } from './statistics.ts';
import { createWorkload, secondsOf } from './workload.ts';

/** An image that was never pushed: from the patch that sets it until the workload is healthy again. */
export async function missingImage(bench: Bench): Promise<Figure[]> {
  const cluster = await bench.cluster();
  const good = await cluster.image('good');
  const missing = (tag: string) => good.replace(/:[^:]*$/, `:${tag}`);
  const workload = await createWorkload(bench, cluster, 'bench-missing', good);

  const ours: number[] = [];
  for (let run = 0; run < bench.runs; run++) {
    bench.progress(`missing image, ${run + 1} of ${bench.runs}`);
    const mark = cluster.auditLog && auditMark(cluster.auditLog);
    const began = Date.now();
    const { main } = await workload.deploy(missing(`never-pushed-${run}`), 'undone');
    const requests = mark === '' ? [] : requestsSince(cluster.auditLog, mark);
    const patch = requests.find(({ verb, dryRun }) => verb === 'patch' && !dryRun);
    // Without an audit log it is the whole step, which is a little more.
    ours.push(patch ? (began + main.seconds * 1000 - patch.received) / 1000 : main.seconds);
    await workload.settle();
  }
  bench.progress('missing image with kubectl, which waits for 60 s');
  const peer = await secondsOf(async () => {
    await workload.kubectl('set', 'image', 'deployment/web', `web=${missing('never-pushed')}`);
    await workload
      .kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
      .catch(() => workload.kubectl('rollout', 'undo', 'deployment/web'));
    await workload.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  const note = `from the patch until healthy again, ${bench.runs} runs; ${peer.toFixed(1)} s, one run, of kubectl rollout status --timeout=60s || rollout undo`;
  return [{ what: 'missing image', value: median(ours), unit: 's', aim: 10, note }];
}
