import { expect } from 'vitest';
import { cancelInSilence, cancelOne, cancels } from './support/cancel.ts';
import { describeChaos, report, test } from './support/fixtures.ts';
import { pool } from './support/pool.ts';
import { Draws, isFull, only, rounds } from './support/seed.ts';
import type { Shop } from './support/shop.ts';

describeChaos('a deploy that is cancelled', () => {
  test('ends in time, and post finishes it', async ({ shop }) => {
    const outcomes = await pool(chosen(), 8, (go) => go(shop));

    expect(report('cancels', outcomes)).toEqual([]);
    expect(outcomes.filter(({ struck }) => !struck)).toEqual([]);
  });
});

function chosen() {
  const all = [
    ...cancels.map((cancel) => ({ name: cancel.name, go: (shop: Shop) => cancelOne(shop, cancel) })),
    ...(['migration', 'rollout', 'undo'] as const).map((phase) => ({
      name: `while the API server is silent, ${phase}`,
      go: (shop: Shop) => cancelInSilence(shop, phase),
    })),
  ].filter(({ name }) => name.includes(only));
  return Array.from({ length: rounds }, (_, round) =>
    isFull || only !== '' ? all : new Draws('cancels', round).sample(all, 4),
  )
    .flat()
    .map(({ go }) => go);
}
