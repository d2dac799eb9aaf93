import { Readable } from 'node:stream';
import type { CoreV1Event } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.ts';
import { collect } from '../../../src/steps/collect.ts';
import { diagnosisOf, evidenceOf } from '../builders.ts';
import { apiError, type FakeCall, FakeCluster, type Fault, refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';

function setUp(fault?: (call: FakeCall) => Fault | undefined) {
  const cluster = new FakeCluster();
  const run = fakeRun(cluster.client(fault && { fault }));
  const tell = (name: string, over: Partial<CoreV1Event>, object = 'web-1') =>
    cluster.put(resources.events, {
      metadata: { name },
      involvedObject: { name: object },
      type: 'Warning',
      ...over,
    } as CoreV1Event);
  return { cluster, run, tell };
}

const crash = { reason: 'crash', message: 'pod/web-1, container web: it ended with exit code 1.' };

describe('the log of a crash', () => {
  it.each([
    ['exec /app: exec format error', 'wrong-architecture', 'processor'],
    ['open /app/cache: read-only file system', 'read-only-file-system', 'read-only'],
    ['Error: EROFS: read-only file system, mkdir', 'read-only-file-system', 'read-only'],
  ])('names a plainer cause: %s', async (line, reason, mention) => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/web', `starting\n${line}\n`);
    const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
    expect(cause).toMatchObject({
      reason,
      message: expect.stringContaining(mention),
      diagnoses: [{ reason, logs: [{ object: 'pod/web-1', lines: ['starting', line] }] }],
    });
    expect(cause.message).toContain('pod/web-1, container web');
    expect(cause.diagnoses[0]?.next).not.toBe(diagnosisOf().next);
  });

  it('says no more than it says', async () => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/web', 'panic: no database\n');
    const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
    expect(cause).toMatchObject({
      ...crash,
      diagnoses: [{ reason: 'crash', message: diagnosisOf().message }],
    });
  });

  it('names a plainer cause of a migration in an init container too', async () => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/migrate', 'exec /app: exec format error\n');
    const reason = 'init-migration-failed';
    const diagnosis = diagnosisOf({ reason, container: 'migrate' });
    const cause = await collect(run, { reason, message: 'It failed.', diagnoses: [diagnosis] });
    expect(cause.reason).toBe('wrong-architecture');
  });

  it('does not explain what is no crash', async () => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/web', 'exec format error\n');
    const diagnosis = diagnosisOf({ reason: 'not-ready', message: 'it is not ready' });
    const cause = await collect(run, { reason: 'not-ready', message: 'x', diagnoses: [diagnosis] });
    expect(cause).toMatchObject({ reason: 'not-ready', message: 'x' });
  });

  it('is not asked for where it tells nothing, or there is no pod', async () => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/web', 'a line\n');
    const diagnoses = [
      diagnosisOf({ hasLog: false }),
      diagnosisOf({ about: 'creator', object: 'replicaset/web-1', container: undefined }),
    ];
    const cause = await collect(run, { ...crash, diagnoses });
    expect(cause.diagnoses.flatMap(({ logs }) => logs)).toEqual([]);
  });

  it('is that of the instance that ended, which may be the present one still', async () => {
    const { run } = setUp();
    const asked: boolean[] = [];
    const log = (line: string, hasPrevious: boolean): typeof run => ({
      ...run,
      client: {
        ...run.client,
        log: async ({ previous = false }) => {
          asked.push(previous);
          if (previous && !hasPrevious) throw apiError(400, 'BadRequest', 'previous container not found');
          return Readable.from([Buffer.from(`${previous ? 'previous' : 'present'}: ${line}\n`)]);
        },
      },
    });
    const diagnoses = [diagnosisOf({ previous: true })];
    const again = await collect(log('panic', true), { ...crash, diagnoses });
    expect(again.diagnoses[0]?.logs[0]?.lines).toEqual(['previous: panic']);
    const first = await collect(log('panic', false), { ...crash, diagnoses });
    expect(first.diagnoses[0]?.logs[0]?.lines).toEqual(['present: panic']);
    expect(asked).toEqual([true, true, false, true]);
  });

  it('is that of the instance that ended, though it is started again while its log is read', async () => {
    const { run } = setUp();
    let isAgain = false;
    const client: typeof run.client = {
      ...run.client,
      log: async ({ previous = false }) => {
        if (previous && !isAgain) throw apiError(400, 'BadRequest', 'previous container not found');
        isAgain = true;
        return Readable.from([Buffer.from(previous ? 'panic\n' : 'starting\n')]);
      },
    };
    const cause = await collect(
      { ...run, client },
      { ...crash, diagnoses: [diagnosisOf({ previous: true })] },
    );
    expect(cause.diagnoses[0]?.logs[0]?.lines).toEqual(['panic']);
  });

  it('that came with a diagnosis is kept', async () => {
    const { run } = setUp();
    const evidence = evidenceOf({ object: 'verify-command', lines: ['no cart'] });
    const cause = await collect(run, { ...crash, diagnoses: [evidence] });
    expect(cause.diagnoses).toEqual([evidence]);
  });

  it('is that of each example, and nothing where the kubelet has none', async () => {
    const { cluster, run } = setUp();
    cluster.logs.set('web-1/web', 'unable to retrieve container logs for containerd://1a2b\n');
    cluster.logs.set('web-2/web', 'two\n');
    const diagnoses = [diagnosisOf({ others: ['pod/web-2'], count: 2 })];
    const cause = await collect(run, { ...crash, diagnoses });
    expect(cause.diagnoses[0]?.logs).toEqual([{ object: 'pod/web-2', lines: ['two'] }]);
  });
});

describe('events', () => {
  it('are warnings, and what tells why something was ended; alike ones merged, newest first', async () => {
    const { run, tell } = setUp();
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 10, minute));
    tell('a', {
      reason: 'Unhealthy',
      message: 'Readiness probe failed: one',
      count: 2,
      lastTimestamp: at(1),
    });
    tell('b', {
      reason: 'Unhealthy',
      message: 'Readiness probe failed: two',
      count: 3,
      lastTimestamp: at(2),
    });
    tell('c', { reason: 'Unhealthy', message: 'Liveness probe failed: one', count: 1, lastTimestamp: at(3) });
    tell('d', {
      reason: 'Killing',
      message: 'Container web failed liveness probe',
      type: 'Normal',
      lastTimestamp: at(4),
    });
    tell('e', { reason: 'BackOff', message: 'Back-off restarting', lastTimestamp: at(5) });
    tell('f', { reason: 'Pulled', message: 'Pulled image', type: 'Normal', lastTimestamp: at(6) });
    tell('g', { reason: 'Unhealthy', message: 'of another pod', lastTimestamp: at(7) }, 'web-9');
    const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
    expect(cause.diagnoses[0]?.events).toEqual([
      { reason: 'Killing', message: 'Container web failed liveness probe', count: 1 },
      { reason: 'Unhealthy', message: 'Liveness probe failed: one', count: 1 },
      { reason: 'Unhealthy', message: 'Readiness probe failed: two', count: 5 },
    ]);
  });
});

it('goes without what cannot be had', async () => {
  const { run } = setUp(() => refused(403, 'Forbidden'));
  const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
  expect(cause).toMatchObject({ ...crash, diagnoses: [{ logs: [], events: [] }] });
});

it('asks for the first few of many diagnoses only', async () => {
  const { cluster, run } = setUp();
  const diagnoses = Array.from({ length: 10 }, (_, index) => diagnosisOf({ object: `pod/web-${index}` }));
  const cause = await collect(run, { ...crash, diagnoses });
  expect(cause.diagnoses).toHaveLength(10);
  expect(cluster.count('list', 'events')).toBe(3);
});
