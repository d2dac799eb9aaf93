import type { Rule } from '../rule.ts';

export const paused: Rule = {
  id: 'paused',
  level: 'error',
  about: 'The Deployment is paused, so that no change of it would be rolled out.',
  judge({ found, workload, namespace }) {
    if (!found?.paused) return [];
    return [
      {
        message: `${workload} is paused: a new image would wait for ever.`,
        next: `Resume it first: kubectl -n ${namespace} rollout resume ${workload}`,
      },
    ];
  },
};
