import type { V1Job } from '@kubernetes/client-node';
import { ApiError, messageOf } from '../errors.ts';
import type { Ending } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, observe } from '../kubernetes/workloads/observe.ts';
import type { Run } from '../run.ts';
import { migrate } from '../steps/migrate.ts';
import { makePlan, type Plan } from '../steps/plan.ts';
import { reviewAccess } from '../steps/preflight.ts';
import { recover } from '../steps/recover.ts';
import { type SetImage, setImage } from '../steps/set-image.ts';
import { type RolloutEnd, watchRollout } from '../steps/watch-rollout.ts';

/** One deploy: check, migrate, set the image, watch, undo on failure. Answers how it ended. */
export async function deploy(run: Run): Promise<Ending> {
  const { log, journal } = run;
  log.group('Check');
  const [access, observation] = await Promise.all([reviewAccess(run), observeIfThere(run)]);
  try {
    const plan = await makePlan(run, access, observation);
    if (plan === 'refused') return refused(run);
    if (plan === 'unchanged') return { result: 'unchanged', next: [] };

    if (plan.job) {
      const failure = await runMigration(run, plan, plan.job);
      if (failure) return failure;
    }
    const set = await setImage(run, plan);
    if ('result' in set) return set;

    log.group(`Rollout of ${sayWorkload(run.inputs.workload)}`);
    const end = await watch(run, plan, set);
    if (end.kind === 'complete') {
      run.saveIntent(undefined);
      journal.add({ type: 'rolled-out', revision: end.revision.number });
      return { result: 'deployed', next: [] };
    }
    return await recover(run, plan.observation, set.intent, end);
  } finally {
    observation?.close();
  }
}

async function observeIfThere(run: Run): Promise<Observation | undefined> {
  try {
    return await observe(run.client, run.inputs.workload, run.namespace, run.clock, run.signal);
  } catch (error) {
    // Missing permissions are told by the access reviews, all of them at once.
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
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

async function runMigration(run: Run, plan: Plan, job: V1Job): Promise<Ending | undefined> {
  const { journal, log } = run;
  const name = job.metadata?.name ?? '';
  log.group(`Migration job/${name}`);
  run.saveIntent(plan.intent);
  journal.add({ type: 'migration-started', job: name, image: plan.changes[0]?.to ?? '' });
  const { cause, kept } = await migrate(run, job);
  journal.add({ type: 'migration-ended', job: name, cause, kept });
  log.endGroup();
  if (cause === undefined) return undefined;
  run.saveIntent(undefined);
  return {
    result: 'migration-failed',
    cause,
    next: [
      ...new Set(cause.diagnoses.map(({ next }) => next)),
      ...(kept ? [`Look at the Job: kubectl -n ${run.namespace} describe job/${name}`] : []),
    ],
  };
}

async function watch(run: Run, plan: Plan, set: SetImage): Promise<RolloutEnd> {
  try {
    return await watchRollout(run, plan.observation, {
      ours: new Set(set.intent.ours),
      before: plan.before,
      generation: set.workload.metadata?.generation ?? 0,
      timeout: run.inputs.timeout,
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
