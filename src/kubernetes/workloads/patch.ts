import type { V1Container, V1PodTemplateSpec } from '@kubernetes/client-node';
import { fullRepository, parseImage, type WantedImage } from '../../image.ts';
import type { JsonPatchOperation } from '../client.ts';
import type { WorkloadObject } from './kind.ts';

/** One container's image, before and after. */
export interface ImageChange {
  readonly container: string;
  readonly from: string;
  readonly to: string;
  /** JSON pointer of the container in the workload. */
  readonly path: string;
}

/** Which containers get which image, or why that cannot be said. */
export type ImagePlan =
  | { readonly ok: true; readonly changes: readonly ImageChange[] }
  | { readonly ok: false; readonly problem: string; readonly next: string };

interface Placed {
  readonly container: V1Container;
  readonly path: string;
}

/**
 * Finds the containers that get the wanted image: those named, or all that run its repository now.
 *
 * A wanted `:tag` or `@digest` alone keeps each container's own repository; without names, it is for the
 * repository of the pod's first container.
 */
export function planImages(
  workload: WorkloadObject,
  wanted: WantedImage,
  names: readonly string[],
): ImagePlan {
  const all = containers(workload);
  const listing = all
    .map(({ container }) => `${container.name} (${container.image ?? 'no image'})`)
    .join(', ');
  const missing = names.filter((name) => !all.some(({ container }) => container.name === name));
  if (missing.length > 0) {
    return {
      ok: false,
      problem: `it has no container named ${missing.join(', ')}. It has: ${listing}.`,
      next: "Name one of these in the input 'container'.",
    };
  }
  const repository =
    wanted.kind === 'reference' ? wanted.image.repository : repositoryOf(all[0]?.container.image);
  const chosen =
    names.length > 0
      ? all.filter(({ container }) => names.includes(container.name))
      : all.filter(
          ({ container }) => fullRepository(repositoryOf(container.image)) === fullRepository(repository),
        );
  if (chosen.length === 0) {
    return {
      ok: false,
      problem: `none of its containers runs the repository ${repository}. It has: ${listing}.`,
      next: "If this is the right image, say in the input 'container' which container gets it.",
    };
  }
  return {
    ok: true,
    changes: chosen.map(({ container, path }) => ({
      container: container.name,
      from: container.image ?? '',
      to: wanted.kind === 'reference' ? wanted.text : `${repositoryOf(container.image)}${wanted.suffix}`,
      path,
    })),
  };
}

/** The patch that sets the images, provided that the workload still bears the template that was looked at. */
export function setImagePatch(
  workload: WorkloadObject,
  changes: readonly ImageChange[],
  annotations: Readonly<Record<string, string>>,
): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: workload.metadata?.uid },
    { op: 'test', path: '/spec/template', value: workload.spec?.template },
    ...changes.map(
      ({ path, to }): JsonPatchOperation => ({ op: 'replace', path: `${path}/image`, value: to }),
    ),
    ...annotationPatch(workload.metadata?.annotations, annotations),
  ];
}

/** The template with the images set, as the patch leaves it where no admission policy changes more. */
export function withImages(
  workload: WorkloadObject,
  changes: readonly Pick<ImageChange, 'container' | 'to'>[],
): V1PodTemplateSpec {
  const set = (list: V1Container[] | undefined) =>
    list?.map((container) => {
      const change = changes.find(({ container: name }) => name === container.name);
      return change ? { ...container, image: change.to } : container;
    });
  const template = workload.spec?.template ?? {};
  const { containers = [], initContainers, ...spec } = template.spec ?? {};
  return {
    ...template,
    spec: {
      ...spec,
      containers: set(containers) ?? [],
      ...(initContainers && { initContainers: set(initContainers) ?? [] }),
    },
  };
}

/** The images of a template's containers, init containers too, by container. */
export function imagesOf(template: V1PodTemplateSpec): [container: string, image: string][] {
  const { containers = [], initContainers = [] } = template.spec ?? {};
  return [...containers, ...initContainers].map(({ name, image = '' }) => [name, image]);
}

/** Whether the workload's containers run the images that were to be set. */
export function bearsImages(
  workload: WorkloadObject,
  changes: readonly Pick<ImageChange, 'container' | 'to'>[],
): boolean {
  const all = containers(workload);
  return changes.every(({ container: name, to }) =>
    all.some(({ container }) => container.name === name && container.image === to),
  );
}

/** Sets each of `wanted` among the annotations that are there. An undefined value takes its key away. */
export function annotationPatch(
  present: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string | undefined>>,
): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] =
    present === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : [];
  for (const [key, value] of Object.entries(wanted)) {
    const path = `/metadata/annotations/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    if (value !== undefined) operations.push({ op: 'add', path, value });
    else if (present?.[key] !== undefined) operations.push({ op: 'remove', path });
  }
  return operations;
}

function containers(workload: WorkloadObject): Placed[] {
  const spec = workload.spec?.template.spec;
  const place = (list: 'containers' | 'initContainers') =>
    (spec?.[list] ?? []).map((container, index) => ({
      container,
      path: `/spec/template/spec/${list}/${index}`,
    }));
  return [...place('containers'), ...place('initContainers')];
}

function repositoryOf(image: string | undefined): string {
  return parseImage(image ?? '')?.repository ?? image ?? '';
}
