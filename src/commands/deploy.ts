import type { Ending } from '../journal.ts';
import type { Run } from '../run.ts';
import { draftDeploy } from '../steps/draft.ts';
import { carryOut } from './carry-out.ts';

/** Ships a new image: check, lock, migrate, set the image, watch, undo on failure. Answers how it ended. */
export function deploy(run: Run): Promise<Ending> {
  return carryOut(run, { draft: draftDeploy, done: 'deployed' });
}
