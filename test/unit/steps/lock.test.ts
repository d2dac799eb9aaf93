import type { V1Lease } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import type { Ending } from '../../../src/journal.ts';
import { LockLost } from '../../../src/kubernetes/lease.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { type LockedRun, lockName, underLock, underLocks } from '../../../src/steps/lock.ts';
import { FakeClock } from '../fake-clock.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { intentOf } from '../fake-shop.ts';

const name = 'safe-rollout-deployment-web';
const done: Ending = { result: 'deployed', next: [] };

function setUp() {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock);
  const runAs = (identity: string, lockTimeout = 600, signal?: AbortSignal) =>
    fakeRun(cluster.client(), { clock, identity, inputs: { lockTimeout }, ...(signal && { signal }) });
  return {
    clock,
    cluster,
    runAs,
    lock: () => {
      const lease = cluster.read(resources.leases, name);
      return {
        holder: lease?.spec?.holderIdentity,
        intent: lease?.metadata?.annotations?.['safe-rollout/intent'],
      };
    },
    /** The lock as a run left it that was lost. */
    leave: (text: string, holder = 'lost') =>
      cluster.put(resources.leases, {
        metadata: { name, annotations: { 'safe-rollout/intent': text } },
        spec: { holderIdentity: holder, leaseDurationSeconds: 30 },
      } as V1Lease),
  };
}

it('is held while the work is done, and released after it', async () => {
  const { clock, runAs, lock } = setUp();
  let held: string | undefined;
  const ending = await clock.run(
    underLock(runAs('a'), 600, async () => {
      held = lock().holder;
      return done;
    }),
  );
  expect(ending).toBe(done);
  expect(held).toBe('a');
  expect(lock()).toEqual({ holder: undefined, intent: undefined });
});

it('carries the intent, saved for post first', async () => {
  const { clock, runAs, lock } = setUp();
  const run = runAs('a');
  const intent = intentOf({ by: 'a' });
  await clock.run(
    underLock(run, 600, async (locked) => {
      await locked.saveIntent(intent);
      expect(run.saved).toEqual([intent]);
      expect(JSON.parse(lock().intent ?? '')).toEqual(JSON.parse(JSON.stringify(intent)));
      await locked.saveIntent(undefined);
      return done;
    }),
  );
  expect(run.saved).toEqual([intent, undefined]);
  expect(lock()).toEqual({ holder: undefined, intent: undefined });
});

it('is kept with its intent where the work breaks off half-way, for post', async () => {
  const { clock, runAs, lock } = setUp();
  const work = underLock(runAs('a'), 600, async (locked) => {
    await locked.saveIntent(intentOf());
    locked.journal.add({ type: 'setting-image' });
    throw new Error('broken off');
  });
  await expect(clock.run(work)).rejects.toThrow('broken off');
  expect(lock()).toMatchObject({ holder: 'a', intent: expect.stringContaining('setting-image') });
});

it('is kept where the run is interrupted, and no longer renewed', async () => {
  const { clock, runAs, lock, cluster } = setUp();
  const controller = new AbortController();
  const work = underLock(runAs('a', 600, controller.signal), 600, async (locked) => {
    controller.abort(new Error('told to end'));
    locked.signal.throwIfAborted();
    return done;
  });
  await expect(clock.run(work)).rejects.toThrow('told to end');
  expect(lock().holder).toBe('a');
  const writes = cluster.count('patch', 'leases');
  await clock.pass(100);
  expect(cluster.count('patch', 'leases')).toBe(writes);
});

it('is released where the work fails with nothing half-way', async () => {
  const { clock, runAs, lock } = setUp();
  const work = underLock(runAs('a'), 600, async (locked) => {
    await locked.saveIntent(intentOf({ phase: 'migrating' }));
    throw new Error('failed');
  });
  await expect(clock.run(work)).rejects.toThrow('failed');
  expect(lock()).toEqual({ holder: undefined, intent: undefined });
});

it('hands on what a lost run had begun, and says that it was waited for', async () => {
  const { clock, runAs, leave } = setUp();
  leave(JSON.stringify(intentOf()));
  const run = runAs('b');
  let locked: LockedRun | undefined;
  await clock.run(
    underLock(run, 600, async (it) => {
      locked = it;
      return done;
    }),
  );
  expect(locked).toMatchObject({ waited: true, left: { phase: 'setting-image', by: intentOf().by } });
  expect(run.lines.filter((line) => line.includes('lost'))).toHaveLength(1);
});

it.each(['', 'torn {', JSON.stringify({ ...intentOf(), version: 9 })])(
  'hands on nothing of what it cannot read: %j',
  async (text) => {
    const { clock, runAs, leave } = setUp();
    leave(text, 'b');
    let locked: LockedRun | undefined;
    await clock.run(
      underLock(runAs('b'), 600, async (it) => {
        locked = it;
        return done;
      }),
    );
    expect(locked).toMatchObject({ waited: false, left: undefined });
  },
);

it('refuses where another holds it for too long, with who that is', async () => {
  const { clock, runAs, cluster } = setUp();
  cluster.put(resources.leases, {
    metadata: { name, annotations: { 'safe-rollout/run': 'https://runs/other' } },
    spec: { holderIdentity: 'other', leaseDurationSeconds: 3600, acquireTime: '2026-11-20T09:58:00.000000Z' },
  } as unknown as V1Lease);
  let worked = false;
  const run = runAs('b', 60);
  const ending = await clock.run(
    underLock(run, 600, async () => {
      worked = true;
      return done;
    }),
  );
  expect(worked).toBe(false);
  expect(ending).toMatchObject({ result: 'locked', cause: { reason: 'locked' } });
  for (const mention of ['other', 'https://runs/other', '09:58:00', '1 min']) {
    expect(ending.cause?.message).toContain(mention);
  }
  expect(ending.next.join()).toContain(`kubectl -n shop get lease ${name}`);
  expect(run.lines).toHaveLength(1);
});

it('ends the work once it is lost, and does not touch what is the other one’s', async () => {
  const { clock, runAs, leave, lock } = setUp();
  const work = underLock(runAs('a'), 600, async (locked) => {
    await locked.saveIntent(intentOf());
    leave('of b', 'b');
    await clock.sleep(600, locked.signal);
    return done;
  });
  await expect(clock.run(work)).rejects.toBeInstanceOf(LockLost);
  expect(lock()).toEqual({ holder: 'b', intent: 'of b' });
});

it('lets no intent be written once it is lost, so that what would follow is not done', async () => {
  const { clock, runAs, leave } = setUp();
  const work = underLock(runAs('a'), 600, async (locked) => {
    leave('of b', 'b');
    await locked.saveIntent(intentOf());
    throw new Error('It went on.');
  });
  await expect(clock.run(work)).rejects.toBeInstanceOf(LockLost);
});

it('has a name that a Lease may have', () => {
  const long = lockName({ kind: 'Deployment', name: 'a'.repeat(253) });
  expect(long.length).toBeLessThanOrEqual(253);
  expect(lockName({ kind: 'Deployment', name: 'web' })).toBe(name);
});

it('of several workloads is taken in the order of their names, and what was left is finished before the next is waited for', async () => {
  const { clock, cluster, leave } = setUp();
  leave(JSON.stringify(intentOf({ by: 'lost' })), 'lost');
  const parts = ['worker', 'web', 'api'].map((each) => ({
    ...fakeRun(cluster.client(), { clock, identity: 'a' }),
    workload: { kind: 'Deployment', name: each } as const,
  }));
  const order: string[] = [];
  await clock.run(
    underLocks(
      parts,
      async ({ workload, left }, index) => void order.push(`${index} ${workload.name} ${left?.by ?? ''}`),
      async (locked) => {
        order.push(locked.map(({ workload }) => workload.name).join(' '));
        return done;
      },
    ),
  );
  expect(order).toEqual(['2 api ', '1 web lost', '0 worker ', 'worker web api']);
});
