import { quota } from '../../support/manifests.ts';
import type { Case } from '../support/case.ts';
import type { Scene } from '../support/scene.ts';
import { refusePods } from '../support/webhooks.ts';

const object = /replicaset\/web-[0-9a-z]+/;

/** Pods that cannot be created, so that there is none to look at. */
export const creationCases: readonly Case[] = [
  {
    title: 'the quota is used up',
    reason: 'quota-exceeded',
    web: { replicas: 2 },
    spoil: async (scene) => {
      await scene.namespace.apply(quota({ pods: '2' }));
      await scene.untilPodsAreRefused(/exceeded quota/);
    },
    object,
    words: ['exceeded quota: limits', 'used: pods=2, limited: pods=2'],
  },
  {
    title: 'its service account is gone',
    reason: 'service-account-missing',
    prepare: ({ namespace }) => namespace.kubectl('create', 'serviceaccount', 'web'),
    web: { pod: { serviceAccountName: 'web' } },
    spoil: async (scene) => {
      await scene.namespace.kubectl('delete', 'serviceaccount', 'web');
      await scene.untilPodsAreRefused(/serviceaccount "web" not found/);
    },
    object,
    words: ['serviceaccount "web" not found'],
  },
  {
    title: "the namespace's Pod Security level forbids it",
    reason: 'pod-security',
    spoil: async (scene) => {
      const { namespace } = scene;
      await namespace.kubectl(
        'label',
        'namespace',
        namespace.name,
        'pod-security.kubernetes.io/enforce=restricted',
      );
      await scene.untilPodsAreRefused(/violates PodSecurity/);
    },
    object,
    words: ['violates PodSecurity "restricted:latest"', 'allowPrivilegeEscalation'],
  },
  {
    title: 'an admission webhook denies it',
    reason: 'webhook-denied',
    spoil: async (scene) => {
      await refusePods(scene, 'every pod needs an owner label');
      await scene.untilPodsAreRefused(/needs an owner label/);
    },
    object,
    words: [
      'admission webhook "pods.policy.example.com" denied the request',
      'every pod needs an owner label',
    ],
  },
  {
    title: 'an admission policy denies it',
    reason: 'webhook-denied',
    spoil: async (scene) => {
      await denyPods(scene, 'pods need an owner');
      await scene.untilPodsAreRefused(/pods need an owner/);
    },
    object,
    words: ['ValidatingAdmissionPolicy', 'pods need an owner'],
  },
  {
    title: 'an admission webhook does not answer',
    reason: 'webhook-unreachable',
    spoil: async (scene) => {
      await refusePods(scene, undefined);
      await scene.untilPodsAreRefused(/failed calling webhook/);
    },
    object,
    words: ['failed calling webhook "pods.policy.example.com"'],
  },
  {
    title: 'it asks for more than the LimitRange allows',
    reason: 'limit-range',
    web: { container: { resources: { requests: { cpu: '20m' }, limits: { cpu: '40m' } } } },
    spoil: async (scene) => {
      await scene.namespace.apply({
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'limits' },
        spec: { limits: [{ type: 'Container', max: { cpu: '10m' } }] },
      });
      await scene.untilPodsAreRefused(/maximum cpu usage/);
    },
    object,
    words: ['maximum cpu usage per Container is 10m'],
  },
  {
    title: 'its priority class is gone',
    reason: 'creation-refused',
    prepare: (scene) =>
      scene.applyGlobal({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: scene.namespace.name },
        value: 1,
      }),
    web: async ({ namespace }) => ({ pod: { priorityClassName: namespace.name } }),
    spoil: async (scene) => {
      await scene.namespace.kubectl('delete', 'priorityclass', scene.namespace.name);
      await scene.untilPodsAreRefused(/no PriorityClass/);
    },
    object,
    words: ['no PriorityClass with name'],
  },
];

/** Forbids every pod of the namespace. */
async function denyPods(scene: Scene, message: string): Promise<void> {
  const { name } = scene.namespace;
  await scene.applyGlobal({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
        ],
      },
      validations: [{ expression: 'false', message }],
    },
  });
  await scene.applyGlobal({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } },
    },
  });
}
