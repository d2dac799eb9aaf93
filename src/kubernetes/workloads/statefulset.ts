import type { V1LabelSelector, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { type ResourceType, resources } from '../resources.ts';
import {
  currentOf,
  ownPods,
  podsWith,
  refusal,
  revisionHash,
  revisionsOf,
  serves,
  undoPatch,
} from './controller-revisions.ts';
import { hasEnded } from './ended.ts';
import type { RevisionHolder, RolloutStatus, WorkloadKind, WorkloadObject, WorkloadView } from './kind.ts';
import { selectorText } from './selector.ts';

/** StatefulSets: their revisions are ControllerRevisions, by whose names their pods are labelled. */
export const statefulSet: WorkloadKind = {
  kind: 'StatefulSet',
  resource: resources.statefulSets as ResourceType<WorkloadObject>,
  holders: resources.controllerRevisions as ResourceType<RevisionHolder>,
  everyPodCounts: true,
  refusesByEvent: true,
  getsStuck: true,

  selector: (workload) => selectorText((workload as V1StatefulSet).spec?.selector as V1LabelSelector),
  replicas: (workload) => replicasOf(workload as V1StatefulSet),
  kept: (workload) => keptOf(workload as V1StatefulSet),
  paused: () => false,
  onDelete: (workload) => (workload as V1StatefulSet).spec?.updateStrategy?.type === 'OnDelete',
  recreates: () => true,

  status(view): RolloutStatus {
    const workload = view.workload as V1StatefulSet;
    if (!isObserved(workload))
      return { state: 'unseen', message: 'the StatefulSet controller has not seen the change yet' };
    const current = statefulSet.current(view);
    if (current === undefined) return { state: 'unseen', message: 'no pod of the new revision yet' };
    return statefulSetStatus(workload, slots(view), current.hash);
  },

  // The controller raises the current revision to the new one once all pods have it and are ready. With a partition it
  // never does; but then the last pod is replaced only once the others are ready.
  settled(workload) {
    const set = workload as V1StatefulSet;
    const { currentRevision, updateRevision, updatedReplicas = 0 } = set.status ?? {};
    const wanted = replicasOf(set) - keptOf(set);
    const isUpdated = keptOf(set) > 0 && updatedReplicas >= wanted;
    return isObserved(set) && (currentRevision === updateRevision || isUpdated);
  },

  revisions: (view) => revisionsOf(view, ({ metadata }) => metadata?.name ?? ''),

  current(view) {
    const { status } = view.workload as V1StatefulSet;
    // What the controller has seen it has named, and it compares more leniently than we can.
    const named = isObserved(view.workload as V1StatefulSet) ? status?.updateRevision : undefined;
    return currentOf(view, statefulSet.revisions(view), ({ holder }) => holder === named);
  },

  podsOf: (view, revision) => podsWith(view, revision.hash),

  // OrderedReady goes on only past pods that are ready, of whatever revision they are.
  blocking(view, revision) {
    const first = isOrdered(view) ? slots(view).find((pod) => pod === undefined || !serves(pod)) : undefined;
    return first && hashOf(first) !== revision.hash ? [first] : [];
  },

  /**
   * With `OrderedReady`, the first pod that is not ready, where it is of a broken revision: the controller waits for
   * it, although it would be replaced. With `Parallel`, all of those, since a controller that knows `maxUnavailable`
   * counts them as unavailable and replaces none.
   *
   * One that is deleted before the controller has seen the new template would come back as it was.
   * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
   */
  stuckPods(view, broken) {
    if (!isObserved(view.workload as V1StatefulSet)) return [];
    const wanted = statefulSet.current(view)?.hash;
    const hashes = new Set(broken.map(({ hash }) => hash).filter((hash) => hash !== wanted));
    const waiting = slots(view).filter((pod) => pod === undefined || !serves(pod));
    return (isOrdered(view) ? waiting.slice(0, 1) : waiting).filter(
      (pod): pod is V1Pod => pod !== undefined && hashes.has(hashOf(pod)) && isReplacedByNobody(pod),
    );
  },

  creator(view) {
    const all = slots(view);
    const missing = all.indexOf(undefined);
    // In order, it is tried only once those before it are ready.
    if (missing < 0 || (isOrdered(view) && !all.slice(0, missing).every((pod) => pod && serves(pod))))
      return undefined;
    const words = refusal(view);
    return words === undefined ? undefined : { object: `statefulset/${view.workload.metadata?.name}`, words };
  },

  undoPatch,
};

/**
 * `kubectl rollout status`'s rule, and its hole stopped: it counts pods, but the pods that are ready must be those of
 * this revision, one at each place from the partition on.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 *
 * @param places the pods by their places, from the lowest ordinal on.
 * @param hash of the revision that the StatefulSet bears, whose template its controller has seen.
 */
export function statefulSetStatus(
  workload: V1StatefulSet,
  places: readonly (V1Pod | undefined)[],
  hash: string,
): RolloutStatus {
  const { status } = workload;
  const replicas = replicasOf(workload);
  const kept = keptOf(workload);
  const wanted = replicas - kept;
  const updated = Math.min(status?.updatedReplicas ?? 0, wanted);
  const ready = places.slice(kept).filter((pod) => pod && hashOf(pod) === hash && serves(pod)).length;
  const available = status?.availableReplicas ?? 0;
  const message = [
    `${updated} of ${wanted} updated, ${Math.min(ready, available)} available`,
    ...(kept > 0 ? [`${kept} kept as ${kept === 1 ? 'it is' : 'they are'} by the partition`] : []),
  ].join('; ');
  const isComplete =
    updated >= wanted && ready >= wanted && (status?.readyReplicas ?? 0) >= replicas && available >= replicas;
  return { state: isComplete ? 'complete' : 'progressing', message };
}

function replicasOf({ spec }: V1StatefulSet): number {
  return spec?.replicas ?? 1;
}

function keptOf(workload: V1StatefulSet): number {
  return Math.min(workload.spec?.updateStrategy?.rollingUpdate?.partition ?? 0, replicasOf(workload));
}

function isObserved({ status, metadata }: V1StatefulSet): boolean {
  const observed = status?.observedGeneration ?? 0;
  return observed > 0 && observed >= (metadata?.generation ?? 0);
}

function isOrdered({ workload }: WorkloadView): boolean {
  return (workload as V1StatefulSet).spec?.podManagementPolicy !== 'Parallel';
}

/** The pods by their places: the first is the one with the lowest ordinal. */
function slots(view: WorkloadView): (V1Pod | undefined)[] {
  const workload = view.workload as V1StatefulSet;
  const byName = new Map(ownPods(view).map((pod) => [pod.metadata?.name, pod]));
  const start = workload.spec?.ordinals?.start ?? 0;
  return Array.from({ length: replicasOf(workload) }, (_, index) =>
    byName.get(`${workload.metadata?.name}-${start + index}`),
  );
}

/** A pod that is ending, or has ended, the controller replaces by itself. */
function isReplacedByNobody(pod: V1Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined && !hasEnded(pod);
}

function hashOf({ metadata }: V1Pod): string {
  return metadata?.labels?.[revisionHash] ?? '';
}
