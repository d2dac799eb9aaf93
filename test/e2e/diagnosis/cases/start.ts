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
    words: ['read-only file system'],
  },
];
