import type { Ending } from '../journal.ts';
import type { Run } from '../run.ts';
import { draftRollback, showHistory } from '../steps/draft-rollback.ts';
import { carryOut } from './carry-out.ts';

/** Goes back to a revision that ran before, as carefully as a deploy goes forward. Answers how it ended. */
export function rollback(run: Run): Promise<Ending> {
  return carryOut(run, {
    draft: draftRollback,
    show: showHistory,
    readsHistory: true,
    done: 'rolled-back',
  });
}
