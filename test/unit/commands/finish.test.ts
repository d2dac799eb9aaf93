import type { V1Lease } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { finish, finishAll, giveUpLocks } from '../../../src/commands/finish.ts';
import type { Inputs } from '../../../src/inputs.ts';
import type { Intent } from '../../../src/intent.ts';
import type { Ending, Event, Result } from '../../../src/journal.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { nameOf } from '../../../src/run.ts';
import { type FakeCall, type Fault, refused, unsent } from '../fake-cluster.ts';
import { fakeRun, ownRun } from '../fake-run.ts';
import { type FakeShop, fakeShop, intentOf } from '../fake-shop.ts';

const leaseName = 'safe-rollout-deployment-web';
const main = 'acme/shop/4711/1/deploy/3f2c1ab9';

/** What main had begun when it ended, and the lock that it left behind. */
function leave(shop: FakeShop, intent: Intent | undefined, holder = main): void {
  const time = new Date(shop.clock.now()).toISOString().replace('Z', '000Z');
  shop.cluster.put(resources.leases, {
    metadata: {
      name: leaseName,
      namespace: 'shop',
      annotations: { ...(intent && { 'safe-rollout/intent': JSON.stringify(intent) }) },
    },
    spec: { holderIdentity: holder, acquireTime: time, renewTime: time, leaseDurationSeconds: 30 },
  } as unknown as V1Lease);
}

function lockOf(shop: FakeShop) {
  const lease = shop.cluster.read(resources.leases, leaseName);
  return {
    holder: lease?.spec?.holderIdentity,
    intent: lease?.metadata?.annotations?.['safe-rollout/intent'],
  };
}

const cancelled: readonly Event[] = [
  { type: 'image-set' },
  { type: 'interrupted', by: 'SIGINT' },
  {
    type: 'ended',
    ending: {
      result: 'cancelled',
      cause: { reason: 'interrupted', message: 'Interrupted by SIGINT.', diagnoses: [] },
      next: [],
    },
  },
];
const killed: readonly Event[] = [{ type: 'image-set' }];
const failed: readonly Event[] = [
  { type: 'image-set' },
  {
    type: 'ended',
    ending: {
      result: 'left-failed',
      cause: { reason: 'api-server-unreachable', message: 'https://k8s does not answer.', diagnoses: [] },
      next: [],
    },
  },
];

interface Left {
  readonly intent?: Partial<Intent>;
  readonly inputs?: Partial<Inputs>;
  readonly journal?: readonly Event[];
  readonly fault?: (call: FakeCall) => Fault | undefined;
}

async function finishing(shop: FakeShop, left: Left = {}) {
  const intent = intentOf({ by: ownRun, ...left.intent });
  if (lockOf(shop).holder === undefined) leave(shop, intent);
  const run = fakeRun(shop.cluster.client(left.fault && { fault: left.fault }), {
    clock: shop.clock,
    inputs: { lockTimeout: 0, ...left.inputs },
    journal: left.journal ?? cancelled,
  });
  const ending: Ending = await shop.clock.run(finish(run, intent));
  return { run, ending };
}

const works =
  (...tags: string[]) =>
  (image: string) =>
    tags.some((tag) => image.endsWith(tag));

function shopWith(image: string | undefined, isGood?: (image: string) => boolean): FakeShop {
  const shop = fakeShop(isGood);
  if (image) shop.set(image);
  return shop;
}

const states = {
  'not set': () => shopWith(undefined),
  'set back': () => shopWith(undefined),
  healthy: () => shopWith('acme/web:v2'),
  broken: () => shopWith('acme/web:v2', works('v1')),
  'broken, as is the one before': () => shopWith('acme/web:v2', () => false),
  "somebody else's": () => shopWith('acme/web:v3'),
} as const;

const both = ['undo', 'leave'] as const;

/** Phase, how the workload stands, the policies that this is for; the result, and what runs afterwards. */
const cases: readonly [
  Intent['phase'],
  keyof typeof states,
  readonly ('undo' | 'leave')[],
  Result,
  string,
][] = [
  ['setting-image', 'not set', both, 'cancelled', 'v1'],
  ['setting-image', 'set back', both, 'undone', 'v1'],
  ['setting-image', 'healthy', ['undo'], 'undone', 'v1'],
  ['setting-image', 'healthy', ['leave'], 'deployed', 'v2'],
  ['setting-image', 'broken', ['undo'], 'undone', 'v1'],
  ['setting-image', 'broken', ['leave'], 'left-failed', 'v2'],
  ['setting-image', 'broken, as is the one before', ['undo'], 'undo-failed', 'v1'],
  ['setting-image', "somebody else's", both, 'superseded', 'v3'],
  // An undo that was begun is brought to its end, whatever the policy.
  ['undoing', 'not set', both, 'undone', 'v1'],
  ['undoing', 'healthy', both, 'undone', 'v1'],
  ['undoing', 'broken', both, 'undone', 'v1'],
  ['undoing', "somebody else's", both, 'superseded', 'v3'],
];

const flat = cases.flatMap(([phase, state, policies, result, tag]) =>
  policies.map((policy) => [phase, state, policy, result, tag] as const),
);

describe.each(flat)(
  '%s, the workload being %s, and the policy to %s',
  (phase, state, policy, result, tag) => {
    it.each([
      ['cancelled', cancelled, { onCancel: policy, onFailure: 'other' }],
      ['killed', killed, { onCancel: policy, onFailure: 'other' }],
      ['broken off by an error', failed, { onFailure: policy, onCancel: 'other' }],
    ] as const)(`main having been %s: it ends ${result}`, async (_, journal, policies) => {
      const other = policy === 'undo' ? 'leave' : 'undo';
      const inputs = {
        onCancel: policies.onCancel === 'other' ? other : policies.onCancel,
        onFailure: policies.onFailure === 'other' ? other : policies.onFailure,
      };
      const shop = states[state]();
      const told = state === 'not set' ? journal.filter(({ type }) => type !== 'image-set') : journal;
      const { ending, run } = await finishing(shop, { intent: { phase }, inputs, journal: told });
      expect(ending.result).toBe(result);
      expect(shop.image()).toBe(`acme/web:${tag}`);
      // Nothing is left half-way, for nobody.
      expect(
        run.saved.filter((intent) => intent !== undefined).every((each) => each.phase === 'undoing'),
      ).toBe(true);
      if (result !== 'superseded') expect(run.saved.at(-1)).toBeUndefined();
      expect(lockOf(shop)).toEqual({ holder: undefined, intent: undefined });
      if (result !== 'deployed') expect(ending.cause?.message).not.toBe('');
    });
  },
);

it('has no revision to go back to: it is left, and said so', async () => {
  const shop = states.broken();
  const { ending } = await finishing(shop, { intent: { undoTo: undefined } });
  expect(ending).toMatchObject({ result: 'left-failed' });
  expect(ending.next.join()).toContain('no healthy revision');
  expect(shop.image()).toBe('acme/web:v2');
});

it.each<[string, (shop: FakeShop) => void, Partial<Intent>]>([
  ['was deleted', (shop) => shop.cluster.remove(resources.deployments, 'web'), {}],
  ['is another one of its name', () => {}, { uid: 'uid-before' }],
])('touches nothing where the workload %s', async (_, change, intent) => {
  const shop = states.broken();
  change(shop);
  const before = shop.image();
  const { ending } = await finishing(shop, { intent });
  expect(ending.result).toBe('superseded');
  expect(shop.image()).toBe(before);
  expect(shop.cluster.count('patch', 'deployments')).toBe(0);
  expect(lockOf(shop).holder).toBeUndefined();
});

it('touches nothing where the kubeconfig leads to another cluster by now', async () => {
  const shop = states.broken();
  const { ending } = await finishing(shop, { intent: { server: 'https://other' } });
  expect(ending).toMatchObject({ result: 'undo-failed' });
  expect(ending.cause?.message).toContain('https://other');
  expect(ending.next.join()).toContain('rollout undo deployment/web --to-revision=1');
  expect(shop.cluster.calls).toEqual([]);
});

it('leaves it to the run that has taken the lock over', async () => {
  const shop = states.broken();
  leave(shop, intentOf(), 'acme/shop/4712/1/deploy/00000000');
  const { ending } = await finishing(shop);
  expect(ending).toMatchObject({ result: 'superseded' });
  expect(ending.cause?.message).toContain('Another run has the lock');
  expect(shop.cluster.count('patch', 'deployments')).toBe(0);
  expect(lockOf(shop)).toEqual({
    holder: 'acme/shop/4712/1/deploy/00000000',
    intent: JSON.stringify(intentOf()),
  });
});

it('says how to undo by hand where the server does not let it be done', async () => {
  const shop = states.broken();
  const { ending } = await finishing(shop, {
    fault: ({ verb, plural }) =>
      verb === 'patch' && plural === 'deployments'
        ? refused(403, 'Forbidden', 'no patch for you')
        : undefined,
  });
  expect(ending.result).toBe('undo-failed');
  expect(ending.next.join('\n')).toContain('no patch for you');
  expect(ending.next.join('\n')).toContain('kubectl -n shop rollout undo deployment/web --to-revision=1');
});

it('writes down in the Lease that it undoes before it does', async () => {
  const shop = states.broken();
  const phases: unknown[] = [];
  await finishing(shop, {
    fault: ({ verb, plural }) => {
      if (verb === 'patch' && plural === 'deployments')
        phases.push(JSON.parse(lockOf(shop).intent ?? '{}').phase);
      return undefined;
    },
  });
  expect(phases).toEqual(['undoing']);
});

it.each([
  ['tells why main failed', failed, 'https://k8s does not answer.'],
  ['tells that main was interrupted while it rolled out', cancelled, 'rolled out deployment/web'],
])('%s', async (_, journal, mention) => {
  const { ending, run } = await finishing(states.broken(), { journal });
  expect(ending.cause?.message).toContain(mention);
  expect(run.lines.join('\n')).toContain(mention);
});

describe('giving up the lock', () => {
  const giving = async (shop: FakeShop) => {
    const run = fakeRun(shop.cluster.client(), { clock: shop.clock, inputs: { lockTimeout: 0 } });
    await shop.clock.run(giveUpLocks([run]));
  };

  it('frees it, where it is ours', async () => {
    const shop = fakeShop();
    leave(shop, intentOf({ phase: 'migrating', by: nameOf(fakeRun(shop.cluster.client(), {})) }));
    await giving(shop);
    expect(lockOf(shop)).toEqual({ holder: undefined, intent: undefined });
  });

  it("keeps another run's note for whoever comes next", async () => {
    const shop = fakeShop();
    leave(shop, intentOf({ by: 'https://runs/other' }));
    await giving(shop);
    expect(lockOf(shop)).toMatchObject({
      holder: undefined,
      intent: expect.stringContaining('https://runs/other'),
    });
  });

  it("leaves it alone, where it is somebody else's", async () => {
    const shop = fakeShop();
    leave(shop, intentOf(), 'another');
    await giving(shop);
    expect(lockOf(shop)).toEqual({ holder: 'another', intent: JSON.stringify(intentOf()) });
  });
});

describe('a rollout that was found healthy, and had only to be tidied up', () => {
  const kept: readonly Event[] = [
    { type: 'image-set' },
    { type: 'kept' },
    { type: 'interrupted', by: 'SIGINT' },
  ];

  it('is kept, and its pace put back, though the policy is to undo', async () => {
    const shop = shopWith('acme/web:v2');
    const { ending, run } = await finishing(shop, { journal: kept, inputs: { onCancel: 'undo' } });
    expect(ending.result).toBe('deployed');
    expect(shop.deployment()?.spec?.template.spec?.containers[0]?.image).toBe('acme/web:v2');
    expect(run.saved.at(-1)).toBeUndefined();
    expect(lockOf(shop)).toEqual({ holder: undefined, intent: undefined });
  });
});

describe('the work of an earlier run that main was finishing', () => {
  it('is finished as the next run would, and not undone where it is healthy', async () => {
    const shop = shopWith('acme/web:v2');
    const { ending } = await finishing(shop, { intent: { by: 'https://earlier/run' }, journal: [] });
    expect(ending).toMatchObject({ result: 'cancelled', next: [expect.stringContaining('is kept')] });
    expect(shop.deployment()?.spec?.template.spec?.containers[0]?.image).toBe('acme/web:v2');
  });
});

describe('a cluster that cannot be reached any more', () => {
  const run = (journal: readonly Event[]) => {
    const shop = shopWith(undefined);
    const given = fakeRun(shop.cluster.client({ fault: () => unsent }), { clock: shop.clock, journal });
    return shop.clock.run(finishAll([given], [intentOf({ by: ownRun })]));
  };

  it('leaves a workload needing somebody where its image may have been set', async () => {
    expect(await run([{ type: 'setting-image' }])).toMatchObject({ result: 'undo-failed' });
  });

  it('leaves nothing to do where main had not come to that', async () => {
    expect(await run([])).toMatchObject({
      result: 'cancelled',
      next: [expect.stringContaining('not set'), expect.any(String)],
    });
  });
});

it('a patch that was on its way when main was ended is undone, though it takes effect only after a look', async () => {
  const shop = shopWith(undefined);
  shop.clock.sleep(2, new AbortController().signal).then(() => shop.set('acme/web:v2'));
  const journal: readonly Event[] = [{ type: 'setting-image' }, { type: 'interrupted', by: 'SIGINT' }];
  const { ending } = await finishing(shop, { journal });
  expect(ending.result).toBe('undone');
  expect(shop.deployment()?.spec?.template.spec?.containers[0]?.image).toBe('acme/web:v1');
});
