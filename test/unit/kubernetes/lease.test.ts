import type { V1Lease } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/errors.ts';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import {
  acquireLock,
  type HeldLock,
  heldBy,
  type LeaseLock,
  type LockAttempt,
  LockLost,
  type LockRequest,
  leaseSeconds,
} from '../../../src/kubernetes/lease.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { FakeClock, never } from '../fake-clock.ts';
import { answerLost, dropped, FakeCluster, type Fault, refused, unsent } from '../fake-cluster.ts';

const name = 'safe-rollout-deployment-web';
const note = 'safe-rollout/intent';

/** A cluster, its time, and whatever runs want its lock. */
function setUp() {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock);
  const request = (identity: string, over: Partial<LockRequest> = {}): LockRequest => ({
    client: cluster.client(),
    namespace: 'shop',
    name,
    holder: { identity, url: `https://runs/${identity}` },
    clock,
    signal: never,
    timeout: 600,
    onWait: () => {},
    ...over,
  });
  return {
    clock,
    cluster,
    request,
    lease: () => cluster.read(resources.leases, name),
    ask: (identity: string, over: Partial<LockRequest> = {}): Promise<LockAttempt> =>
      clock.run(acquireLock(request(identity, over))),
    /** Takes a lock that is to be had. */
    take: async (identity: string, over: Partial<LockRequest> = {}): Promise<LeaseLock> =>
      lockOf(await clock.run(acquireLock(request(identity, over)))),
  };
}

function lockOf(attempt: LockAttempt): LeaseLock {
  if (attempt.kind !== 'acquired') throw new Error(`It is held by ${attempt.by.identity}.`);
  return attempt.lock;
}

/** A Lease as another run left it. `ago`: seconds since it was renewed, by that run's own clock. */
function leaseOf(
  clock: FakeClock,
  over: { holder?: string; ago?: number; left?: string; promised?: number },
) {
  const { holder, ago = 0, left, promised = leaseSeconds } = over;
  const time = new Date(clock.now() - ago * 1000).toISOString().replace('Z', '000Z');
  return {
    metadata: { name, namespace: 'shop', annotations: { ...(left && { [note]: left }) } },
    spec: {
      ...(holder && { holderIdentity: holder, acquireTime: time }),
      leaseDurationSeconds: promised,
      renewTime: time,
      leaseTransitions: 4,
    },
  } as unknown as V1Lease;
}

/** Disturbs the one request of the verb that comes first, or after `skip` others. */
function once(verb: string, fault: Fault, skip = 0): (call: { readonly verb: string }) => Fault | undefined {
  let left = skip;
  return (call) => (call.verb === verb && left-- === 0 ? fault : undefined);
}

describe('a lock that nobody holds', () => {
  it('is taken at once, where there is no Lease yet', async () => {
    const { ask, lease, clock } = setUp();
    const began = clock.now();
    expect(await ask('a')).toMatchObject({ kind: 'acquired' });
    expect(clock.now()).toBe(began);
    expect(lease()).toMatchObject({
      metadata: { annotations: { 'safe-rollout/run': 'https://runs/a' } },
      spec: { holderIdentity: 'a', leaseDurationSeconds: leaseSeconds, leaseTransitions: 1 },
    });
    // https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime
    for (const time of [lease()?.spec?.acquireTime, lease()?.spec?.renewTime]) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
  });

  it('is taken at once, where its last holder gave it up', async () => {
    const { ask, cluster, lease, clock } = setUp();
    cluster.put(resources.leases, leaseOf(clock, {}));
    expect(await ask('a')).toMatchObject({ kind: 'acquired' });
    expect(lease()?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 5 });
  });

  it('is taken on at once by the same holder, with what it had begun: so post goes on after main', async () => {
    const { ask, cluster, clock } = setUp();
    cluster.put(resources.leases, leaseOf(clock, { holder: 'a', left: 'begun' }));
    const began = clock.now();
    expect(await ask('a', { timeout: 0 })).toMatchObject({ kind: 'acquired', notes: { [note]: 'begun' } });
    expect(clock.now()).toBe(began);
  });
});

describe('a lock that another holds', () => {
  it('is waited for, and taken once it is released', async () => {
    const { take, clock, request, lease } = setUp();
    const first = await take('a');
    const second = acquireLock(request('b'));
    await clock.pass(100);
    expect(lease()?.spec?.holderIdentity).toBe('a');
    await clock.run(first.release({ 'safe-rollout/intent': null }));
    const began = clock.now();
    expect(await clock.run(second)).toMatchObject({ kind: 'acquired' });
    expect((clock.now() - began) / 1000).toBeLessThan(5);
    expect(lease()?.spec?.holderIdentity).toBe('b');
  });

  it('is refused at once where nobody waits, and nothing is written', async () => {
    const { take, ask, clock, cluster } = setUp();
    await take('a');
    const began = clock.now();
    const writes = cluster.count('patch', 'leases') + cluster.count('create', 'leases');
    expect(await ask('b', { timeout: 0 })).toMatchObject({
      kind: 'held',
      by: { identity: 'a', url: 'https://runs/a', since: began },
    });
    expect(clock.now()).toBe(began);
    expect(cluster.count('patch', 'leases') + cluster.count('create', 'leases')).toBe(writes);
  });

  it('is refused after the time to wait, to the second', async () => {
    const { take, ask, clock } = setUp();
    await take('a');
    const began = clock.now();
    expect(await ask('b', { timeout: 61 })).toMatchObject({ kind: 'held', by: { identity: 'a' } });
    expect(clock.now() - began).toBe(61_000);
  });

  it('is told once for each holder', async () => {
    const { take, clock, request } = setUp();
    const told: HeldLock[] = [];
    const first = await take('a');
    const second = acquireLock(request('b', { timeout: 600, onWait: (by) => told.push(by) }));
    await clock.pass(20);
    await clock.run(first.release({ 'safe-rollout/intent': null }));
    // Another is quicker.
    const third = await take('c');
    await clock.pass(20);
    await clock.run(third.release({ 'safe-rollout/intent': null }));
    await clock.run(second);
    expect(told.map(({ identity, url }) => [identity, url])).toEqual([
      ['a', 'https://runs/a'],
      ['c', 'https://runs/c'],
    ]);
  });

  it('is no longer waited for once the run is told to end', async () => {
    const { take, clock, request } = setUp();
    await take('a');
    const controller = new AbortController();
    const second = acquireLock(request('b', { signal: controller.signal }));
    await clock.pass(5);
    controller.abort(new Error('told to end'));
    await expect(second).rejects.toThrow('told to end');
  });
});

describe('a live holder whose clock is behind', () => {
  it.each([0, 20])('is not taken for lost, and refuses after %d s', async (timeout) => {
    const { ask, cluster, clock } = setUp();
    const renew = () => cluster.put(resources.leases, leaseOf(clock, { holder: 'a', ago: 60 }));
    renew();
    const ended = new AbortController();
    const renewing = (async () => {
      for (;;) {
        await clock.sleep(8, ended.signal);
        renew();
      }
    })().catch(() => {});
    const began = clock.now();
    expect(await ask('b', { timeout })).toMatchObject({ kind: 'held', by: { identity: 'a' } });
    expect((clock.now() - began) / 1000).toBeLessThan(timeout + 12);
    ended.abort();
    await renewing;
  });
});

describe('a lock whose holder is lost', () => {
  it.each([
    ['an hour behind', 3600],
    ['the same', 0],
    ['an hour ahead', -3600],
  ])('is taken over once it was seen unchanged for long enough, its clock being %s', async (_, ago) => {
    const { ask, cluster, clock, lease } = setUp();
    cluster.put(resources.leases, leaseOf(clock, { holder: 'lost', ago, left: 'begun' }));
    const began = clock.now();
    expect(await ask('b')).toMatchObject({ kind: 'acquired', notes: { [note]: 'begun' } });
    const waited = (clock.now() - began) / 1000;
    expect(waited).toBeGreaterThanOrEqual(leaseSeconds);
    expect(waited).toBeLessThan(leaseSeconds + 5);
    expect(lease()?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 5 });
    // Until it is finished, or something else is begun, what was begun stays written down.
    expect(lease()?.metadata?.annotations).toEqual({ [note]: 'begun', 'safe-rollout/run': 'https://runs/b' });
  });

  it.each([10, 120])('is given the %d s that it promised, whatever we promise', async (promised) => {
    const { ask, cluster, clock } = setUp();
    cluster.put(resources.leases, leaseOf(clock, { holder: 'lost', promised }));
    const began = clock.now();
    await ask('b');
    expect((clock.now() - began) / 1000).toBeGreaterThanOrEqual(promised);
    expect((clock.now() - began) / 1000).toBeLessThan(promised + 5);
  });

  it.each([
    ['an hour behind', 3600],
    ['an hour ahead', -3600],
  ])('is not lost while it renews, its clock being %s', async (_, ago) => {
    const { clock, cluster, request } = setUp();
    const second = acquireLock(request('b', { timeout: 300 }));
    cluster.put(resources.leases, leaseOf(clock, { holder: 'alive', ago }));
    for (let renewal = 0; renewal < 10; renewal++) {
      await clock.pass(25);
      cluster.put(resources.leases, leaseOf(clock, { holder: 'alive', ago }));
    }
    await clock.pass(60);
    expect(await second).toMatchObject({ kind: 'acquired' });
  });

  it('is taken over by one of two that wait for it, and the other waits on', async () => {
    const { cluster, clock, request, lease } = setUp();
    cluster.put(resources.leases, leaseOf(clock, { holder: 'lost' }));
    const ends: string[] = [];
    for (const each of ['b', 'c']) {
      acquireLock(request(each, { timeout: 200 })).then(({ kind }) => ends.push(`${each} ${kind}`));
    }
    await clock.pass(100);
    expect(ends).toHaveLength(1);
    expect(ends).toEqual([`${lease()?.spec?.holderIdentity} acquired`]);
    await clock.pass(150);
    expect(ends).toHaveLength(2);
    expect(ends[1]).toMatch(/held$/);
  });
});

describe('two that find no Lease', () => {
  it('get it one after the other', async () => {
    const { clock, request } = setUp();
    const ends = await clock.run(
      Promise.all(['a', 'b'].map((each) => acquireLock(request(each, { timeout: 60 })))),
    );
    expect(ends.map(({ kind }) => kind).sort()).toEqual(['acquired', 'held']);
  });
});

describe('a lock that is held', () => {
  it('is renewed at least three times before it would expire', async () => {
    const { take, clock, lease, cluster } = setUp();
    await take('a');
    const writes = cluster.count('patch', 'leases');
    for (let minute = 0; minute < 5; minute++) {
      await clock.pass(60);
      const renewed = Date.parse(String(lease()?.spec?.renewTime));
      expect((clock.now() - renewed) / 1000).toBeLessThanOrEqual(leaseSeconds / 3);
    }
    expect(lease()?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 1 });
    expect(cluster.count('patch', 'leases') - writes).toBeLessThan(60);
  });

  it('is no longer renewed once it is let go of, or the run is told to end', async () => {
    for (const end of ['stop', 'signal']) {
      const { take, clock, cluster } = setUp();
      const controller = new AbortController();
      const lock = await take('a', { signal: controller.signal });
      if (end === 'stop') lock.stop();
      else controller.abort(new Error('told to end'));
      const writes = cluster.count('patch', 'leases');
      await clock.pass(120);
      expect(cluster.count('patch', 'leases')).toBe(writes);
    }
  });

  it('survives renewals that fail for less than it lasts', async () => {
    const { take, clock, lease, cluster } = setUp();
    let isDown = false;
    const client = cluster.client({ fault: () => (isDown ? unsent : undefined) });
    const lock = await take('a', { client });
    isDown = true;
    await clock.pass(20);
    isDown = false;
    await clock.pass(10);
    expect(lock.lost.aborted).toBe(false);
    expect(clock.now() - Date.parse(String(lease()?.spec?.renewTime))).toBeLessThan(10_000);
  });

  it.each<[string, (lease: V1Lease) => V1Lease]>([
    [
      'somebody else wrote on its Lease',
      (it) => ({ ...it, metadata: { ...it.metadata, labels: { x: 'y' } } }),
    ],
    ['its Lease was renewed by nobody knows whom', (it) => it],
  ])('stays held where %s', async (_, change) => {
    const { take, clock, cluster, lease } = setUp();
    const lock = await take('a');
    cluster.put(resources.leases, change(lease() as V1Lease));
    await clock.run(lock.note({ 'safe-rollout/intent': 'begun' }));
    expect(lease()?.metadata?.annotations?.[note]).toBe('begun');
    expect(lock.lost.aborted).toBe(false);
  });
});

describe('a lock that is lost', () => {
  /** Each way of finding out. */
  const ways: readonly [string, (lock: LeaseLock, clock: FakeClock) => Promise<unknown>][] = [
    ['by the next renewal', (_, clock) => clock.pass(20)],
    [
      'by the next note',
      (lock, clock) => clock.run(lock.note({ 'safe-rollout/intent': 'x' }).catch(() => {})),
    ],
    [
      'before the next change, where renewals had stopped',
      (lock, clock) => {
        clock.jump(leaseSeconds);
        return clock.run(lock.ensure().catch(() => {}));
      },
    ],
  ];

  it.each(ways)('to another run is told %s, with that run', async (_, find) => {
    const { take, clock, cluster } = setUp();
    const lock = await take('a');
    cluster.put(resources.leases, {
      ...leaseOf(clock, { holder: 'b' }),
      metadata: { name, annotations: { 'safe-rollout/run': 'https://runs/b' } },
    });
    await find(lock, clock);
    expect(lock.lost.reason).toBeInstanceOf(LockLost);
    expect(lock.lost.reason.message).toContain('b (https://runs/b)');
    await expect(clock.run(lock.note({ 'safe-rollout/intent': 'x' }))).rejects.toBe(lock.lost.reason);
    await expect(clock.run(lock.ensure())).rejects.toBe(lock.lost.reason);
  });

  it.each(ways)('because its Lease was deleted is told %s', async (_, find) => {
    const { take, clock, cluster, lease } = setUp();
    const lock = await take('a');
    cluster.remove(resources.leases, name);
    await find(lock, clock);
    expect(lock.lost.reason).toBeInstanceOf(LockLost);
    expect(lock.lost.reason.message).toContain('gone');
    // It does not come back by itself.
    await clock.pass(60);
    expect(lease()).toBeUndefined();
  });

  it('is not released: it is the other one’s', async () => {
    const { take, clock, cluster, lease } = setUp();
    const lock = await take('a');
    cluster.put(resources.leases, leaseOf(clock, { holder: 'b', left: 'of b' }));
    await clock.run(lock.release({ 'safe-rollout/intent': null }));
    expect(lease()?.spec?.holderIdentity).toBe('b');
    expect(lease()?.metadata?.annotations?.[note]).toBe('of b');
  });

  it('to one that found it expired is never written to again', async () => {
    const { take, clock, ask, lease } = setUp();
    const first = await take('a');
    first.stop();
    await ask('b');
    await expect(clock.run(first.note({ 'safe-rollout/intent': 'of a' }))).rejects.toBeInstanceOf(LockLost);
    expect(lease()?.metadata?.annotations?.[note]).toBeUndefined();
    expect(lease()?.spec?.holderIdentity).toBe('b');
  });
});

describe('the assurance before a change', () => {
  it('asks nobody while the last renewal is fresh', async () => {
    const { take, clock, cluster } = setUp();
    const lock = await take('a');
    const calls = cluster.calls.length;
    const left = await clock.run(lock.ensure());
    expect(cluster.calls).toHaveLength(calls);
    expect(left).toBeGreaterThan(leaseSeconds / 2);
    expect(left).toBeLessThan(leaseSeconds);
  });

  it('says for how long nobody else can have the lock, whenever it is asked for', async () => {
    const { take, clock } = setUp();
    const lock = await take('a');
    for (let second = 0; second < 60; second++) {
      const left = await clock.run(lock.ensure());
      expect(left).toBeGreaterThan(10);
      expect(left).toBeLessThan(leaseSeconds);
      clock.jump(1);
    }
  });

  it('renews where the process had stood still', async () => {
    const { take, clock, lease } = setUp();
    const lock = await take('a');
    clock.jump(leaseSeconds - 5);
    await clock.run(lock.ensure());
    expect(Date.parse(String(lease()?.spec?.renewTime))).toBe(clock.now());
  });

  it('fails where the server cannot be asked', async () => {
    const { take, clock, cluster } = setUp();
    let isDown = false;
    const lock = await take('a', { client: cluster.client({ fault: () => (isDown ? unsent : undefined) }) });
    isDown = true;
    clock.jump(leaseSeconds);
    await expect(clock.run(lock.ensure())).rejects.toBeInstanceOf(ConnectionError);
    // Nobody knows: so it is not lost either.
    expect(lock.lost.aborted).toBe(false);
  });
});

describe('a note', () => {
  it('is left for whoever holds the lock next, and is gone with a release', async () => {
    const { take, clock, ask, lease } = setUp();
    const first = await take('a');
    await clock.run(first.note({ 'safe-rollout/intent': 'one' }));
    await clock.run(first.note({ 'safe-rollout/intent': 'two' }));
    expect(lease()?.metadata?.annotations?.[note]).toBe('two');
    first.stop();
    expect(await ask('b')).toMatchObject({ kind: 'acquired', notes: { [note]: 'two' } });

    const other = setUp();
    const second = await other.take('a');
    await other.clock.run(second.note({ 'safe-rollout/intent': 'one' }));
    await other.clock.run(second.release({ 'safe-rollout/intent': null }));
    expect(other.lease()?.metadata?.annotations).toEqual({});
    expect(other.lease()?.spec?.holderIdentity).toBeUndefined();
    expect(await other.ask('b')).toMatchObject({ kind: 'acquired' });
  });

  it('and renewals never overtake each other', async () => {
    const { clock, cluster, request, lease } = setUp();
    let isSlow = false;
    const client = cluster.client({ latency: () => (isSlow ? 3 : 0) });
    const lock = lockOf(await clock.run(acquireLock(request('a', { client }))));
    isSlow = true;
    const notes = Promise.all(Array.from({ length: 20 }, (_, index) => lock.note({ [note]: `${index}` })));
    await clock.run(notes);
    expect(lease()?.metadata?.annotations?.[note]).toBe('19');
    expect(lock.lost.aborted).toBe(false);
    // Made one after the other, none has met a conflict, after which the Lease would have been read.
    expect(cluster.count('get', 'leases')).toBe(1);
  });
});

describe('an answer that is lost', () => {
  const faults: readonly [string, Fault][] = [
    ['after the change was made', answerLost],
    ['before the change was made', dropped],
  ];

  describe.each(faults)('%s', (_, fault) => {
    it('to the creation of the Lease: the lock is ours all the same', async () => {
      const { take, cluster, lease } = setUp();
      await take('a', { client: cluster.client({ fault: once('create', fault) }) });
      expect(lease()?.spec?.holderIdentity).toBe('a');
    });

    it('to the taking: the lock is ours all the same', async () => {
      const { take, cluster, clock, lease } = setUp();
      cluster.put(resources.leases, leaseOf(clock, { left: 'begun' }));
      await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
      expect(lease()?.spec?.holderIdentity).toBe('a');
    });

    it('to a renewal: the lock is held on', async () => {
      const { take, cluster, clock } = setUp();
      const lock = await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
      await clock.pass(60);
      expect(lock.lost.aborted).toBe(false);
      await clock.run(lock.note({ 'safe-rollout/intent': 'x' }));
    });

    it('to a note: it is written', async () => {
      const { take, cluster, clock, lease } = setUp();
      const lock = await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
      await clock.run(lock.note({ 'safe-rollout/intent': 'begun' }));
      expect(lease()?.metadata?.annotations?.[note]).toBe('begun');
      expect(lock.lost.aborted).toBe(false);
    });

    it('to a release: it is released', async () => {
      const { take, cluster, clock, lease } = setUp();
      const lock = await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
      await clock.run(lock.release({ 'safe-rollout/intent': null }));
      expect(lease()?.spec?.holderIdentity).toBeUndefined();
    });
  });

  it('to a note, where another has taken the lock since: it is lost', async () => {
    const { take, cluster, clock } = setUp();
    let isStolen = false;
    const client: KubernetesClient = cluster.client({
      fault: (call) => {
        if (call.verb !== 'patch' || isStolen) return undefined;
        isStolen = true;
        cluster.put(resources.leases, leaseOf(clock, { holder: 'b' }));
        return dropped;
      },
    });
    const lock = await take('a', { client });
    await expect(clock.run(lock.note({ 'safe-rollout/intent': 'x' }))).rejects.toBeInstanceOf(LockLost);
  });
});

describe('a server that refuses', () => {
  it.each<[string, string, Fault]>([
    ['the Lease to be read', 'get', refused(403, 'Forbidden')],
    ['it to be created', 'create', refused(403, 'Forbidden')],
    ['it to be created, the server being down', 'create', unsent],
  ])('%s: nothing is held, and the error says why', async (_, verb, fault) => {
    const { ask, cluster, lease } = setUp();
    await expect(ask('a', { client: cluster.client({ fault: once(verb, fault) }) })).rejects.toBe(
      fault.error,
    );
    expect(lease()).toBeUndefined();
  });

  it('a note: the error says why, and the lock is held on', async () => {
    const fault = refused(403, 'Forbidden');
    const { take, cluster, clock } = setUp();
    const lock = await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
    await expect(clock.run(lock.note({ 'safe-rollout/intent': 'x' }))).rejects.toBe(fault.error);
    expect(lock.lost.aborted).toBe(false);
    await clock.run(lock.note({ 'safe-rollout/intent': 'y' }));
  });

  it('a release: nobody hears of it, and the lock expires', async () => {
    const { take, cluster, clock, ask } = setUp();
    const fault = refused(500, 'InternalError');
    const lock = await take('a', { client: cluster.client({ fault: once('patch', fault) }) });
    await clock.run(lock.release({ 'safe-rollout/intent': null }));
    expect(await ask('b')).toMatchObject({ kind: 'acquired' });
  });
});

/** A sequence of numbers in [0, 1) that looks random, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('ten that want it at once', () => {
  it.each([1, 2, 3, 4, 5])('hold it one at a time, whatever answers are lost (seed %d)', async (seed) => {
    const { clock, cluster, request } = setUp();
    const random = numbers(seed);
    const fault = (): Fault | undefined => {
      const lot = random();
      return lot < 0.04 ? answerLost : lot < 0.08 ? dropped : lot < 0.1 ? unsent : undefined;
    };
    const client = cluster.client({ latency: () => random() * 0.4, fault });
    const holding = new Set<string>();
    let most = 0;
    const held: string[] = [];
    const contend = async (identity: string): Promise<void> => {
      await clock.sleep(random() * 3, never);
      const attempt = await acquireLock(request(identity, { client, timeout: 10_000 })).catch(
        () => undefined,
      );
      // The connection failed: whoever asked begins anew, as the transport would.
      if (attempt === undefined) return contend(identity);
      const lock = lockOf(attempt);
      holding.add(identity);
      most = Math.max(most, holding.size);
      held.push(identity);
      await clock.sleep(random() * 60, never);
      expect(lock.lost.aborted).toBe(false);
      holding.delete(identity);
      await lock.release({ 'safe-rollout/intent': null });
      lock.stop();
    };
    const all = Array.from({ length: 10 }, (_, index) => `run-${index}`);
    await clock.run(Promise.all(all.map(contend)));
    expect(most).toBe(1);
    expect(held.toSorted()).toEqual(all.toSorted());
  });
});

it('knows who holds a Lease', () => {
  const clock = new FakeClock();
  expect(heldBy(leaseOf(clock, {}))).toBeUndefined();
  expect(heldBy({})).toBeUndefined();
  expect(heldBy(leaseOf(clock, { holder: 'a', ago: 60 }))).toEqual({
    identity: 'a',
    url: '',
    since: clock.now() - 60_000,
  });
});
