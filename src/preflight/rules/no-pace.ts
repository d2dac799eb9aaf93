import type { Rule } from '../rule.ts';

export const noPace: Rule = {
  id: 'no-pace',
  level: 'fixed',
  about:
    "A pace is asked for (`max-surge`, `max-unavailable`) that the workload's update strategy does not know.",
  judge({ found, workload }) {
    if (found === undefined || found.plan.ok || found.plan.rule !== 'no-pace') return [];
    return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
  },
};
