import type { Server } from 'node:net';
import type { Case } from '../support/case.ts';
import { busyRegistry, lockedRegistry, pageInsteadOfRegistry } from '../support/registries.ts';
import type { Scene } from '../support/scene.ts';

/** `app:x` of a registry of the case's own; the input `container` says which container gets it. */
const from = (registry: () => Server) => async (scene: Scene) =>
  `127.0.0.1:${await scene.listen(registry())}/app:x`;
const inputs = { container: 'web' };
const object = /pod\/web-[0-9a-z-]+, container web/;

/** Images that cannot be had. */
export const imageCases: readonly Case[] = [
  {
    title: 'the tag was never pushed',
    reason: 'image-not-found',
    image: ':never-pushed',
    object,
    words: ['app:never-pushed', 'not found'],
  },
  {
    title: 'the digest is of no image',
    reason: 'image-not-found',
    image: async ({ cluster }) => `${cluster.registry}/app@sha256:${'0'.repeat(64)}`,
    object,
    words: ['app@sha256:0000', 'not found'],
  },
  {
    title: 'the image is for another processor',
    reason: 'wrong-architecture',
    image: ['arm64', { platform: 'linux/arm64' }],
    object,
    words: ['app:arm64', 'no match for platform'],
  },
  {
    title: 'the registry wants credentials',
    reason: 'image-unauthorised',
    image: from(lockedRegistry),
    inputs,
    object,
    words: ['/app:x', /401 Unauthorized|no basic auth credentials/],
  },
  {
    title: 'the registry cannot be reached',
    reason: 'image-registry-unreachable',
    image: async () => '127.0.0.1:9/app:x',
    inputs,
    object,
    words: ['127.0.0.1:9/app:x', 'connection refused'],
  },
  {
    title: 'the registry is overloaded',
    reason: 'image-registry-unreachable',
    image: from(busyRegistry),
    inputs: { ...inputs, timeout: '12s' },
    object,
    words: ['/app:x', '503'],
  },
  {
    title: 'what answers is no registry',
    reason: 'image-pull-failed',
    image: from(pageInsteadOfRegistry),
    inputs,
    object,
    words: ['/app:x', /media type|text\/html/],
  },
  {
    title: 'the image is not on the node, and is not to be pulled',
    reason: 'image-never-pulled',
    // Pulled first, then held to what is there.
    spoil: async ({ namespace }) => {
      const patch = [{ op: 'add', path: '/spec/template/spec/containers/0/imagePullPolicy', value: 'Never' }];
      await namespace.kubectl('patch', 'deployment', 'web', '--type=json', '-p', JSON.stringify(patch));
      await namespace.settled();
    },
    image: ':never-on-this-node',
    object,
    words: ['app:never-on-this-node', 'imagePullPolicy'],
  },
];
