import { isDenied } from '../access.ts';
import type { Rule } from '../rule.ts';

export const migrationRefused: Rule = {
  id: 'migration-refused',
  level: 'error',
  about:
    'The API server refuses the migration Job in a dry run: a field is wrong, or an admission policy objects.',
  judge({ migrationRefusal, access }) {
    if (migrationRefusal === undefined || isDenied(access, 'create', 'jobs')) return [];
    return [
      {
        message: `The API server refuses the migration Job: ${migrationRefusal}`,
        next: "Correct the Job in the input 'migration-job' (or 'migration-command'). Nothing has been changed.",
      },
    ];
  },
};
