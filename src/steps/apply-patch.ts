import { ApiError } from '../errors.ts';
import type { JsonPatchOperation } from '../kubernetes/client.ts';
import { fieldManager } from '../kubernetes/marks.ts';
import type { WorkloadKind, WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';

/** What became of a patch that is only to apply to a template that is known. */
export type PatchEnd =
  | { readonly applied: true; readonly workload: WorkloadObject }
  /** Somebody else's change came first; `workload` is as they left it. */
  | { readonly applied: false; readonly workload: WorkloadObject };

/**
 * Applies a patch that begins with a test of the template, and so cannot take effect twice: where an answer is lost
 * or the test fails, the workload is read, and its template tells what happened.
 *
 * @param expected digest of the template that the patch tests for.
 * @param ours digests of the template that the patch leaves.
 * @param patience seconds to wait for an API server that does not answer.
 * @throws ApiError where the server refuses the patch for another reason; ConnectionError.
 */
export async function applyPatch(
  run: Run,
  kind: WorkloadKind,
  name: string,
  patch: readonly JsonPatchOperation[],
  expected: string,
  ours: ReadonlySet<string>,
  patience: number,
): Promise<PatchEnd> {
  const { client, namespace, signal } = run;
  try {
    const workload = await client.patch(kind.resource, { namespace, name }, patch, {
      fieldManager,
      signal,
      patience,
      repeatable: true,
    });
    return { applied: true, workload };
  } catch (error) {
    // The API server answers a failed test with 422, as it does an invalid object.
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const workload = await client.get(kind.resource, { namespace, name }, { signal, patience });
    if (workload.spec && ours.has(templateDigest(workload.spec.template))) return { applied: true, workload };
    // Where the template is still the one that was tested for, the server objects to something else.
    if (workload.spec && templateDigest(workload.spec.template) === expected) throw error;
    return { applied: false, workload };
  }
}
