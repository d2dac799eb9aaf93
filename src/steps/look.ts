import type { V1Pod } from '@kubernetes/client-node';
import { diagnose, Sightings, type Verdict } from '../diagnosis/diagnose.ts';
import { type RolloutRecord, standingOf } from '../history.ts';
import type { UndoTarget } from '../intent.ts';
import type { Revision, RolloutStatus, WorkloadKind, WorkloadView } from '../kubernetes/workloads/kind.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { restartsOf } from '../kubernetes/workloads/restarts.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';

/** Whether the revision that a workload bears is healthy, and which one a failed change of it goes back to. Pure. */
export interface Health {
  readonly status: RolloutStatus;
  readonly settled: boolean;
  readonly current: Revision | undefined;
  readonly verdict: Verdict;
  /**
   * The last revision known to be healthy: the current one if it was rolled out and serves; or the newest that does; or,
   * where none does, the newest that an earlier run has seen healthy.
   */
  readonly undoTo: Revision | undefined;
}

/** Judges the workload as it stands. `now` is in milliseconds; `records` tell how its revisions fared. */
export function healthOf(
  kind: WorkloadKind,
  view: WorkloadView,
  now: number,
  records: readonly RolloutRecord[],
): Health {
  const status = kind.status(view);
  const current = kind.current(view);
  const pods = current ? kind.podsOf(view, current) : [];
  const creator = current && kind.creator(view, current);
  const verdict = diagnose({ pods, creator, everyPodCounts: kind.everyPodCounts }, new Sightings(), now);
  const settled = kind.settled(view.workload);
  const serves = status.state === 'complete' || (settled && (current?.available ?? 0) > 0);
  const others = kind.revisions(view).filter(({ holderUid }) => holderUid !== current?.holderUid);
  const undoTo = serves
    ? current
    : (others.find(({ available }) => available > 0) ??
      others.find(({ template }) => standingOf(records, templateDigest(template)) === 'healthy'));
  return { status, settled, current, verdict, undoTo };
}

/** The pods of the revision that the workload bears now, less those that are about to go. Pure. */
export function presentPods(kind: WorkloadKind, view: WorkloadView): V1Pod[] {
  const current = kind.current(view);
  const pods = current ? kind.podsOf(view, current) : [];
  return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

/** Seconds without the end of a container after which pods are taken to run on. */
const quietSeconds = 600;

/**
 * Whether nothing is wrong with the pods, and few of them have had a container end lately: more than one lucky look.
 * Pure.
 */
export function isQuiet(pods: readonly V1Pod[], { diagnoses }: Verdict, now: number): boolean {
  const isLate = (pod: V1Pod) =>
    restartsOf(pod).some(({ end }) => now - new Date(end?.finishedAt ?? 0).getTime() < quietSeconds * 1000);
  return diagnoses.length === 0 && pods.filter(isLate).length * 2 < Math.max(1, pods.length);
}

/** Pods of the revision that had ended, and were removed lately. Pure. */
export function lostPods(kind: WorkloadKind, view: WorkloadView, revision: Revision | undefined): V1Pod[] {
  return revision && view.lost ? kind.podsOf({ ...view, pods: view.lost }, revision) : [];
}

/** Waits until the workload looks as `isSo` has it, but no longer than `seconds`. */
export async function awaitLook(
  { clock, signal }: Pick<WorkloadRun, 'clock' | 'signal'>,
  observation: Observation,
  seconds: number,
  isSo: (view: WorkloadView | undefined) => boolean,
): Promise<void> {
  const deadline = clock.now() + seconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const seen = observation.changes;
    if (isSo(observation.view()) || clock.now() >= deadline) return;
    await observation.changed(seen, (deadline - clock.now()) / 1000);
  }
}

/** A revision as an intent names it. */
export function toUndoTarget(revision: Revision): UndoTarget {
  const { number, holder, holderUid, template } = revision;
  return { number, holder, holderUid, templateDigest: templateDigest(template) };
}

/** Finds a named revision again: by its holder, or, where that was made anew, by its template. */
export function findRevision(
  kind: WorkloadKind,
  view: WorkloadView,
  target: UndoTarget,
): Revision | undefined {
  const revisions = kind.revisions(view);
  return (
    revisions.find(({ holderUid }) => holderUid === target.holderUid) ??
    revisions.find(({ template }) => templateDigest(template) === target.templateDigest)
  );
}
