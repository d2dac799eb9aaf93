import type { V1Container } from '@kubernetes/client-node';
import type { Case } from '../support/case.ts';

const object = /pod\/web-[0-9a-z-]+, container web/;

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'payment' },
  stringData: { key: 'for-the-tests' },
};
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { mode: 'full' },
};

const fromSecret: Partial<V1Container> = {
  env: [{ name: 'PAYMENT_KEY', valueFrom: { secretKeyRef: { name: 'payment', key: 'key' } } }],
};
const fromConfigMap: Partial<V1Container> = { envFrom: [{ configMapRef: { name: 'settings' } }] };

/** Containers that cannot be created or started. */
export const startCases: readonly Case[] = [
  {
    title: 'a Secret is gone',
    reason: 'config-missing',
    prepare: ({ namespace }) => namespace.apply(secret),
    web: { container: fromSecret },
    spoil: ({ namespace }) => namespace.kubectl('delete', 'secret', 'payment'),
    object,
    words: ['secret "payment" not found', 'it needs the Secret payment, which does not exist'],
  },
  {
    title: 'a ConfigMap is gone',
    reason: 'config-missing',
    prepare: ({ namespace }) => namespace.apply(configMap),
    web: { container: fromConfigMap },
    spoil: ({ namespace }) => namespace.kubectl('delete', 'configmap', 'settings'),
    object,
    words: ['configmap "settings" not found', 'it needs the ConfigMap settings, which does not exist'],
  },
  {
    title: 'a key of a Secret is gone',
    reason: 'config-missing',
    prepare: ({ namespace }) => namespace.apply(secret),
    web: { container: fromSecret },
    spoil: ({ namespace }) =>
      namespace.kubectl(
        'patch',
        'secret',
        'payment',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/data/key"}]',
      ),
    object,
    words: [
      "couldn't find key key in Secret",
      'it needs the key key of Secret payment, which does not have it',
    ],
  },
  {
    title: 'the image runs as root, and must not',
    reason: 'runs-as-root',
    webImage: ['as-user', { user: '1000' }],
    web: { container: { securityContext: { runAsNonRoot: true } } },
    object,
    words: ['container has runAsNonRoot and image will run as root'],
  },
  {
    title: "the image's command is not in it",
    reason: 'command-not-found',
    image: 'not-exec',
    object,
    words: ['/no-such-program', 'no such file or directory'],
  },
  {
    title: "the image's user has a name only, and must not be root",
    reason: 'runs-as-root',
    webImage: ['as-user', { user: '1000' }],
    image: ['as-named-user', { user: 'nobody' }],
    web: { container: { securityContext: { runAsNonRoot: true } } },
    object,
    words: ['image has non-numeric user (nobody)', 'its image names its user'],
  },
  {
    title: 'the program lacks the executable bit',
    reason: 'command-not-executable',
    image: ['not-executable', { entrypoint: ['/etc/hosts'] }],
    object,
    words: ['/etc/hosts', 'permission denied', 'its command cannot be executed'],
  },
  {
    title: 'its working directory cannot be made',
    reason: 'cannot-start',
    image: ['no-workdir', { workdir: '/proc/no-such-folder' }],
    object,
    words: ['/proc/no-such-folder', 'no such file or directory', 'it cannot be started'],
  },
  {
    title: "the image's command is a folder",
    reason: 'command-not-executable',
    image: ['folder-as-command', { entrypoint: ['/proc'] }],
    object,
    words: ['/proc', /permission denied|is a directory/],
  },
  {
    title: "the image's user does not exist",
    reason: 'cannot-start',
    image: ['unknown-user', { user: 'web' }],
    object,
    words: ['failed to create containerd container'],
  },
  {
    title: 'the program is for another processor',
    reason: 'wrong-architecture',
    web: { probe: true },
    image: ['foreign-program', { foreign: true }],
    object,
    words: ['exec format error'],
  },
  {
    title: 'the program writes where it must not',
    reason: 'read-only-file-system',
    web: { probe: true, container: { securityContext: { readOnlyRootFilesystem: true } } },
    image: ['writes-to-root', { env: { SERVE_FLAGS: '--crashes=1', STATE_DIR: '/' } }],
    object,
    words: ['it writes to its root file system, which is read-only', 'read-only file system'],
  },
  {
    title: 'the program writes to a ConfigMap',
    reason: 'read-only-file-system',
    prepare: ({ namespace }) => namespace.apply(configMap),
    web: {
      probe: true,
      pod: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
      container: { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] },
    },
    image: ['writes-to-config', { env: { SERVE_FLAGS: '--crashes=1', STATE_DIR: '/settings' } }],
    object,
    words: ['it writes to a file system that is read-only', 'read-only file system'],
  },
];
