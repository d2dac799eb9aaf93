import type { V1Job } from '@kubernetes/client-node';
import type { Ending, Result } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, observeIfThere } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Access } from '../preflight/access.ts';
import type { Run, WorkloadRun } from '../run.ts';
import { restorePace } from '../steps/conclude.ts';
import type { Drafter } from '../steps/draft.ts';
import { finishLeft } from '../steps/finish-left.ts';
import { doubtUnchanged } from '../steps/images.ts';
import { type LockedRun, underLocks } from '../steps/lock.ts';
import { awaitOtherMigrations, runMigration } from '../steps/migration.ts';
import { judgeSurvey, makeSurvey, type Plan, type Survey } from '../steps/plan.ts';
import { reviewAccess } from '../steps/preflight.ts';
import { type Ends, prove, type Rollouts } from '../steps/prove.ts';
import { setImage } from '../steps/set-image.ts';
import { type Changed, recoverAll, takeBack, watchAll } from '../steps/side-by-side.ts';
import type { RolloutTrouble } from '../steps/watch-rollout.ts';
import { startWatching, tailSeconds, tryAddress } from '../steps/watch-users.ts';
import { runsOf } from '../workload-run.ts';

/** What a command that changes workloads does in its own way. */
export interface Command {
  readonly draft: Drafter;
  /** Shows a person what the draft was made from. */
  readonly show?: (run: WorkloadRun) => void;
  /** Whether the draft depends on how revisions fared, which is known only once the lock is held. */
  readonly readsHistory?: boolean;
  /** How it ends where all went well. */
  readonly done: Result;
}

/** What is known of one workload before it is changed. */
interface Part<R extends WorkloadRun = WorkloadRun> {
  readonly run: R;
  readonly access: readonly Access[];
  readonly observation: Observation;
  readonly survey: Survey;
}

/** A change of one or more workloads: check, lock, migrate, set, watch, undo on failure. Answers how it ended. */
export async function carryOut(run: Run, command: Command): Promise<Ending> {
  run.log.group('Check');
  const runs = runsOf(run);
  const [access, observations] = await Promise.all([
    reviewAccess(runs),
    Promise.all(runs.map((each) => observeIfThere(each))),
  ]);
  try {
    const parts = await withAddress(
      run,
      runs.map((each, index) =>
        surveyed(command, each, access[index] ?? [], observations[index] as Observation),
      ),
    );
    if (judge(parts, false) === 'refused') {
      for (const each of runs) command.show?.(each);
      return refused(runs);
    }
    const finishEarlier = async (locked: LockedRun, index: number): Promise<void> => {
      const observation = observations[index];
      if (locked.left && observation) await finishLeft(locked, observation, locked.left);
    };
    return await underLocks(runs, finishEarlier, (locked) =>
      carryOutLocked(
        run,
        command,
        locked.map((each, index) => ({ ...(parts[index] as Part), run: each })),
      ),
    );
  } finally {
    for (const observation of observations) observation.close();
  }
}

async function carryOutLocked(
  run: Run,
  command: Command,
  earlier: readonly Part<LockedRun>[],
): Promise<Ending> {
  const other = await awaitOtherMigrations(run, jobOf(earlier));
  if ('result' in other) return other;

  const isStale =
    command.readsHistory || other.waited || earlier.some(({ run: each }) => each.waited || each.left);
  const parts = isStale
    ? await withAddress(
        run,
        earlier.map((part) => surveyedAnew(command, part)),
      )
    : earlier;
  for (const part of parts) command.show?.(part.run);
  const plans = judge(parts, true);
  if (plans === 'refused') return refused(parts.map((part) => part.run));
  const changing = plans.filter(({ plan }) => !plan.isUnchanged);
  const same = plans.filter(({ plan }) => plan.isUnchanged);
  const doubts = same.flatMap(({ run: each, plan }) => doubtUnchanged(each, plan));
  const [lead] = plans;
  if (changing.length === 0 || lead === undefined) return { result: 'unchanged', next: doubts };

  for (const { run: each } of same) each.journal.add({ type: 'workload-ended', result: 'unchanged' });
  const failure = await migrate(run, plans, jobOf(parts), other.adopted);
  if (failure) return failure;
  const { watch } = run.inputs;
  const verification = parts.find(({ survey }) => survey.verification !== undefined)?.survey.verification;
  const proof = { lead, job: verification };
  if (watch === undefined) return rollOut(run, command, changing, proof);
  // It ends with the locks too.
  const signal = AbortSignal.any(changing.map((each) => each.run.signal));
  const users = await startWatching({ ...run, signal }, watch);
  try {
    users.phase('during', run.inputs.timeout);
    return await rollOut(run, command, changing, { ...proof, users });
  } finally {
    await users.stop();
  }
}

async function surveyed<R extends WorkloadRun>(
  { draft }: Command,
  run: R,
  access: readonly Access[],
  observation: Observation,
): Promise<Part<R>> {
  return { run, access, observation, survey: await makeSurvey(run, draft, access, observation) };
}

function surveyedAnew<R extends WorkloadRun>(command: Command, part: Part<R>): Promise<Part<R>> {
  return surveyed(command, part.run, part.access, part.observation);
}

/**
 * The surveys, with what is wrong with the address to watch noted at the first workload that is to be changed. A
 * rollback is what is needed where users are down, so it is not kept from that.
 */
async function withAddress<R extends WorkloadRun>(
  run: Run,
  surveys: readonly Promise<Part<R>>[],
): Promise<readonly Part<R>[]> {
  const parts = await Promise.all(surveys);
  const first = parts.find(({ survey }) => survey.plan && !survey.plan.isUnchanged);
  if (first === undefined || run.inputs.command === 'rollback') return parts;
  const unwell = await tryAddress(run);
  return parts.map((part) => (part === first ? { ...part, survey: { ...part.survey, unwell } } : part));
}

/** Lets preflight judge every workload, so that all that is wrong is told at once. */
function judge<R extends WorkloadRun>(
  parts: readonly Part<R>[],
  locked: boolean,
): readonly { readonly run: R; readonly plan: Plan }[] | 'refused' {
  const judged = parts.map(({ run, survey }) => ({ run, plan: judgeSurvey(run, survey, locked) }));
  return judged.every((each): each is { run: R; plan: Plan } => each.plan !== 'refused') ? judged : 'refused';
}

function jobOf(parts: readonly Part[]): V1Job | undefined {
  return parts.find(({ survey }) => survey.job !== undefined)?.survey.job;
}

function refused(runs: readonly WorkloadRun[]): Ending {
  const errors = runs.flatMap(
    ({ journal }) => journal.last('checked')?.findings.filter(({ level }) => level === 'error') ?? [],
  );
  return {
    result: 'refused',
    cause: {
      reason: errors[0]?.rule ?? 'workload-missing',
      message: errors.map(({ message }) => message).join('\n'),
      diagnoses: [],
    },
    next: [...new Set(errors.map(({ next }) => next))],
  };
}

/** One migration for all workloads, under the first one's name. */
async function migrate(
  run: Run,
  plans: readonly { readonly run: LockedRun; readonly plan: Plan }[],
  job: V1Job | undefined,
  adopted: V1Job | undefined,
): Promise<Ending | undefined> {
  const [first] = plans;
  if (job === undefined || first === undefined) return undefined;
  const { log, journal } = run;
  // Whoever has taken over the lock of any of them may migrate by now.
  const ensureLock = async () => Math.min(...(await Promise.all(plans.map((each) => each.run.ensureLock()))));
  const failure = await runMigration({ ...first.run, log, journal, ensureLock }, first.plan, job, adopted);
  if (failure) return failure;
  for (const { run: each, plan } of plans) {
    const template = plan.intent.ours.at(-1) ?? '';
    each.record({ what: 'migrated', template, job: (adopted ?? job).metadata?.name });
  }
  return undefined;
}

async function rollOut(
  run: Run,
  { done }: Command,
  plans: readonly { readonly run: LockedRun; readonly plan: Plan }[],
  proof: Omit<Rollouts, 'changed'>,
): Promise<Ending> {
  const changed: Changed[] = [];
  for (const { run: each, plan } of plans) {
    const set = await setImage(each, plan);
    if ('result' in set) return takeBack(changed, each, set);
    changed.push({ run: each, plan, set });
  }
  run.log.group(`Rollout of ${plans.map((each) => sayWorkload(each.run.workload)).join(', ')}`);
  const { users } = proof;
  const rolledOut = await watchAll(changed, () => users?.exceeded());
  const isWell = (ends: Ends) => ends.every((end) => end?.kind === 'complete');
  if (isWell(rolledOut)) users?.phase('after', longestProof(run));
  const proved = [...(await prove(run, { ...proof, changed }, rolledOut))];
  const trouble = isWell(proved) ? await users?.after(tailSeconds) : undefined;
  // Which of the workloads hurts them, users cannot tell; all go back.
  const ends = trouble ? withTrouble(proved, trouble) : proved;
  if (!isWell(ends)) {
    if (run.inputs.onFailure === 'undo') users?.phase('undo', run.inputs.undoTimeout);
    return recoverAll(changed, ends);
  }

  for (const [index, { run: each, plan }] of changed.entries()) {
    const end = ends[index];
    if (end?.kind !== 'complete') continue;
    each.record({ what: 'healthy', template: templateDigest(end.revision.template) });
    if (done === 'rolled-back') each.record({ what: 'left', template: plan.intent.before });
    each.journal.add({ type: 'rolled-out', revision: end.revision.number });
  }
  // All of them are done with, or none: until the last one is healthy, the first may have to go back too.
  run.journal.add({ type: 'kept' });
  for (const { run: each, plan, set } of changed) await restorePace(each, plan.observation.kind, set.intent);
  for (const { run: each } of changed) await each.saveIntent(undefined);
  return { result: done, next: [] };
}

/** Seconds that everything after the rollout may take. */
function longestProof({ inputs }: Run): number {
  const { job, command, timeout, bakeTime } = inputs.verification;
  return (job ? timeout : 0) + (command === '' ? 0 : timeout) + bakeTime + tailSeconds;
}

function withTrouble(ends: Ends, trouble: RolloutTrouble): Ends {
  const [first, ...others] = ends;
  const revision = first?.kind === 'complete' ? first.revision : undefined;
  return [{ kind: 'failed', revision, trouble }, ...others];
}
