import type { Case } from '../support/case.ts';
import type { Scene } from '../support/scene.ts';

const object = /pod\/web-[0-9a-z-]+/;

/** A volume on this node, or on one that there is not, and the claim `data` of it. */
async function claim(scene: Scene, node: string, suffix: string): Promise<void> {
  const { namespace } = scene;
  const size = { storage: '1Mi' };
  const name = `${namespace.name}-${suffix}`;
  await scene.applyGlobal({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: size,
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      hostPath: { path: `/tmp/${namespace.name}`, type: 'DirectoryOrCreate' },
      claimRef: { namespace: namespace.name, name: 'data' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  });
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: {
      accessModes: ['ReadWriteMany'],
      storageClassName: '',
      volumeName: name,
      resources: { requests: size },
    },
  });
  const bound = [
    'wait',
    '--for=jsonpath={.status.phase}=Bound',
    'persistentvolumeclaim/data',
    '--timeout=60s',
  ];
  await namespace.kubectl(...bound);
}

/** Takes the claim away under the pods that use it. */
async function removeClaim({ namespace }: Scene): Promise<void> {
  await namespace.kubectl('delete', 'persistentvolumeclaim', 'data', '--wait=false');
  await namespace.kubectl('patch', 'persistentvolumeclaim', 'data', '-p', '{"metadata":{"finalizers":null}}');
}

const withClaim = {
  pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
  container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
};

/** Pods that no node takes, or whose node cannot prepare them. */
export const placementCases: readonly Case[] = [
  {
    title: 'no node has the room',
    reason: 'unschedulable',
    web: async (scene) => ({
      container: { resources: { requests: { cpu: await scene.shareOfNode('cpu', 60) } } },
    }),
    object,
    words: ['Insufficient cpu'],
  },
  {
    title: 'no node is as the pod wants it',
    reason: 'unschedulable',
    web: async ({ cluster }) => ({
      pod: {
        nodeSelector: { 'kubernetes.io/hostname': cluster.nodeName },
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      },
    }),
    inputs: { timeout: '6s' },
    object,
    words: ["didn't match pod anti-affinity rules", 'Not rolled out within 6 s'],
  },
  {
    title: 'its volume claim is gone',
    reason: 'volume-unbound',
    prepare: (scene) => claim(scene, scene.cluster.nodeName, 'here'),
    web: withClaim,
    spoil: removeClaim,
    object,
    words: ['persistentvolumeclaim "data" not found'],
  },
  {
    title: 'its volume is where no node is',
    reason: 'volume-zone',
    prepare: (scene) => claim(scene, scene.cluster.nodeName, 'here'),
    web: withClaim,
    spoil: async (scene) => {
      await removeClaim(scene);
      await claim(scene, 'elsewhere', 'elsewhere');
    },
    inputs: { timeout: '8s' },
    object,
    words: [/volume node affinity conflict|PersistentVolume's node affinity/],
  },
  {
    title: 'a ConfigMap that it mounts is gone',
    reason: 'volume-not-mounted',
    prepare: ({ namespace }) =>
      namespace.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { a: 'b' },
      }),
    web: {
      pod: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
      container: { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] },
    },
    spoil: ({ namespace }) => namespace.kubectl('delete', 'configmap', 'settings'),
    object,
    words: ['configmap "settings" not found', 'its volume settings needs the ConfigMap settings'],
  },
  {
    title: 'a ConfigMap that more pods mount than are followed is gone',
    reason: 'volume-not-mounted',
    prepare: ({ namespace }) =>
      namespace.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { a: 'b' },
      }),
    web: {
      replicas: 5,
      spec: { strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } } },
      pod: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
      container: { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] },
    },
    spoil: ({ namespace }) => namespace.kubectl('delete', 'configmap', 'settings'),
    object,
    words: ['configmap "settings" not found', /5 alike/, 'Waiting longer would not help'],
  },
  {
    title: 'a Secret that it mounts is gone',
    reason: 'volume-not-mounted',
    prepare: ({ namespace }) =>
      namespace.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'tls' },
        stringData: { a: 'b' },
      }),
    web: {
      pod: { volumes: [{ name: 'certificate', secret: { secretName: 'tls' } }] },
      container: { volumeMounts: [{ name: 'certificate', mountPath: '/tls' }] },
    },
    spoil: ({ namespace }) => namespace.kubectl('delete', 'secret', 'tls'),
    object,
    words: ['secret "tls" not found', 'its volume certificate needs the Secret tls'],
  },
  {
    title: 'its sandbox cannot be set up',
    reason: 'sandbox-failed',
    prepare: (scene) => runtimeClass(scene, 'runc'),
    web: async ({ namespace }) => ({ pod: { runtimeClassName: namespace.name } }),
    spoil: async (scene) => {
      await scene.namespace.kubectl('delete', 'runtimeclass', scene.namespace.name);
      await runtimeClass(scene, 'gvisor');
    },
    object,
    words: ['gvisor'],
  },
];

async function runtimeClass(scene: Scene, handler: string): Promise<void> {
  await scene.applyGlobal({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: scene.namespace.name },
    handler,
  });
}
