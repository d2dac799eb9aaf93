import type { Ending, Result } from './journal.ts';

/** How a step ended for one of its workloads. */
export interface PartEnding {
  /** `deployment/web` */
  readonly workload: string;
  readonly ending: Ending;
  /** Whether its own trouble was the cause, and not another workload's. */
  readonly isCulprit?: boolean;
}

/** From the one that needs a person most to the one that needs nobody. */
const gravest: readonly Result[] = [
  'undo-failed',
  'left-failed',
  'superseded',
  'undone',
  'cancelled',
  'migration-failed',
  'locked',
  'refused',
  'rolled-back',
  'deployed',
  'unchanged',
];

/** How a step ends whose workloads ended so: the gravest result, the culprit's cause, and what is to be done for all. */
export function worstOf(parts: readonly PartEnding[]): Ending {
  const [only] = parts;
  if (only && parts.length === 1) return only.ending;
  const byGravity = [...parts].sort(
    (a, b) => gravest.indexOf(a.ending.result) - gravest.indexOf(b.ending.result),
  );
  const worst = byGravity[0]?.ending ?? { result: 'cancelled', next: [] };
  const culprit = parts.find(({ isCulprit }) => isCulprit) ?? byGravity.find(({ ending }) => ending.cause);
  const next = parts.flatMap(({ workload, ending }) =>
    ending.next.map((line) => (line.includes(workload) ? line : `${workload}: ${line}`)),
  );
  return { result: worst.result, cause: culprit?.ending.cause ?? worst.cause, next: [...new Set(next)] };
}
