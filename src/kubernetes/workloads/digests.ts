import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { fullRepository, parseImage } from '../../image.ts';

// What a pod's `imageID` says depends on the container runtime:
// - containerd: `REPOSITORY@sha256:…`, a digest under which the image is in the node's store. For a tag of a
//   multi-arch index it is the index's digest, the same on every processor. An image that was pulled under several
//   digests (an index, and one of its manifests) is in the store once, and shows whichever sorts first.
// - CRI-O: likewise `REPOSITORY@sha256:…`, some digest of the image; for an index it may be the manifest's of the
//   node's platform.
// - Docker: `docker-pullable://REPOSITORY@sha256:…`.
// - Where the image was loaded into the node by hand: `sha256:…`, the digest of its configuration, which no registry
//   knows. It is compared with its like alone.
// A container whose pod names a digest runs that one, whatever `imageID` calls it: the runtime has checked the bytes.

/** A container whose image was set, with the image that it was set to. */
export interface WantedContainer {
  readonly container: string;
  readonly image: string;
}

/** What the containers are to run once `changes` are made. */
export function wantedImages(
  changes: readonly { readonly container: string; readonly to: string }[],
): WantedContainer[] {
  return changes.map(({ container, to }) => ({ container, image: to }));
}

/** What the pods of one revision run in one container. */
export interface RunningImage {
  readonly container: string;
  /** By digest (`sha256:…`), the one that most pods run first. */
  readonly digests: readonly { readonly digest: string; readonly pods: readonly string[] }[];
  /** Pods that do not say yet, or say a configuration's digest where others say a registry's. */
  readonly unsaid: number;
  /** Whether the digests are of configurations, since no pod's image came from a registry. */
  readonly local: boolean;
}

/** The digests that the pods run in the containers named, as far as they say. Pure. */
export function runningImages(pods: readonly V1Pod[], containers: readonly string[]): RunningImage[] {
  return containers.map((container) => {
    const pulled = new Map<string, string[]>();
    const loaded = new Map<string, string[]>();
    let unsaid = 0;
    for (const pod of pods) {
      const digest = digestOf(pod, container);
      if (digest === undefined) unsaid += 1;
      else add(digest.local ? loaded : pulled, digest.digest, pod.metadata?.name ?? '');
    }
    const local = pulled.size === 0 && loaded.size > 0;
    const digests = [...(local ? loaded : pulled)]
      .map(([digest, names]) => ({ digest, pods: names }))
      .sort((a, b) => b.pods.length - a.pods.length);
    return { container, digests, unsaid: unsaid + (local ? 0 : count(loaded)), local };
  });
}

/** Answers, for a container, the digests that the pods run in it; none where none of them came from a registry. Pure. */
export function runningDigests(pods: readonly V1Pod[]): (container: string) => string[] {
  return (container) =>
    runningImages(pods, [container])
      .filter(({ local }) => !local)
      .flatMap(({ digests }) => digests.map(({ digest }) => digest));
}

/** What the pods' digests say of a rollout that is complete otherwise. */
export type ImageVerdict =
  | { readonly state: 'as-meant' }
  | { readonly state: 'unsaid'; readonly message: string }
  | { readonly state: 'wrong'; readonly reason: string; readonly message: string };

/** Judges whether every container that was set runs one image, and the one whose digest was asked for. Pure. */
export function judgeImages(pods: readonly V1Pod[], wanted: readonly WantedContainer[]): ImageVerdict {
  const unsaid: string[] = [];
  for (const { container, image } of wanted) {
    const [running] = runningImages(pods, [container]);
    if (running === undefined) continue;
    const asked = parseImage(image)?.digest;
    const other = running.local ? undefined : running.digests.find(({ digest }) => digest !== asked);
    if (asked !== undefined && other !== undefined) {
      const message = `Container ${container} runs ${sayPods(other)}, though ${asked} was asked for: something changed the image of the pods when they were created.`;
      return { state: 'wrong', reason: 'wrong-image-digest', message };
    }
    if (asked === undefined && running.digests.length > 1) {
      const message = `Container ${container} runs ${running.digests.length} images by the one name ${image}: ${running.digests.map(sayPods).join('; ')}. What the name stands for was changed while it was rolled out.`;
      return { state: 'wrong', reason: 'mixed-image-digests', message };
    }
    if (running.unsaid > 0)
      unsaid.push(
        `Of ${running.unsaid} of ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} it is not known which image container ${container} runs: the node names no digest that can be compared.`,
      );
  }
  return unsaid.length === 0 ? { state: 'as-meant' } : { state: 'unsaid', message: unsaid.join(' ') };
}

/** Whether two references name the same image in the same words, and words that may come to name another. Pure. */
export function isSameMovableName(one: string, other: string): boolean {
  const [a, b] = [parseImage(one), parseImage(other)];
  if (a === undefined || b === undefined || a.digest !== undefined || b.digest !== undefined) return false;
  return (
    fullRepository(a.repository) === fullRepository(b.repository) &&
    (a.tag ?? 'latest') === (b.tag ?? 'latest')
  );
}

/** The digest that the pod runs in the container; undefined where it does not say. */
function digestOf(pod: V1Pod, container: string): { digest: string; local: boolean } | undefined {
  const status = named(pod.status?.containerStatuses, pod.status?.initContainerStatuses, container);
  if (status === undefined || !status.imageID) return undefined;
  const spec = named(pod.spec?.containers, pod.spec?.initContainers, container);
  const pinned = parseImage(spec?.image ?? '')?.digest;
  if (pinned !== undefined) return { digest: pinned, local: false };
  const [digest] = /sha256:[a-f0-9]{64}$/.exec(status.imageID) ?? [];
  return digest === undefined ? undefined : { digest, local: !status.imageID.includes('@') };
}

function named<T extends Pick<V1ContainerStatus, 'name'>>(
  containers: readonly T[] | undefined,
  initContainers: readonly T[] | undefined,
  name: string,
): T | undefined {
  return containers?.find((each) => each.name === name) ?? initContainers?.find((each) => each.name === name);
}

function count(map: ReadonlyMap<string, readonly string[]>): number {
  return [...map.values()].reduce((sum, names) => sum + names.length, 0);
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** `sha256:… in 2 pods (web-1, web-2)` */
function sayPods({ digest, pods }: RunningImage['digests'][number]): string {
  const some = pods.slice(0, 2).join(', ');
  return `${digest} in ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} (${some}${pods.length > 2 ? ', …' : ''})`;
}
