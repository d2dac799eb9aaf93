import { adviceOn } from './diagnosis/plain-reasons.ts';
import { ApiError, ConnectionError, InputError, KubeconfigError, messageOf } from './errors.ts';
import type { Cause, Ending, Journal } from './journal.ts';
import { LockLost } from './kubernetes/lease.ts';
import { Interrupted } from './run.ts';

/**
 * How a step ends that an error broke off, and whether it is finished with that: where a change was begun, post looks
 * at the cluster and finishes it.
 */
export function endingOfError(error: unknown, journal: Journal): { ending: Ending; finished: boolean } {
  const cause = causeOf(error);
  const setting = journal.last('setting-image') !== undefined;
  const migration = journal.last('migration-started');
  const migrating = migration !== undefined && journal.last('migration-ended') === undefined;
  const left = migrating
    ? [
        `Job ${migration.job} may still run: it goes on to its own end or deadline, since a migration must not be killed half-way.`,
      ]
    : [];
  const next = [...left, ...advice(error)];
  if (error instanceof Interrupted) return { ending: { result: 'cancelled', cause, next }, finished: false };
  // Another run holds the lock by now, with our intent, and finishes what we began.
  // Other workloads' locks are post's to give up.
  const isOnly = (journal.last('connected')?.workloads.length ?? 1) < 2;
  if (error instanceof LockLost) return { ending: { result: 'superseded', cause, next }, finished: isOnly };
  if (setting) return { ending: { result: 'left-failed', cause, next }, finished: false };
  return { ending: { result: migrating ? 'migration-failed' : 'refused', cause, next }, finished: true };
}

function causeOf(error: unknown): Cause {
  return { reason: reasonOf(error), message: sayError(error), diagnoses: [] };
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError) return 'invalid-input';
  if (error instanceof KubeconfigError) return 'invalid-kubeconfig';
  if (error instanceof ConnectionError) return 'api-server-unreachable';
  if (error instanceof LockLost) return 'lock-lost';
  if (error instanceof ApiError) return error.status === 401 ? 'unauthorised' : 'api-error';
  if (error instanceof Interrupted) return 'interrupted';
  return 'internal-error';
}

function sayError(error: unknown): string {
  if (error instanceof InputError) {
    return error.problems.map(({ input, problem }) => `Input ${input}: ${problem}`).join('\n');
  }
  if (error instanceof ApiError)
    return `The API server answered ${error.status} to ${error.request}: ${error.message}`;
  return messageOf(error);
}

function advice(error: unknown): string[] {
  if (error instanceof ApiError && error.status !== 401) return [];
  if (error instanceof Interrupted) return [];
  const stack = error instanceof Error ? error.stack : String(error);
  const reason = reasonOf(error);
  return reason === 'internal-error'
    ? [`This is a fault of safe-rollout; please report it with this: ${stack}`]
    : adviceOn(reason);
}
