import type { V1Job } from '@kubernetes/client-node';
import { sayDuration } from '../duration.ts';
import { ApiError } from '../errors.ts';
import type { Cause, Ending } from '../journal.ts';
import { jobEnd, migrates } from '../kubernetes/jobs.ts';
import { marks } from '../kubernetes/marks.ts';
import { resources } from '../kubernetes/resources.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { sayCause } from '../report/cause.ts';
import type { Run, WorkloadRun } from '../run.ts';
import { createJob, followJob } from './migrate.ts';
import type { Plan } from './plan.ts';

/** What was found of other migrations of the workload: none runs any longer, but for one that may be ours. */
export interface OtherMigrations {
  /** A running Job that is the very migration which this run wants; its own runner is gone. */
  readonly adopted: V1Job | undefined;
  /** Whether a migration was waited for, so that what was read before may have changed. */
  readonly waited: boolean;
}

/** Seconds between two looks at another run's migration. */
const lookSeconds = 2;

/**
 * Waits until no migration of the step's workloads runs, whoever started it: a Job outlives its runner, and two at once
 * are never right, nor is a rollout in the middle of one. One that runs what `wanted` would run is taken on instead.
 *
 * @returns how the step ends where it still ran after `lock-timeout`.
 */
export async function awaitOtherMigrations(
  run: Run,
  wanted: V1Job | undefined,
): Promise<OtherMigrations | Ending> {
  const { clock, inputs, log } = run;
  const deadline = clock.now() + inputs.lockTimeout * 1000;
  let waited = false;
  for (;;) {
    const running = await runningMigrations(run);
    const [other] = running;
    if (other === undefined) return { adopted: undefined, waited };
    const same = (job: V1Job | undefined) => job?.metadata?.annotations?.[marks.migration];
    if (running.length === 1 && same(other) !== undefined && same(other) === same(wanted)) {
      log.line(
        `Job ${other.metadata?.name} of an earlier run is this very migration, and still runs: following it.`,
      );
      return { adopted: other, waited };
    }
    if (clock.now() >= deadline) return stillRunning(run, other);
    if (!waited) log.line(`Waiting for ${sayJob(other)}: two migrations must not run at once.`);
    waited = true;
    await clock.sleep(Math.min(lookSeconds, (deadline - clock.now()) / 1000), run.signal);
  }
}

async function runningMigrations({ client, namespace, inputs, signal }: Run): Promise<V1Job[]> {
  const ours = inputs.workloads.map(sayWorkload);
  const { items } = await client.list(
    resources.jobs,
    { namespace, labelSelector: marks.workload },
    { signal },
  );
  return items.filter((job) => ours.some((workload) => migrates(job, workload)) && jobEnd(job) === undefined);
}

function sayJob({ metadata }: V1Job): string {
  const run = metadata?.annotations?.[marks.run];
  return `job/${metadata?.name}, the migration of ${run ? `run ${run}` : 'another run'}`;
}

function stillRunning({ namespace, inputs }: Run, job: V1Job): Ending {
  const waited = inputs.lockTimeout > 0 ? ` after ${sayDuration(inputs.lockTimeout)}` : '';
  return {
    result: 'locked',
    cause: {
      reason: 'migration-running',
      message: `${sayJob(job)}, still runs${waited}, and two migrations must not run at once.`,
      diagnoses: [],
    },
    next: [
      `See how it goes on: kubectl -n ${namespace} logs -f job/${job.metadata?.name}`,
      'Run this again once it has ended.',
    ],
  };
}

/** Runs the migration `wanted`, or follows `adopted` to its end. Answers how the step ends where it failed. */
export async function runMigration(
  run: WorkloadRun,
  plan: Plan,
  wanted: V1Job,
  adopted: V1Job | undefined,
): Promise<Ending | undefined> {
  const { journal, log } = run;
  const name = (adopted ?? wanted).metadata?.name ?? '';
  log.group(`Migration job/${name}`);
  const started = () =>
    journal.add({ type: 'migration-started', job: name, image: plan.changes[0]?.to ?? '' });
  if (adopted) started();
  await run.saveIntent({ ...plan.intent, job: name });
  const job = adopted ?? (await createAndTell(run, wanted, started));
  const { cause, kept, began } = await followJob(run, job);
  journal.add({ type: 'migration-ended', job: name, cause, kept, began });
  log.endGroup();
  if (cause === undefined) return undefined;
  for (const line of sayCause(withoutLogs(cause))) log.line(line);
  await run.saveIntent(undefined);
  return {
    result: 'migration-failed',
    cause,
    next: [
      ...new Set(cause.diagnoses.map(({ next }) => next)),
      ...(kept ? [`Look at the Job: kubectl -n ${run.namespace} describe job/${name}`] : []),
    ],
  };
}

/** The logs were streamed into the step's log already. */
function withoutLogs(cause: Cause): Cause {
  return { ...cause, diagnoses: cause.diagnoses.map((each) => ({ ...each, logs: [] })) };
}

/** Creates the Job, and calls `started` unless it surely was not. */
async function createAndTell(run: WorkloadRun, job: V1Job, started: () => void): Promise<V1Job> {
  try {
    const created = await createJob(run, job);
    started();
    return created;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) started();
    throw error;
  }
}
