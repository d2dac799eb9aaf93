import { kinds } from '../../kubernetes/workloads/kinds.ts';
import { isDenied } from '../access.ts';
import type { Rule } from '../rule.ts';

export const patchRefused: Rule = {
  id: 'patch-refused',
  level: 'error',
  underLock: true,
  about: 'The API server refuses the new image in a dry run; an admission policy mostly says why.',
  judge({ patchRefusal, workload, kind, access }) {
    if (patchRefusal === undefined || isDenied(access, 'patch', kinds[kind].resource.plural)) return [];
    return [
      {
        message: `The API server refuses the new image for ${workload}: ${patchRefusal}`,
        next: 'Change what it objects to. Nothing has been changed.',
      },
    ];
  },
};
