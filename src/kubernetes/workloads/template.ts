import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';

/** Label that the Deployment controller adds to a ReplicaSet's copy of the template. */
export const podTemplateHash = 'pod-template-hash';

/** The template as the workload has it: less the label that the controller adds. */
export function withoutHash(template: V1PodTemplateSpec): V1PodTemplateSpec {
  const labels = { ...template.metadata?.labels };
  delete labels[podTemplateHash];
  return { ...template, metadata: { ...template.metadata, labels } };
}

/**
 * Whether two templates are the same but for the hash label.
 *
 * The rule of `EqualIgnoreHash` in https://github.com/kubernetes/kubectl/blob/master/pkg/util/deployment/deployment.go
 */
export function equalIgnoringHash(one: V1PodTemplateSpec, other: V1PodTemplateSpec): boolean {
  return isDeepStrictEqual(plain(withoutHash(one)), plain(withoutHash(other)));
}

/**
 * A short digest of a template, equal for equal templates: it tells later whether a workload still runs what was
 * set, without keeping the template itself, which may hold secrets.
 */
export function templateDigest(template: V1PodTemplateSpec): string {
  return digestOf(withoutHash(template));
}

/** The digest of the template that a workload bears; '' where it has none. */
export function digestIn({ spec }: { readonly spec?: { readonly template: V1PodTemplateSpec } }): string {
  return spec ? templateDigest(spec.template) : '';
}

/** A short digest of a part of an API object, whatever the order of its keys. */
export function digestOf(value: object): string {
  return createHash('sha256')
    .update(JSON.stringify(plain(value)))
    .digest('hex')
    .slice(0, 16);
}

/** A copy with sorted keys, and without the nulls and empty maps that come and go between API objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key, each]) => each !== undefined && each !== null && key !== 'creationTimestamp')
    .map(([key, each]) => [key, plain(each)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
