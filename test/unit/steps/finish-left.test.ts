import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { observeIfThere } from '../../../src/kubernetes/workloads/observe.ts';
import { finishLeft } from '../../../src/steps/finish-left.ts';
import { deploymentOf } from '../builders.ts';
import { type FakeCall, type Fault, refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop, intentOf } from '../fake-shop.ts';

/** A run that finds what an earlier one had left. */
async function finish(shop: FakeShop, left: Intent, fault?: (call: FakeCall) => Fault | undefined) {
  const run = fakeRun(shop.cluster.client(fault && { fault }), { clock: shop.clock });
  const observation = await shop.clock.run(observeIfThere(run));
  try {
    await shop.clock.run(finishLeft(run, observation, left));
  } finally {
    observation.close();
  }
  return { run, said: run.told('resumed').map(({ message }) => message) };
}

const works =
  (...tags: string[]) =>
  (image: string) =>
    tags.some((tag) => image.endsWith(tag));

/** How the cluster stands; what was left; what runs afterwards, and what is said of it. */
const cases: readonly [string, () => FakeShop, Partial<Intent>, string | undefined, RegExp][] = [
  [
    'its image was never set',
    () => fakeShop(),
    { phase: 'setting-image' },
    'acme/web:v1',
    /does not run; nothing is to be done/,
  ],
  [
    'its image runs, and is healthy by now',
    () => shopWith('acme/web:v2'),
    { phase: 'setting-image' },
    'acme/web:v2',
    /has become healthy, and is kept/,
  ],
  [
    'its image runs, and is broken',
    () => shopWith('acme/web:v2', works('v1')),
    { phase: 'setting-image' },
    'acme/web:v1',
    /Undone to revision 1, which is healthy/,
  ],
  [
    'it was about to undo',
    () => shopWith('acme/web:v2', works('v1')),
    { phase: 'undoing' },
    'acme/web:v1',
    /Undone to revision 1/,
  ],
  [
    'it had undone already',
    () => fakeShop(),
    { phase: 'undoing' },
    'acme/web:v1',
    /Undone to revision 1, which is healthy/,
  ],
  [
    'nothing was healthy before it',
    () => shopWith('acme/web:v2', works('v9')),
    { phase: 'setting-image', undoTo: undefined },
    'acme/web:v2',
    /nothing to go back to/,
  ],
  [
    'somebody else has set another image since',
    () => shopWith('acme/web:v3', works('v1')),
    { phase: 'undoing' },
    'acme/web:v3',
    /changed by kubectl-edit/,
  ],
  [
    'what it would go back to is broken too',
    () => shopWith('acme/web:v2', () => false),
    { phase: 'setting-image' },
    'acme/web:v1',
    /could not be undone/,
  ],
  [
    'the workload is another one by now',
    () => fakeShop(),
    { phase: 'setting-image', uid: 'uid-before' },
    'acme/web:v1',
    /is gone; nothing is to be done/,
  ],
];

function shopWith(image: string, isGood?: (image: string) => boolean): FakeShop {
  const shop = fakeShop(isGood);
  shop.set(image);
  return shop;
}

describe.each(cases)('where %s', (_, shopOf, left, image, message) => {
  it('the workload is brought to rest, and it is said how', async () => {
    const shop = shopOf();
    const { run, said } = await finish(shop, intentOf(left));
    expect(shop.image()).toBe(image);
    expect(said).toEqual([expect.stringMatching(message)]);
    expect(said[0]).toContain('https://github.com/acme/shop/actions/runs/1/attempts/1');
    expect(run.saved.at(-1)).toBeUndefined();
    expect(run.lines.join('\n')).toMatch(message);
  });
});

it('notes what a lost rollback had gone back to, and what it left', async () => {
  const shop = shopWith('acme/web:v2');
  const left = intentOf({ phase: 'setting-image', isRollback: true });
  const { run } = await finish(shop, left);
  expect(run.told('resumed')).toMatchObject([{ rolledBackTo: left.ours.at(-1) }]);
  expect(run.history().map(({ what, template }) => [what, template])).toEqual([
    ['left', left.before],
    ['healthy', left.ours.at(-1)],
  ]);
});

it('does not take a lost rollback for done that had to be undone', async () => {
  const { run } = await finish(shopWith('acme/web:v2', works('v1')), intentOf({ isRollback: true }));
  expect(run.told('resumed')[0]?.rolledBackTo).toBeUndefined();
});

it('says nothing of a run that was lost while it migrated: the workload is as it was', async () => {
  const shop = fakeShop();
  const { run, said } = await finish(shop, intentOf({ phase: 'migrating', job: 'web-migrate-1' }));
  expect(said).toEqual([]);
  expect(run.lines).toEqual([]);
  expect(run.saved).toEqual([undefined]);
  expect(shop.cluster.count('patch', 'deployments')).toBe(0);
});

it('goes on where the workload is gone', async () => {
  const shop = fakeShop();
  shop.cluster.remove(resources.deployments, 'web');
  const { said } = await finish(shop, intentOf());
  expect(said).toEqual([expect.stringContaining('is gone')]);
});

it('goes on where the server does not let it be undone, and says so', async () => {
  const shop = shopWith('acme/web:v2', works('v1'));
  const { said } = await finish(shop, intentOf(), ({ verb, plural }) =>
    verb === 'patch' && plural === 'deployments' ? refused(403, 'Forbidden', 'no patch for you') : undefined,
  );
  expect(said).toEqual([expect.stringContaining('could not be undone: no patch for you')]);
  expect(shop.image()).toBe('acme/web:v2');
});

it('keeps the number of replicas that somebody set in between', async () => {
  const shop = shopWith('acme/web:v2', works('v1'));
  const now = shop.deployment() ?? deploymentOf();
  shop.cluster.put(resources.deployments, {
    ...now,
    spec: { ...deploymentOf().spec, ...now.spec, replicas: 2 },
  } as never);
  await finish(shop, intentOf());
  expect(shop.image()).toBe('acme/web:v1');
  expect(shop.deployment()?.spec?.replicas).toBe(2);
});
