import { kubectl } from '../../support/kubectl.ts';
import type { Case } from '../support/case.ts';
import type { Scene } from '../support/scene.ts';

/** A workload whose pods wait until somebody opens their gate; those of the first revision are let in. */
const gated: Pick<Case, 'web' | 'prepare'> = {
  web: { pod: { schedulingGates: [{ name: 'example.com/quota' }] } },
  prepare: async ({ namespace }) => {
    const open = async () => {
      const pod = await namespace.until('a pod', async () => (await namespace.pods())[0]);
      const patch = '[{"op":"remove","path":"/spec/schedulingGates"}]';
      await namespace.kubectl('patch', 'pod', pod.metadata?.name ?? '', '--type=json', '-p', patch);
    };
    // Beside the wait for the workload to run, which depends on it.
    open().catch(() => {});
  },
};

/** A workload whose pods wait for a scheduler that there is not, and say nothing; the first is put onto the node. */
const unheard: Pick<Case, 'web' | 'prepare'> = {
  web: { pod: { schedulerName: 'nobody' } },
  prepare: async ({ namespace, cluster }) => {
    const bind = async () => {
      const pod = await namespace.until('a pod', async () => (await namespace.pods())[0]);
      const name = pod.metadata?.name ?? '';
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { apiVersion: 'v1', kind: 'Node', name: cluster.nodeName },
      };
      const path = `/api/v1/namespaces/${namespace.name}/pods/${name}/binding`;
      await kubectl(cluster, ['create', '--raw', path, '-f', '-'], JSON.stringify(binding));
    };
    // Beside the wait for the workload to run, which depends on it.
    bind().catch(() => {});
  },
};

/** What the controller, the cluster or somebody else does about the rollout. */
export const controllerCases: readonly Case[] = [
  {
    title: 'somebody pauses it',
    reason: 'paused',
    web: {
      replicas: 3,
      probe: true,
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    },
    image: ['slow-3', { env: { SERVE_FLAGS: '--ready-after=3s' } }],
    meanwhile: async ({ namespace }, step) => {
      await step.waitForLog(/1 of 3 updated/, 90);
      await namespace.kubectl('rollout', 'pause', 'deployment/web');
    },
    inputs: { timeout: '15s', 'undo-timeout': '20s' },
    object: /deployment\/web/,
    words: ['it was paused during the rollout'],
  },
  {
    title: 'somebody scales it while it is not ready',
    reason: 'not-ready',
    web: { replicas: 1, probe: true },
    image: 'never-ready',
    meanwhile: async ({ namespace }, step) => {
      await step.waitForLog(/1 of 1 updated/, 90);
      await namespace.kubectl('scale', 'deployment/web', '--replicas=2');
    },
    inputs: { timeout: '10s' },
    object: /pod\/web-[0-9a-z-]+, container web/,
    words: ['it was scaled from 1 to 2 during the rollout', 'HTTP 503 from :8080/ready'],
  },
  {
    title: 'somebody scales it to zero',
    reason: 'scaled-to-zero',
    web: { probe: true },
    image: 'never-ready',
    meanwhile: async ({ namespace }, step) => {
      await step.waitForLog(/1 of 1 updated/, 90);
      await namespace.kubectl('scale', 'deployment/web', '--replicas=0');
    },
    object: /deployment\/web/,
    words: ['was scaled to zero during the rollout'],
    next: 'Scale it, then run the step again.',
  },
  {
    title: 'somebody deletes it',
    reason: 'deleted',
    result: 'superseded',
    web: { probe: true },
    image: 'never-ready',
    meanwhile: async ({ namespace }, step) => {
      await step.waitForLog(/1 of 1 updated/, 90);
      await namespace.kubectl('delete', 'deployment/web', '--wait=false');
    },
    object: /deployment\/web/,
    words: ['deployment/web was deleted during the rollout'],
    next: 'Find out who deleted it, and why; there is nothing to undo.',
  },
  {
    title: 'an old pod does not end',
    reason: 'old-pods-ending',
    web: { spec: { strategy: { type: 'Recreate' } }, pod: { terminationGracePeriodSeconds: 60 } },
    webImage: 'ignores-sigterm',
    inputs: { timeout: '10s' },
    object: /deployment\/web/,
    words: [/pod\/web-[0-9a-z-]+.*new pods wait for it/],
  },
  {
    title: 'the cluster gives it up, and no pod shows why',
    reason: 'progress-deadline-exceeded',
    ...unheard,
    spoil: hurry,
    object: /The cluster gave the rollout up/,
    words: [/has timed out progressing\.(?!\.)/],
    next: "Look at the pods, and at the ReplicaSet's events (kubectl describe).",
  },
  {
    title: 'the cluster gives it up, since it does not become ready',
    reason: 'not-ready',
    web: { probe: true },
    spoil: hurry,
    image: 'never-ready',
    object: /pod\/web-[0-9a-z-]+, container web/,
    words: ['The cluster gave the rollout up', 'HTTP 503 from :8080/ready'],
  },
  {
    title: 'nothing shows why it does not go on',
    reason: 'timeout',
    ...unheard,
    inputs: { timeout: '5s' },
    object: /Not rolled out/,
    words: ['Not rolled out within 5 s'],
    next: "Look at the pods (kubectl describe); raise the input 'timeout' if they are only slow.",
  },
  {
    title: 'its pods are behind a gate',
    reason: 'scheduling-gated',
    ...gated,
    inputs: { timeout: '6s' },
    object: /pod\/web-[0-9a-z-]+/,
    words: ['its scheduling gates are shut (example.com/quota)', 'Not rolled out within 6 s'],
  },
  {
    title: 'its pods are evicted',
    reason: 'evicted',
    web: {
      pod: { volumes: [{ name: 'state', emptyDir: {} }] },
      container: {
        resources: { limits: { 'ephemeral-storage': '4Mi' } },
        env: [{ name: 'STATE_DIR', value: '/state' }],
        volumeMounts: [{ name: 'state', mountPath: '/state' }],
      },
      probe: true,
    },
    image: ['fills-disk', { env: { SERVE_FLAGS: '--never-ready --fill=32' } }],
    // Once a pod has been evicted, there is nothing left to wait for. Since it ends with 0 when it is told to, the
    // kubelet mostly calls it `Succeeded`, and only the event tells what happened.
    meanwhile: async (scene) => {
      const { namespace } = scene;
      const isEvicted = async () =>
        (await namespace.list('event')).some(({ reason }) => reason === 'Evicted') &&
        (await namespace.pods()).some(({ status }) => /Succeeded|Failed/.test(status?.phase ?? ''));
      await namespace.until('a pod was evicted', isEvicted, 150);
      await hurry(scene);
    },
    inputs: { timeout: '5m' },
    object: /pod\/web-[0-9a-z-]+/,
    words: ['it was evicted from node', 'local storage usage exceeds'],
  },
  {
    title: 'its pods must make room for others',
    reason: 'preempted',
    web: async (scene) => ({
      probe: true,
      container: { resources: { requests: { memory: await scene.shareOfNode('memory', 30) } } },
    }),
    image: 'never-ready',
    meanwhile: async (scene, step) => {
      await step.waitForLog(/1 of 1 updated/, 90);
      await scene.namespace.until('both pods run', async () => {
        const pods = await scene.namespace.pods();
        return pods.length === 2 && pods.every(({ status }) => status?.phase === 'Running');
      });
      await important(scene);
    },
    inputs: { timeout: '20s' },
    object: /pod\/web-[0-9a-z-]+/,
    words: ['higher priority'],
  },
];

/** Gives the controller little patience; the revision stays the same. */
async function hurry({ namespace }: Scene): Promise<void> {
  await namespace.kubectl('patch', 'deployment', 'web', '-p', '{"spec":{"progressDeadlineSeconds":5}}');
}

/** A pod of high priority that fits only where another goes. */
async function important(scene: Scene): Promise<void> {
  const { namespace } = scene;
  await scene.applyGlobal({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: namespace.name },
    value: 1000,
  });
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'important' },
    spec: {
      priorityClassName: namespace.name,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'important',
          image: await scene.reference('good'),
          resources: { requests: { memory: await scene.shareOfNode('memory', 60) } },
        },
      ],
    },
  });
}
