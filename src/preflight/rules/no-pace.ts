import type { Rule } from '../rule.ts';

export const noPace: Rule = {
  id: 'no-pace',
  level: 'fixed',
  about:
    "A pace is asked for (`max-surge`, `max-unavailable`) that the workload's update strategy does not know.",
  judge({ found, workload, isPaceLost }) {
    if (isPaceLost) {
      return [
        {
          message: `${workload}: the cluster does not take the pace that is asked for. It knows maxUnavailable of a StatefulSet only with the feature gate MaxUnavailableStatefulSet; or an admission policy has changed it.`,
          next: "Leave the inputs 'max-surge' and 'max-unavailable' out.",
        },
      ];
    }
    if (found === undefined || found.plan.ok || found.plan.rule !== 'no-pace') return [];
    return [{ message: `${workload}: ${found.plan.problem}`, next: found.plan.next }];
  },
};
