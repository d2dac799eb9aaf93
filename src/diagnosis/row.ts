import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/**
 * How long a symptom may still heal before waiting for it is given up: seconds since it was first seen, a number of
 * ends of the same container and so many seconds, or as long as the timeout lasts.
 */
export type Patience = { readonly seconds: number; readonly crashes?: number } | 'timeout';

/** What the cluster told of an object, alike ones merged. */
export interface EventFact {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number;
  /** The container that it is about, or ''. */
  readonly container: string;
}

/** A pod with what the cluster told of it, newest first. */
export interface PodSubject {
  readonly pod: V1Pod;
  readonly events: readonly EventFact[];
  /** Seconds that the rollout may take in all; undefined where there is no such limit. */
  readonly timeout?: number | undefined;
}

/** A container of a pod. */
export interface ContainerSubject extends PodSubject {
  readonly status: V1ContainerStatus;
  /** As the pod's spec has it. */
  readonly container: V1Container | undefined;
  /** Whether it is an init container; a native sidecar is one too. */
  readonly init: boolean;
}

/** What a ReplicaSet, StatefulSet, DaemonSet or Job says when it cannot create pods: there is no pod to look at. */
export interface CreatorSubject {
  /** As kubectl names it: `replicaset/web-7c9d`, `statefulset/db`. */
  readonly object: string;
  readonly words: string;
}

/** A workload while it is rolled out. */
export interface WorkloadSubject {
  /** As kubectl names it: `deployment/web`. */
  readonly object: string;
  readonly paused: boolean;
  /** Whether new pods are made only once the old ones are gone. */
  readonly recreates: boolean;
  readonly replicas: number | undefined;
  /** As it was before the change. */
  readonly replicasBefore: number | undefined;
  /** Pods of other revisions that are to end, and are still there. */
  readonly ending: readonly V1Pod[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One row of the table: how a symptom is recognised, how long it may heal, what is said about it. */
export interface Row<Subject> {
  /** The stable word for it: the output `reason`. */
  readonly reason: string;
  /** What a person sees of it with kubectl, for the docs. */
  readonly symptom: string;
  /** What it mostly comes from, for the docs. */
  readonly cause: string;
  /** What to do about it. */
  readonly next: string;
  readonly patience: Patience;
  /**
   * Whether room that others leave can heal it: then its grace begins only once no pod is ending and the rollout has
   * made its last step.
   */
  readonly needsRoom?: boolean;
  /** Whether the cluster tries again at ever longer intervals, so that it needs about as long again as it has failed. */
  readonly backsOff?: boolean;
  /** The cluster's own words (possibly none: ''), or undefined where the subject does not show the symptom. */
  recognise(subject: Subject): string | undefined;
  /** What is wrong, to follow the object's name and a colon. */
  message(subject: Subject): string;
  /** Whether the container's log tells more. */
  readonly hasLog: boolean;
}

/** The waiting message of the container where it waits for `reason`. */
export function waitingFor(status: V1ContainerStatus, reason: string): string | undefined {
  const waiting = status.state?.waiting;
  return waiting?.reason === reason ? (waiting.message ?? '') : undefined;
}

/** How the container last ended, whether that is its state or, while it waits to be restarted, its last one. */
export function lastEnd({ state, lastState }: V1ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}

/** How often the container has ended: `restartCount` numbers the instance that runs, or was the last to. */
export function crashes(status: V1ContainerStatus): number {
  return status.restartCount + (status.state?.running === undefined && lastEnd(status) !== undefined ? 1 : 0);
}
