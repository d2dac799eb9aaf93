import { standingOf } from '../history.ts';
import { type Intent, templateSet } from '../intent.ts';
import type { Journal } from '../journal.ts';
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

/** Whether anything of the step's migration has run, or may have, as far as its journal knows. */
export function hasBegun(journal: Pick<Journal, 'last'>): boolean {
  return journal.last('migration-ended')?.began ?? journal.last('migration-started') !== undefined;
}

/**
 * Notes in post what main knew of its migration, and may not have come to write down. One whose end main did not see may
 * have run, be its Job never created.
 */
export function settleMigration(run: WorkloadRun, intent: Intent): void {
  const ended = run.journal.last('migration-ended');
  const job = intent.job ?? ended?.job;
  if (job === undefined) return;
  const template = templateSet(intent);
  if (ended !== undefined && ended.cause === undefined) run.record({ what: 'migrated', template, job });
  else if (ended?.began === false) run.record({ what: 'unmigrated', template, job });
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

/**
 * Keeps what a deploy had set, and was undone, from being taken for a revision to roll back to, unless it has worked
 * before. The target of a rollback is no news: where it did not fail, it may be gone to again.
 */
export function noteUndone(run: WorkloadRun, intent: Intent): void {
  if (intent.isRollback) {
    run.record({ what: 'returned', template: intent.before });
    return;
  }
  const template = templateSet(intent);
  if (standingOf(run.history(), template) === undefined) run.record({ what: 'undone', template });
}

/**
 * Notes what served before a deploy: somebody else may have set it, or put it back. What has failed stays so, though it
 * may look well.
 */
export function noteServing(run: WorkloadRun, { before, isRollback = false }: Intent): void {
  const standing = standingOf(run.history(), before);
  if (isRollback || standing === 'healthy' || standing === 'failed') return;
  run.record({ what: 'healthy', template: before });
}
