import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { sayDuration } from '../duration.ts';
import { isReturnedTo, migrationsSince, type RolloutRecord, standingOf } from '../history.ts';
import { fullRepository, parseImage, type WantedImage } from '../image.ts';
import { type HistoryRow, standings } from '../journal.ts';
import { marks, tracesOfRollback } from '../kubernetes/marks.ts';
import type { Revision, WorkloadKind, WorkloadObject, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { planPace, sayPace, setPacePatch } from '../kubernetes/workloads/pace.ts';
import { annotationPatch, type ImageChange, imagesOf } from '../kubernetes/workloads/patch.ts';
import { digestIn, templateDigest, withoutHash } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import type { Draft, Drafter } from './draft.ts';

/** A revision with all that is known of how it fared. */
interface Known {
  readonly revision: Revision;
  readonly digest: string;
  readonly standing: ReturnType<typeof standingOf>;
  readonly isCurrent: boolean;
}

/** What a rollback changes: the whole template goes back to that of an older revision. */
export const draftRollback: Drafter = (run, kind, view, health): Draft => {
  const { inputs, journal, github } = run;
  const records = run.history();
  const known = kind.revisions(view).map((revision): Known => {
    const digest = templateDigest(revision.template);
    const isCurrent = revision.holderUid === health.current?.holderUid;
    const isComplete = isCurrent && health.status.state === 'complete';
    const recorded = standingOf(records, digest);
    // What serves beside what runs now needs no record.
    const serves = !isCurrent && recorded === undefined && revision.available > 0;
    return { revision, digest, isCurrent, standing: isComplete || serves ? 'healthy' : recorded };
  });
  // By the workload itself: its new revision may not have been made yet.
  const now = digestIn(view.workload);
  const images = containerImages(view.workload.spec?.template);
  const overtaken = overtakenBy(run, { digest: now, images }, records);
  const isDone = overtaken === 'done' || isFinished(run, now);
  const current = isDone ? known.find(({ isCurrent }) => isCurrent) : undefined;
  const chosen = current ?? chooseRevision(known, inputs.toRevision, inputs.toImage);
  const target = 'problem' in chosen ? undefined : chosen;
  const rows = known.map((each) => toRow(kind, view, each, target));
  const older = known.map(({ digest }) => digest).filter((digest) => digest !== now);
  journal.add({ type: 'history', rows, current: now, older });
  if (overtaken === 'changed') {
    const problem =
      'it was changed while this rollback waited, and runs another image than when it was asked for.';
    return { ok: false, rule: 'rollback-overtaken', problem, next: waysBack(known, run) };
  }
  if (target === undefined) {
    const { problem } = chosen as { readonly problem: string };
    return { ok: false, rule: 'revision-missing', problem, next: waysBack(known, run) };
  }
  const { revision, digest } = target;
  const paced = planPace(kind.kind, view.workload, inputs.pace);
  if (!paced.ok) return { ...paced, rule: 'no-pace' };
  const { pace } = paced;
  const changes = imagesBetween(view.workload, revision);
  const names = [...new Set(changes.map(({ to }) => to))].join(', ');
  return {
    ok: true,
    changes,
    patch: [
      ...kind.undoPatch(view.workload, revision),
      ...annotationPatch({}, tracesOfRollback(github, revision.number, names)),
      ...(pace ? setPacePatch(pace) : []),
    ],
    pace,
    template: withoutHash(revision.template),
    isUnchanged: target.isCurrent,
    whyUnchanged: isDone ? `${sayWorkload(run.workload)} ${done}` : undefined,
    about: [
      `Setting the template of revision ${revision.number}: ${names}`,
      ...(pace ? [sayPace(inputs.pace)] : []),
    ],
    goesTo: { revision: revision.number, standing: target.standing ?? 'unknown' },
    migrations: target.isCurrent ? [] : migrationsSince(records, digest, madeAt(view, revision)),
    undoTo: isOther(health.undoTo, target) ? health.undoTo : otherHealthy(known, target),
  };
};

/**
 * The revision to go back to: the one asked for; else the newest one known to have been healthy; else, where no run has
 * known any, the one before. One that failed, or that a person rolled back from, is gone to only by its number or image:
 * else a second rollback would bring back what the first one left. Pure.
 */
export function chooseRevision(
  known: readonly Known[],
  toRevision: number | undefined,
  toImage: WantedImage | undefined,
): Known | { readonly problem: string } {
  if (toRevision !== undefined) {
    const asked = known.find(({ revision }) => revision.number === toRevision);
    return asked ?? { problem: `it has no revision ${toRevision}.` };
  }
  if (toImage !== undefined) {
    const alike = known.filter(({ revision }) => runs(revision, toImage));
    const asked = alike.find(({ standing }) => standing === 'healthy') ?? alike[0];
    const text = toImage.kind === 'reference' ? toImage.text : toImage.suffix;
    return asked ?? { problem: `none of its revisions runs ${text}.` };
  }
  const current = known.find(({ isCurrent }) => isCurrent);
  const older = known.filter(
    ({ revision, standing, isCurrent }) =>
      !isCurrent &&
      revision.number < (current?.revision.number ?? Infinity) &&
      (standing === 'healthy' || standing === undefined),
  );
  const [newest] = older;
  const healthy = older.find(({ standing }) => standing === 'healthy');
  return healthy ?? newest ?? { problem: 'it has no older revision that is fit to go back to.' };
}

/** What is said of a rollback without a named target that another run has done. */
const done =
  "has gone back already from what ran when this rollback was asked for, so it goes no further. To go further, name a target: 'to-revision' or 'to-image'.";

/**
 * Whether what ran when the rollback was asked for was changed while it waited for another run, or finished what that
 * had left: `done` where an older revision was put back, `changed` where something new was set. Neither where another
 * rollback from what runs now was taken back: it is still to be gone from. A named target is gone to anyway.
 */
function overtakenBy(
  run: WorkloadRun,
  now: { readonly digest: string; readonly images: readonly string[] },
  records: readonly RolloutRecord[],
): 'done' | 'changed' | undefined {
  const asked = run.journal.first('history');
  if (asked === undefined || asked.current === now.digest || isNamed(run)) return undefined;
  if (isReturnedTo(records, now.digest, asked.at)) return undefined;
  if (asked.older.includes(now.digest)) return 'done';
  // Somebody has restarted it, or set something else of it: the same image is meant.
  const images = asked.rows.find(({ isCurrent }) => isCurrent)?.images;
  return images?.join() === now.images.join() ? undefined : 'changed';
}

function isNamed({ inputs }: WorkloadRun): boolean {
  return inputs.toRevision !== undefined || inputs.toImage !== undefined;
}

/** Whether this run has just finished the rollback that an earlier one had begun: it was run again for that. */
function isFinished(run: WorkloadRun, now: string): boolean {
  return !isNamed(run) && run.journal.last('resumed')?.rolledBackTo === now;
}

function runs({ template }: Revision, wanted: WantedImage): boolean {
  return imagesOf(template).some(([, image]) => isMeant(image, wanted));
}

/** Whether a person who names an image so means this one. */
function isMeant(text: string, wanted: WantedImage): boolean {
  const image = parseImage(text);
  if (image === undefined) return false;
  const tag = (name: string) => image.tag === name || (isCommit(name) && image.tag?.startsWith(name));
  if (wanted.kind === 'version') {
    const [, name, digest] = /^(?::([^@]+))?(?:@(.+))?$/.exec(wanted.suffix) ?? [];
    return (name === undefined || !!tag(name)) && (digest === undefined || image.digest === digest);
  }
  const { repository, tag: name, digest } = wanted.image;
  // A word alone is rather a tag than a repository of which any tag will do.
  if (wanted.text === repository && !repository.includes('/')) return tag(repository) ?? false;
  return (
    fullRepository(image.repository) === fullRepository(repository) &&
    (name === undefined || image.tag === name) &&
    (digest === undefined || image.digest === digest)
  );
}

/** The beginning of a commit's SHA, or all of it: images are often tagged by all of it, and people type the beginning. */
function isCommit(text: string): boolean {
  return /^[a-f0-9]{7,40}$/.test(text);
}

function isOther(revision: Revision | undefined, { digest }: Known): boolean {
  return revision !== undefined && templateDigest(revision.template) !== digest;
}

/** A healthy state to end in where the revision that runs now is not healthy, and the one gone back to is not either. */
function otherHealthy(known: readonly Known[], target: Known): Revision | undefined {
  return known.find((each) => each.standing === 'healthy' && !each.isCurrent && each.digest !== target.digest)
    ?.revision;
}

/** The images that change; all of them, where it is something else that does. */
function imagesBetween({ spec }: WorkloadObject, { template }: Revision): ImageChange[] {
  const before = new Map(spec && imagesOf(spec.template));
  const images = imagesOf(template).map(([container, image]) => ({
    container,
    from: before.get(container) ?? '',
    to: image,
    path: '',
  }));
  const differing = images.filter(({ from, to }) => from !== to);
  return differing.length > 0 ? differing : images;
}

/** When the revision came to be, in milliseconds since the epoch. */
function madeAt({ holders }: WorkloadView, { holderUid }: Revision): number {
  const holder = holders.find(({ metadata }) => metadata?.uid === holderUid);
  return new Date(holder?.metadata?.creationTimestamp ?? 0).getTime();
}

function containerImages(template: V1PodTemplateSpec | undefined): string[] {
  return (template?.spec?.containers ?? []).map(({ image = '' }) => image);
}

function toRow(
  kind: WorkloadKind,
  view: WorkloadView,
  { revision, standing, isCurrent }: Known,
  target: Known | undefined,
): HistoryRow {
  return {
    revision: revision.number,
    images: containerImages(revision.template),
    cause: revision.annotations[marks.changeCause] ?? '',
    created: madeAt(view, revision),
    standing: standing ?? 'unknown',
    pods: kind.podsOf(view, revision).length,
    isCurrent,
    isTarget: revision.holderUid === target?.revision.holderUid,
  };
}

function waysBack(known: readonly Known[], { namespace, workload }: WorkloadRun): string {
  const others = known.filter(({ isCurrent }) => !isCurrent);
  if (others.length === 0)
    return `Its history holds no other revision: kubectl -n ${namespace} rollout history ${sayWorkload(workload)}`;
  const list = others.map(({ revision, standing }) => {
    const [image = ''] = containerImages(revision.template);
    return `${revision.number} (${image}${standing ? `, ${standings[standing]}` : ''})`;
  });
  return `There are: ${list.join(', ')}. Name one in the input 'to-revision', or its image in 'to-image'.`;
}

/** Shows the history in the log, as `kubectl rollout history` would if it knew more. */
export function showHistory({ journal, log, clock, workload }: WorkloadRun): void {
  const rows = journal.last('history')?.rows ?? [];
  log.line(`History of ${sayWorkload(workload)} (* runs now, > is gone back to):`);
  const cells = rows.map((each) => [
    `${each.isCurrent ? '*' : each.isTarget ? '>' : ' '} ${each.revision}`,
    each.images.join(', '),
    sayDuration((clock.now() - each.created) / 1000),
    standings[each.standing],
    `${each.pods}`,
    each.cause,
  ]);
  const table = [['  REVISION', 'IMAGE', 'AGE', 'HEALTH', 'PODS', 'CHANGE-CAUSE'], ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of table)
    log.line(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
