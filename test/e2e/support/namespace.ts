import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CoreV1Event,
  KubernetesObject,
  V1ControllerRevision,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { WorkloadKindName } from '../../../src/kubernetes/workloads/names.ts';
import { neededAccess, rbacRules } from '../../../src/preflight/access.ts';
import type { Cluster } from '../../cluster/connect.ts';
import { type Answer, ask } from './api.ts';
import { kubectl } from './kubectl.ts';

/** The kinds that can be deployed. */
export interface WorkloadKinds {
  deployment: V1Deployment;
  statefulset: V1StatefulSet;
  daemonset: V1DaemonSet;
}

/** What `Namespace.get` and `Namespace.list` answer, by kubectl's name for it. */
interface Kinds extends WorkloadKinds {
  controllerrevision: V1ControllerRevision;
  replicaset: V1ReplicaSet;
  job: V1Job;
  pod: V1Pod;
  event: CoreV1Event;
}

const apis: Readonly<Record<keyof Kinds, string>> = {
  deployment: 'apis/apps/v1',
  statefulset: 'apis/apps/v1',
  daemonset: 'apis/apps/v1',
  controllerrevision: 'apis/apps/v1',
  replicaset: 'apis/apps/v1',
  job: 'apis/batch/v1',
  pod: 'api/v1',
  event: 'api/v1',
};

export type Manifest = KubernetesObject & Record<string, unknown>;

/** What the action may do to deploy one of these: what the documents ask for, and no more. */
export function rulesFor(...kinds: readonly WorkloadKindName[]): object[] {
  return kinds.flatMap((kind) =>
    parse(rbacRules(neededAccess(kind, true).map((need) => ({ ...need, allowed: false })))),
  );
}

const allRules = rulesFor('Deployment', 'StatefulSet', 'DaemonSet');

/**
 * A namespace of one test. In it, the action runs as a service account with the permissions of the README, so that
 * every test shows that they suffice.
 */
export class Namespace {
  readonly name: string;
  readonly cluster: Cluster;
  /** The service account's kubeconfig, as it would stand in a secret. Its context's namespace is this one. */
  readonly kubeconfig: string;
  readonly token: string;
  #folder: string | undefined;

  private constructor(cluster: Cluster, name: string, token: string) {
    this.cluster = cluster;
    this.name = name;
    this.token = token;
    this.kubeconfig = kubeconfigText(cluster, name, token);
  }

  /** Makes one. `rules`: what the action may do in it. */
  static async create(cluster: Cluster, rules: readonly object[] = allRules): Promise<Namespace> {
    const name = `e2e-${randomBytes(4).toString('hex')}`;
    const named = (it: string) => ({ name: it, namespace: name });
    await kubectl(
      cluster,
      ['create', '-f', '-'],
      toList([
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('deployer') },
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: named('deployer'), rules },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: named('deployer'),
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
          subjects: [{ kind: 'ServiceAccount', ...named('deployer') }],
        },
      ]),
    );
    const path = `/api/v1/namespaces/${name}/serviceaccounts/deployer/token`;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = parsed<{ status: { token: string } }>(path, await ask(cluster, 'POST', path, request));
    return new Namespace(cluster, name, status.token);
  }

  /** The kubeconfig as a file, which goes with the namespace. */
  async kubeconfigFile(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    const file = join(this.#folder, 'config');
    await writeFile(file, this.kubeconfig, { mode: 0o600 });
    return file;
  }

  /** Removes it without waiting for its end. */
  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
    await kubectl(this.cluster, ['delete', 'namespace', this.name, '--wait=false', '--ignore-not-found']);
  }

  /** Runs kubectl in it as the administrator; rejects with what kubectl said. */
  kubectl(...args: string[]): Promise<string> {
    return kubectl(this.cluster, ['-n', this.name, ...args]);
  }

  async apply(...objects: readonly Manifest[]): Promise<void> {
    await kubectl(this.cluster, ['-n', this.name, 'apply', '-f', '-'], toList(objects));
  }

  /** The object, or undefined where there is none of that name. */
  async get<K extends keyof Kinds>(kind: K, name: string): Promise<Kinds[K] | undefined> {
    const path = this.#path(kind, name);
    const { status, body } = await ask(this.cluster, 'GET', path);
    if (status === 404) return undefined;
    return parsed<Kinds[K]>(path, { status, body });
  }

  async list<K extends keyof Kinds>(kind: K, selector = ''): Promise<Kinds[K][]> {
    const path = `${this.#path(kind)}?labelSelector=${encodeURIComponent(selector)}`;
    return parsed<{ items: Kinds[K][] }>(path, await ask(this.cluster, 'GET', path)).items;
  }

  #path(kind: keyof Kinds, name?: string): string {
    const path = `/${apis[kind]}/namespaces/${this.name}/${kind}s`;
    return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
  }

  /** The workload as it is; fails where it is not there. */
  async workload<K extends keyof WorkloadKinds = 'deployment'>(
    name = 'web',
    kind: K = 'deployment' as K,
  ): Promise<Workload<WorkloadKinds[K]>> {
    const object = await this.get(kind, name);
    if (object === undefined) throw new Error(`${kind}/${name} is not there`);
    return new Workload<WorkloadKinds[K]>(object);
  }

  /** Applies a workload and waits until all of it runs. The type is that of the first one. */
  async running<K extends keyof WorkloadKinds = 'deployment'>(
    ...objects: readonly Manifest[]
  ): Promise<Workload<WorkloadKinds[K]>> {
    await this.apply(...objects);
    const workloads = objects.flatMap(({ kind = '', metadata }) =>
      workloadKinds.has(kind) ? [{ kind: kind.toLowerCase() as K, name: metadata?.name ?? '' }] : [],
    );
    await Promise.all(workloads.map(({ kind, name }) => this.settled(name, kind)));
    const [first] = workloads;
    return await this.workload(first?.name, first?.kind);
  }

  /** Evicts a pod by the API, as a drain does. */
  async evict(pod: string): Promise<void> {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod } };
    const url = `/api/v1/namespaces/${this.name}/pods/${pod}/eviction`;
    parsed(url, await ask(this.cluster, 'POST', url, eviction));
  }

  /** Waits until the workload has rolled out, by kubectl's judgement. */
  async settled(name = 'web', kind: keyof WorkloadKinds = 'deployment'): Promise<void> {
    await this.kubectl('rollout', 'status', `${kind}/${name}`, '--timeout=90s');
  }

  /** By what rule the workload `web` is rolled out. */
  async strategy(kind: 'statefulset' | 'daemonset'): Promise<unknown> {
    return (await this.workload('web', kind)).object.spec?.updateStrategy;
  }

  /** The pods of the workload that are not about to go. */
  async pods(name = 'web'): Promise<V1Pod[]> {
    const pods = await this.list('pod', `app=${name}`);
    return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** Waits until `look` answers something; fails after `seconds`. */
  async until<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 30): Promise<T> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
      await sleep(250);
    }
  }
}

const workloadKinds: ReadonlySet<string> = new Set<WorkloadKindName>([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
]);

/** A workload, and what the tests ask of it. */
export class Workload<T extends WorkloadKinds[keyof WorkloadKinds] = V1Deployment> {
  readonly object: T;

  constructor(object: T) {
    this.object = object;
  }

  get template(): V1PodTemplateSpec | undefined {
    return this.object.spec?.template;
  }

  /** By container, init containers too. */
  get images(): Record<string, string> {
    const pod = this.template?.spec;
    return Object.fromEntries(
      [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(({ name, image = '' }) => [
        name,
        image,
      ]),
    );
  }

  get image(): string {
    return this.template?.spec?.containers[0]?.image ?? '';
  }

  get annotations(): Record<string, string> {
    return this.object.metadata?.annotations ?? {};
  }

  get revision(): string {
    return this.annotations['deployment.kubernetes.io/revision'] ?? '';
  }

  get ready(): number {
    const { status } = this.object;
    if (status === undefined) return 0;
    return (
      ('numberReady' in status ? status.numberReady : (status as { readyReplicas?: number }).readyReplicas) ??
      0
    );
  }

  /** All that a person or program sets, and what counts its changes: equal where nobody has touched it. */
  get settings(): object {
    const { uid, generation, labels, annotations } = this.object.metadata ?? {};
    return { uid, generation, labels, annotations, spec: this.object.spec };
  }
}

/** A kubeconfig that stands alone: the certificate and the token are in it. */
export function kubeconfigText(cluster: Cluster, namespace: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: {
          server: cluster.server,
          'certificate-authority-data': readFileSync(cluster.caFile).toString('base64'),
        },
      },
    ],
    users: [{ name: 'deployer', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'deployer', namespace } }],
    'current-context': 'test',
  };
  return JSON.stringify(config, undefined, 2);
}

function parsed<T>(path: string, { status, body }: Answer): T {
  if (status !== 200 && status !== 201) throw new Error(`${path}: ${status} ${body}`);
  return JSON.parse(body) as T;
}

function toList(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
