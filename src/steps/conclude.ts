import { ApiError } from '../errors.ts';
import type { Intent } from '../intent.ts';
import { fieldManager } from '../kubernetes/marks.ts';
import type { WorkloadKind } from '../kubernetes/workloads/kind.ts';
import { bearsPace, restorePacePatch } from '../kubernetes/workloads/pace.ts';
import type { WorkloadRun } from '../run.ts';
import { readIfThere } from './apply-patch.ts';

/** How often the strategy is put back in vain, by a race with whoever writes at the same time. */
const mostAttempts = 5;

/** Seconds to wait for an API server that does not answer. */
const patience = 60;

/**
 * Ends what `intent` began: what was set for this rollout only is put back, and the intent is done with.
 *
 * @returns the generation that this made; 0 where nothing was to be put back.
 * @throws ApiError, ConnectionError where it cannot be put back, so that post tries again; LockLost.
 */
export async function conclude(run: WorkloadRun, kind: WorkloadKind, intent: Intent): Promise<number> {
  const generation = await restorePace(run, kind, intent);
  await run.saveIntent(undefined);
  return generation;
}

/** Puts back the pace, where one was set and is in place still. Answers and errors as {@link conclude}'s. */
export async function restorePace(
  run: WorkloadRun,
  kind: WorkloadKind,
  { pace, uid }: Intent,
): Promise<number> {
  const { client, namespace, signal, log, workload } = run;
  for (let attempt = 1; pace !== undefined; attempt++) {
    const now = await readIfThere(run, kind, workload.name, patience);
    if (now === undefined || now.metadata?.uid !== uid || !bearsPace(now, pace)) return 0;
    const patch = [
      { op: 'test', path: '/metadata/uid', value: uid } as const,
      ...restorePacePatch(now, pace),
    ];
    try {
      const held = await run.ensureLock();
      const options = { fieldManager, signal, patience: Math.min(patience, held / 2), repeatable: true };
      const patched = await client.patch(kind.resource, { namespace, name: workload.name }, patch, options);
      log.line('The pace of rollouts is put back to what it was.');
      return patched.metadata?.generation ?? 0;
    } catch (error) {
      const isRace = error instanceof ApiError && (error.status === 409 || error.status === 422);
      if (!isRace || attempt >= mostAttempts) throw error;
    }
  }
  return 0;
}
