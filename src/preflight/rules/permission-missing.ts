import { rbacRules } from '../access.ts';
import type { Rule } from '../rule.ts';

export const permissionMissing: Rule = {
  id: 'permission-missing',
  level: 'error',
  about: 'The credentials may not do something that the step will need.',
  judge({ access, namespace, found, missing: isMissing }) {
    const missing = access.filter(({ allowed }) => !allowed);
    if (missing.length === 0) return [];
    const list = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
    return [
      {
        message: `The credentials may not: ${list} (namespace ${namespace}).`,
        // Without reading the workload, nothing can be judged.
        fixed: found === undefined && !isMissing,
        next: `Add to a Role that is bound to them:\n${rbacRules(missing)}`,
      },
    ];
  },
};
