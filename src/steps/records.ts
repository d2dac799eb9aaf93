import { standingOf } from '../history.ts';
import { type Intent, templateSet } from '../intent.ts';
import type { WorkloadRun } from '../run.ts';

// What a run writes into the history that the next ones read.

/** A workload with what is planned for it. */
interface Planned {
  readonly run: WorkloadRun;
  readonly plan: { readonly intent: Intent };
}

/** Notes what became of the migration that is to precede the changes of all these workloads. */
export function noteMigration(
  plans: readonly Planned[],
  what: 'migrating' | 'migrated' | 'unmigrated',
  job: string,
): void {
  for (const { run, plan } of plans) run.record({ what, template: templateSet(plan.intent), job });
}

/** Notes that what `intent` set is rolled out, as `template`, and what a person has left for it. */
export function noteRolledOut(run: WorkloadRun, intent: Intent, template = templateSet(intent)): void {
  noteLeft(run, intent, template);
  run.record({ what: 'healthy', template });
}

/** Notes what a person has left for `template`, whatever becomes of that. */
export function noteLeft(run: WorkloadRun, intent: Intent, template = templateSet(intent)): void {
  // Who goes back to what a rollback had left takes that rollback back, and leaves nothing for good.
  const isReturn = standingOf(run.history(), template) === 'left';
  if (intent.isRollback && !isReturn) run.record({ what: 'left', template: intent.before });
}

/** Keeps what was undone from being taken for a revision to roll back to, unless it has worked before. */
export function noteUndone(run: WorkloadRun, intent: Intent): void {
  const template = templateSet(intent);
  if (standingOf(run.history(), template) === undefined) run.record({ what: 'undone', template });
}

/** Notes what served before, which nobody may have noted: somebody else may have set it. */
export function noteServing(run: WorkloadRun, { before }: Intent): void {
  if (standingOf(run.history(), before) === undefined) run.record({ what: 'healthy', template: before });
}
