import { setTimeout as sleep } from 'node:timers/promises';
import type { StepRun } from '../../support/runner.ts';
import { phaseFrom } from './faults.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { ApiProxy, type Call } from './proxy.ts';
import { type Shop, type Subject, tagged } from './shop.ts';
import { faultsOf, verdictOf } from './truth.ts';

/** When a step is cancelled, and what it is to come to. */
export interface Cancel {
  readonly name: string;
  /** The image's tag. */
  readonly tag: string;
  /** A line of the log, or a request: then it is cancelled just before that reaches the API server, or just after. */
  readonly at: RegExp | { readonly before: Matches } | { readonly after: Matches };
  readonly inputs?: Readonly<Record<string, string>>;
  /** What stands in the way before. */
  readonly obstacle?: (subject: Subject) => Promise<void>;
  /** What the last step to speak may say. */
  readonly results: readonly string[];
  /** Whether the new image stays. */
  readonly stays?: boolean;
}

type Matches = (call: Call) => boolean;

const change =
  (method: string, resource: string): Matches =>
  (call) =>
    call.method === method && call.resource === resource && !call.dryRun;
const note =
  (phase: string): Matches =>
  (call) =>
    change('PATCH', 'leases')(call) && call.body.includes(phase);

const migration = { 'migration-command': '/app run --lines=5 --interval=600ms' };

/** Somebody who holds the lock, and never renews it. */
const heldLock = (subject: Subject) =>
  subject.createLease({
    spec: {
      holderIdentity: 'acme/shop/1/1/deploy/00000000',
      leaseDurationSeconds: 3600,
    },
  });

export const cancels: readonly Cancel[] = [
  { name: 'as it starts', tag: 'good-2', at: { before: ({ n }) => n === 1 }, results: ['cancelled'] },
  { name: 'while it checks', tag: 'good-2', at: { after: ({ dryRun }) => dryRun }, results: ['cancelled'] },
  {
    name: 'while it waits for the lock',
    tag: 'good-2',
    at: /Waiting for /,
    obstacle: heldLock,
    results: ['cancelled'],
  },
  {
    name: 'as it takes the lock',
    tag: 'good-2',
    at: { before: change('POST', 'leases') },
    results: ['cancelled'],
  },
  {
    name: 'as it has taken the lock',
    tag: 'good-2',
    at: { after: change('POST', 'leases') },
    results: ['cancelled'],
  },
  {
    name: 'just before the migration',
    tag: 'good-2',
    at: { before: change('POST', 'jobs') },
    inputs: migration,
    results: ['cancelled'],
  },
  {
    name: 'just after the migration has begun',
    tag: 'good-2',
    at: { after: change('POST', 'jobs') },
    inputs: migration,
    results: ['cancelled'],
  },
  {
    name: 'while it migrates',
    tag: 'good-2',
    at: /line 2 of 5/,
    inputs: migration,
    results: ['cancelled'],
  },
  {
    name: 'as it writes down what it will set',
    tag: 'good-2',
    at: { after: note('setting-image') },
    results: ['cancelled'],
  },
  {
    name: 'just before the patch',
    tag: 'good-2',
    at: { before: change('PATCH', 'deployments') },
    results: ['cancelled', 'undone'],
  },
  {
    name: 'just after the patch',
    tag: 'good-2',
    at: { after: change('PATCH', 'deployments') },
    results: ['undone'],
  },
  { name: 'during the rollout', tag: 'chaos-slow', at: /1 updated, 0 available/, results: ['undone'] },
  {
    name: 'during the rollout, to be left',
    tag: 'chaos-slow',
    at: /1 updated, 0 available/,
    inputs: { 'on-cancel': 'leave' },
    results: ['left-failed', 'deployed'],
    stays: true,
  },
  { name: 'as it begins the undo', tag: 'no-such-tag', at: { before: note('undoing') }, results: ['undone'] },
  { name: 'during the undo', tag: 'no-such-tag', at: { after: note('undoing') }, results: ['undone'] },
];

/** Seconds in which main must have ended, of the 7.5 that the runner gives it before the second signal. */
const longestEnd = 7;

/** Cancels a deploy as the runner does, lets post run, and judges what is left. */
export async function cancelOne(shop: Shop, cancel: Cancel): Promise<Outcome> {
  const { name, tag, at, inputs, obstacle, results, stays } = cancel;
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    await obstacle?.(subject);
    const image = tagged(shop, tag);
    const started = performance.now();
    let cancelled: number | undefined;
    const stop = () => {
      cancelled ??= (performance.now() - started) / 1000;
      step.cancel();
    };
    proxy.interfere = async (call, forward) => {
      if (at instanceof RegExp || cancelled !== undefined) return forward();
      if ('before' in at && at.before(call)) {
        stop();
        // Late enough that the action may have hung up.
        await sleep(300);
        return forward();
      }
      const answer = await forward();
      if ('after' in at && at.after(call)) {
        stop();
        await sleep(300);
      }
      return answer;
    };
    const step = subject.deploy(image, {
      proxy,
      inputs: { timeout: '2m', ...inputs },
      onLine: (line, phase) => {
        if (at instanceof RegExp && phase === 'main' && cancelled === undefined && at.test(line)) stop();
      },
    });
    const run = await step.finished;
    const found = [
      ...haste(run, cancelled),
      ...(await judge(subject, run, cancel)),
      ...(stays && verdictOf(run)?.['image'] !== image ? ['it does not name the image'] : []),
    ];
    return outcomeOf(`cancelled ${name}`, cancelled !== undefined, found, [run]);
  } catch (error) {
    return outcomeOf(`cancelled ${name}`, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject?.remove();
  }

  async function judge(subject: Subject, step: StepRun, { tag }: Cancel): Promise<string[]> {
    const image = tagged(shop, tag);
    const before = stays ? [subject.first, image] : [subject.first];
    const found = await faultsOf(subject, { step, image, before, results });
    // It is somebody else's.
    return obstacle
      ? found.filter((fault) => !fault.startsWith('the lock is still held by acme/shop/1/'))
      : found;
  }
}

/** Whether main ended by itself, and soon enough. */
function haste({ main, conclusion }: StepRun, cancelled: number | undefined): string[] {
  if (cancelled === undefined) return ['it was never cancelled'];
  const took = main.seconds - cancelled;
  return [
    ...(conclusion === 'cancelled' ? [] : [`concluded as ${conclusion}`]),
    ...(main.signal === null ? [] : [`main had to be ended by ${main.signal}`]),
    ...(took < longestEnd ? [] : [`main took ${took.toFixed(1)} s to end`]),
    ...(main.outputs['result'] === undefined ? ['main did not say how it ended'] : []),
  ];
}

/** Cancels a deploy while the API server no longer answers, as the phase begins: main must end all the same. */
export async function cancelInSilence(shop: Shop, phase: 'migration' | 'rollout' | 'undo'): Promise<Outcome> {
  const name = `cancelled while the API server is silent, ${phase}`;
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    const image = tagged(shop, phase === 'undo' ? 'no-such-tag' : 'good-2');
    const started = performance.now();
    let cancelled: number | undefined;
    let now: ReturnType<typeof phaseFrom> = 'check';
    proxy.interfere = async (call, forward) => {
      now = phaseFrom(call, now);
      if (now !== phase) return forward();
      if (cancelled === undefined) {
        cancelled = (performance.now() - started) / 1000;
        setTimeout(() => step.cancel(), 100);
        // Post finds the API server back.
        setTimeout(() => {
          proxy.interfere = undefined;
        }, 8000);
      }
      return 'hang';
    };
    const inputs = { timeout: '2m', ...(phase !== 'undo' && migration) };
    const step = subject.deploy(image, { proxy, inputs });
    const run = await step.finished;
    const results = phase === 'undo' ? ['undone'] : ['cancelled', 'undone'];
    const found = await faultsOf(subject, { step: run, image, before: [subject.first], results });
    return outcomeOf(name, cancelled !== undefined, [...haste(run, cancelled), ...found], [run]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject?.remove();
  }
}
