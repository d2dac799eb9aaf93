import { isNamedForGood, parseImage } from '../image.ts';
import type { Journal } from '../journal.ts';
import { judgeImages, runningDigests, wantedImages } from '../kubernetes/workloads/digests.ts';
import type { WorkloadKind, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import type { ImageChange } from '../kubernetes/workloads/patch.ts';
import type { WorkloadRun } from '../run.ts';
import { presentPods } from './look.ts';

/** Notes which images the containers run that are to be set, before they are. */
export function noteImagesBefore(
  journal: Journal,
  kind: WorkloadKind,
  view: WorkloadView,
  containers: readonly { readonly container: string }[],
): void {
  const before = runningDigests(presentPods(kind, view));
  const images = containers.map(({ container }) => ({ container, before: before(container), after: [] }));
  journal.add({ type: 'images', images });
}

/** Notes which images they run now that they are set, as far as their pods say. */
export function noteImagesAfter(
  journal: Journal,
  kind: WorkloadKind,
  view: WorkloadView | undefined,
  containers: readonly { readonly container: string }[],
): void {
  if (view === undefined) return;
  const after = runningDigests(presentPods(kind, view));
  const known = journal.last('images')?.images ?? [];
  const images = containers.map(({ container }) => {
    const before = known.find((each) => each.container === container)?.before ?? [];
    return { container, before, after: after(container) };
  });
  journal.add({ type: 'images', images });
}

/** What is to be told of a rollout that is complete, though not of all its pods is known which image they run. */
export function sayUnsaid(
  { workload, namespace }: Pick<WorkloadRun, 'workload' | 'namespace'>,
  { kind, view: look }: Observation,
  changes: readonly ImageChange[],
): string[] {
  const view = look();
  if (view === undefined) return [];
  const verdict = judgeImages(presentPods(kind, view), wantedImages(changes));
  if (verdict.state !== 'unsaid') return [];
  const columns = 'POD:.metadata.name,IMAGE:.status.containerStatuses[*].imageID';
  return [
    `${sayWorkload(workload)}: ${verdict.message} Compare them: kubectl -n ${namespace} get pods -o custom-columns='${columns}'`,
  ];
}

/** What speaks against taking what is set already for what is asked for: nothing is pulled, so a tag may have moved. */
export function doubtUnchanged(
  { journal, workload }: Pick<WorkloadRun, 'journal' | 'workload'>,
  {
    observation: { kind, view: look },
    changes,
  }: { readonly observation: Observation; readonly changes: readonly ImageChange[] },
): string[] {
  const view = look();
  if (view === undefined) return [];
  noteImagesAfter(journal, kind, view, changes);
  const wanted = wantedImages(changes);
  const verdict = judgeImages(presentPods(kind, view), wanted);
  const movable = [...new Set(wanted.map(({ image }) => image))].filter((image) => {
    const parsed = parseImage(image);
    return parsed !== undefined && !isNamedForGood(parsed);
  });
  return [
    ...(verdict.state === 'wrong' ? [verdict.message] : []),
    ...movable.map(
      (image) =>
        `${sayWorkload(workload)} is set to ${image} already, so nothing was pulled. If another image has been pushed by that name since, it does not run: name the digest (${parseImage(image)?.repository}@sha256:…) to be sure.`,
    ),
  ];
}
