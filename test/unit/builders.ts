import type {
  V1ContainerState,
  V1ContainerStatus,
  V1ControllerRevision,
  V1DaemonSet,
  V1DaemonSetSpec,
  V1DaemonSetStatus,
  V1Deployment,
  V1DeploymentSpec,
  V1DeploymentStatus,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1StatefulSet,
  V1StatefulSetSpec,
  V1StatefulSetStatus,
} from '@kubernetes/client-node';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import type { Evidence } from '../../src/journal.ts';

// API objects as a cluster answers with them: dates are strings there, whatever the models say.

/** A pod template of one container `web` with this image. */
export function templateOf(image: string): V1PodTemplateSpec {
  return {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image, resources: {} }] },
  };
}

/** A Deployment `web` in namespace `shop`: three replicas, generation 2, healthy. */
export function deploymentOf(
  over: {
    readonly template?: V1PodTemplateSpec;
    readonly spec?: Partial<V1DeploymentSpec>;
    readonly status?: V1DeploymentStatus;
    readonly generation?: number;
    readonly annotations?: Record<string, string>;
  } = {},
): V1Deployment {
  const { template = templateOf('acme/web:v1'), spec, status, generation = 2, annotations } = over;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      generation,
      ...(annotations && { annotations }),
    },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template, ...spec },
    status: {
      observedGeneration: generation,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      ...status,
    },
  };
}

/** The ReplicaSet `web-HASH` of that Deployment. */
export function replicaSetOf(
  hash: string,
  revision: number,
  over: {
    readonly image?: string;
    readonly template?: V1PodTemplateSpec;
    readonly available?: number;
    readonly created?: string;
    readonly owner?: string;
    readonly annotations?: Record<string, string>;
    readonly conditions?: NonNullable<V1ReplicaSet['status']>['conditions'];
  } = {},
): V1ReplicaSet {
  const template = over.template ?? templateOf(over.image ?? `acme/web:${hash}`);
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash };
  return {
    metadata: {
      name: `web-${hash}`,
      uid: `uid-${hash}`,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': `${revision}`, ...over.annotations },
      creationTimestamp: (over.created ?? '2026-11-20T10:00:00Z') as unknown as Date,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'web',
          uid: over.owner ?? 'uid-web',
          controller: true,
        },
      ],
    },
    spec: {
      selector: { matchLabels: labels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: {
      replicas: over.available ?? 0,
      availableReplicas: over.available ?? 0,
      ...(over.conditions && { conditions: over.conditions }),
    },
  };
}

/** A StatefulSet `web` in namespace `shop`: three replicas, generation 2, healthy at its revision `web-v1`. */
export function statefulSetOf(
  over: {
    readonly template?: V1PodTemplateSpec;
    readonly spec?: Partial<V1StatefulSetSpec>;
    readonly status?: Partial<V1StatefulSetStatus>;
    readonly annotations?: Record<string, string>;
  } = {},
): V1StatefulSet {
  const { template = templateOf('acme/web:v1'), spec, status, annotations } = over;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      generation: 2,
      ...(annotations && { annotations }),
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      serviceName: 'web',
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      template,
      ...spec,
    },
    status: {
      observedGeneration: 2,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      updatedReplicas: 3,
      currentRevision: 'web-v1',
      updateRevision: 'web-v1',
      ...status,
    },
  };
}

/** A DaemonSet `web` in namespace `shop`, for three nodes: generation 2, healthy. */
export function daemonSetOf(
  over: {
    readonly template?: V1PodTemplateSpec;
    readonly spec?: Partial<V1DaemonSetSpec>;
    readonly status?: Partial<V1DaemonSetStatus>;
    readonly annotations?: Record<string, string>;
  } = {},
): V1DaemonSet {
  const { template = templateOf('acme/web:v1'), spec, status, annotations } = over;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      generation: 2,
      ...(annotations && { annotations }),
    },
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
    status: {
      observedGeneration: 2,
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      ...status,
    },
  };
}

/** The ControllerRevision `web-HASH` of a StatefulSet or DaemonSet `web`, as its controller writes it. */
export function controllerRevisionOf(
  hash: string,
  revision: number,
  over: {
    readonly image?: string;
    readonly template?: V1PodTemplateSpec;
    readonly owner?: string;
    readonly annotations?: Record<string, string>;
    /** A DaemonSet's bears it. */
    readonly label?: string;
  } = {},
): V1ControllerRevision {
  const template = over.template ?? templateOf(over.image ?? `acme/web:${hash}`);
  return {
    metadata: {
      name: `web-${hash}`,
      uid: `uid-${hash}`,
      labels: { app: 'web', ...(over.label && { 'controller-revision-hash': over.label }) },
      ...(over.annotations && { annotations: over.annotations }),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: 'web',
          uid: over.owner ?? 'uid-web',
          controller: true,
        },
      ],
    },
    data: { spec: { template: { $patch: 'replace', ...template } } },
    revision,
  };
}

/** The pod `web-NAME` of a StatefulSet or DaemonSet `web`, of the revision with that hash. */
export function ownPodOf(
  name: string,
  hash: string,
  over: { readonly ready?: boolean; readonly deleted?: boolean; readonly phase?: string } = {},
): V1Pod {
  const { ready = true, deleted = false, phase = 'Running' } = over;
  const status = ready ? { ready, state: running() } : { state: terminated(1), restartCount: 4 };
  const pod = podOf(name, [statusOf(status)], { owner: 'uid-web', deleted, phase });
  const labels = { app: 'web', 'controller-revision-hash': hash };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

/** A container's status; `state` and `lastState` as the kubelet writes them. */
export function statusOf(over: Partial<V1ContainerStatus> = {}): V1ContainerStatus {
  return {
    name: 'web',
    image: 'acme/web:v2',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: {},
    ...over,
  };
}

export function waiting(reason: string, message?: string): V1ContainerState {
  return { waiting: { reason, ...(message !== undefined && { message }) } };
}

export function running(): V1ContainerState {
  return { running: { startedAt: '2026-11-20T10:00:00Z' as unknown as Date } };
}

export function terminated(exitCode: number, reason = 'Error', message?: string): V1ContainerState {
  return {
    terminated: {
      exitCode,
      reason,
      ...(message !== undefined && { message }),
      startedAt: '2026-11-20T10:00:00Z' as unknown as Date,
    },
  };
}

/** The pod `web-NAME` with these containers' statuses; ready where all of them are. */
export function podOf(
  name: string,
  statuses: readonly V1ContainerStatus[],
  over: {
    readonly phase?: string;
    readonly owner?: string;
    readonly deleted?: boolean;
    readonly initStatuses?: readonly V1ContainerStatus[];
    readonly conditions?: NonNullable<V1Pod['status']>['conditions'];
    readonly command?: string[];
  } = {},
): V1Pod {
  const ready = statuses.length > 0 && statuses.every((status) => status.ready);
  return {
    metadata: {
      name: `web-${name}`,
      uid: `uid-pod-${name}`,
      ...(over.deleted && { deletionTimestamp: '2026-11-20T10:00:00Z' as unknown as Date }),
      ...(over.owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: over.owner }],
      }),
    },
    spec: {
      containers: statuses.map((status) => ({
        name: status.name,
        image: status.image,
        ...(over.command && { command: over.command }),
      })),
    },
    status: {
      phase: over.phase ?? 'Running',
      conditions: [...(over.conditions ?? []), { type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [...statuses],
      ...(over.initStatuses && { initContainerStatuses: [...over.initStatuses] }),
    },
  };
}

/** A crash of container `web` in pod/web-1, as it is found. */
export function diagnosisOf(over: Partial<Diagnosis> = {}): Diagnosis {
  return {
    reason: 'crash',
    about: 'pod',
    object: 'pod/web-1',
    others: [],
    count: 1,
    container: 'web',
    message: 'it ended with exit code 1',
    said: '',
    next: 'Read its last log lines.',
    since: 0,
    hopeless: true,
    hasLog: true,
    ...over,
  };
}

/** The same with what was gathered about it: the container's last lines, and what the cluster told of it. */
export function evidenceOf({
  lines = [],
  told = [],
  ...over
}: Partial<Diagnosis> & {
  readonly lines?: readonly string[];
  readonly told?: readonly string[];
} = {}): Evidence {
  const diagnosis = diagnosisOf(over);
  return {
    ...diagnosis,
    logs: lines.length > 0 ? [{ object: diagnosis.object, lines }] : [],
    events: told.map((message) => ({ reason: 'Unhealthy', message, count: 1 })),
  };
}
