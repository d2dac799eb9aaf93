import { createHash } from 'node:crypto';
import type { V1Deployment, V1Pod, V1PodTemplateSpec, V1ReplicaSet } from '@kubernetes/client-node';
import type { Intent, UndoTarget } from '../../src/intent.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { equalIgnoringHash, templateDigest } from '../../src/kubernetes/workloads/template.ts';
import { deploymentOf, podOf, replicaSetOf, running, statusOf, templateOf, terminated } from './builders.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';

/** Where deployment/web runs, with a controller that rolls out at once what is set. */
export interface FakeShop {
  readonly clock: FakeClock;
  readonly cluster: FakeCluster;
  /** Sets the image as somebody would who is not this program. */
  set(image: string, manager?: string): void;
  /** What the Deployment is set to. */
  image(): string | undefined;
  deployment(): V1Deployment | undefined;
}

/**
 * `works`: whether the pods of an image become ready; the others crash. `imageID`: what a pod's status says that its
 * container runs.
 */
export function fakeShop(
  works: (image: string) => boolean = () => true,
  imageID: (image: string, index: number) => string = (image) => `acme/web@${digestFor(image)}`,
): FakeShop {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock);
  let isPlaying = false;
  cluster.afterChange = (plural, object) => {
    if (plural !== 'deployments' || isPlaying) return;
    isPlaying = true;
    rollOut(cluster, object as V1Deployment, works, imageID);
    isPlaying = false;
  };
  cluster.put(resources.deployments, deploymentOf());
  const deployment = () => cluster.read(resources.deployments, 'web');
  return {
    clock,
    cluster,
    deployment,
    image: () => imageOf(deployment()?.spec?.template),
    set(image, manager = 'kubectl-edit') {
      const before = deployment() as V1Deployment;
      cluster.put(resources.deployments, {
        ...before,
        metadata: {
          ...before.metadata,
          generation: (before.metadata?.generation ?? 0) + 1,
          managedFields: [{ manager, time: new Date(clock.now()) }],
        },
        spec: { ...before.spec, template: templateOf(image) } as NonNullable<V1Deployment['spec']>,
      });
    },
  };
}

/** The digest of an image, one for each name. */
export function digestFor(image: string): string {
  return `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

function imageOf(template: V1PodTemplateSpec | undefined): string {
  return template?.spec?.containers[0]?.image ?? '';
}

function rollOut(
  cluster: FakeCluster,
  workload: V1Deployment,
  works: (image: string) => boolean,
  imageID: (image: string, index: number) => string,
): void {
  const template = workload.spec?.template ?? {};
  const image = imageOf(template);
  const replicas = workload.spec?.replicas ?? 1;
  const available = works(image) ? replicas : 0;
  const sets = setsOf(cluster);
  const numberOf = (set: V1ReplicaSet) =>
    Number(set.metadata?.annotations?.['deployment.kubernetes.io/revision']);
  const same = sets.find((set) => equalIgnoringHash(set.spec?.template ?? {}, template));
  const revision = Math.max(0, ...sets.map(numberOf)) + 1;
  const hash = same?.metadata?.labels?.['pod-template-hash'] ?? `h${revision}`;
  for (const set of sets) cluster.put(resources.replicaSets, { ...set, status: { replicas: 0 } });
  const created = same?.metadata?.creationTimestamp;
  cluster.put(
    resources.replicaSets,
    replicaSetOf(hash, revision, {
      template,
      available,
      ...(created && { created: String(created) }),
    }),
  );
  for (const name of podNames(cluster)) cluster.remove(resources.pods, name);
  for (let index = 0; index < replicas; index++) {
    cluster.put(resources.pods, podFor(hash, index, image, available > 0, imageID(image, index)));
  }
  const { metadata } = workload;
  cluster.put(resources.deployments, {
    ...workload,
    metadata: {
      ...metadata,
      annotations: { ...metadata?.annotations, 'deployment.kubernetes.io/revision': `${revision}` },
    },
    status: {
      observedGeneration: metadata?.generation ?? 0,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: available,
      availableReplicas: available,
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: available > 0 ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        },
      ],
    },
  });
}

function setsOf(cluster: FakeCluster): V1ReplicaSet[] {
  return Array.from({ length: 20 }, (_, index) =>
    cluster.read(resources.replicaSets, `web-h${index}`),
  ).filter((set) => set !== undefined);
}

function podNames(cluster: FakeCluster): string[] {
  return Array.from({ length: 60 }, (_, index) => `web-h${Math.floor(index / 3)}-${index % 3}`).filter(
    (name) => cluster.read(resources.pods, name),
  );
}

function podFor(hash: string, index: number, image: string, works: boolean, imageID: string): V1Pod {
  const status = works
    ? statusOf({ image, imageID, ready: true, state: running() })
    : statusOf({ image, imageID, state: terminated(1), restartCount: 4 });
  const pod = podOf(`${hash}-${index}`, [status], { owner: `uid-${hash}` });
  return { ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } };
}

/** The revision that runs, as an intent names it. */
export function undoTarget({ cluster, deployment }: FakeShop): UndoTarget {
  const template = deployment()?.spec?.template ?? {};
  const set = setsOf(cluster).find((each) => equalIgnoringHash(each.spec?.template ?? {}, template));
  return {
    number: Number(set?.metadata?.annotations?.['deployment.kubernetes.io/revision']),
    holder: set?.metadata?.name ?? '',
    holderUid: set?.metadata?.uid ?? '',
    templateDigest: templateDigest(template),
  };
}

/** What a run that sets acme/web:v2 in place of acme/web:v1 writes down before it does. */
export function intentOf(over: Partial<Intent> = {}): Intent {
  const before = templateDigest(templateOf('acme/web:v1'));
  return {
    version: 1,
    phase: 'setting-image',
    workload: { kind: 'Deployment', name: 'web' },
    namespace: 'shop',
    uid: 'uid-web',
    server: 'https://k8s',
    before,
    changes: [{ container: 'web', from: 'acme/web:v1', to: 'acme/web:v2' }],
    by: 'https://github.com/acme/shop/actions/runs/1/attempts/1',
    ours: [templateDigest(templateOf('acme/web:v2'))],
    undoTo: { number: 1, holder: 'web-h1', holderUid: 'uid-h1', templateDigest: before },
    ...over,
  };
}
