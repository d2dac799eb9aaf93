import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, Sightings } from '../../../src/diagnosis/diagnose.ts';
import { cannotStart, failureOf, type JobSeen } from '../../../src/steps/migration-cause.ts';
import { podOf, running, statusOf, terminated, waiting } from '../builders.ts';

const at = Date.parse('2026-11-20T10:05:00Z');

/** What was seen of a Job with these pods, whose containers wrote a line each. */
function seenOf(pods: readonly V1Pod[], over: Partial<JobSeen> = {}): JobSeen {
  return {
    purpose: { reason: 'migration', noun: 'migration' },
    job: { metadata: { name: 'schema-1' }, spec: { template: {} } },
    pods,
    standstill: [],
    timeout: 60,
    tail: (pod, { name }) => [`${pod.metadata?.name} ${name} wrote this`],
    now: at,
    ...over,
  };
}

const backoff = {
  complete: false,
  reason: 'BackoffLimitExceeded',
  message: 'backoff limit reached',
} as const;
const migrate = (over: Partial<V1ContainerStatus>) => statusOf({ name: 'migrate', ...over });

describe('a migration whose pod the cluster took away', () => {
  const killed = podOf('1', [migrate({ state: terminated(137) })], { phase: 'Failed' });
  const target = (reason: string, message: string) => [
    { type: 'DisruptionTarget', status: 'True', reason, message },
  ];
  const withStatus = (status: V1Pod['status']): V1Pod => ({
    ...killed,
    spec: { containers: [], nodeName: 'node-1' },
    status: { ...killed.status, ...status },
  });

  it.each<[string, V1Pod]>([
    ['evicted', withStatus({ reason: 'Evicted', message: 'The node was low on resource: memory.' })],
    ['evicted', withStatus({ conditions: target('EvictionByEvictionAPI', 'drained') })],
    ['preempted', withStatus({ conditions: target('PreemptionByScheduler', 'for another') })],
    ['node-lost', withStatus({ conditions: target('DeletionByTaintManager', 'tainted') })],
  ])('is told as %s, not as the fault of its program', (reason, pod) => {
    const cause = failureOf(seenOf([pod]), backoff);
    expect(cause).toMatchObject({
      reason,
      diagnoses: [{ reason, object: 'pod/web-1', logs: [{ lines: ['web-1 migrate wrote this'] }] }],
    });
    expect(cause.message).toContain('(its last line: web-1 migrate wrote this)');
    expect(cause.message).not.toContain('exit code');
    expect(cause.diagnoses[0]?.next).toContain('how far the migration came');
  });

  it('is told so where it had not even started', () => {
    const never = podOf('1', [], { phase: 'Failed' });
    const evicted = { ...never, status: { ...never.status, reason: 'Evicted', message: 'low on disk' } };
    const cause = failureOf(seenOf([evicted]), backoff);
    expect(cause).toMatchObject({ reason: 'evicted', diagnoses: [{ said: 'low on disk', logs: [] }] });
  });

  it('is told so of a Job that verifies, too', () => {
    const pod = withStatus({ reason: 'Evicted', message: 'low on memory' });
    const cause = failureOf(
      seenOf([pod], { purpose: { reason: 'verify-job', noun: 'verification' } }),
      backoff,
    );
    expect(cause).toMatchObject({ reason: 'verify-job-failed', diagnoses: [{ reason: 'evicted' }] });
    expect(cause.diagnoses[0]?.next).not.toContain('migration');
  });

  it('and that failed by itself the next time, has failed', () => {
    const evicted = withStatus({ reason: 'Evicted', message: 'low on memory' });
    const failed = podOf('2', [migrate({ state: terminated(3) })], { phase: 'Failed' });
    const cause = failureOf(seenOf([evicted, failed]), backoff);
    expect(cause.reason).toBe('migration-failed');
    expect(cause.message).toContain('pod/web-2, container migrate: it ended with exit code 3');
    expect(cause.diagnoses.map(({ reason }) => reason)).toEqual(['migration-failed', 'evicted']);
  });
});

it('tells a migration that ended by itself as before', () => {
  const failed = podOf('1', [migrate({ state: terminated(3) })], { phase: 'Failed' });
  expect(failureOf(seenOf([failed]), backoff)).toMatchObject({
    reason: 'migration-failed',
    diagnoses: [{ container: 'migrate', message: 'it ended with exit code 3' }],
  });
});

describe('a migration whose pod ended before anything of it had started', () => {
  const words = 'exec: "/gone": stat /gone: no such file or directory';
  const startError = {
    terminated: {
      exitCode: 128,
      reason: 'StartError',
      message: words,
      startedAt: '1970-01-01T00:00:00Z' as unknown as Date,
    },
  };
  const pod = podOf('1', [migrate({ state: startError })], { phase: 'Failed' });

  it.each([
    ['migration', 'migration', 'command-not-found'],
    ['verify-job', 'verification', 'verify-job-failed'],
  ] as const)('is told why, be it never seen to wait (%s)', (reason, noun, expected) => {
    const cause = failureOf(seenOf([pod], { purpose: { reason, noun } }), backoff);
    expect(cause).toMatchObject({
      reason: expected,
      diagnoses: [{ reason: 'command-not-found', object: 'pod/web-1', container: 'migrate', said: words }],
    });
    expect(cause.message).toContain(
      `The ${noun} cannot start: pod/web-1, container migrate: its command is not`,
    );
  });

  it('is told by how it stood before, where its end says nothing', () => {
    const standstill = diagnose(
      { pods: [podOf('1', [migrate({ state: waiting('ErrImagePull', 'x: not found') })])] },
      new Sightings(),
      at,
    ).diagnoses;
    const gone = podOf('1', [migrate({})], { phase: 'Failed' });
    expect(failureOf(seenOf([gone], { standstill }), backoff).reason).toBe('image-not-found');
  });
});

describe('an init container of a migration', () => {
  const behind = statusOf({ name: 'migrate', state: waiting('PodInitializing') });
  const podWith = (lock: Partial<V1ContainerStatus>) =>
    podOf('1', [behind], { phase: 'Pending', initStatuses: [statusOf({ name: 'lock', ...lock })] });
  const verdictOf = (pod: V1Pod) => {
    const sightings = new Sightings();
    diagnose({ pods: [pod] }, sightings, at);
    return diagnose({ pods: [pod] }, sightings, at + 20_000);
  };

  it('that crashes is told with its last lines', () => {
    const lock = { state: waiting('CrashLoopBackOff'), lastState: terminated(4), restartCount: 3 };
    const pod = podWith(lock);
    const verdict = verdictOf(pod);
    expect(verdict.hopeless).toBe(true);
    const cause = cannotStart(seenOf([pod]), verdict.diagnoses);
    expect(cause).toMatchObject({
      reason: 'crash',
      diagnoses: [{ container: 'lock', logs: [{ object: 'pod/web-1', lines: ['web-1 lock wrote this'] }] }],
    });
    expect(cause?.message).toContain('(its last line: web-1 lock wrote this)');
  });

  it('that waits until the deadline is told with its last lines', () => {
    const pod = podWith({ state: running() });
    const standstill = verdictOf(pod).diagnoses;
    const end = { complete: false, reason: 'DeadlineExceeded', message: 'too long' } as const;
    expect(failureOf(seenOf([pod], { standstill }), end)).toMatchObject({
      reason: 'init-waiting',
      diagnoses: [{ container: 'lock', logs: [{ lines: ['web-1 lock wrote this'] }] }],
    });
  });

  it('whose image cannot be had has no lines', () => {
    const pod = podWith({ state: waiting('ErrImagePull', 'x: not found') });
    const cause = cannotStart(seenOf([pod]), verdictOf(pod).diagnoses);
    expect(cause).toMatchObject({ reason: 'image-not-found', diagnoses: [{ logs: [] }] });
  });
});
