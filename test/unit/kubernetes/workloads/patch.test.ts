import { describe, expect, it } from 'vitest';
import { parseWantedImage } from '../../../../src/image.ts';
import type { WorkloadObject } from '../../../../src/kubernetes/workloads/kind.ts';
import {
  annotationPatch,
  planImages,
  setImagePatch,
  withImages,
} from '../../../../src/kubernetes/workloads/patch.ts';
import { templateDigest } from '../../../../src/kubernetes/workloads/template.ts';
import { deploymentOf } from '../../builders.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

/** Two containers and an init container of the app, and one of somebody else's. */
const workload = deploymentOf({
  template: {
    metadata: { labels: { app: 'web' } },
    spec: {
      initContainers: [{ name: 'assets', image: 'ghcr.io/acme/web:v1' }],
      containers: [
        { name: 'web', image: 'ghcr.io/acme/web:v1', env: [{ name: 'A', value: 'b' }] },
        { name: 'proxy', image: 'nginx:1.29' },
        { name: 'worker', image: `ghcr.io/acme/web@${digest}` },
      ],
    },
  },
}) as WorkloadObject;

function plan(image: string, names: readonly string[] = [], of = workload) {
  const wanted = parseWantedImage(image);
  if (wanted === undefined) throw new Error(`'${image}' is no image.`);
  return planImages(of, wanted, names);
}

function changesOf(image: string, names: readonly string[] = []) {
  const found = plan(image, names);
  return found.ok ? found.changes : [];
}

describe('planImages', () => {
  it.each<[string, string, string[], Record<string, string>]>([
    [
      'a full image: all that run its repository',
      'ghcr.io/acme/web:v2',
      [],
      { web: 'ghcr.io/acme/web:v2', worker: 'ghcr.io/acme/web:v2', assets: 'ghcr.io/acme/web:v2' },
    ],
    ['its repository by another of its names', 'docker.io/nginx:1.30', [], { proxy: 'docker.io/nginx:1.30' }],
    ['a digest', `nginx@${digest}`, [], { proxy: `nginx@${digest}` }],
    [
      "a version alone: the first container's repository",
      '3f2c1ab',
      [],
      {
        web: 'ghcr.io/acme/web:3f2c1ab',
        worker: 'ghcr.io/acme/web:3f2c1ab',
        assets: 'ghcr.io/acme/web:3f2c1ab',
      },
    ],
    [
      "a version alone, with names: each container's own repository",
      ':v2',
      ['web', 'proxy'],
      { web: 'ghcr.io/acme/web:v2', proxy: 'nginx:v2' },
    ],
    [
      'a named container, whatever it runs',
      'ghcr.io/acme/edge:v2',
      ['proxy'],
      { proxy: 'ghcr.io/acme/edge:v2' },
    ],
    ['a named init container', ':v2', ['assets'], { assets: 'ghcr.io/acme/web:v2' }],
  ])('%s', (_, image, names, expected) => {
    const changes = changesOf(image, names);
    expect(Object.fromEntries(changes.map(({ container, to }) => [container, to]))).toEqual(expected);
  });

  it('tells where each container is and what it runs now', () => {
    expect(changesOf(':v2')).toEqual([
      {
        container: 'web',
        from: 'ghcr.io/acme/web:v1',
        to: 'ghcr.io/acme/web:v2',
        path: '/spec/template/spec/containers/0',
      },
      {
        container: 'worker',
        from: `ghcr.io/acme/web@${digest}`,
        to: 'ghcr.io/acme/web:v2',
        path: '/spec/template/spec/containers/2',
      },
      {
        container: 'assets',
        from: 'ghcr.io/acme/web:v1',
        to: 'ghcr.io/acme/web:v2',
        path: '/spec/template/spec/initContainers/0',
      },
    ]);
  });

  it.each([
    ['containers that are not there', ':v2', ['web', 'wob', 'nope'], ['wob', 'nope']],
    ['a repository that nothing runs', 'ghcr.io/acme/api:v2', [], ['ghcr.io/acme/api']],
  ])('refuses %s, and tells what there is', (_, image, names, mentions) => {
    const found = plan(image, names);
    const problem = found.ok ? '' : found.problem;
    for (const each of [...mentions, 'proxy (nginx:1.29)', 'assets (ghcr.io/acme/web:v1)']) {
      expect(problem).toContain(each);
    }
    expect(found.ok || found.next).toContain('container');
  });
});

describe('setImagePatch', () => {
  it('replaces these images alone, and tests what it saw', () => {
    const patch = setImagePatch(workload, changesOf(':v2', ['web', 'assets']), { 'safe-rollout/run': 'url' });
    expect(patch).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'uid-web' },
      { op: 'test', path: '/spec/template', value: workload.spec?.template },
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'ghcr.io/acme/web:v2' },
      { op: 'replace', path: '/spec/template/spec/initContainers/0/image', value: 'ghcr.io/acme/web:v2' },
      { op: 'add', path: '/metadata/annotations', value: {} },
      { op: 'add', path: '/metadata/annotations/safe-rollout~1run', value: 'url' },
    ]);
  });

  it('leaves what withImages says it leaves', () => {
    const changes = changesOf(':v2');
    const patched = structuredClone(workload);
    for (const operation of setImagePatch(workload, changes, {})) {
      if (operation.op !== 'replace') continue;
      const keys = operation.path.slice(1).split('/');
      const last = keys.pop() ?? '';
      const parent = keys.reduce<Record<string, unknown>>(
        (object, key) => object[key] as Record<string, unknown>,
        patched as Record<string, unknown>,
      );
      parent[last] = operation.value;
    }
    const before = structuredClone(workload);
    const template = withImages(workload, changes);
    expect(patched.spec && templateDigest(patched.spec.template)).toBe(templateDigest(template));
    expect(template.spec?.containers[1]).toEqual({ name: 'proxy', image: 'nginx:1.29' });
    expect(workload).toEqual(before);
  });
});

describe('annotationPatch', () => {
  it('escapes keys as a JSON pointer needs it', () => {
    expect(annotationPatch({}, { 'a~b/c~1d': 'x' })).toEqual([
      { op: 'add', path: '/metadata/annotations/a~0b~1c~01d', value: 'x' },
    ]);
  });

  it('makes the map where there is none, once', () => {
    expect(annotationPatch(undefined, { a: '1', b: '2' })).toEqual([
      { op: 'add', path: '/metadata/annotations', value: {} },
      { op: 'add', path: '/metadata/annotations/a', value: '1' },
      { op: 'add', path: '/metadata/annotations/b', value: '2' },
    ]);
  });

  it('takes away what is there and is not wanted', () => {
    expect(annotationPatch({ a: '1', c: '3' }, { a: undefined, b: undefined })).toEqual([
      { op: 'remove', path: '/metadata/annotations/a' },
    ]);
  });
});
