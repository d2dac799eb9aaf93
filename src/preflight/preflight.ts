import type { Finding } from './finding.ts';
import type { Facts, Rule } from './rule.ts';
import { containerMissing } from './rules/container-missing.ts';
import { migratesInInit } from './rules/migrates-in-init.ts';
import { migrationRefused } from './rules/migration-refused.ts';
import { mutableTag } from './rules/mutable-tag.ts';
import { noPace } from './rules/no-pace.ts';
import { noReplicas } from './rules/no-replicas.ts';
import { onDelete } from './rules/on-delete.ts';
import { partition } from './rules/partition.ts';
import { partitionKeepsAll } from './rules/partition-keeps-all.ts';
import { patchRefused } from './rules/patch-refused.ts';
import { paused } from './rules/paused.ts';
import { permissionMissing } from './rules/permission-missing.ts';
import { revisionDoubtful } from './rules/revision-doubtful.ts';
import { revisionMissing } from './rules/revision-missing.ts';
import { rollbackOvertaken } from './rules/rollback-overtaken.ts';
import { rolloutInProgress } from './rules/rollout-in-progress.ts';
import { runsButUnhealthy } from './rules/runs-but-unhealthy.ts';
import { schemaAhead } from './rules/schema-ahead.ts';
import { unhealthyNow } from './rules/unhealthy-now.ts';
import { verificationRefused } from './rules/verification-refused.ts';
import { verifyPortUnknown } from './rules/verify-port-unknown.ts';
import { watchServiceMissing } from './rules/watch-service-missing.ts';
import { watchUrlFails } from './rules/watch-url-fails.ts';
import { workloadMissing } from './rules/workload-missing.ts';

/** Every rule, in the order in which findings are told. */
export const rules: readonly Rule[] = [
  permissionMissing,
  workloadMissing,
  containerMissing,
  revisionMissing,
  rollbackOvertaken,
  noPace,
  paused,
  noReplicas,
  onDelete,
  partitionKeepsAll,
  partition,
  rolloutInProgress,
  runsButUnhealthy,
  unhealthyNow,
  mutableTag,
  revisionDoubtful,
  schemaAhead,
  migratesInInit,
  patchRefused,
  migrationRefused,
  verificationRefused,
  verifyPortUnknown,
  watchServiceMissing,
  watchUrlFails,
];

/**
 * Judges the facts by every rule. Pure.
 *
 * @param mode `strict` leaves errors as they are; `warn` turns those that can be lived with into warnings.
 * @param ignored ids of rules to leave out.
 * @param locked whether the workload's lock is held; without it, rules that another run's deploy may set off are left
 *   for later.
 */
export function judge(
  facts: Facts,
  mode: 'strict' | 'warn',
  ignored: readonly string[],
  locked: boolean,
): Finding[] {
  return rules
    .filter(({ id, level }) => level === 'fixed' || !ignored.includes(id))
    .filter(({ underLock }) => locked || !underLock)
    .flatMap((rule) =>
      rule.judge(facts).map(({ fixed, ...finding }) => ({
        rule: rule.id,
        level:
          rule.level === 'fixed' || fixed || (rule.level === 'error' && mode === 'strict')
            ? ('error' as const)
            : ('warning' as const),
        ...finding,
      })),
    );
}
