import type { V1ObjectMeta, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { JsonPatchOperation } from '../client.ts';
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
  /** Pods that it wants to run; undefined where the kind does not say. */
  replicas(workload: WorkloadObject): number | undefined;
  paused(workload: WorkloadObject): boolean;
  /** Whether new pods are made only once the old ones are gone. */
  recreates(workload: WorkloadObject): boolean;
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
  /** What the controller says where it cannot create the revision's pods. */
  creator(
    view: WorkloadView,
    revision: Revision,
  ): { readonly object: string; readonly words: string } | undefined;
  /** The patch that puts `revision` back, provided that the workload still bears its present template. */
  undoPatch(workload: WorkloadObject, revision: Revision): JsonPatchOperation[];
}
