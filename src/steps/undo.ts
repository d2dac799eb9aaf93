import { brokenTemplates, type Intent, type UndoTarget } from '../intent.ts';
import type { Revision, WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { restorePacePatch } from '../kubernetes/workloads/pace.ts';
import { withImages } from '../kubernetes/workloads/patch.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import { applyPatch, readIfThere } from './apply-patch.ts';
import { findRevision } from './look.ts';
import { type RolloutTrouble, watchRollout } from './watch-rollout.ts';

/** How an undo ended. */
export type UndoEnd =
  | { readonly kind: 'undone'; readonly revision: Revision }
  | { readonly kind: 'superseded'; readonly reason: 'superseded' | 'deleted'; readonly message: string }
  /** `applied`: the template is back, but the pods are not healthy. */
  | { readonly kind: 'failed'; readonly trouble: RolloutTrouble; readonly applied: boolean };

/**
 * Puts the intent's target back and waits until it is healthy. It touches nothing where the workload bears a template
 * that is neither ours nor the target's already.
 *
 * @param timeout seconds for all of it.
 * @param onSet called once the template is back.
 * @throws the signal's reason; ApiError, ConnectionError where the cluster does not let it be done.
 */
export async function undo(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  timeout: number,
  onSet?: () => void,
): Promise<UndoEnd> {
  const { clock } = run;
  const target = intent.undoTo;
  if (target === undefined) throw new Error('There is no revision to go back to.');
  const { kind } = observation;
  const workload = sayWorkload(run.workload);
  const { name } = run.workload;
  const deadline = clock.now() + timeout * 1000;
  const left = () => Math.max(0, (deadline - clock.now()) / 1000);

  const before = await readIfThere(run, kind, name, left());
  const view = observation.view();
  if (view === undefined || before?.spec === undefined || before.metadata?.uid !== intent.uid) {
    return { kind: 'superseded', reason: 'deleted', message: `${workload} was deleted.` };
  }
  const wanted = new Set([target.templateDigest]);
  const digest = templateDigest(before.spec.template);
  let generation = before.metadata?.generation ?? 0;
  if (!wanted.has(digest)) {
    if (!intent.ours.includes(digest)) {
      const author = lastChangeOf(before, run.github.url);
      return {
        kind: 'superseded',
        reason: 'superseded',
        message: `${workload} was changed by ${author}, so it is left as it is.`,
      };
    }
    const revision = findRevision(kind, view, target) ?? rebuild(before, intent, target);
    if (revision === undefined) {
      const message = `Revision ${target.number} (${target.holder}) is no longer in the workload's history.`;
      return { kind: 'failed', applied: false, trouble: { reason: 'revision-gone', message, diagnoses: [] } };
    }
    const patch = [
      ...kind.undoPatch(before, revision),
      ...(intent.pace ? restorePacePatch(before, intent.pace) : []),
    ];
    const isBack = ({ spec }: WorkloadObject) =>
      spec !== undefined && wanted.has(templateDigest(spec.template));
    const end = await applyPatch(run, kind, name, patch, digest, isBack, left());
    if (end.kind === 'refused') throw end.error;
    if (end.kind === 'gone')
      return { kind: 'superseded', reason: 'deleted', message: `${workload} was deleted.` };
    if (end.kind === 'overtaken') {
      const author = lastChangeOf(end.workload, run.github.url);
      return {
        kind: 'superseded',
        reason: 'superseded',
        message: `${workload} was changed by ${author} just before the undo, so it is left as it is.`,
      };
    }
    generation = end.workload.metadata?.generation ?? 0;
    // An admission policy may have changed the template once more on its way back.
    if (end.workload.spec) wanted.add(templateDigest(end.workload.spec.template));
  }
  onSet?.();
  const end = await watchRollout(run, observation, {
    ours: wanted,
    before,
    generation,
    timeout: left(),
    broken: brokenTemplates(intent, wanted, true),
    isUndo: true,
  });
  if (end.kind === 'complete') return { kind: 'undone', revision: end.revision };
  return end.kind === 'failed' ? { kind: 'failed', trouble: end.trouble, applied: true } : end;
}

/**
 * The revision before, built from the one that is to be undone, where its holder is gone (`revisionHistoryLimit`, or
 * somebody deleted it): with the images before, and only where that is the very template that ran then.
 */
function rebuild(workload: WorkloadObject, { changes }: Intent, target: UndoTarget): Revision | undefined {
  const template = withImages(
    workload,
    changes.map(({ container, from }) => ({ container, to: from })),
  );
  if (templateDigest(template) !== target.templateDigest) return undefined;
  const { number, holder, holderUid } = target;
  return { number, holder, holderUid, template, hash: '', annotations: {}, available: 0 };
}
