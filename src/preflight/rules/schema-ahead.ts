import type { RolloutRecord } from '../../history.ts';
import type { Rule } from '../rule.ts';

/** `job/web-migrate-7 at 2026-11-20T10:11Z (https://…)`. */
function say({ what, job, at, by }: RolloutRecord): string {
  const end = what === 'migrated' ? '' : ', of which nobody knows how far it came';
  return `job/${job} at ${at.slice(0, 16)}Z (${by}${end})`;
}

export const schemaAhead: Rule = {
  id: 'schema-ahead',
  level: 'warning',
  underLock: true,
  about: 'A rollback goes to a revision older than a migration: the schema does not go back with it.',
  judge({ found, workload }) {
    if (!found?.plan.ok) return [];
    const { migrations = [] } = found.plan;
    if (migrations.length === 0) return [];
    const list = migrations.map(say).join(', ');
    const isSure = migrations.some(({ what }) => what === 'migrated');
    const count = migrations.length === 1 ? 'a migration' : `${migrations.length} migrations`;
    const ran = isSure ? 'ran' : 'may have run';
    return [
      {
        message: `Since ${workload} ran that revision, ${count} ${ran}: ${list}. The schema does not roll back.`,
        next: 'Make sure that the older image works with the schema as it is now.',
      },
    ];
  },
};
