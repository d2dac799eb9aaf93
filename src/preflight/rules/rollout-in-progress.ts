import type { Rule } from '../rule.ts';

export const rolloutInProgress: Rule = {
  id: 'rollout-in-progress',
  level: 'error',
  underLock: true,
  about: 'Another rollout of the workload is under way, and nothing shows that it has failed.',
  judge({ found, workload, namespace, command }) {
    // A rollback is how one gets out of it.
    if (command === 'rollback') return [];
    // A rollout that is known to be broken may be replaced: that is how one gets out of it.
    if (!found || found.paused || found.settled || found.verdict.hopeless) return [];
    if (found.status.state !== 'progressing' && found.status.state !== 'unseen') return [];
    return [
      {
        message: `Another rollout of ${workload} is under way (${found.status.message}).`,
        next: `Wait for it (kubectl -n ${namespace} rollout status ${workload}), or undo it, then run this again.`,
      },
    ];
  },
};
