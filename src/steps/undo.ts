import type { UndoTarget } from '../intent.ts';
import type { Revision } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';
import { applyPatch } from './apply-patch.ts';
import { findRevision } from './look.ts';
import { type RolloutTrouble, watchRollout } from './watch-rollout.ts';

/** How an undo ended. */
export type UndoEnd =
  | { readonly kind: 'undone'; readonly revision: Revision }
  | { readonly kind: 'superseded'; readonly message: string }
  | { readonly kind: 'failed'; readonly trouble: RolloutTrouble };

/**
 * Puts `target` back and waits until it is healthy. It touches nothing where the workload bears a template that is
 * neither ours nor the target's already.
 *
 * @param ours digests of the template that is to be undone.
 * @param timeout seconds for all of it.
 * @throws the signal's reason; ApiError, ConnectionError where the cluster does not let it be done.
 */
export async function undo(
  run: Run,
  observation: Observation,
  target: UndoTarget,
  ours: ReadonlySet<string>,
  timeout: number,
): Promise<UndoEnd> {
  const { client, namespace, inputs, clock } = run;
  const { kind } = observation;
  const began = clock.now();
  const name = inputs.workload.name;
  const before = await client.get(
    kind.resource,
    { namespace, name },
    { signal: run.signal, patience: timeout },
  );
  const view = observation.view();
  const template = before.spec?.template;
  if (view === undefined || template === undefined || before.metadata?.uid !== view.workload.metadata?.uid) {
    return { kind: 'superseded', message: `${sayWorkload(inputs.workload)} was deleted.` };
  }
  const targetDigests = new Set([target.templateDigest]);
  let generation = before.metadata?.generation ?? 0;
  if (!targetDigests.has(templateDigest(template))) {
    if (!ours.has(templateDigest(template))) {
      const message = `${sayWorkload(inputs.workload)} was changed by ${lastChangeOf(before, run.github.url)}, so it is left as it is.`;
      return { kind: 'superseded', message };
    }
    const revision = findRevision(kind, view, target);
    if (revision === undefined) {
      const message = `Revision ${target.number} (${target.holder}) is no longer in the workload's history.`;
      return { kind: 'failed', trouble: { reason: 'revision-gone', message, diagnoses: [] } };
    }
    const end = await applyPatch(
      run,
      kind,
      name,
      kind.undoPatch(before, revision),
      templateDigest(template),
      targetDigests,
      timeout,
    );
    if (!end.applied) {
      const message = `${sayWorkload(inputs.workload)} was changed by ${lastChangeOf(end.workload, run.github.url)} just before the undo, so it is left as it is.`;
      return { kind: 'superseded', message };
    }
    generation = end.workload.metadata?.generation ?? 0;
  }
  if (kind.paused(before)) {
    const message = `${sayWorkload(inputs.workload)} is paused: its template is back, but will be rolled out only once it is resumed.`;
    return { kind: 'failed', trouble: { reason: 'paused', message, diagnoses: [] } };
  }
  const left = timeout - (clock.now() - began) / 1000;
  const end = await watchRollout(run, observation, {
    ours: targetDigests,
    before,
    generation,
    timeout: left,
  });
  if (end.kind === 'complete') return { kind: 'undone', revision: end.revision };
  return end.kind === 'failed' ? { kind: 'failed', trouble: end.trouble } : end;
}
