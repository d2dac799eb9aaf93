import type {
  CoreV1Event,
  V1ControllerRevision,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Lease,
  V1Node,
  V1Pod,
  V1ReplicaSet,
  V1ResourceQuota,
  V1SelfSubjectAccessReview,
  V1Service,
  V1StatefulSet,
} from '@kubernetes/client-node';

/** A kind of object and where the API server serves it. */
export interface ResourceType<T> {
  /** API group; `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: it ties the objects' type to this value. */
  readonly object?: T;
}

/** `apps/v1`, or `v1` for core: what objects carry as `apiVersion`. */
export function apiVersionOf(type: ResourceType<unknown>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

function namespaced<T>(group: string, plural: string, kind: string): ResourceType<T> {
  return { group, version: 'v1', plural, kind, namespaced: true };
}

function clusterWide<T>(group: string, plural: string, kind: string): ResourceType<T> {
  return { group, version: 'v1', plural, kind, namespaced: false };
}

/**
 * What we speak of. The models' `Date` fields (`creationTimestamp`, `startedAt`, `renewTime`, …) are RFC 3339
 * strings at run time: nothing converts them, neither on the way in nor out.
 */
export const resources = {
  deployments: namespaced<V1Deployment>('apps', 'deployments', 'Deployment'),
  statefulSets: namespaced<V1StatefulSet>('apps', 'statefulsets', 'StatefulSet'),
  daemonSets: namespaced<V1DaemonSet>('apps', 'daemonsets', 'DaemonSet'),
  replicaSets: namespaced<V1ReplicaSet>('apps', 'replicasets', 'ReplicaSet'),
  controllerRevisions: namespaced<V1ControllerRevision>('apps', 'controllerrevisions', 'ControllerRevision'),
  pods: namespaced<V1Pod>('', 'pods', 'Pod'),
  jobs: namespaced<V1Job>('batch', 'jobs', 'Job'),
  events: namespaced<CoreV1Event>('', 'events', 'Event'),
  leases: namespaced<V1Lease>('coordination.k8s.io', 'leases', 'Lease'),
  services: namespaced<V1Service>('', 'services', 'Service'),
  resourceQuotas: namespaced<V1ResourceQuota>('', 'resourcequotas', 'ResourceQuota'),
  nodes: clusterWide<V1Node>('', 'nodes', 'Node'),
  selfSubjectAccessReviews: clusterWide<V1SelfSubjectAccessReview>(
    'authorization.k8s.io',
    'selfsubjectaccessreviews',
    'SelfSubjectAccessReview',
  ),
} as const;
