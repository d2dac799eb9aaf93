import type { Rule } from '../rule.ts';

export const containerMissing: Rule = {
  id: 'container-missing',
  level: 'fixed',
  about: 'No container gets the image: the one named is not there, or none runs its repository.',
  judge({ found, workload }) {
    if (found === undefined || found.plan.ok || found.plan.rule !== 'container-missing') return [];
    return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
  },
};
