import type { V1ObjectMeta, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { JsonPatchOperation } from '../client.ts';
import type { ToldEvent } from '../events.ts';
import type { ResourceType } from '../resources.ts';
import type { WorkloadKindName } from './names.ts';

/** What every kind of workload has in common, as its API objects spell it. */
export interface WorkloadObject {
  apiVersion?: string;
  kind?: string;
  metadata?: V1ObjectMeta;
  spec?: { template: V1PodTemplateSpec; selector?: unknown };
}

/** How far a rollout is, by `kubectl rollout status`'s rule for the kind. */
export interface RolloutStatus {
  /** `unseen`: the controller has not looked at the workload's present template yet. */
  readonly state: 'unseen' | 'progressing' | 'complete' | 'failed';
  /** One line, e.g. `2 of 3 updated, 1 available`. */
  readonly message: string;
}

/** A numbered pod template of a workload. */
export interface Revision {
  readonly number: number;
  /** The object that holds it: a ReplicaSet or ControllerRevision. */
  readonly holder: string;
  readonly holderUid: string;
  readonly template: V1PodTemplateSpec;
  /** The label value that its pods carry. */
  readonly hash: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** How many of its pods are available. */
  readonly available: number;
}

/** The objects that a verdict about one workload is drawn from, as they are at one moment. */
export interface WorkloadView {
  readonly workload: WorkloadObject;
  /** The objects that hold its revisions. */
  readonly holders: readonly RevisionHolder[];
  /** All pods that its selector finds and that belong to it. */
  readonly pods: readonly V1Pod[];
  /** Pods that had ended, and were removed within the last minute: some controllers do so at once. */
  readonly lost?: readonly V1Pod[];
  /** What the cluster told of the workload itself, newest first; see {@link WorkloadKind.refusesByEvent}. */
  readonly events?: readonly ToldEvent[];
}

/** A ReplicaSet or ControllerRevision. */
export interface RevisionHolder {
  metadata?: V1ObjectMeta;
}

/** Everything that differs between Deployments, StatefulSets and DaemonSets. All of it is pure. */
export interface WorkloadKind {
  readonly kind: WorkloadKindName;
  readonly resource: ResourceType<WorkloadObject>;
  /** The kind of object that holds this workload's revisions. */
  readonly holders: ResourceType<RevisionHolder>;
  /** A label selector for its pods, as a list request takes it. */
  selector(workload: WorkloadObject): string;
  /** Pods that it wants to run; undefined where that is not known yet. */
  replicas(workload: WorkloadObject): number | undefined;
  /** Pods that keep the revision that they run, whatever is rolled out: those below a StatefulSet's partition. */
  kept(workload: WorkloadObject): number;
  paused(workload: WorkloadObject): boolean;
  /** Whether pods are replaced only when somebody deletes them (`updateStrategy.type: OnDelete`). */
  onDelete(workload: WorkloadObject): boolean;
  /** Whether a new pod is made only once the old one that it replaces is gone. */
  recreates(workload: WorkloadObject): boolean;
  /** Whether a rollout cannot end well without each single pod: each has a place (an ordinal, a node) of its own. */
  readonly everyPodCounts: boolean;
  /** Whether the controller says only by events about the workload that it cannot create pods. */
  readonly refusesByEvent: boolean;
  /** Whether a rollout can wait for ever for a pod that only a person, or this program, deletes. */
  readonly getsStuck: boolean;
  /**
   * kubectl's rule, and true only for the template that `workload` bears.
   *
   * @param before the workload as it was before the change, so that what its status said then is not taken for
   *   news.
   */
  status(view: WorkloadView, before?: WorkloadObject): RolloutStatus;
  /** Whether the rollout of the template that it bears has once been complete, whatever its pods do now. */
  settled(workload: WorkloadObject): boolean;
  /** All revisions, newest first. */
  revisions(view: WorkloadView): Revision[];
  /** The revision whose template the workload bears now; undefined until the controller has made it. */
  current(view: WorkloadView): Revision | undefined;
  /** The pods of one revision. */
  podsOf(view: WorkloadView, revision: Revision): V1Pod[];
  /** Pods of other revisions that the rollout of `revision` waits for before it goes on. */
  blocking(view: WorkloadView, revision: Revision): V1Pod[];
  /**
   * Pods of the `broken` revisions that hold up the rollout of the template that the workload bears now: they are not
   * ready, and the controller neither replaces them nor goes on without them.
   */
  stuckPods(view: WorkloadView, broken: readonly Revision[]): V1Pod[];
  /** What the controller says where it cannot create the revision's pods. */
  creator(
    view: WorkloadView,
    revision: Revision,
  ): { readonly object: string; readonly words: string } | undefined;
  /** The patch that puts `revision` back, provided that the workload still bears its present template. */
  undoPatch(workload: WorkloadObject, revision: Revision): JsonPatchOperation[];
}
