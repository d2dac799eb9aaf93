import type { Rule } from '../rule.ts';

export const schemaAhead: Rule = {
  id: 'schema-ahead',
  level: 'warning',
  underLock: true,
  about: 'A rollback goes to a revision older than a migration: the schema does not go back with it.',
  judge({ found, workload }) {
    if (!found?.plan.ok) return [];
    const { migrations = [] } = found.plan;
    if (migrations.length === 0) return [];
    const list = migrations.map(({ job, at, by }) => `job/${job} at ${at.slice(0, 16)}Z (${by})`).join(', ');
    const count = migrations.length === 1 ? 'a migration' : `${migrations.length} migrations`;
    return [
      {
        message: `Since ${workload} ran that revision, ${count} ran: ${list}. The schema does not roll back.`,
        next: 'Make sure that the older image works with the schema as it is now.',
      },
    ];
  },
};
