import type { V1Job } from '@kubernetes/client-node';
import { ApiError, messageOf } from '../errors.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Run, WorkloadRun } from '../run.ts';
import { createJob, followJob } from './migrate.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

const purpose = { reason: 'verify-job', noun: 'verification' } as const;

/** Seconds for the removal of a Job that nobody waits for any longer: a cancelled step has 7.5. */
const removeSeconds = 3;

/**
 * Runs the `verify-job`, and streams its logs. Answers why the rollout does not count, or undefined where it does.
 *
 * Interrupted, it removes the Job: unlike a migration it leaves nothing half-way, and it would verify a rollout that is
 * about to be undone.
 *
 * @throws the signal's reason.
 */
export async function verifyByJob(run: WorkloadRun, job: V1Job): Promise<RolloutTrouble | undefined> {
  const name = job.metadata?.name ?? '';
  try {
    const { cause } = await followJob(run, await createJob(run, job), purpose);
    // Its containers' output was streamed.
    return cause && { ...cause, diagnoses: cause.diagnoses.map((each) => ({ ...each, streamed: true })) };
  } catch (error) {
    if (run.signal.aborted) await remove(run, name);
    run.signal.throwIfAborted();
    const message = `The verify-job ${name} could not be followed to its end: ${messageOf(error)}`;
    return { reason: 'verify-job-failed', message, diagnoses: [] };
  }
}

async function remove({ client, namespace, log }: Run, name: string): Promise<void> {
  const signal = AbortSignal.timeout(removeSeconds * 1000);
  const options = { propagationPolicy: 'Background', signal, patience: 0, repeatable: true } as const;
  try {
    await client.delete(resources.jobs, { namespace, name }, options);
    log.line(`Job ${name} was removed.`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return;
    log.line(`(Job ${name} could not be removed, and goes on to its own end: ${messageOf(error)})`);
  }
}
