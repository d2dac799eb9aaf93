import { parseImage } from '../image.ts';
import type { Intent, UndoTarget } from '../intent.ts';
import type { ImageDigests, Journal } from '../journal.ts';
import { isSameMovableName, runningDigests } from '../kubernetes/workloads/digests.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { imagesOf } from '../kubernetes/workloads/patch.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import { findRevision, presentPods } from './look.ts';

/** Why an undo is not expected to bring back a program that works, and what to do then. */
export interface Doubt {
  readonly message: string;
  readonly next: string;
}

/** A container that was set: what it was set to, and what the revision to go back to has. */
export interface UndoneContainer {
  readonly container: string;
  /** What has just failed: the image, and the digests that its pods ran. */
  readonly set: string;
  readonly failed: readonly string[];
  /** The revision's image, and the digests that it ran. */
  readonly target: string;
  readonly earlier: readonly string[];
}

/**
 * What speaks against an undo before it is tried. It is tried all the same: pods that still run as before are kept by
 * it, and the rest of the template comes back. Pure.
 *
 * @param setImage the command that sets a container's image by hand, less `CONTAINER=IMAGE`.
 */
export function doubtsOf(revision: number, undone: readonly UndoneContainer[], setImage: string): Doubt[] {
  return undone.flatMap(({ container, set, failed, target, earlier }): Doubt[] => {
    const [digest] = earlier;
    const isOne = earlier.length === 1 && digest !== undefined;
    if (isOne && failed.length === 1 && failed[0] === digest) {
      return [
        {
          message: `Revision ${revision} runs, in container ${container}, the very image that is undone (${digest}): the undo brings no other program back.`,
          next: `The image of container ${container} is the same before and after (${digest}), so look for the cause elsewhere: its settings, its database, what it depends on.`,
        },
      ];
    }
    if (!isSameMovableName(set, target)) return [];
    const repository = parseImage(target)?.repository ?? target;
    return [
      {
        message: `Revision ${revision} names, in container ${container}, the image that has just failed (${target}${failed.length > 0 ? `, now ${failed.join(' and ')}` : ''}): new pods of it bring the same program back.`,
        next: isOne
          ? `To bring back what ran before in container ${container}, set it by its digest: ${setImage} ${container}=${repository}@${digest}`
          : `Set container ${container} by the digest of an image that works: ${setImage} ${container}=${repository}@sha256:…`,
      },
    ];
  });
}

/** {@link doubtsOf} the undo of `intent`, as the workload stands now. */
export function doubtUndo(
  journal: Journal,
  observation: Observation,
  intent: Intent,
  target: UndoTarget,
): Doubt[] {
  const { kind } = observation;
  const view = observation.view();
  const template = view?.workload.spec?.template;
  // Once it is under way, what runs is no longer what has failed.
  if (view === undefined || template === undefined || !intent.ours.includes(templateDigest(template)))
    return [];
  const revision = findRevision(kind, view, target);
  const before = new Map(revision && imagesOf(revision.template));
  const failed = runningDigests(presentPods(kind, view));
  const still = runningDigests(revision ? kind.podsOf(view, revision) : []);
  const { namespace, workload } = intent;
  return doubtsOf(
    target.number,
    intent.changes.map(({ container, from, to }) => ({
      container,
      set: to,
      failed: failed(container),
      target: before.get(container) ?? from,
      earlier: still(container).length > 0 ? still(container) : notedBefore(journal, target, container),
    })),
    `kubectl -n ${namespace} set image ${sayWorkload(workload)}`,
  );
}

/** What an undo has brought back, where that is not what ran before. Nothing of it makes the undo a failure. */
export function movedByUndo(journal: Journal, observation: Observation, intent: Intent): string[] {
  const view = observation.view();
  const target = intent.undoTo;
  if (view === undefined || target === undefined) return [];
  const now = runningDigests(presentPods(observation.kind, view));
  return intent.changes.flatMap(({ container }) => {
    const before = notedBefore(journal, target, container);
    const others = now(container).filter((digest) => !before.includes(digest));
    if (before.length === 0 || others.length === 0) return [];
    return [
      `After the undo, container ${container} runs ${others.join(' and ')}; before this deploy it ran ${before.join(' and ')}. Its tag has been moved in the meantime.`,
    ];
  });
}

/** The digests that ran before the deploy, where it was the target that ran. */
function notedBefore(journal: Journal, target: UndoTarget, container: string): ImageDigests['before'] {
  if (journal.last('observed')?.revision !== target.number) return [];
  return journal.last('images')?.images.find((each) => each.container === container)?.before ?? [];
}
