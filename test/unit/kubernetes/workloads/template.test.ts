import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import {
  equalIgnoringHash,
  templateDigest,
  withoutHash,
} from '../../../../src/kubernetes/workloads/template.ts';
import { templateOf } from '../../builders.ts';

const base = templateOf('acme/web:v1');
const hashed: V1PodTemplateSpec = {
  ...base,
  metadata: { labels: { app: 'web', 'pod-template-hash': '7c9d' }, creationTimestamp: null as never },
};
const reordered: V1PodTemplateSpec = {
  spec: { containers: [{ resources: {}, image: 'acme/web:v1', name: 'web' }] },
  metadata: { labels: { app: 'web' } },
};

const same: [string, V1PodTemplateSpec][] = [
  ['itself', structuredClone(base)],
  ['its copy in a ReplicaSet', hashed],
  ['its keys in another order', reordered],
  ['a null', { ...base, spec: { containers: [], ...base.spec, nodeName: null as never } }],
  ['an undefined value', { ...base, spec: { containers: [], ...base.spec, hostname: undefined as never } }],
];

const other: [string, V1PodTemplateSpec][] = [
  ['another image', templateOf('acme/web:v2')],
  ['another label', { ...base, metadata: { labels: { app: 'web', tier: 'a' } } }],
  ['an annotation', { ...base, metadata: { ...base.metadata, annotations: { restartedAt: 'now' } } }],
  ['an empty map', { ...base, spec: { containers: [], ...base.spec, securityContext: {} } }],
  [
    'its lists in another order',
    { spec: { containers: [{ name: 'b' }, { name: 'a' }] }, metadata: base.metadata ?? {} },
  ],
];

describe.each(same)('a template and %s', (_, template) => {
  it('are equal, in both directions', () => {
    expect(equalIgnoringHash(base, template)).toBe(true);
    expect(equalIgnoringHash(template, base)).toBe(true);
    expect(templateDigest(template)).toBe(templateDigest(base));
  });
});

describe.each(other)('a template and %s', (_, template) => {
  it('differ', () => {
    expect(equalIgnoringHash(base, template)).toBe(false);
    expect(templateDigest(template)).not.toBe(templateDigest(base));
  });
});

it('has a digest that stays the same between releases, since it is written down', () => {
  expect(templateDigest(base)).toMatch(/^[0-9a-f]{16}$/);
  expect(templateDigest(base)).toMatchInlineSnapshot(`"4bfd9ba748ee8676"`);
});

it('goes without the hash, and leaves the original alone', () => {
  const before = structuredClone(hashed);
  expect(withoutHash(hashed).metadata?.labels).toEqual({ app: 'web' });
  expect(hashed).toEqual(before);
});
