import type { Rule } from '../rule.ts';

export const revisionMissing: Rule = {
  id: 'revision-missing',
  level: 'fixed',
  about:
    'The revision or image to roll back to is not in the history, or no older revision is fit to go back to.',
  judge({ found, workload }) {
    if (found === undefined || found.plan.ok || found.plan.rule !== 'revision-missing') return [];
    return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
  },
};
