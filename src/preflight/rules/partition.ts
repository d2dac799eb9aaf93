import type { Rule } from '../rule.ts';

export const partition: Rule = {
  id: 'partition',
  level: 'warning',
  about: "A `partition` keeps some of the StatefulSet's pods on the revision that they run now.",
  judge({ found, workload }) {
    const { kept = 0, replicas = 0 } = found ?? {};
    if (kept === 0 || kept >= replicas) return [];
    const stay =
      kept === 1
        ? '1 pod stays on the revision that it runs'
        : `${kept} pods stay on the revision that they run`;
    return [
      {
        message: `${workload} has updateStrategy.rollingUpdate.partition: ${kept}, so ${stay}; only ${replicas - kept} of ${replicas} will have the new image.`,
        next: 'When the others are to follow, set the partition to 0 in its manifest, and apply that.',
      },
    ];
  },
};
