import { expect } from 'vitest';
import { type After, crashAll, pointsOf, rehearse, stories } from './support/crash.ts';
import { describeChaos, report, test } from './support/fixtures.ts';
import { isFull, rounds } from './support/seed.ts';

const ways: readonly { readonly after: After; readonly title: string; readonly sample: number }[] = [
  { after: 'post', title: 'and finished by post', sample: 4 },
  { after: 'next', title: 'and finished by the next run, its runner being lost', sample: 2 },
];

describeChaos('a deploy that is killed at a request', () => {
  for (const story of stories) {
    for (const { after, title, sample } of ways) {
      // What another run has left is not for post to finish where its own run has not begun to.
      if (story.isSecond && after === 'post') continue;
      test.concurrent(`(${story.name}) ${title}`, async ({ shop }) => {
        const requests = await rehearse(shop, story);
        const points = Array.from({ length: rounds }, (_, round) =>
          pointsOf(story, after, requests, round, sample),
        ).flat();

        const outcomes = await crashAll(shop, points);

        expect(report(`crash points of the ${story.name} deploy ${title}`, outcomes)).toEqual([]);
        if (isFull) expect(outcomes.filter(({ struck }) => struck).length).toBeGreaterThan(points.length / 2);
      });
    }
  }
});
