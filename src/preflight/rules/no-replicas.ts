import type { Rule } from '../rule.ts';

export const noReplicas: Rule = {
  id: 'no-replicas',
  level: 'error',
  about: 'The workload is scaled to zero: a rollout would "succeed" without one pod having run.',
  judge({ found, workload, namespace }) {
    if (found?.replicas !== 0) return [];
    return [
      {
        message: `${workload} has replicas: 0, so nothing would show whether the new image works.`,
        next: `Scale it first: kubectl -n ${namespace} scale ${workload} --replicas=1`,
      },
    ];
  },
};
