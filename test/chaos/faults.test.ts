import { expect } from 'vitest';
import { expireToken, faults, nameOf, phases, strike } from './support/faults.ts';
import { describeChaos, report, test, testInFull } from './support/fixtures.ts';
import { pool } from './support/pool.ts';
import { restart } from './support/restart.ts';
import { Draws, isFull, only, rounds } from './support/seed.ts';

describeChaos('a deploy under a fault that passes', () => {
  test('comes through as if nothing had been', async ({ shop }) => {
    const outcomes = await pool(chosen(), 12, ({ go }) => go(shop));

    expect(report('faults', outcomes)).toEqual([]);
    expect(outcomes.filter(({ struck }) => !struck)).toEqual([]);
  });

  // It is everybody's API server, so only where nobody else runs.
  testInFull('comes through a restart of the API server', async ({ shop, skip }) => {
    skip(!shop.cluster.canBreak, "this cluster's API server is not ours to stop");
    const outcomes = await restart(shop);

    expect(report('phases in which the API server was restarted', outcomes)).toEqual([]);
  });
});

interface Trial {
  readonly name: string;
  readonly isSlow: boolean;
  readonly go: (shop: Parameters<typeof strike>[0]) => ReturnType<typeof strike>;
}

function chosen(): Trial[] {
  return Array.from({ length: rounds }, (_, round) => {
    const trials: Trial[] = [
      ...faults.flatMap((fault) =>
        phases.map((phase) => ({
          name: nameOf({ fault, phase }),
          isSlow: fault.isSlow ?? false,
          go: (shop: Parameters<typeof strike>[0]) => strike(shop, { fault, phase, round }),
        })),
      ),
      ...phases.map((phase) => ({
        name: `an expired token, ${phase}`,
        isSlow: false,
        go: (shop: Parameters<typeof strike>[0]) => expireToken(shop, phase),
      })),
    ].filter(({ name }) => name.includes(only));
    if (isFull || only !== '') return trials;
    return new Draws('faults', round).sample(
      trials.filter(({ isSlow }) => !isSlow),
      5,
    );
  }).flat();
}
