import type { V1Pod } from '@kubernetes/client-node';
import { diagnose, isReady, Sightings, type Verdict } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { sayDuration } from '../duration.ts';
import type { Revision, RolloutStatus, WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';

/** What is waited for. */
export interface Expectation {
  /** Digests of the template that must stay in place. */
  readonly ours: ReadonlySet<string>;
  /** The workload as it was before the change. */
  readonly before: WorkloadObject | undefined;
  /** The generation that the change made: what the watch shows of an earlier one is not news. */
  readonly generation: number;
  /** Seconds from now. */
  readonly timeout: number;
}

/** Why a rollout is given up; the diagnoses are still without logs. */
export interface RolloutTrouble {
  readonly reason: string;
  readonly message: string;
  readonly diagnoses: readonly Diagnosis[];
}

/** How a rollout ended. */
export type RolloutEnd =
  | { readonly kind: 'complete'; readonly revision: Revision }
  | { readonly kind: 'failed'; readonly revision: Revision | undefined; readonly trouble: RolloutTrouble }
  /** The workload bears another template than ours, or is gone. */
  | { readonly kind: 'superseded'; readonly message: string };

/**
 * Watches a rollout to its end: complete by kubectl's rule, failed by it, hopeless by its pods, out of time, or
 * changed by somebody else.
 *
 * @throws the signal's reason; ApiError where the server refuses to go on showing the workload.
 */
export async function watchRollout(
  run: Run,
  observation: Observation,
  expected: Expectation,
): Promise<RolloutEnd> {
  const { clock, inputs } = run;
  const sightings = new Sightings();
  const teller = new Teller(run);
  const deadline = clock.now() + expected.timeout * 1000;
  let completeSince: number | undefined;
  for (;;) {
    const seen = observation.changes;
    const view = observation.view();
    const name = `${inputs.workload.kind.toLowerCase()}/${inputs.workload.name}`;
    if (view === undefined) return { kind: 'superseded', message: `${name} was deleted during the rollout.` };
    let status: RolloutStatus = { state: 'unseen', message: 'the change has not been seen yet' };
    let verdict: Verdict = { diagnoses: [], hopeless: false };
    let revision: Revision | undefined;
    if ((view.workload.metadata?.generation ?? 0) >= expected.generation) {
      if (!view.workload.spec || !expected.ours.has(templateDigest(view.workload.spec.template))) {
        const message = `${name} was changed during the rollout by ${lastChangeOf(view.workload)}.`;
        return { kind: 'superseded', message };
      }
      status = observation.kind.status(view, expected.before);
      revision = observation.kind.current(view);
      const pods = revision ? observation.kind.podsOf(view, revision) : [];
      if (revision) {
        const creator = observation.kind.creator(view, revision);
        verdict = diagnose({ pods, creator }, sightings, clock.now());
      }
      teller.tell(status, verdict.diagnoses);
      const replicas = observation.kind.replicas(view.workload);
      if (status.state === 'complete' && replicas === 0) return scaledToZero(name, revision);
      if (status.state === 'complete' && revision && isSound(pods, replicas, verdict)) {
        completeSince ??= clock.now();
        if (clock.now() - completeSince >= settleSeconds(view.workload) * 1000)
          return { kind: 'complete', revision };
      } else {
        completeSince = undefined;
      }
    }
    const trouble = troubleOf(status, verdict, clock.now() >= deadline ? expected.timeout : undefined);
    if (trouble) return { kind: 'failed', revision, trouble };
    // The second is for grace periods, which end without anything having changed in the cluster.
    await observation.changed(seen, Math.min(1, Math.max(0, deadline - clock.now()) / 1000));
  }
}

/**
 * Whether the pods bear out what the workload's status says. Without a readiness probe a container counts as ready the
 * moment it runs, so that a status can be complete while its pods have crashed already.
 */
function isSound(pods: readonly V1Pod[], replicas: number | undefined, verdict: Verdict): boolean {
  return verdict.diagnoses.length === 0 && pods.filter(isReady).length >= (replicas ?? 1);
}

/** Seconds for which a rollout must stay complete where nothing else tells that its containers work. */
const unprobedSeconds = 3;

/** How long a rollout must stay complete, in seconds: not at all where every container has a readiness probe. */
function settleSeconds({ spec }: WorkloadObject): number {
  const containers = spec?.template.spec?.containers ?? [];
  return containers.every(({ readinessProbe }) => readinessProbe !== undefined) ? 0 : unprobedSeconds;
}

function scaledToZero(name: string, revision: Revision | undefined): RolloutEnd {
  const message = `${name} was scaled to zero during the rollout, so nothing shows whether the new image works.`;
  return { kind: 'failed', revision, trouble: { reason: 'scaled-to-zero', message, diagnoses: [] } };
}

/** Why the rollout is to be given up now, or undefined. Pure. `overdue`: the timeout in seconds, once it is over. */
export function troubleOf(
  status: RolloutStatus,
  { diagnoses, hopeless }: Verdict,
  overdue: number | undefined,
): RolloutTrouble | undefined {
  const [worst] = diagnoses;
  const why =
    worst && `${worst.object}${worst.container ? `, container ${worst.container}` : ''}: ${worst.message}`;
  if (hopeless && worst) return { reason: worst.reason, message: `${why}.`, diagnoses };
  if (status.state === 'failed') {
    const message = `The cluster gave the rollout up: ${status.message}${why ? ` (${why})` : ''}.`;
    return { reason: worst?.reason ?? 'progress-deadline-exceeded', message, diagnoses };
  }
  if (overdue === undefined) return undefined;
  return {
    reason: worst?.reason ?? 'timeout',
    message: `Not rolled out within ${sayDuration(overdue)} (${status.message})${why ? `; ${why}` : ''}.`,
    diagnoses,
  };
}

/** Says how the rollout goes, a line only where there is something new. */
class Teller {
  readonly #run: Run;
  readonly #told = new Set<string>();
  #last = '';

  constructor(run: Run) {
    this.#run = run;
  }

  tell(status: RolloutStatus, diagnoses: readonly Diagnosis[]): void {
    const { log, journal } = this.#run;
    if (status.state !== 'unseen' && status.message !== this.#last) {
      log.line(status.message);
      journal.add({ type: 'progress', message: status.message });
      this.#last = status.message;
    }
    for (const { reason, object, container, message, said } of diagnoses) {
      const key = `${reason}/${container ?? ''}/${message}`;
      // A pod that has only just begun to run is not ready yet; that is no news.
      if (this.#told.has(key) || reason === 'not-ready') continue;
      this.#told.add(key);
      log.line(
        `${object}${container ? `, container ${container}` : ''}: ${message}${said ? ` (${said})` : ''}`,
      );
    }
  }
}
