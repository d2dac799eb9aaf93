import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/index.ts';
import { runKubectl } from '../demo/kubectl.ts';
import { runAction, type StepRun } from '../support/runner.ts';
import type { Bench } from './figure.ts';

/** A Deployment of three replicas that are ready at once, and the two ways to give it an image. */
export interface Workload {
  readonly namespace: string;
  /** Deploys with the action; rejects where it does not end with `result`. */
  deploy(image: string, result: string): Promise<StepRun>;
  /** Runs kubectl in its namespace. */
  kubectl(...args: string[]): Promise<string>;
  /** Waits until nothing of an earlier rollout is left. */
  settle(): Promise<void>;
}

/** Creates the Deployment `web` in a namespace of its own, and waits until it is ready. */
export async function createWorkload(
  { dist }: Bench,
  cluster: Cluster,
  namespace: string,
  image: string,
): Promise<Workload> {
  const kubectl = (...args: string[]) => runKubectl(cluster, ['--namespace', namespace, ...args]);
  await runKubectl(cluster, ['apply', '-f', '-'], JSON.stringify(manifests(namespace, image)));
  const settle = async () => {
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    for (;;) {
      const pods = await kubectl('get', 'pods', '-o', 'name');
      if (pods.trim().split('\n').length === replicas) return;
      await sleep(100);
    }
  };
  await settle();
  return {
    namespace,
    kubectl,
    settle,
    async deploy(wanted, result) {
      const inputs = { deployment: 'web', namespace, image: wanted, kubeconfig: cluster.kubeconfig };
      const step = await runAction({ inputs, dist });
      if (step.outputs['result'] !== result) {
        throw new Error(`the deploy of ${wanted} ended as '${step.outputs['result']}':\n${step.main.shown}`);
      }
      return step;
    },
  };
}

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const replicas = 3;

function manifests(namespace: string, image: string): object {
  const labels = { app: 'web' };
  const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'web', image, readinessProbe }],
  };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
