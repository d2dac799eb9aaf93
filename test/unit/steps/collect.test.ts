import { Readable } from 'node:stream';
import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.ts';
import { collect, withEvents } from '../../../src/steps/collect.ts';
import { diagnosisOf, evidenceOf, podOf, statusOf, terminated, waiting } from '../builders.ts';
import { FakeClock } from '../fake-clock.ts';
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

describe('the log of a container that had ended', () => {
  const began = Date.parse('2026-11-20T10:00:00Z');
  /** A pod whose container lived for so many seconds, ended, and has run again since a minute past ten. */
  function again(lived = 10, over: Partial<V1ContainerStatus> = {}): V1Pod {
    const end = { ...terminated(1).terminated, exitCode: 1, finishedAt: new Date(began + lived * 1000) };
    const running = { startedAt: new Date(began + lived * 1000 + 1000) };
    return podOf('1', [
      statusOf({ state: { running }, lastState: { terminated: end }, restartCount: 3, ...over }),
    ]);
  }
  async function linesAt(seconds: number, pod: V1Pod | undefined, previous?: string) {
    const cluster = new FakeCluster();
    const run = fakeRun(cluster.client(), { clock: new FakeClock(began + seconds * 1000) });
    if (pod) cluster.put(resources.pods, pod);
    cluster.logs.set('web-1/web', 'starting again\n');
    if (previous !== undefined) cluster.logs.set('web-1/web/previous', previous);
    const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
    return cause.diagnoses[0]?.logs[0]?.lines;
  }
  const ended = 'panic: no database\n';

  it.each<[string, number, V1Pod | undefined, string | undefined, string]>([
    ['is that of its end, where it runs again', 20, again(), ended, 'panic: no database'],
    ['is that of now, where nothing is left of the end', 20, again(), undefined, 'starting again'],
    [
      'is that of now, where the kubelet has the end no more',
      20,
      again(),
      'unable to retrieve container logs for containerd://1a2b\n',
      'starting again',
    ],
    ['is that of now, where it has run on for a minute', 90, again(), ended, 'starting again'],
    ['is that of its end, where that took long to come', 300, again(200), ended, 'panic: no database'],
    ['is that of now, where it waits', 20, again(10, { state: waiting('x') }), ended, 'starting again'],
    ['is that of now, where it never ended', 20, again(10, { lastState: {} }), ended, 'starting again'],
    ['is that of now, where the pod is gone', 20, undefined, ended, 'starting again'],
  ])('%s', async (_, seconds, pod, previous, line) => {
    expect(await linesAt(seconds, pod, previous)).toEqual([line]);
  });
});

it.each([
  ['its root file system, which is read-only', true],
  ['a file system that is read-only', false],
])('says that it is %s, by the security context', async (mention, readOnlyRootFilesystem) => {
  const { cluster, run } = setUp();
  const made = podOf('1', [statusOf({ state: waiting('CrashLoopBackOff'), lastState: terminated(1) })]);
  const container = { name: 'web', securityContext: { readOnlyRootFilesystem } };
  cluster.put(resources.pods, { ...made, spec: { containers: [container] } });
  cluster.logs.set('web-1/web', 'open /settings/x: read-only file system\n');
  const cause = await collect(run, { ...crash, diagnoses: [diagnosisOf()] });
  expect(cause.reason).toBe('read-only-file-system');
  expect(cause.message).toContain(`it writes to ${mention}`);
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

it('adds the events of a Job and its pods where their logs are known', async () => {
  const { cluster, run, tell } = setUp();
  tell('a', { reason: 'FailedMount', message: 'configmap "b" not found', count: 3 });
  tell('b', { reason: 'FailedCreate', message: 'exceeded quota', count: 2 }, 'schema-1');
  const ofPod = evidenceOf({ lines: ['a line'] });
  const ofJob = evidenceOf({ object: 'job/schema-1', about: 'creator' });
  const cause = await withEvents(run, { reason: 'x', message: 'y', diagnoses: [ofPod, ofJob] });
  expect(cause).toEqual({
    reason: 'x',
    message: 'y',
    diagnoses: [
      { ...ofPod, events: [{ reason: 'FailedMount', message: 'configmap "b" not found', count: 3 }] },
      { ...ofJob, events: [{ reason: 'FailedCreate', message: 'exceeded quota', count: 2 }] },
    ],
  });
  expect(cluster.count('list', 'pods')).toBe(0);
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
