import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/errors.ts';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { Interrupted } from '../../../src/run.ts';
import type { Ask } from '../../../src/steps/ask.ts';
import { startWatching, tryAddress } from '../../../src/steps/watch-users.ts';
import type { WatchInput } from '../../../src/users/input.ts';
import type { ErrorLimit } from '../../../src/users/limit.ts';
import type { Outcome } from '../../../src/users/tally.ts';
import { FakeClock } from '../fake-clock.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { type FakeRun, fakeRun } from '../fake-run.ts';

const well: Outcome = { kind: 'answer', status: 200 };
const unwell: Outcome = { kind: 'answer', status: 503 };
const refused: Outcome = { kind: 'failure', what: 'connection refused' };

function watchOf(limit: ErrorLimit = { kind: 'share', share: 0.01 }): WatchInput {
  return {
    address: { kind: 'url', url: 'https://shop.test/', shown: 'https://shop.test/', secrets: [] },
    limit,
    proxyUrl: undefined,
  };
}

const clientWith = (serverVersion: KubernetesClient['serverVersion']): KubernetesClient => ({
  ...new FakeCluster().client(),
  serverVersion,
});
const reached = clientWith(async () => ({}) as Awaited<ReturnType<KubernetesClient['serverVersion']>>);
const cutOff = clientWith(async () => {
  throw new ConnectionError('https://k8s', 'https://k8s does not answer', { sent: false });
});

/** Answers with what `script` says, `seconds` after the start, after `latency` seconds. */
function scripted(run: FakeRun, script: (seconds: number) => Outcome, latency = 0): Ask & { most: number } {
  const start = run.clock.now();
  let open = 0;
  const ask = Object.assign(
    async (signal: AbortSignal) => {
      const outcome = script((run.clock.now() - start) / 1000);
      open += 1;
      ask.most = Math.max(ask.most, open);
      try {
        if (latency > 0) await run.clock.sleep(latency, signal);
      } finally {
        open -= 1;
      }
      return { outcome, doubtful: outcome.kind === 'failure' };
    },
    { most: 0 },
  );
  return ask;
}

const newRun = (client = reached, signal?: AbortSignal) =>
  fakeRun(client, { clock: new FakeClock(), ...(signal && { signal }) });

/** A rollout of ten seconds that may take a minute, and three seconds after it. */
async function play(run: FakeRun, watch: WatchInput, ask: Ask) {
  const users = await run.clock.run(startWatching(run, watch, ask));
  users.phase('during', 60);
  let gaveUp: number | undefined;
  for (let second = 1; second <= 10 && gaveUp === undefined; second++) {
    await run.clock.pass(1);
    if (users.exceeded()) gaveUp = second;
  }
  const trouble = gaveUp === undefined ? await run.clock.run(users.after(3)) : users.exceeded();
  if (trouble) {
    users.phase('undo', 60);
    await run.clock.pass(2);
  }
  await run.clock.run(users.stop());
  return { trouble, gaveUp, saw: run.told('users')[0]?.saw };
}

describe('a rollout that users do not notice', () => {
  it('has no errors in any phase', async () => {
    const run = newRun();
    const { trouble, saw } = await play(
      run,
      watchOf(),
      scripted(run, () => well),
    );
    expect(trouble).toBeUndefined();
    expect(saw?.phases.map(({ phase, errors, statuses }) => [phase, errors, Object.keys(statuses)])).toEqual([
      ['before', 0, ['200']],
      ['during', 0, ['200']],
      ['after', 0, ['200']],
    ]);
    const [before, during, after] = saw?.phases.map(({ requests }) => requests) ?? [];
    expect(before).toBe(6);
    expect(during).toBe(40);
    expect(after).toBeGreaterThanOrEqual(12);
    expect(run.lines.join('\n')).toContain('During the rollout: 40 requests, no errors');
  });

  it('is asked for no more than eight answers at once, however slow they are', async () => {
    const run = newRun();
    const ask = scripted(run, () => well, 1.9);
    const { saw } = await play(run, watchOf(), ask);
    expect(ask.most).toBeLessThanOrEqual(8);
    expect(ask.most).toBeGreaterThan(2);
    // What was sent during the rollout counts for it, though answered after it.
    const sum = saw?.phases.reduce((all, { requests }) => all + requests, 0);
    expect(sum).toBeGreaterThanOrEqual(13);
    expect(saw?.phases[1]?.slowest).toBeGreaterThanOrEqual(1900);
  });
});

describe('a rollout that hurts users', () => {
  it('is given up as soon as the errors cannot become few enough any more', async () => {
    const run = newRun();
    const { trouble, gaveUp, saw } = await play(
      run,
      watchOf(),
      scripted(run, (seconds) => (seconds >= 3 && seconds < 5.5 ? unwell : well)),
    );
    // What users see of the undo is shown, and never judged.
    expect(saw?.phases.map(({ phase }) => phase)).toEqual(['before', 'during', 'undo']);
    expect(saw?.phases[2]?.errors).toBeGreaterThan(0);
    expect(saw?.phases[2]?.errors).toBeLessThan(saw?.phases[2]?.requests ?? 0);
    expect(trouble).toMatchObject({ reason: 'users-saw-errors', diagnoses: [] });
    expect(trouble?.message).toContain('503 ×');
    expect(trouble?.message).toContain('during the rollout');
    // 1 % of what a minute has is two errors: three of them are too many.
    expect(gaveUp).toBe(3);
    expect(run.lines.filter((line) => line.includes('would have seen an error'))).toHaveLength(2);
  });

  it('is judged at the end of a phase by what that had', async () => {
    const run = newRun();
    const script = (seconds: number) => (seconds >= 10.9 && seconds < 11.4 ? unwell : well);
    const { trouble, gaveUp } = await play(run, watchOf(), scripted(run, script));
    expect(gaveUp).toBeUndefined();
    expect(trouble?.message).toMatch(/^2 of 4\d requests .* during the rollout/);
  });

  it('is noticed after the rollout too', async () => {
    const run = newRun();
    const { trouble } = await play(
      run,
      watchOf(),
      scripted(run, (seconds) => (seconds >= 12 ? unwell : well)),
    );
    expect(trouble?.message).toContain('after the rollout');
  });

  it('is only reported with off', async () => {
    const run = newRun();
    const { trouble, saw } = await play(
      run,
      watchOf({ kind: 'off' }),
      scripted(run, () => unwell),
    );
    expect(trouble).toBeUndefined();
    expect(saw?.phases.map(({ requests, errors }) => requests === errors)).toEqual([true, true, true]);
  });

  it('fails at the first error where none is allowed', async () => {
    const run = newRun();
    const script = (seconds: number) => (seconds >= 5 && seconds < 5.2 ? refused : well);
    const { gaveUp, trouble } = await play(run, watchOf({ kind: 'count', count: 0 }), scripted(run, script));
    expect(gaveUp).toBe(4);
    expect(trouble?.message).toContain('connection refused ×1');
  });
});

describe("the runner's own trouble", () => {
  it('is set aside: where the API server cannot be reached either', async () => {
    const run = newRun(cutOff);
    const script = (seconds: number) => (seconds >= 3 && seconds < 6 ? refused : well);
    const { trouble, saw } = await play(run, watchOf({ kind: 'count', count: 0 }), scripted(run, script));
    expect(trouble).toBeUndefined();
    expect(saw?.phases[1]).toMatchObject({ errors: 0, setAside: { 'API server not reached either': 12 } });
    expect(run.lines.join('\n')).toContain('set aside: API server not reached either ×12');
  });

  it('is told by what the API server did while the answer was late, not only at the end', async () => {
    let down = true;
    const flickering = clientWith(async () => {
      if (down) throw new ConnectionError('https://k8s', 'https://k8s does not answer', { sent: false });
      return {} as Awaited<ReturnType<KubernetesClient['serverVersion']>>;
    });
    const run = newRun(flickering);
    const users = await run.clock.run(
      startWatching(
        run,
        watchOf({ kind: 'count', count: 0 }),
        scripted(run, () => refused, 1.9),
      ),
    );
    down = false;
    await run.clock.run(users.stop());
    const [before] = run.told('users')[0]?.saw.phases ?? [];
    expect(before?.setAside['API server not reached either']).toBeGreaterThan(1);
  });

  it('excuses what fails just after it, and nothing later', async () => {
    let down = false;
    const flickering = clientWith(async () => {
      if (down) throw new ConnectionError('https://k8s', 'https://k8s does not answer', { sent: false });
      return {} as Awaited<ReturnType<KubernetesClient['serverVersion']>>;
    });
    const run = newRun(flickering);
    // Down from 3 to 6 seconds; the last failure is looked into once the API server answers again.
    const script = (seconds: number) => {
      down = seconds >= 3 && seconds < 6;
      return (seconds >= 3 && seconds < 6.3) || (seconds >= 9 && seconds < 9.2) ? refused : well;
    };
    const { trouble, saw } = await play(run, watchOf({ kind: 'count', count: 0 }), scripted(run, script));
    expect(saw?.phases[1]).toMatchObject({ errors: 1, setAside: { 'API server not reached either': 14 } });
    expect(trouble?.message).toContain('connection refused ×1');
  });

  it('does not excuse an answer: a 503 is an answer', async () => {
    const run = newRun(cutOff);
    const { trouble } = await play(
      run,
      watchOf({ kind: 'share', share: 0.01 }),
      scripted(run, () => unwell),
    );
    // It was so before as well.
    expect(trouble).toBeUndefined();
    const other = newRun(cutOff);
    const script = (seconds: number) => (seconds > 3 ? unwell : well);
    expect((await play(other, watchOf(), scripted(other, script))).trouble).toBeDefined();
  });
});

describe('the end', () => {
  it('is told once, however often it is asked to stop', async () => {
    const run = newRun();
    const users = await run.clock.run(
      startWatching(
        run,
        watchOf(),
        scripted(run, () => well),
      ),
    );
    await run.clock.run(Promise.all([users.stop(), users.stop()]));
    expect(run.told('users')).toHaveLength(1);
    const asked = run.told('users')[0]?.saw.phases[0]?.requests;
    await run.clock.pass(5);
    expect(run.told('users')[0]?.saw.phases[0]?.requests).toBe(asked);
  });

  it('does not wait for answers once the run is interrupted, and tells what was seen', async () => {
    const interruption = new AbortController();
    const run = newRun(reached, interruption.signal);
    const users = await run.clock.run(
      startWatching(
        run,
        watchOf(),
        scripted(run, () => well, 0.1),
      ),
    );
    const at = run.clock.now();
    interruption.abort(new Interrupted('cancelled'));
    await run.clock.run(users.stop());
    expect(run.clock.now()).toBe(at);
    expect(run.told('users')[0]?.saw.phases[0]?.requests).toBeGreaterThan(3);
  });

  it('comes with the interruption also before the image is set', async () => {
    const interruption = new AbortController();
    const run = newRun(reached, interruption.signal);
    const starting = startWatching(
      run,
      watchOf(),
      scripted(run, () => well),
    );
    await run.clock.pass(0.3);
    interruption.abort(new Interrupted('cancelled'));
    await expect(run.clock.run(starting)).rejects.toThrow('cancelled');
    expect(run.told('users')).toHaveLength(1);
  });
});

describe('a rollback', () => {
  const rollback = () => fakeRun(reached, { clock: new FakeClock(), inputs: { command: 'rollback' } });

  it('is not undone for what users meet of the version that it leads out of', async () => {
    const run = rollback();
    const script = (seconds: number) => (seconds < 11 && Math.floor(seconds * 4) % 5 === 0 ? unwell : well);
    const { trouble, saw } = await play(run, watchOf({ kind: 'count', count: 0 }), scripted(run, script));
    expect(saw?.phases.find(({ phase }) => phase === 'during')?.errors).toBeGreaterThan(5);
    expect(trouble).toBeUndefined();
  });

  it('is undone for what users meet after it', async () => {
    const run = rollback();
    const script = (seconds: number) => (seconds > 12 ? unwell : well);
    const { trouble } = await play(run, watchOf(), scripted(run, script));
    expect(trouble?.message).toContain('after the rollout');
  });
});

describe('of what nobody could be asked', () => {
  const limited: Outcome = { kind: 'set-aside', why: 'asked too often (429)' };
  const unseen = async (limit?: ErrorLimit, outcome: Outcome = limited) => {
    const run = newRun();
    const users = await run.clock.run(
      startWatching(
        run,
        watchOf(limit),
        scripted(run, () => outcome),
      ),
    );
    users.phase('during', 60);
    await run.clock.pass(4);
    const trouble = await run.clock.run(users.after(3));
    await run.clock.run(users.stop());
    expect(trouble).toBeUndefined();
    return users.unseen();
  };

  it('it is told that nothing is known, phase by phase', async () => {
    expect(await unseen()).toEqual([
      expect.stringMatching(/during the rollout is not known: .*asked too often \(429\) ×/),
      expect.stringContaining('after the rollout is not known'),
    ]);
  });

  it('nothing is told where somebody could be, or nobody wants to know', async () => {
    expect(await unseen(undefined, well)).toEqual([]);
    expect(await unseen({ kind: 'off' })).toEqual([]);
  });
});

describe('an address is tried before anything is changed', () => {
  const tried = (run: FakeRun, outcomes: readonly Outcome[]) => {
    let index = 0;
    const ask: Ask = async () => ({ outcome: outcomes[index++ % outcomes.length] ?? well, doubtful: false });
    return run.clock.run(tryAddress(run, watchOf(), ask));
  };

  it('and told where all of it fails, with what was met', async () => {
    expect(await tried(newRun(), [{ kind: 'answer', status: 404 }])).toEqual({
      address: 'https://shop.test/',
      met: ['404', '404', '404'],
    });
  });

  it('and told where nothing is learned of it', async () => {
    expect(await tried(newRun(), [{ kind: 'set-aside', why: 'asked too often (429)' }])).toMatchObject({
      met: ['asked too often (429)', 'asked too often (429)', 'asked too often (429)'],
      isUnseen: true,
    });
  });

  it('and taken where one goes well, or nothing can be told of it', async () => {
    expect(await tried(newRun(), [unwell, well])).toBeUndefined();
    expect(
      await tried(newRun(), [unwell, { kind: 'set-aside', why: 'asked too often (429)' }]),
    ).toBeUndefined();
  });

  it('only where there is one', async () => {
    expect(await tryAddress(newRun(), undefined)).toBeUndefined();
  });
});
