import { fieldManager, marks } from '../marks.ts';
import type { WorkloadObject } from './kind.ts';

/**
 * Who changed the workload last, by its managed fields: `kubectl-edit (12:03:55 UTC)`.
 *
 * @param ownRun this run's page: what this run did itself is left out.
 */
export function lastChangeOf(workload: WorkloadObject | undefined, ownRun: string): string {
  const run = workload?.metadata?.annotations?.[marks.run] ?? '';
  const changes = (workload?.metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource !== 'status')
    // Times are whole seconds, so that our own change can look like the last one.
    .filter(({ manager }) => manager !== fieldManager || run !== ownRun)
    .sort((a, b) => new Date(b.time ?? 0).getTime() - new Date(a.time ?? 0).getTime());
  const [last] = changes;
  if (last === undefined) return 'somebody else';
  const time = last.time ? new Date(last.time).toISOString().slice(11, 19) : '?';
  const who =
    last.manager === fieldManager ? `another run of safe-rollout${run ? `, ${run}` : ''}` : last.manager;
  return `${who ?? 'somebody else'} (${time} UTC)`;
}
