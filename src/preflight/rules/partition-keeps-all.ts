import type { Rule } from '../rule.ts';

export const partitionKeepsAll: Rule = {
  id: 'partition-keeps-all',
  level: 'fixed',
  about:
    'A `partition` keeps every pod of the StatefulSet on the revision that it runs: the rollout would "succeed" without one pod having run.',
  judge({ found, workload }) {
    const { kept = 0, replicas = 0 } = found ?? {};
    if (kept === 0 || kept < replicas) return [];
    return [
      {
        message: `${workload} has an updateStrategy.rollingUpdate.partition that keeps all ${replicas} pods on the revision that they run, so none would get the new image.`,
        next: 'Lower the partition in its manifest, and apply that.',
      },
    ];
  },
};
