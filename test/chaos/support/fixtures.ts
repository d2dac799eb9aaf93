import { test as base, describe } from 'vitest';
import { clusterUnavailable, providedCluster } from '../../cluster/provided.ts';
import { faultsIn, type Outcome, tally } from './outcome.ts';
import { isFull, seed } from './seed.ts';
import { Shop } from './shop.ts';

// Each process that a test starts is to end with this one, and there are dozens at once.
process.setMaxListeners(0);

/** A test with a namespace of its own, in which many workloads have room. */
export const test = base.extend<{ shop: Shop }>({
  shop: async ({ task: _ }, use) => {
    const shop = await Shop.open(providedCluster());
    await use(shop);
    await shop.close();
  },
});

/** A test that belongs to the full round only; in the short one there is no such test. */
export const testInFull = (isFull ? test : () => {}) as typeof test;

/** Tests that take long when everything is tried; skipped without a cluster. */
export function describeChaos(name: string, tests: () => void): void {
  const options = { timeout: (isFull ? 1800 : 180) * 1000 };
  const unavailable = clusterUnavailable();
  if (unavailable === undefined) describe(name, options, tests);
  else describe.skip(`${name} (skipped: ${unavailable})`, tests);
}

/** Prints what was tried, and gives what went wrong: compare it with nothing. */
export function report(what: string, outcomes: readonly Outcome[]): string[] {
  const struck = outcomes.filter((outcome) => outcome.struck).length;
  const spared = outcomes.length - struck;
  const rest = spared > 0 ? ` (and ${spared} that had ended before)` : '';
  console.log(`chaos: ${struck} ${what}${rest}, CHAOS_SEED=${seed}; ${tally(outcomes)}`);
  return faultsIn(outcomes);
}
