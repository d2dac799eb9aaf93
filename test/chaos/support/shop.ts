import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Deployment, V1Job, V1Lease, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import { ApiError } from '../../../src/errors.ts';
import { Client } from '../../../src/kubernetes/client.ts';
import { loadConnection } from '../../../src/kubernetes/kubeconfig/load.ts';
import { marks } from '../../../src/kubernetes/marks.ts';
import { type ResourceType, resources } from '../../../src/kubernetes/resources.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import type { Cluster } from '../../cluster/connect.ts';
import { webDeployment } from '../../e2e/support/manifests.ts';
import { Namespace } from '../../e2e/support/namespace.ts';
import { type ActionOptions, type RunningStep, startAction } from '../../support/runner.ts';
import type { ApiProxy } from './proxy.ts';

/** Another `dist/` than the repository's, while developing. */
const dist = process.env['CHAOS_DIST'];

/** How a deploy is started. */
export interface StepOptions extends Omit<ActionOptions, 'inputs' | 'dist'> {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Through which the action speaks to the API server; default: none. */
  readonly proxy?: ApiProxy | undefined;
  /** Another kubeconfig than the namespace's own. */
  readonly kubeconfig?: string;
}

/** A namespace with many workloads, and an administrator's client that looks at them without the action's help. */
export class Shop {
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  readonly client: Client;
  readonly #transport: Transport;
  #count = 0;

  private constructor(cluster: Cluster, namespace: Namespace, transport: Transport) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.#transport = transport;
    this.client = new Client(transport);
  }

  static async open(cluster: Cluster): Promise<Shop> {
    const [namespace, connection] = await Promise.all([
      Namespace.create(cluster),
      loadConnection({ kubeconfig: cluster.kubeconfig, context: '', env: {}, onSecret: () => {} }),
    ]);
    await cluster.image('chaos-slow', { env: { SERVE_FLAGS: '--ready-after=4s' } });
    return new Shop(cluster, namespace, new Transport(connection, { version: 'chaos', patience: 60 }));
  }

  async close(): Promise<void> {
    this.#transport.close();
    await this.namespace.remove();
  }

  /** A workload of its own with one healthy replica of `image`. */
  async workload(image: string, container: object = {}): Promise<Subject> {
    this.#count += 1;
    const name = `web-${this.#count}`;
    const manifest = webDeployment({ name, image, probe: true, container });
    await this.client.create(
      resources.deployments,
      { namespace: this.namespace.name },
      manifest as V1Deployment,
      { signal: AbortSignal.timeout(60_000) },
    );
    const subject = new Subject(this, name, image);
    await subject.settled(120);
    return subject;
  }
}

/** All about a workload that tells whether it came through. */
export interface Scene {
  readonly deployment: V1Deployment;
  readonly replicaSets: readonly V1ReplicaSet[];
  readonly jobs: readonly V1Job[];
  readonly lease: V1Lease | undefined;
}

/** One workload, to which things are done. */
export class Subject {
  readonly shop: Shop;
  readonly name: string;
  /** The image that it ran at first. */
  readonly first: string;
  /** Another workload that is deployed with it. */
  readonly twin: Subject | undefined;

  constructor(shop: Shop, name: string, first: string, twin?: Subject) {
    this.twin = twin;
    this.shop = shop;
    this.name = name;
    this.first = first;
  }

  /** The same, deployed together with another. */
  with(twin: Subject): Subject {
    return new Subject(this.shop, this.name, this.first, twin);
  }

  get leaseName(): string {
    return `safe-rollout-deployment-${this.name}`;
  }

  /** Starts a deploy of `image`, as the namespace's service account. */
  deploy(image: string, options: StepOptions = {}): RunningStep {
    const { proxy, inputs, kubeconfig: own, ...rest } = options;
    const { kubeconfig } = this.shop.namespace;
    return startAction({
      ...(dist !== undefined && { dist }),
      ...rest,
      inputs: {
        deployment: this.twin ? `${this.name},${this.twin.name}` : this.name,
        image,
        kubeconfig: own ?? (proxy ? through(proxy, kubeconfig) : kubeconfig),
        ...inputs,
      },
    });
  }

  async look(): Promise<Scene> {
    const [deployment, replicaSets, jobs, lease] = await Promise.all([
      this.#get(resources.deployments, this.name),
      this.#list(resources.replicaSets, `app=${this.name}`),
      this.#jobs(),
      this.#get(resources.leases, this.leaseName),
    ]);
    if (deployment === undefined) throw new Error(`deployment/${this.name} is gone`);
    return { deployment, replicaSets, jobs, lease };
  }

  #jobs(): Promise<V1Job[]> {
    return this.#list(resources.jobs, `${marks.workload}=deployment.${this.name}`);
  }

  jobPods(): Promise<V1Pod[]> {
    return this.#list(resources.pods, `${marks.workload}=deployment.${this.name}`);
  }

  /** Waits until the Deployment has rolled out what it bears and no Job runs; answers whether that came within `seconds`. */
  async settled(seconds: number): Promise<boolean> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      // Dozens wait at the same time, so one thing is asked for after the other.
      const deployment = await this.#get(resources.deployments, this.name);
      if (deployment && isHealthy(deployment) && (await this.#jobs()).every(isOver)) return true;
      if (performance.now() > end) return false;
      await sleep(700);
    }
  }

  /** Changes the Deployment as somebody else would. */
  async patch(patch: object): Promise<V1Deployment> {
    return this.shop.client.patch(
      resources.deployments,
      this.#target(this.name),
      { ...patch },
      this.#options,
    );
  }

  async patchLease(patch: object): Promise<void> {
    await this.shop.client.patch(resources.leases, this.#target(this.leaseName), { ...patch }, this.#options);
  }

  async deleteLease(): Promise<void> {
    await this.shop.client.delete(resources.leases, this.#target(this.leaseName), this.#options);
  }

  async createLease(lease: V1Lease): Promise<void> {
    const { namespace } = this.#target('');
    await this.shop.client.create(
      resources.leases,
      { namespace },
      { ...lease, metadata: { name: this.leaseName, ...lease.metadata } },
      this.#options,
    );
  }

  async remove(): Promise<void> {
    await this.twin?.remove();
    await this.shop.client.delete(resources.deployments, this.#target(this.name), {
      ...this.#options,
      propagationPolicy: 'Background',
    });
  }

  async #get<T>(type: ResourceType<T>, name: string): Promise<T | undefined> {
    try {
      return await this.shop.client.get(type, this.#target(name), this.#options);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #list<T>(type: ResourceType<T>, labelSelector: string): Promise<T[]> {
    const { namespace } = this.#target('');
    const { items } = await this.shop.client.list(type, { namespace, labelSelector }, this.#options);
    return items;
  }

  #target(name: string): { namespace: string; name: string } {
    return { namespace: this.shop.namespace.name, name };
  }

  get #options(): { signal: AbortSignal; repeatable: true } {
    return { signal: AbortSignal.timeout(120_000), repeatable: true };
  }
}

/** The full reference of one of the cluster's images. */
export function tagged({ cluster }: Shop, tag: string): string {
  return `${cluster.registry}/app:${tag}`;
}

/** By kubectl's rule, judged here anew. */
export function isHealthy({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    status?.updatedReplicas === wanted &&
    status.availableReplicas === wanted &&
    status.replicas === wanted
  );
}

export function isOver({ status }: V1Job): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

export function imageOf({ spec }: V1Deployment | V1ReplicaSet): string {
  return spec?.template?.spec?.containers[0]?.image ?? '';
}

/** The kubeconfig with the proxy in place of the server. */
export function through(proxy: ApiProxy, kubeconfig: string): string {
  const config = JSON.parse(kubeconfig) as { clusters: { cluster: object }[] };
  return JSON.stringify({
    ...config,
    clusters: config.clusters.map((each) => ({ ...each, cluster: { server: proxy.url } })),
  });
}
