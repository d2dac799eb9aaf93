import type { V1DaemonSet, V1LabelSelector } from '@kubernetes/client-node';
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
import type { RevisionHolder, RolloutStatus, WorkloadKind, WorkloadObject } from './kind.ts';
import { selectorText } from './selector.ts';

/** DaemonSets: their revisions are ControllerRevisions, which carry their pods' label. */
export const daemonSet: WorkloadKind = {
  kind: 'DaemonSet',
  resource: resources.daemonSets as ResourceType<WorkloadObject>,
  holders: resources.controllerRevisions as ResourceType<RevisionHolder>,
  everyPodCounts: true,
  refusesByEvent: true,
  // The controller replaces pods that are not available first, without counting them.
  getsStuck: false,

  selector: (workload) => selectorText((workload as V1DaemonSet).spec?.selector as V1LabelSelector),
  // How many nodes it is for the controller counts; before it has, the status says 0.
  replicas: (workload) => {
    const { status } = workload as V1DaemonSet;
    return status?.observedGeneration ? status.desiredNumberScheduled : undefined;
  },
  kept: () => 0,
  paused: () => false,
  onDelete: (workload) => (workload as V1DaemonSet).spec?.updateStrategy?.type === 'OnDelete',
  recreates: (workload) => !surges(workload as V1DaemonSet),

  status(view): RolloutStatus {
    const workload = view.workload as V1DaemonSet;
    if (!isObserved(workload))
      return { state: 'unseen', message: 'the DaemonSet controller has not seen the change yet' };
    const current = daemonSet.current(view);
    if (current === undefined) return { state: 'unseen', message: 'no pod of the new revision yet' };
    const others = ownPods(view).filter(
      ({ metadata }) =>
        metadata?.deletionTimestamp === undefined && metadata?.labels?.[revisionHash] !== current.hash,
    );
    return daemonSetStatus(workload, current.available, others.length);
  },

  // It has no memory of this; but with `maxUnavailable`, the last pods are replaced only once the others are available.
  settled(workload) {
    const { status } = workload as V1DaemonSet;
    const desired = status?.desiredNumberScheduled ?? 0;
    return isObserved(workload as V1DaemonSet) && (status?.updatedNumberScheduled ?? 0) >= desired;
  },

  revisions: (view) =>
    revisionsOf(view, ({ metadata }) => metadata?.labels?.[revisionHash] ?? metadata?.name ?? ''),

  current: (view) => currentOf(view, daemonSet.revisions(view)),

  podsOf: (view, revision) => podsWith(view, revision.hash),

  blocking: () => [],
  stuckPods: () => [],

  creator(view, revision) {
    const desired = daemonSet.replicas(view.workload) ?? 0;
    const own = podsWith(view, revision.hash);
    // A surge pod that is refused leaves no gap; but then there is nothing else that is waited for.
    const isMissing = ownPods(view).length < desired || (own.length < desired && own.every(serves));
    const words = isMissing ? refusal(view) : undefined;
    return words === undefined ? undefined : { object: `daemonset/${view.workload.metadata?.name}`, words };
  },

  undoPatch,
};

/**
 * `kubectl rollout status`'s rule, and its hole stopped: the pods that are available must be those of this revision,
 * and no others be left.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 *
 * @param ready the ready pods of the revision that the DaemonSet bears, whose template its controller has seen.
 * @param others pods of other revisions that are still there.
 */
export function daemonSetStatus({ status }: V1DaemonSet, ready: number, others: number): RolloutStatus {
  const desired = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const available = Math.min(ready, status?.numberAvailable ?? 0);
  const message = [
    `${updated} of ${desired} updated, ${available} available`,
    ...(others > 0 ? [`${others} ${others === 1 ? 'pod' : 'pods'} of other revisions still there`] : []),
  ].join('; ');
  const isComplete = updated >= desired && available >= desired && others === 0;
  return { state: isComplete ? 'complete' : 'progressing', message };
}

function isObserved({ status, metadata }: V1DaemonSet): boolean {
  const observed = status?.observedGeneration ?? 0;
  return observed > 0 && observed >= (metadata?.generation ?? 0);
}

/** Whether new pods come beside the old ones. */
function surges({ spec }: V1DaemonSet): boolean {
  const surge = spec?.updateStrategy?.rollingUpdate?.maxSurge;
  return surge !== undefined && Number.parseInt(String(surge), 10) > 0;
}
