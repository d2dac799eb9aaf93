import type { Rule } from '../rule.ts';

export const rollbackOvertaken: Rule = {
  id: 'rollback-overtaken',
  level: 'fixed',
  underLock: true,
  about: 'While a rollback without a named target waited for another run, another image was set.',
  judge({ found, workload }) {
    if (found === undefined || found.plan.ok || found.plan.rule !== 'rollback-overtaken') return [];
    return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
  },
};
