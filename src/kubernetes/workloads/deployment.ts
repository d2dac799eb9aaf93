import type {
  V1Deployment,
  V1DeploymentCondition,
  V1LabelSelector,
  V1ReplicaSet,
} from '@kubernetes/client-node';
import type { JsonPatchOperation } from '../client.ts';
import { ownMarks } from '../marks.ts';
import { type ResourceType, resources } from '../resources.ts';
import type {
  Revision,
  RevisionHolder,
  RolloutStatus,
  WorkloadKind,
  WorkloadObject,
  WorkloadView,
} from './kind.ts';
import { annotationPatch } from './patch.ts';
import { selectorText } from './selector.ts';
import { equalIgnoringHash, podTemplateHash, withoutHash } from './template.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Deployments: their revisions are the ReplicaSets that they own. */
export const deployment: WorkloadKind = {
  kind: 'Deployment',
  resource: resources.deployments as ResourceType<WorkloadObject>,
  holders: resources.replicaSets as ResourceType<RevisionHolder>,

  selector: (workload) => selectorText((workload as V1Deployment).spec?.selector as V1LabelSelector),
  replicas: (workload) => (workload as V1Deployment).spec?.replicas ?? 1,
  kept: () => 0,
  onDelete: () => false,
  // A pod that cannot come up on one node may come up on another.
  everyPodCounts: false,
  refusesByEvent: false,
  getsStuck: false,
  blocking: () => [],
  stuckPods: () => [],
  paused: (workload) => (workload as V1Deployment).spec?.paused ?? false,
  recreates: (workload) => (workload as V1Deployment).spec?.strategy?.type === 'Recreate',

  status(view, before): RolloutStatus {
    return deploymentStatus(
      view.workload as V1Deployment,
      before as V1Deployment | undefined,
      deployment.current(view)?.available,
    );
  },

  // The controller gives this reason when a rollout ends, and takes it away when another begins.
  settled(workload) {
    const { status, metadata } = workload as V1Deployment;
    const seen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
    return seen && condition(workload as V1Deployment, 'Progressing')?.reason === 'NewReplicaSetAvailable';
  },

  revisions(view) {
    return replicaSets(view)
      .map(revisionOf)
      .sort((a, b) => b.number - a.number);
  },

  current(view) {
    const template = view.workload.spec?.template;
    if (template === undefined) return undefined;
    // Two ReplicaSets can bear equal templates; the controller takes the oldest for the current one.
    const match = replicaSets(view)
      .sort((a, b) => createdAt(a) - createdAt(b))
      .find((set) => set.spec?.template !== undefined && equalIgnoringHash(set.spec.template, template));
    return match && revisionOf(match);
  },

  podsOf(view, revision) {
    return view.pods.filter((pod) =>
      pod.metadata?.ownerReferences?.some((owner) => owner.uid === revision.holderUid),
    );
  },

  creator(view, revision) {
    const set = replicaSets(view).find(({ metadata }) => metadata?.uid === revision.holderUid);
    const failure = set?.status?.conditions?.find(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    );
    return failure && { object: `replicaset/${revision.holder}`, words: failure.message ?? '' };
  },

  /**
   * kubectl's undo, but for two points: it applies only while the template is the one in `workload`, and it puts
   * back only the annotations that this program writes, so that what others wrote on the Deployment since stays.
   * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go
   */
  undoPatch(workload, revision): JsonPatchOperation[] {
    return [
      { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
      { op: 'test', path: '/spec/template', value: workload.spec?.template },
      { op: 'replace', path: '/spec/template', value: withoutHash(revision.template) },
      ...annotationPatch(
        workload.metadata?.annotations,
        Object.fromEntries(ownMarks.map((mark) => [mark, revision.annotations[mark]])),
      ),
    ];
  },
};

/**
 * `kubectl rollout status`'s rule, and two of its holes stopped: a deadline that was exceeded before this change
 * does not count, and the pods that are available must be those of this revision.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 *
 * @param available the available pods of the revision that the Deployment bears; undefined until it exists.
 */
export function deploymentStatus(
  workload: V1Deployment,
  before: V1Deployment | undefined,
  available: number | undefined,
): RolloutStatus {
  const { status, spec, metadata } = workload;
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const total = status?.replicas ?? 0;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) {
    return { state: 'unseen', message: 'the Deployment controller has not seen the change yet' };
  }
  const progressing = condition(workload, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded' && !isOldNews(progressing, before)) {
    return { state: 'failed', message: progressing.message ?? 'it exceeded its progress deadline' };
  }
  if (available === undefined) {
    // With the strategy Recreate there is no new ReplicaSet while old pods run.
    const state = spec?.strategy?.type === 'Recreate' ? 'progressing' : 'unseen';
    return { state, message: 'no pod of the new revision yet' };
  }
  const others = total - updated;
  const counts = [
    `${updated} of ${wanted} updated, ${Math.min(available, updated)} available`,
    ...(others > 0 ? [`${others} ${others === 1 ? 'pod' : 'pods'} of other revisions still there`] : []),
  ].join('; ');
  if (updated < wanted) return { state: 'progressing', message: counts };
  if (total > updated) {
    return { state: 'progressing', message: counts };
  }
  if ((status?.availableReplicas ?? 0) < updated || available < updated)
    return { state: 'progressing', message: counts };
  return { state: 'complete', message: counts };
}

/** The controller rewrites the condition only when something moves; until then it speaks of the rollout before. */
function isOldNews(progressing: V1DeploymentCondition, before: V1Deployment | undefined): boolean {
  const earlier = before && condition(before, 'Progressing');
  return (
    earlier?.reason === progressing.reason &&
    String(earlier?.lastUpdateTime) === String(progressing.lastUpdateTime) &&
    earlier?.message === progressing.message
  );
}

function condition(workload: V1Deployment, type: string): V1DeploymentCondition | undefined {
  return workload.status?.conditions?.find((each) => each.type === type);
}

function replicaSets(view: WorkloadView): V1ReplicaSet[] {
  const uid = view.workload.metadata?.uid;
  return (view.holders as V1ReplicaSet[]).filter((set) =>
    set.metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
  );
}

function createdAt(set: V1ReplicaSet): number {
  return new Date(set.metadata?.creationTimestamp ?? 0).getTime();
}

function revisionOf(set: V1ReplicaSet): Revision {
  const annotations = set.metadata?.annotations ?? {};
  return {
    number: Number(annotations[revisionAnnotation] ?? 0),
    holder: set.metadata?.name ?? '',
    holderUid: set.metadata?.uid ?? '',
    template: set.spec?.template ?? {},
    hash: set.metadata?.labels?.[podTemplateHash] ?? '',
    annotations,
    available: set.status?.availableReplicas ?? 0,
  };
}
