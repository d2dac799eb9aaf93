import { expect } from 'vitest';
import { describeChaos, report, test, testInFull } from './support/fixtures.ts';
import { partition, partitions, robbed } from './support/locks.ts';
import { pool } from './support/pool.ts';
import { Draws, only, rounds } from './support/seed.ts';
import type { Shop } from './support/shop.ts';

describeChaos('a deploy that loses its lock', () => {
  testInFull('to another run, being cut off, changes nothing any more', async ({ shop }) => {
    const outcomes = await pool(chosen(), 12, (go) => go(shop));

    expect(report('losses of the lock', outcomes)).toEqual([]);
  });

  for (const how of ['taken over', 'deleted'] as const) {
    (how === 'deleted' ? test : testInFull)(`which is ${how} by hand, stops`, async ({ shop }) => {
      expect(report(`lock ${how} by hand`, [await robbed(shop, how)])).toEqual([]);
    });
  }
});

function chosen() {
  return Array.from({ length: rounds }, (_, round) => {
    const draws = new Draws('partitions', round);
    const all = partitions
      .flatMap((each) => (['hang', 'drop'] as const).map((how) => ({ each, how })))
      .filter(({ each }) => each.name.includes(only));
    return all.map(
      ({ each, how }) =>
        (shop: Shop) =>
          partition(shop, each, how, draws),
    );
  }).flat();
}
