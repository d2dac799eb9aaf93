import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent.ts';
import type { Cause, Event } from '../../../src/journal.ts';
import { observeIfThere } from '../../../src/kubernetes/workloads/observe.ts';
import { noteImagesBefore } from '../../../src/steps/images.ts';
import { recover, undoAndSay } from '../../../src/steps/recover.ts';
import { doubtsOf } from '../../../src/steps/undo-doubt.ts';
import { watchRollout } from '../../../src/steps/watch-rollout.ts';
import { fakeRun } from '../fake-run.ts';
import { digestFor, type FakeShop, fakeShop, intentOf } from '../fake-shop.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [old, now] = [digest('0'), digest('1')];
const images = [{ container: 'web', image: 'acme/web:v2' }];

/** Watches acme/web:v2 being rolled out in place of v1. */
async function rollingOut(shop: FakeShop, isUndo = false, toleratesImages = false) {
  const run = fakeRun(shop.cluster.client(), { clock: shop.clock });
  const observation = await shop.clock.run(observeIfThere(run));
  const view = observation.view();
  if (view) noteImagesBefore(run.journal, observation.kind, view, images);
  shop.set('acme/web:v2');
  const expected = { ours: new Set(intentOf().ours), before: undefined, generation: 3, timeout: 120 };
  const began = shop.clock.now();
  const end = await shop.clock.run(
    watchRollout(run, observation, { ...expected, isUndo, toleratesImages, ...(!isUndo && { images }) }),
  );
  observation.close();
  return { run, end, seconds: (shop.clock.now() - began) / 1000 };
}

const works = () => true;

describe('a rollout', () => {
  it('notes the digests before and after', async () => {
    const { run, end } = await rollingOut(fakeShop());
    expect(end.kind).toBe('complete');
    expect(run.told('images').at(-1)?.images).toEqual([
      { container: 'web', before: [digestFor('acme/web:v1')], after: [digestFor('acme/web:v2')] },
    ]);
  });

  it('fails where its pods run two images by one name', async () => {
    const shop = fakeShop(works, (_, index) => `acme/web@${index === 0 ? old : now}`);
    const { run, end } = await rollingOut(shop);
    expect(end).toMatchObject({ kind: 'failed', trouble: { reason: 'mixed-image-digests' } });
    expect(run.told('images').at(-1)?.images).toMatchObject([{ after: [now, old] }]);
  });

  it('does not fail for that on the way back', async () => {
    const shop = fakeShop(works, (_, index) => `acme/web@${index === 0 ? old : now}`);
    expect((await rollingOut(shop, true)).end.kind).toBe('complete');
  });

  it('tells it where it is tolerated, as in a rollback', async () => {
    const shop = fakeShop(works, (_, index) => `acme/web@${index === 0 ? old : now}`);
    const { run, end } = await rollingOut(shop, false, true);
    expect(end.kind).toBe('complete');
    expect(run.lines.filter((line) => line.includes('runs 2 images by the one name'))).toHaveLength(1);
    expect(run.told('images').at(-1)?.images).toMatchObject([{ after: [now, old] }]);
  });

  it('waits for pods to say what they run, but not for ever', async () => {
    const said = await rollingOut(fakeShop());
    const { end, seconds } = await rollingOut(fakeShop(works, () => ''));
    expect(end.kind).toBe('complete');
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(seconds).toBeLessThan(20);
    expect(said.seconds).toBeLessThanOrEqual(seconds);
  });
});

describe('an undo is doubted', () => {
  const undone = { container: 'web', set: 'web:v2', failed: [now], target: 'web:v1', earlier: [old] };
  const doubts = (over: Partial<typeof undone>) => doubtsOf(1, [{ ...undone, ...over }], 'kubectl set image');

  it.each([
    ['the images differ', {}],
    [
      'it is not known what failed, and the names differ',
      { failed: [] as string[], earlier: [] as string[] },
    ],
    ['some of what failed is another image', { failed: [old, now] }],
  ])('not where %s', (_, over) => {
    expect(doubts(over)).toEqual([]);
  });

  it('where the revision runs the image that has just failed', () => {
    const [doubt] = doubts({ earlier: [now] });
    expect(doubt?.message).toContain(now);
    expect(doubt?.next).toContain('elsewhere');
  });

  it('where the revision names what has just failed, with the way back to what ran', () => {
    const [doubt] = doubts({ set: 'web', target: 'docker.io/library/web:latest' });
    expect(doubt?.message).toContain(now);
    expect(doubt?.next).toContain(`kubectl set image web=docker.io/library/web@${old}`);
  });

  it('where it names what has just failed, and nothing is known of what ran', () => {
    const [doubt] = doubts({ set: 'web', target: 'web:latest', earlier: [], failed: [] });
    expect(doubt?.message).toContain('web:latest');
    expect(doubt?.next).toContain('web=web@sha256:…');
  });

  it('for each container by itself', () => {
    const same = { ...undone, container: 'init', earlier: [now] };
    expect(doubtsOf(1, [undone, same], '').map(({ message }) => message)).toEqual([
      expect.stringContaining('container init'),
    ]);
  });
});

describe('an undo', () => {
  const cause: Cause = { reason: 'crash', message: 'It crashed.', diagnoses: [] };

  const ranBefore = (before: string): Event[] => [
    { type: 'observed', revision: 1, replicas: 3, undoTo: 1 },
    { type: 'images', images: [{ container: 'web', before: [before], after: [] }] },
  ];

  async function undoing(shop: FakeShop, intent: Intent, before: string) {
    const run = fakeRun(shop.cluster.client(), {
      clock: shop.clock,
      journal: ranBefore(before),
    });
    const observation = await shop.clock.run(observeIfThere(run));
    const ending = await shop.clock.run(undoAndSay(run, observation, intent, cause, 120));
    observation.close();
    return { run, ending };
  }

  it('of which nothing is to be gained is said to be so first, tried, and says what to do', async () => {
    const shop = fakeShop(works, () => `acme/web@${now}`);
    shop.set('acme/web:v2');
    const { run, ending } = await undoing(shop, intentOf(), now);
    const said = run.lines.findIndex((line) => line.includes('the very image that is undone'));
    expect(said).toBeGreaterThanOrEqual(0);
    expect(run.told('undo-started')).toMatchObject([{ doubts: [expect.stringContaining(now)] }]);
    expect(ending).toMatchObject({ result: 'undone' });
    expect(ending.next.join('\n')).toContain('look for the cause elsewhere');
    expect(shop.image()).toBe('acme/web:v1');
  });

  it('that is left to a person is doubted in the same words', async () => {
    const shop = fakeShop(works, () => `acme/web@${now}`);
    shop.set('acme/web:v2');
    const run = fakeRun(shop.cluster.client(), {
      clock: shop.clock,
      inputs: { onFailure: 'leave' },
      journal: ranBefore(now),
    });
    const observation = await shop.clock.run(observeIfThere(run));
    const trouble = { reason: 'crash', message: 'It crashed.', diagnoses: [] };
    const end = { kind: 'failed', revision: undefined, trouble } as const;
    const ending = await shop.clock.run(recover(run, observation, intentOf(), end));
    observation.close();
    expect(ending.result).toBe('left-failed');
    expect(ending.next.join('\n')).toMatch(/To go back: kubectl.*\n.*the very image that is undone/);
    expect(shop.image()).toBe('acme/web:v2');
  });

  it('that is not doubted says nothing of it', async () => {
    const shop = fakeShop();
    shop.set('acme/web:v2');
    const { run, ending } = await undoing(shop, intentOf(), digestFor('acme/web:v1'));
    expect(run.told('undo-started')[0]).not.toHaveProperty('doubts');
    expect(ending.next).toEqual([]);
  });

  it('tells where another image came back than ran before', async () => {
    const shop = fakeShop();
    shop.set('acme/web:v2');
    const { ending } = await undoing(shop, intentOf(), old);
    expect(ending.result).toBe('undone');
    expect(ending.next.join('\n')).toContain(
      `runs ${digestFor('acme/web:v1')}; before this deploy it ran ${old}`,
    );
  });
});
