import type { Cluster, Database } from '../cluster/index.ts';
import { runKubectl } from './kubectl.ts';

/** The shop's web server in the cluster, with its database's address in a Secret. */
export interface Shop {
  readonly namespace: string;
  /** The workload, as the action's input `deployment` names it. */
  readonly workload: string;
  state(): Promise<ShopState>;
}

/** How the workload stands, by what the cluster says. */
export interface ShopState {
  readonly image: string;
  /** Counts changes of the workload's specification. */
  readonly generation: number;
  readonly ready: number;
}

/** Creates the shop and waits until it is ready. */
export async function openShop(cluster: Cluster, database: Database, image: string): Promise<Shop> {
  const namespace = 'shop';
  const kubectl = (args: readonly string[], input = '') =>
    runKubectl(cluster, ['--namespace', namespace, ...args], input);
  await kubectl(['apply', '-f', '-'], JSON.stringify(manifests(namespace, database.urlFromPods, image)));
  await kubectl(['rollout', 'status', 'deployment/web', '--timeout=120s']);
  return {
    namespace,
    workload: 'deployment/web',
    async state() {
      const { metadata, spec, status } = JSON.parse(await kubectl(['get', 'deployment/web', '-o', 'json']));
      return {
        image: spec.template.spec.containers[0].image,
        generation: metadata.generation,
        ready: status.readyReplicas ?? 0,
      };
    },
  };
}

function manifests(namespace: string, databaseUrl: string, image: string): object {
  const labels = { app: 'web' };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database', namespace },
      stringData: { url: databaseUrl },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 5,
            containers: [
              {
                name: 'web',
                image,
                env: [
                  { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } },
                ],
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
