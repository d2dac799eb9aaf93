import type { Rule } from '../rule.ts';

export const noReplicas: Rule = {
  id: 'no-replicas',
  level: 'error',
  about:
    'The workload is scaled to zero, or no node takes pods of the DaemonSet: a rollout would "succeed" without one pod having run.',
  judge({ found, workload, kind, namespace }) {
    if (found?.replicas !== 0) return [];
    if (kind === 'DaemonSet') {
      return [
        {
          message: `${workload} is for no node: its node selector, affinity and tolerations match none, so nothing would show whether the new image works.`,
          next: `Compare them with the cluster's nodes: kubectl -n ${namespace} describe ${workload}; kubectl get nodes --show-labels`,
        },
      ];
    }
    return [
      {
        message: `${workload} has replicas: 0, so nothing would show whether the new image works.`,
        next: `Scale it first: kubectl -n ${namespace} scale ${workload} --replicas=1`,
      },
    ];
  },
};
