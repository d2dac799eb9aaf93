import { messageOf } from '../errors.ts';
import type { Ending } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { observeIfThere } from '../kubernetes/workloads/observe.ts';
import type { Run } from '../run.ts';
import { finishLeft } from '../steps/finish-left.ts';
import { type LockedRun, underLock } from '../steps/lock.ts';
import { awaitOtherMigrations, runMigration } from '../steps/migration.ts';
import { judgeSurvey, makeSurvey, type Plan, type Survey } from '../steps/plan.ts';
import { reviewAccess } from '../steps/preflight.ts';
import { recover } from '../steps/recover.ts';
import { type SetImage, setImage } from '../steps/set-image.ts';
import { type RolloutEnd, watchRollout } from '../steps/watch-rollout.ts';

/** One deploy: check, lock, migrate, set the image, watch, undo on failure. Answers how it ended. */
export async function deploy(run: Run): Promise<Ending> {
  run.log.group('Check');
  const [access, observation] = await Promise.all([reviewAccess(run), observeIfThere(run)]);
  try {
    const survey = await makeSurvey(run, access, observation);
    if (judgeSurvey(run, survey, false) === 'refused') return refused(run);
    return await underLock(run, (locked) => deployLocked(locked, survey));
  } finally {
    observation.close();
  }
}

async function deployLocked(run: LockedRun, earlier: Survey): Promise<Ending> {
  const { observation } = earlier;
  if (run.left) await finishLeft(run, observation, run.left);
  const other = await awaitOtherMigrations(run, earlier.plan?.job);
  if ('result' in other) return other;

  const isStale = run.waited || run.left !== undefined || other.waited;
  const survey = isStale ? await makeSurvey(run, earlier.access, observation) : earlier;
  const plan = judgeSurvey(run, survey, true);
  if (plan === 'refused') return refused(run);
  if (plan === 'unchanged') return { result: 'unchanged', next: [] };

  const failure = await runMigration(run, plan, other.adopted);
  if (failure) return failure;
  const set = await setImage(run, plan);
  if ('result' in set) return set;

  run.log.group(`Rollout of ${sayWorkload(run.inputs.workload)}`);
  const end = await watch(run, plan, set);
  if (end.kind !== 'complete') return recover(run, observation, set.intent, end);
  run.journal.add({ type: 'rolled-out', revision: end.revision.number });
  await run.saveIntent(undefined);
  return { result: 'deployed', next: [] };
}

function refused(run: Run): Ending {
  const errors = run.journal.last('checked')?.findings.filter(({ level }) => level === 'error') ?? [];
  return {
    result: 'refused',
    cause: {
      reason: errors[0]?.rule ?? 'workload-missing',
      message: errors.map(({ message }) => message).join('\n'),
      diagnoses: [],
    },
    next: errors.map(({ next }) => next),
  };
}

async function watch(run: Run, plan: Plan, set: SetImage): Promise<RolloutEnd> {
  try {
    return await watchRollout(run, plan.observation, {
      ours: new Set(set.intent.ours),
      before: plan.before,
      generation: set.workload.metadata?.generation ?? 0,
      timeout: run.inputs.timeout,
      isUndo: false,
    });
  } catch (error) {
    run.signal.throwIfAborted();
    // Unwatched is not healthy: better undone than green.
    const message = `The rollout could not be watched to its end: ${messageOf(error)}`;
    return {
      kind: 'failed',
      revision: undefined,
      trouble: { reason: 'watch-failed', message, diagnoses: [] },
    };
  }
}
