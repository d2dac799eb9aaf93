/**
 * Plays deploys and a rollback with the built action on a real cluster, each as GitHub's runner would start it: shows the log
 * as it comes, and writes the job summaries as one page. Ends with 1 where one did not end as it should.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import { stringify } from 'yaml';
import { messageOf } from '../cluster/errors.ts';
import { type Cluster, type StartedCluster, startCluster, startPostgres } from '../cluster/index.ts';
import { Masks } from '../support/masks.ts';
import { type PageSection, renderPage } from '../support/page.ts';
import { type RunningStep, type StepRun, startAction } from '../support/runner.ts';
import { LogReader } from '../support/workflow-commands.ts';
import { onInterruption } from './interruption.ts';
import { runKubectl } from './kubectl.ts';
import { firstRelease, type Play, plays } from './plays.ts';
import { openShop, type Shop, type ShopState } from './shop.ts';

const page = path.resolve(import.meta.dirname, '../../out/demo.html');
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is an expression of GitHub's, as workflows hold it.
const githubSecret = '${{ secrets.KUBECONFIG }}';

/** What has to be ended when the demo is. */
let cluster: StartedCluster | undefined;
let step: RunningStep | undefined;
let interrupted = false;

onInterruption(async () => {
  say('\nStopping: the cluster is taken down.');
  interrupted = true;
  step?.kill();
  await step?.finished.catch(() => undefined);
  await cluster?.stop();
});

try {
  const passed = await demo();
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  if (!interrupted) console.error(`\nThe demo could not be played: ${messageOf(error)}`);
  process.exitCode = 1;
} finally {
  await cluster?.stop();
}

async function demo(): Promise<boolean> {
  say(
    bold(
      'A Kubernetes cluster and a PostgreSQL server are started for the demo: seconds, once they are built.',
    ),
  );
  cluster = await startCluster({ log: (line) => say(`  ${line}`) });
  const database = await startPostgres(cluster);
  const shop = await openShop(
    cluster,
    database,
    await cluster.image(firstRelease.tag, firstRelease.behaviour),
  );
  const first = (await shop.state()).image;
  say(`  ${shop.workload} runs ${first}`);

  const sections: PageSection[] = [];
  const verdicts: { readonly play: Play; readonly faults: readonly string[]; readonly seconds: number }[] =
    [];
  for (const [index, play] of plays.entries()) {
    if (interrupted) return false;
    const { run, faults, seconds } = await perform(cluster, shop, play, { index, first });
    verdicts.push({ play, faults, seconds });
    const log = run.main.shown + run.post.shown;
    sections.push({
      title: `${index + 1}. ${play.title}`,
      markdown: run.main.summary + run.post.summary,
      log,
    });
  }

  say('');
  for (const { play, faults, seconds } of verdicts) {
    say(
      `${faults.length === 0 ? '✓' : '✗'} ${play.title}: ${play.expect.result}${faults.length === 0 ? '' : ' expected'}, after ${seconds.toFixed(1)} s`,
    );
    for (const fault of faults) say(styleText('red', `    ${fault}`));
  }
  mkdirSync(path.dirname(page), { recursive: true });
  writeFileSync(page, renderPage(sections, 'Four deploys and a rollback'));
  await cluster.stop();
  say('The job summaries, as GitHub shows them:');
  say(page);
  return verdicts.every(({ faults }) => faults.length === 0);
}

async function perform(
  cluster: Cluster,
  shop: Shop,
  play: Play,
  { index, first }: { readonly index: number; readonly first: string },
): Promise<{ run: StepRun; faults: string[]; seconds: number }> {
  const image = play.behaviour && (await cluster.image(play.sha.slice(0, 7), play.behaviour));
  const inputs = {
    deployment: 'web',
    namespace: shop.namespace,
    ...(image !== undefined && { image }),
    ...play.inputs,
    timeout: '2m',
  };
  say(`\n${bold(`━━━ ${index + 1} of ${plays.length}: ${play.title} ━━━`)}`);
  say(play.about);
  say(`\n${snippet({ ...inputs, kubeconfig: githubSecret })}\n`);

  const before = await shop.state();
  const secrets = [await kubeconfigSecret(cluster)];
  const show = liveLog(secrets);
  const started = performance.now();
  step = startAction({
    inputs: { ...inputs, kubeconfig: secrets[0] ?? '' },
    secrets,
    sha: play.sha,
    runId: `${4711 + index}`,
    onLine: show,
  });
  const run = await step.finished;
  step = undefined;
  const seconds = (performance.now() - started) / 1000;
  const after = await shop.state();
  say(styleText('dim', `\nThe step ended with exit code ${run.main.exitCode}.`));
  say(styleText('dim', `${shop.workload} runs ${after.image}, ${after.ready} pods are ready.`));
  return {
    run,
    faults: faultsOf(play, run, before, after, { new: image, before: before.image, first }),
    seconds,
  };
}

/** What did not end as it should. */
function faultsOf(
  { expect }: Play,
  { main, post, outputs }: StepRun,
  before: ShopState,
  after: ShopState,
  images: Readonly<Record<Play['expect']['runs'], string | undefined>>,
): string[] {
  const faults: string[] = [];
  const compare = (what: string, is: unknown, should: unknown) => {
    if (is !== should) faults.push(`${what} is ${is}, but should be ${should}`);
  };
  compare("main's exit code", main.exitCode, expect.exitCode);
  compare("post's exit code", post.exitCode, 0);
  compare('the output result', outputs['result'], expect.result);
  compare('the image that runs', after.image, images[expect.runs]);
  compare('the number of ready pods', after.ready, before.ready);
  compare('whether the workload was changed', after.generation !== before.generation, expect.changes);
  return faults;
}

/** A step of a workflow, as its author writes it. */
function snippet(inputs: Readonly<Record<string, string>>): string {
  return stringify([{ uses: 'acme/safe-rollout@v1', with: inputs }], { lineWidth: 0 })
    .trimEnd()
    .replace(/^/gm, '    ');
}

/** The kubeconfig as one keeps it in a secret: whole, and in base64, since a masked `}` would blacken the log. */
async function kubeconfigSecret(cluster: Cluster): Promise<string> {
  const view = await runKubectl(cluster, ['config', 'view', '--raw', '--flatten', '--minify']);
  return Buffer.from(view).toString('base64');
}

/** Prints what a person sees of the raw lines it is given. */
function liveLog(secrets: readonly string[]): (line: string) => void {
  const masks = new Masks();
  for (const secret of secrets) masks.add(secret);
  const reader = new LogReader(masks);
  return (line) => {
    reader.read(line);
    for (const shown of reader.shown.splice(0)) say(`${styleText('dim', '│')} ${coloured(shown)}`);
  };
}

function coloured(line: string): string {
  if (line.startsWith('▼ ')) return bold(line);
  return line.startsWith('Error: ') ? styleText('red', line) : line;
}

function bold(text: string): string {
  return styleText('bold', text);
}

function say(line: string): void {
  if (!interrupted) console.log(line);
}
