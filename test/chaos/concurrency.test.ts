import { expect } from 'vitest';
import { crowd } from './support/crowd.ts';
import { describeChaos, report, test, testInFull } from './support/fixtures.ts';
import { Draws, isFull, rounds } from './support/seed.ts';

describeChaos('deploys of one workload that start at once', () => {
  const size = isFull ? 10 : 3;
  test(`${size} of them go one after the other`, async ({ shop }) => {
    const outcomes = [];
    for (let round = 0; round < rounds; round++) {
      outcomes.push(await crowd(shop, size, 0, new Draws('crowd', round)));
    }

    expect(
      report(`rounds of ${size} deploys at once (${overlaps(size)} pairs that might overlap)`, outcomes),
    ).toEqual([]);
  });

  testInFull('go one after the other though two of them are lost', async ({ shop }) => {
    const outcomes = [];
    for (let round = 0; round < rounds; round++) {
      outcomes.push(await crowd(shop, size, 2, new Draws('crowd with losses', round)));
    }

    expect(
      report(`rounds of ${size} deploys at once, two of them lost (${overlaps(size)} pairs)`, outcomes),
    ).toEqual([]);
  });
});

function overlaps(size: number): number {
  return (size * (size - 1)) / 2;
}
