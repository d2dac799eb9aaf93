import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StepRun } from '../../support/runner.ts';
import { seed } from './seed.ts';
import { verdictOf } from './truth.ts';

/** What became of one thing that was tried. */
export interface Outcome {
  readonly name: string;
  /** Whether what was to happen to it did happen. */
  readonly struck: boolean;
  /** The last verdict. */
  readonly result: string;
  readonly faults: readonly string[];
}

const folder = path.resolve(import.meta.dirname, '../../../out/chaos');

/** An outcome; where there are faults, the steps' logs are kept in `out/chaos`. */
export function outcomeOf(
  name: string,
  struck: boolean,
  faults: readonly string[],
  steps: readonly StepRun[],
): Outcome {
  const last = steps.at(-1);
  const outcome = { name, struck, result: (last && verdictOf(last)?.['result']) ?? '', faults };
  if (faults.length === 0) return outcome;
  const file = path.join(folder, `${seed}-${name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 120)}.log`);
  mkdirSync(folder, { recursive: true });
  const logs = steps.flatMap(({ main, post, state }, index) => [
    `=== step ${index + 1}, main: ${main.exitCode ?? main.signal} after ${main.seconds.toFixed(1)} s`,
    main.shown,
    JSON.stringify(main.outputs),
    `=== post: ${post.exitCode ?? post.signal} after ${post.seconds.toFixed(1)} s`,
    post.shown,
    JSON.stringify(post.outputs),
    `=== state: ${JSON.stringify(state)}`,
  ]);
  writeFileSync(file, [name, ...faults, ...logs, ''].join('\n'));
  return { ...outcome, faults: [...faults, `see ${file}`] };
}

/** What went wrong, to be compared with nothing. */
export function faultsIn(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ faults }) => faults.length > 0)
    .map(({ name, faults }) => `${name}: ${faults.join('; ')}`);
}

/** How often each result came about, for the log. */
export function tally(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { result } of outcomes) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, count]) => `${count} ${result || 'without a result'}`).join(', ');
}
