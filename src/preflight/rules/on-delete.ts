import type { Rule } from '../rule.ts';

export const onDelete: Rule = {
  id: 'on-delete',
  level: 'fixed',
  about:
    'The update strategy is `OnDelete`: the controller replaces no pod by itself, so nothing would be rolled out.',
  judge({ found, workload }) {
    if (!found?.onDelete) return [];
    return [
      {
        message: `${workload} has updateStrategy.type: OnDelete: a new image would run only in pods that somebody deletes by hand, so there is nothing to watch and nothing to undo.`,
        next: 'Set spec.updateStrategy.type to RollingUpdate in its manifest, and apply that.',
      },
    ];
  },
};
