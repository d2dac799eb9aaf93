import { ApiError, ConnectionError } from '../errors.ts';
import type { JsonPatchOperation } from '../kubernetes/client.ts';
import { fieldManager } from '../kubernetes/marks.ts';
import type { WorkloadKind, WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';

/** What became of a patch that is only to apply to a template that is known. `workload` is as it is now. */
export type PatchEnd =
  | { readonly kind: 'applied'; readonly workload: WorkloadObject }
  /** Somebody else's change came first. */
  | { readonly kind: 'overtaken'; readonly workload: WorkloadObject }
  /** The workload is there no more. */
  | { readonly kind: 'gone' }
  /** The server does not take it, and the workload is as it was. */
  | { readonly kind: 'refused'; readonly error: ApiError };

/** Seconds for one attempt. */
const attemptSeconds = 10;

/** How often a patch is sent again after a conflict with a controller that writes at the same time. */
const mostAttempts = 5;

/**
 * Applies a patch that begins with a test of the template, and so cannot take effect twice. Whatever the server
 * answers but success, the workload is read, and its template tells what happened: the answer to a first sending may
 * have been lost, and what is refused now may have been taken before.
 *
 * @param expected digest of the template that the patch tests for.
 * @param isOurs whether a workload bears what the patch sets.
 * @param patience seconds to wait for an API server that does not answer.
 * @throws ConnectionError, ApiError where it cannot be told what happened.
 */
export async function applyPatch(
  run: WorkloadRun,
  kind: WorkloadKind,
  name: string,
  patch: readonly JsonPatchOperation[],
  expected: string,
  isOurs: (workload: WorkloadObject) => boolean,
  patience: number,
): Promise<PatchEnd> {
  const { client, namespace, signal, clock } = run;
  const deadline = clock.now() + patience * 1000;
  for (let attempt = 1; ; attempt++) {
    try {
      // Another run may take the lock over while the server does not answer; nothing is to reach it after that.
      const held = await run.ensureLock();
      const timeoutSeconds = Math.min(attemptSeconds, held);
      const options = {
        fieldManager,
        signal,
        timeoutSeconds,
        patience: Math.min(patience, held - timeoutSeconds),
        notAfter: clock.now() + (held - timeoutSeconds) * 1000,
        repeatable: true,
      };
      const workload = await client.patch(kind.resource, { namespace, name }, patch, options);
      return { kind: 'applied', workload };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ConnectionError && clock.now() < deadline) continue;
      if (!(error instanceof ApiError)) throw error;
      const workload = await readIfThere(run, kind, name, patience);
      if (workload === undefined) return { kind: 'gone' };
      if (isOurs(workload)) return { kind: 'applied', workload };
      const unchanged = workload.spec !== undefined && templateDigest(workload.spec.template) === expected;
      if (!unchanged) return { kind: 'overtaken', workload };
      // A controller's write at the same moment is no refusal.
      if (error.status === 409 && attempt < mostAttempts) continue;
      if (error.status >= 500) throw error;
      return { kind: 'refused', error };
    }
  }
}

/** The workload as it is now; undefined where there is none. */
export async function readIfThere(
  { client, namespace, signal }: WorkloadRun,
  kind: WorkloadKind,
  name: string,
  patience: number,
): Promise<WorkloadObject | undefined> {
  try {
    return await client.get(kind.resource, { namespace, name }, { signal, patience });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
