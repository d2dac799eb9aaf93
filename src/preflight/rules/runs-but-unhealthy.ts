import type { Rule } from '../rule.ts';

export const runsButUnhealthy: Rule = {
  id: 'runs-but-unhealthy',
  level: 'fixed',
  underLock: true,
  about:
    'The workload bears the wanted image already, but is not healthy: there is nothing to set, and nothing to be green about.',
  judge({ found, workload, namespace }) {
    if (!found?.plan.ok || !found.plan.isUnchanged) return [];
    const { status, verdict } = found;
    if (status.state === 'complete') return [];
    const [worst] = verdict.diagnoses;
    return [
      {
        message: `${workload} has this image already, and it is not healthy: ${worst ? `${worst.object}: ${worst.message}` : status.message}.`,
        next: `Deploy an image that works, or go back: kubectl -n ${namespace} rollout undo ${workload}`,
      },
    ];
  },
};
