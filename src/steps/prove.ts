import type { V1Job } from '@kubernetes/client-node';
import { messageOf } from '../errors.ts';
import { wantedImages } from '../kubernetes/workloads/digests.ts';
import type { Run, WorkloadRun } from '../run.ts';
import { Vigil } from './bake.ts';
import type { Plan } from './plan.ts';
import type { SetImage } from './set-image.ts';
import { standardsOf } from './standards.ts';
import { factsOf, verifyByCommand } from './verify-command.ts';
import { verifyByJob } from './verify-job.ts';
import { openPort } from './verify-port.ts';
import type { RolloutEnd, RolloutTrouble } from './watch-rollout.ts';
import type { UserWatch } from './watch-users.ts';

/** What is proved: the rollouts of all that the step has changed, as one. */
export interface Rollouts {
  readonly changed: readonly (Planned & { readonly set: SetImage })[];
  /** The first workload of the step, changed or not: what a command is told of, and what a port is of. */
  readonly lead: Planned;
  /** The `verify-job`. */
  readonly job: V1Job | undefined;
  /** What users see meanwhile. */
  readonly users?: UserWatch | undefined;
}

/** A workload with what is planned for it. */
interface Planned {
  readonly run: WorkloadRun;
  readonly plan: Plan;
}

/** How each of the rollouts ended; undefined where it was not over. */
export type Ends = readonly (RolloutEnd | undefined)[];

/** Something that watches until it finds something wrong, or the time is over. */
interface Keeper {
  keep(seconds: number, until: AbortSignal): Promise<RolloutEnd | undefined>;
}

/** One thing that has to go well. */
interface Proof {
  /** As the log and the summary name it. */
  readonly title: string;
  /** Answers why the rollout does not count; undefined where it does. */
  readonly prove: (run: WorkloadRun) => Promise<RolloutTrouble | undefined>;
}

/** How one of the rollouts, by its place, has come to nothing. */
interface Worse {
  readonly index: number;
  readonly end: Exclude<RolloutEnd, { kind: 'complete' }>;
}

/**
 * Proves rollouts that are complete: by the `verify-job`, then the `verify-command`, then the bake. All that time their
 * pods are watched over. Answers how each has ended after that; where one is not complete, they are handed back as they
 * are.
 *
 * @throws the signal's reason.
 */
export async function prove(run: Run, rollouts: Rollouts, ends: Ends): Promise<Ends> {
  const { command, bakeTime } = run.inputs.verification;
  const { changed, job } = rollouts;
  if (job === undefined && command === '' && bakeTime === 0) return ends;
  if (ends.some((end) => end?.kind !== 'complete')) return ends;
  for (const [index, { run: each }] of changed.entries()) {
    const end = ends[index];
    if (end?.kind === 'complete')
      each.journal.add({ type: 'rollout-completed', revision: end.revision.number });
  }
  run.log.endGroup();
  const worse = await proveAll(run, rollouts);
  return worse
    ? ends.map((end, index) => (index === worse.index % ends.length ? withRevision(worse.end, end) : end))
    : ends;
}

function withRevision(end: Worse['end'], before: RolloutEnd | undefined): RolloutEnd {
  return end.kind === 'failed' && before?.kind === 'complete' ? { ...end, revision: before.revision } : end;
}

async function proveAll(run: Run, rollouts: Rollouts): Promise<Worse | undefined> {
  const { timeout, verification } = run.inputs;
  const { bakeTime } = verification;
  try {
    const vigils = rollouts.changed.map(
      ({ run: each, plan, set }) =>
        new Vigil(each, {
          observation: plan.observation,
          images: standardsOf(run.inputs).images ? wantedImages(plan.changes) : [],
          ours: new Set(set.intent.ours),
          patience: timeout,
        }),
    );
    const keepers = rollouts.users ? [...vigils, keeperOf(run, rollouts.users)] : vigils;
    for (const proof of proofsOf(run, rollouts)) {
      const worse = await told(run, proof.title, () => under(run, rollouts.lead.run, vigils, keepers, proof));
      if (worse) return worse;
    }
    if (bakeTime === 0) return await keepAll(keepers, 0, run.signal);
    return await told(run, 'Bake', () => keepAll(keepers, bakeTime, run.signal));
  } catch (error) {
    for (const { run: each } of [{ run }, ...rollouts.changed]) each.signal.throwIfAborted();
    const message = `The rollout could not be watched after it was complete: ${messageOf(error)}`;
    const trouble = { reason: 'watch-failed', message, diagnoses: [] };
    return { index: 0, end: { kind: 'failed', revision: undefined, trouble } };
  }
}

function proofsOf(run: Run, { lead, job }: Rollouts): Proof[] {
  const { command } = run.inputs.verification;
  const title = `Verify job/${job?.metadata?.name}`;
  return [
    ...(job ? [{ title, prove: (under: WorkloadRun) => verifyByJob(under, job) }] : []),
    ...(command === ''
      ? []
      : [{ title: 'Verify command', prove: (under: WorkloadRun) => verifyAtPort(under, lead.plan) }]),
  ];
}

/** Runs the command, with a way to the port where one is asked for. */
async function verifyAtPort(run: WorkloadRun, plan: Plan): Promise<RolloutTrouble | undefined> {
  const { port } = run.inputs.verification;
  const facts = factsOf(run, plan);
  if (port === undefined) return verifyByCommand(run, facts);
  const open = await openPort(run, plan.observation, port);
  if ('reason' in open) return open;
  try {
    return await verifyByCommand(run, { ...facts, ...open.facts });
  } finally {
    open.close();
  }
}

/** Does one proof while the pods are watched over. Whichever finds something first ends the other. */
async function under(
  { log, journal }: Run,
  lead: WorkloadRun,
  vigils: readonly Vigil[],
  keepers: readonly Keeper[],
  proof: Proof,
): Promise<Worse | undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([lead.signal, over.signal]);
  const watch = keepAll(keepers, Number.POSITIVE_INFINITY, signal);
  const work = proof.prove({ ...lead, log, journal, signal });
  try {
    const first = await Promise.race([work.then((trouble) => ({ trouble })), watch]);
    if (first === undefined || 'index' in first) return first;
    const { trouble } = first;
    const [vigil] = vigils;
    const withPods = trouble && (vigil?.withPods(trouble) ?? trouble);
    return withPods && { index: 0, end: { kind: 'failed', revision: undefined, trouble: withPods } };
  } finally {
    over.abort(new Error('It is over.'));
    await Promise.allSettled([watch, work]);
  }
}

/** Watches over the pods of all rollouts; the first that comes to nothing, or cannot be watched, ends it. */
async function keepAll(
  keepers: readonly Keeper[],
  seconds: number,
  signal: AbortSignal,
): Promise<Worse | undefined> {
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  let first: { readonly worse: Worse } | { readonly error: unknown } | undefined;
  const watches = keepers.map(async (keeper, index) => {
    try {
      const end = await keeper.keep(seconds, both);
      if (end === undefined || end.kind === 'complete') return;
      first ??= { worse: { index, end } };
    } catch (error) {
      first ??= { error };
    }
    over.abort(new Error('It is over.'));
  });
  await Promise.all(watches);
  return outcomeOf(first);
}

function outcomeOf(first: { worse: Worse } | { error: unknown } | undefined): Worse | undefined {
  if (first && 'error' in first) throw first.error;
  return first?.worse;
}

/** Seconds between two looks at what users saw. */
const usersSeconds = 0.5;

/** Ends once users saw more errors than are allowed; which of the workloads hurts them, they cannot tell. */
function keeperOf({ clock }: Run, users: UserWatch): Keeper {
  return {
    async keep(seconds, until) {
      const end = clock.now() + seconds * 1000;
      for (;;) {
        until.throwIfAborted();
        const trouble = users.exceeded();
        if (trouble) return { kind: 'failed', revision: undefined, trouble };
        if (clock.now() >= end) return undefined;
        await clock.sleep(Math.min(usersSeconds, (end - clock.now()) / 1000), until);
      }
    },
  };
}

/** Tells the log and the journal of it. */
async function told(
  { log, journal }: Run,
  title: string,
  work: () => Promise<Worse | undefined>,
): Promise<Worse | undefined> {
  log.group(title);
  journal.add({ type: 'proof-started', title });
  const worse = await work();
  const failure = worse?.end.kind === 'failed' ? worse.end.trouble : worse?.end;
  const cause = failure && { reason: failure.reason, message: failure.message, diagnoses: [] };
  journal.add({ type: 'proof-ended', title, cause });
  log.endGroup();
  return worse;
}
