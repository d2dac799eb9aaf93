import { worstOf } from './ending-of-parts.ts';
import { type Cause, doneResult, type Ending, type Journal } from './journal.ts';

/** How a step ended whose main was killed after its work was done, and before it could say so. */
export function endingOfJournal(journal: Journal): Ending {
  const workloads = journal.last('connected')?.workloads ?? [];
  if (workloads.length < 2) return endingOfOne(journal);
  return worstOf(
    workloads.map((workload) => {
      const part = journal.of(workload);
      const ending = endingOfOne(part);
      const result = part.last('workload-ended')?.result ?? ending.result;
      return { workload, ending: { ...ending, result } };
    }),
  );
}

function endingOfOne(journal: Journal): Ending {
  const cause = journal.last('rollout-failed')?.cause ?? killed;
  const next = ['Main was killed before it could report; this is what its journal says.'];
  if (journal.last('undone')) return { result: 'undone', cause, next };
  if (journal.last('undo-failed')) return { result: 'undo-failed', cause, next };
  if (journal.last('rolled-out')) return { result: doneResult(journal), next };
  if (journal.last('rollout-failed')) return { result: 'left-failed', cause, next };
  if (journal.last('image-set'))
    return { result: 'superseded', cause: { ...killed, reason: 'superseded' }, next };
  const failed = journal.last('migration-ended')?.cause;
  if (failed) return { result: 'migration-failed', cause: failed, next };
  const migration = journal.last('migration-started');
  const mayRun = migration && journal.last('migration-ended') === undefined;
  return {
    result: 'cancelled',
    cause: killed,
    next: mayRun ? [`Job ${migration.job} may still run: it goes on to its own end or deadline.`] : [],
  };
}

const killed: Cause = { reason: 'interrupted', message: 'The step was killed.', diagnoses: [] };
