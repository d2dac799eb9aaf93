import type { HistoryRow } from '../../journal.ts';
import type { Rule } from '../rule.ts';

const doubts: Readonly<Record<HistoryRow['standing'], string | undefined>> = {
  healthy: undefined,
  failed: 'did not work when it was last rolled out',
  undone: 'was undone before it was known whether it works',
  left: 'was rolled back from before',
  unknown: 'may never have worked: no run has recorded how it fared',
};

export const revisionDoubtful: Rule = {
  id: 'revision-doubtful',
  level: 'warning',
  underLock: true,
  about: 'A rollback goes to a revision that is not known to have worked.',
  judge({ found, workload }) {
    if (!found?.plan.ok || found.plan.isUnchanged || found.plan.goesTo === undefined) return [];
    const { revision, standing } = found.plan.goesTo;
    const doubt = doubts[standing];
    if (doubt === undefined) return [];
    return [
      {
        message: `Revision ${revision} of ${workload}, which is gone back to, ${doubt}.`,
        next: 'The history in the summary shows the others.',
      },
    ];
  },
};
