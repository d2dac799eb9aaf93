import { isDenied } from '../access.ts';
import type { Rule } from '../rule.ts';

export const verificationRefused: Rule = {
  id: 'verification-refused',
  level: 'error',
  about:
    'The API server refuses the `verify-job` in a dry run: a field is wrong, or an admission policy objects.',
  judge({ verificationRefusal, access }) {
    if (verificationRefusal === undefined || isDenied(access, 'create', 'jobs')) return [];
    return [
      {
        message: `The API server refuses the verify-job: ${verificationRefusal}`,
        next: "Correct the Job in the input 'verify-job'. Nothing has been changed.",
      },
    ];
  },
};
