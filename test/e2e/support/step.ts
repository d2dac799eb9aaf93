import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import {
  type ActionOptions,
  type PhaseResult,
  type RunningStep,
  type StepRun,
  startAction,
} from '../../support/runner.ts';
import type { Namespace } from './namespace.ts';

const repository = path.resolve(import.meta.dirname, '../../..');

const manifest = parse(readFileSync(path.join(repository, 'action.yml'), 'utf8')) as {
  outputs: Record<string, unknown>;
  runs: object;
};

type Options = Omit<ActionOptions, 'inputs'>;

/** Starts a deploy of `deployment/web` as the namespace's service account. */
export function startDeploy(
  namespace: Namespace,
  inputs: Readonly<Record<string, string>>,
  options: Options = {},
): RunningStep {
  return startAction({
    secrets: [namespace.kubeconfig],
    ...options,
    inputs: { deployment: 'web', kubeconfig: namespace.kubeconfig, ...inputs },
  });
}

/** Runs a deploy of `deployment/web` to its end, and checks what holds for every ending. */
export async function deployStep(
  namespace: Namespace,
  inputs: Readonly<Record<string, string>>,
  options: Options = {},
): Promise<StepRun> {
  const step = await startDeploy(namespace, inputs, options).finished;
  expectSound(step, namespace.token);
  return step;
}

/**
 * Runs only post, as it would run now after a main that was killed: what has become of the cluster since then is all
 * the same to it.
 */
export async function postAfter(
  { state }: StepRun,
  namespace: Namespace,
  inputs: Readonly<Record<string, string>>,
): Promise<PhaseResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'post-'));
  try {
    const lines = Object.entries(state).map(
      ([name, value]) => `${name}<<END_OF_VALUE\n${value}\nEND_OF_VALUE\n`,
    );
    writeFileSync(
      path.join(folder, 'main.mjs'),
      `import { appendFileSync } from 'node:fs';\nappendFileSync(process.env.GITHUB_STATE, ${JSON.stringify(lines.join(''))});\n`,
    );
    const post = path.relative(folder, path.join(repository, 'dist/post.js'));
    const action = { ...manifest, runs: { ...manifest.runs, main: 'main.mjs', post } };
    writeFileSync(path.join(folder, 'action.yml'), JSON.stringify(action));
    const step = await startAction({
      secrets: [namespace.kubeconfig],
      actionPath: folder,
      inputs: { deployment: 'web', kubeconfig: namespace.kubeconfig, ...inputs },
    }).finished;
    expectSound(step, namespace.token);
    return step.post;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What holds of every step, however it ended: no text was taken for a command, and no secret is shown. */
export function expectSound(step: StepRun, token: string): void {
  for (const { commands, shown, summary, annotations, outputs } of [step.main, step.post]) {
    expect(commands.filter(({ legacy, column }) => legacy || column > 0)).toEqual([]);
    expect(JSON.stringify({ shown, summary, annotations, outputs })).not.toContain(token);
  }
  // The runner keeps the state as it is, unmasked.
  expect(JSON.stringify(step.state)).not.toContain(token);
}

/** What a step must have come to. */
export interface Expected {
  readonly result: string;
  /** Default: none. */
  readonly reason?: string;
  /** What the summary's first line begins with; default: the mark of the result. */
  readonly heading?: string;
}

const good: ReadonlySet<string> = new Set(['deployed', 'unchanged', 'rolled-back']);

const headings: Readonly<Record<string, string>> = {
  deployed: '## ✅',
  unchanged: '## ✅',
  'rolled-back': '## ⏪',
  refused: '## ⛔',
  'migration-failed': '## ❌',
  undone: '## ↩️',
  'undo-failed': '## 🚨',
  'left-failed': '## 🚨',
  superseded: '## ⚠️',
  cancelled: '## 🛑',
};

/** Checks a main that came to its verdict, and that post had nothing to do. */
export function expectEnding(step: StepRun, { result, reason = '', heading }: Expected): void {
  const { main, post } = step;
  // With the log, so that a failure can be understood.
  expect({ ...pick(step.outputs), log: main.shown }).toEqual({ result, reason, log: main.shown });
  expect(main.signal).toBeNull();
  expect(main.exitCode).toBe(good.has(result) ? 0 : 1);
  expect(step.conclusion).toBe(good.has(result) ? 'success' : 'failure');
  expect(Object.keys(step.outputs).sort()).toEqual(Object.keys(manifest.outputs).sort());
  expect(Number(step.outputs['duration-seconds'])).toBeGreaterThanOrEqual(0);

  const [first = ''] = main.summary.split('\n');
  expect(first).toContain(heading ?? headings[result]);
  const [annotation, ...others] = main.annotations;
  expect(others).toEqual([]);
  expect(annotation?.level).toBe(good.has(result) ? 'notice' : 'error');
  expect(annotation?.title).not.toBe('');
  // The verdict stands in all three places.
  expect(main.shown).toContain(annotation?.title);
  expectIdle(post);
}

/** Checks that a phase had nothing to do, and took no time for it. */
export function expectIdle({ exitCode, log, summary, outputs, seconds }: StepRun['post']): void {
  expect({ exitCode, log, summary, outputs }).toEqual({ exitCode: 0, log: '', summary: '', outputs: {} });
  // Starting Node takes a tenth of it; the rest is for a machine that is busy.
  expect(seconds).toBeLessThan(10);
}

function pick({ result, reason }: StepRun['outputs']) {
  return { result, reason };
}

/** Deploys the workload `web`, and looks at its strategy in the middle of the rollout. */
export async function deployAtPace(
  namespace: Namespace,
  kind: 'statefulset' | 'daemonset',
  inputs: Readonly<Record<string, string>>,
): Promise<{ meanwhile: unknown; ended: StepRun }> {
  const step = startDeploy(namespace, { deployment: `${kind}/web`, timeout: '3m', ...inputs });
  await step.waitForLog(/of \d updated/, 60);
  const meanwhile = await namespace.strategy(kind);
  return { meanwhile, ended: await step.finished };
}

/** So many pods, all of them ready, all with the image. */
export async function expectPodsRun(namespace: Namespace, image: string, count: number): Promise<void> {
  const pods = await namespace.pods();
  expect(pods.map(({ spec }) => spec?.containers[0]?.image)).toEqual(Array(count).fill(image));
  // With its condition whole, so that it tells why one is not.
  for (const { status } of pods)
    expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
}
