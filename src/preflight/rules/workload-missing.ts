import { nearest } from '../near-names.ts';
import type { Rule } from '../rule.ts';

export const workloadMissing: Rule = {
  id: 'workload-missing',
  level: 'fixed',
  about: 'The workload does not exist in the namespace.',
  judge({ missing, workload, namespace, siblings }) {
    if (!missing) return [];
    const [kind = '', name = ''] = workload.split('/');
    const near = nearest(name, siblings);
    const there =
      near.length > 0
        ? `Did you mean ${near.map((each) => `${kind}/${each}`).join(' or ')}?`
        : siblings.length > 0
          ? `The namespace has: ${siblings.slice(0, 10).join(', ')}${siblings.length > 10 ? ', …' : ''}.`
          : `The namespace has none of that kind; check the inputs 'namespace', 'context' and 'kubeconfig'.`;
    return [{ message: `${workload} does not exist in namespace ${namespace}.`, next: there }];
  },
};
