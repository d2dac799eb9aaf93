import type { V1Pod } from '@kubernetes/client-node';
import { ApiError, ConnectionError, messageOf } from '../errors.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Revision, WorkloadKind, WorkloadView } from '../kubernetes/workloads/kind.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';

/** Seconds between two looks. */
const pause = 0.5;

/** Seconds for which a pod must have held the rollout up: a controller that replaces it by itself comes first. */
const graceSeconds = 2;

/** Seconds for one request. */
const attemptSeconds = 10;

/**
 * Deletes, until `signal` aborts, the pods that a StatefulSet's controller waits for in vain: not ready, and of a
 * revision that is known not to work. It never touches a pod that is ready, nor one of any other revision.
 *
 * Without this, a StatefulSet stands still after its template was put back.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 *
 * @param broken digests of the templates that are known not to work.
 * @returns once `signal` has aborted, or nothing more can be done; it never rejects: where a pod cannot be deleted,
 *   that is told, and the rollout's own timeout ends the wait.
 */
export async function unstick(
  run: WorkloadRun,
  observation: Observation,
  broken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  if (broken.size === 0 || !observation.kind.getsStuck) return;
  try {
    await new Unsticker(run, observation, broken, signal).untilAborted();
  } catch {
    // Aborted; or the lock is another run's by now, which ends this run.
  }
}

class Unsticker {
  readonly #run: WorkloadRun;
  readonly #observation: Observation;
  readonly #broken: ReadonlySet<string>;
  readonly #signal: AbortSignal;
  /** When each pod was first seen to hold the rollout up, by uid, in milliseconds. */
  readonly #since = new Map<string, number>();
  /** Pods, by uid, that the server does not let this program delete. */
  readonly #refused = new Set<string>();

  constructor(run: WorkloadRun, observation: Observation, broken: ReadonlySet<string>, signal: AbortSignal) {
    this.#run = run;
    this.#observation = observation;
    this.#broken = broken;
    this.#signal = signal;
  }

  async untilAborted(): Promise<never> {
    for (;;) {
      const view = this.#observation.view();
      for (const { pod, revision } of view ? stuckPods(this.#observation.kind, view, this.#broken) : []) {
        const uid = pod.metadata?.uid ?? '';
        const now = this.#run.clock.now();
        const since = this.#since.get(uid) ?? now;
        this.#since.set(uid, since);
        if (now - since < graceSeconds * 1000 || this.#refused.has(uid)) continue;
        await this.#delete(pod, revision);
      }
      await this.#run.clock.sleep(pause, this.#signal);
    }
  }

  async #delete({ metadata }: V1Pod, revision: Revision): Promise<void> {
    const { client, namespace, log, journal } = this.#run;
    const { name = '', uid = '', resourceVersion } = metadata ?? {};
    const timeoutSeconds = Math.min(attemptSeconds, await this.#run.ensureLock());
    try {
      await client.delete(
        resources.pods,
        { namespace, name },
        {
          signal: this.#signal,
          timeoutSeconds,
          patience: 0,
          // Another pod of its name, or one that has become ready since it was seen, stays.
          preconditions: { uid, ...(resourceVersion && { resourceVersion }) },
        },
      );
      log.line(
        `Deleted pod/${name} (revision ${revision.number}): it was not ready, and its controller would have waited for it for ever.`,
      );
      journal.add({ type: 'pod-deleted', pod: name });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof ConnectionError) return;
      if (!(error instanceof ApiError)) throw error;
      // It is gone, or has changed: the next look tells.
      if (error.status === 404 || error.status === 409 || error.status >= 500) return;
      this.#refused.add(uid);
      log.line(
        `pod/${name} holds the rollout up and cannot be deleted (${messageOf(error)}). Delete it by hand: kubectl -n ${namespace} delete pod ${name}`,
      );
    }
  }
}

/** The pods of broken revisions that hold the rollout up, each with its revision. Pure. */
function stuckPods(
  kind: WorkloadKind,
  view: WorkloadView,
  broken: ReadonlySet<string>,
): { readonly pod: V1Pod; readonly revision: Revision }[] {
  const revisions = kind.revisions(view).filter(({ template }) => broken.has(templateDigest(template)));
  return revisions.flatMap((revision) => kind.stuckPods(view, [revision]).map((pod) => ({ pod, revision })));
}
