import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { Manifest } from './namespace.ts';

export interface WebOptions {
  readonly image: string;
  readonly name?: string;
  readonly replicas?: number;
  /** Default: none, so that a pod is ready once it runs. */
  readonly probe?: boolean;
  /** Laid over the container `web`. */
  readonly container?: Partial<V1Container>;
  /** Containers beside it. */
  readonly others?: readonly V1Container[];
  /** Laid over the pod's spec. */
  readonly pod?: Partial<V1PodSpec>;
  /** Laid over the workload's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A Deployment of the sample application that starts and ends quickly. */
export function webDeployment(options: WebOptions): Manifest {
  return webOf('Deployment', { replicas: options.replicas ?? 1 }, options);
}

/** The same as a StatefulSet. */
export function webStatefulSet(options: WebOptions): Manifest {
  const { name = 'web', replicas = 1 } = options;
  return webOf('StatefulSet', { replicas, serviceName: name }, options);
}

/** The same as a DaemonSet: one pod on each node of the cluster, which mostly has but one. */
export function webDaemonSet(options: Omit<WebOptions, 'replicas'>): Manifest {
  return webOf('DaemonSet', {}, options);
}

function webOf(kind: string, own: object, options: WebOptions): Manifest {
  const { image, name = 'web', probe = false, container, others = [], pod, spec } = options;
  // It hears of a failure at once, but gives a busy machine time to answer.
  const timing = { periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 1 };
  const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, ...timing };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels: { app: name } },
    spec: {
      ...own,
      selector: { matchLabels: { app: name } },
      ...spec,
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          ...pod,
          containers: [{ name: 'web', image, ...(probe && { readinessProbe }), ...container }, ...others],
        },
      },
    },
  };
}

/** A Secret `database` with a connection string, and the environment variable that reads it. */
export function databaseSecret(url: string): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database' }, stringData: { url } };
}

export const databaseEnv = [
  { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } },
];

/** A ResourceQuota `limits`. */
export function quota(hard: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'limits' }, spec: { hard } };
}

/** A Job's manifest with one container, as a user would write it. */
export function migrationManifest(
  container: Partial<V1Container>,
  spec: object = {},
  pod: object = {},
): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'schema' },
    spec: {
      ...spec,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          automountServiceAccountToken: false,
          ...pod,
          containers: [{ name: 'schema', ...container }],
        },
      },
    },
  };
}
