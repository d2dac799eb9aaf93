import type { V1Job } from '@kubernetes/client-node';
import type { Ending, Result } from '../journal.ts';
import { type Observation, observeIfThere } from '../kubernetes/workloads/observe.ts';
import type { Run, WorkloadRun } from '../run.ts';
import type { Drafter } from '../steps/draft.ts';
import { finishLeft } from '../steps/finish-left.ts';
import { doubtUnchanged } from '../steps/images.ts';
import { type LockedRun, underLocks } from '../steps/lock.ts';
import { awaitOtherMigrations, runMigration } from '../steps/migration.ts';
import type { Survey } from '../steps/plan.ts';
import { reviewAccess } from '../steps/preflight.ts';
import { hasBegun, noteMigration, noteServing } from '../steps/records.ts';
import { type Planned, rollOut } from '../steps/roll-out.ts';
import {
  jobOf,
  judgeParts,
  type Part,
  refused,
  surveyed,
  surveyedAnew,
  withAddress,
} from '../steps/survey.ts';
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
        surveyed(command.draft, each, access[index] ?? [], observations[index] as Observation),
      ),
    );
    if (judgeParts(parts, false) === 'refused') {
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
    command.readsHistory ||
    other.waited ||
    earlier.some(({ run: each, survey }) => each.waited || each.left || hasNoWayBack(survey));
  const parts = isStale
    ? await withAddress(
        run,
        earlier.map((part) => surveyedAnew(command.draft, part)),
      )
    : earlier;
  for (const part of parts) command.show?.(part.run);
  const plans = judgeParts(parts, true);
  if (plans === 'refused') return refused(parts.map((part) => part.run));
  const changing = plans.filter(({ plan }) => !plan.isUnchanged);
  const same = plans.filter(({ plan }) => plan.isUnchanged);
  const doubts = same.flatMap(({ run: each, plan }) => [
    ...(plan.whyUnchanged ? [plan.whyUnchanged] : []),
    ...doubtUnchanged(each, plan),
  ]);
  const [lead] = plans;
  if (changing.length === 0 || lead === undefined) return { result: 'unchanged', next: doubts };

  for (const { run: each } of same) each.journal.add({ type: 'workload-ended', result: 'unchanged' });
  // Before the migration: it ran on that schema.
  for (const { run: each, plan } of plans) if (plan.isServing) noteServing(each, plan.intent);
  const failure = await migrate(run, plans, jobOf(parts), other.adopted);
  if (failure) return failure;
  // Nothing else is begun with these.
  for (const { run: each } of same) await each.saveIntent(undefined);
  const verification = parts.find(({ survey }) => survey.verification !== undefined)?.survey.verification;
  return rollOut(run, command.done, changing, { lead, job: verification });
}

/** Then what earlier runs have seen healthy, which is known only once the lock is held, may be one. */
function hasNoWayBack({ plan }: Survey): boolean {
  return plan !== undefined && plan.intent.undoTo === undefined;
}

/** One migration for all workloads, under the first one's name. */
async function migrate(
  run: Run,
  plans: readonly Planned[],
  job: V1Job | undefined,
  adopted: V1Job | undefined,
): Promise<Ending | undefined> {
  const [first, ...others] = plans;
  if (job === undefined || first === undefined) return undefined;
  const { log, journal } = run;
  // Whoever has taken over the lock of any of them may migrate by now.
  const ensureLock = async () => Math.min(...(await Promise.all(plans.map((each) => each.run.ensureLock()))));
  const name = (adopted ?? job).metadata?.name ?? '';
  // Before it is begun, in the Lease of each: whoever rolls back has to know of it, also where this run is lost.
  noteMigration(plans, 'migrating', name);
  try {
    for (const { run: each, plan } of others) await each.saveIntent({ ...plan.intent, job: name });
    const failure = await runMigration({ ...first.run, log, journal, ensureLock }, first.plan, job, adopted);
    if (failure === undefined) noteMigration(plans, 'migrated', name);
    else for (const { run: each } of others) await each.saveIntent(undefined);
    return failure;
  } finally {
    if (adopted === undefined && !hasBegun(journal)) noteMigration(plans, 'unmigrated', name);
  }
}
