import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, Sightings } from '../../../src/diagnosis/diagnose.ts';
import { type Dip, Dips } from '../../../src/diagnosis/dip.ts';
import { slim } from '../../../src/kubernetes/workloads/observe.ts';
import { diagnosisOf, podOf, running, statusOf, terminated, waiting } from '../builders.ts';

const well: Partial<V1ContainerStatus> = { ready: true, started: true, state: running() };
const pod = (status: Partial<V1ContainerStatus> = well, over: Parameters<typeof podOf>[2] = {}): V1Pod =>
  podOf('1', [statusOf(status)], over);
const condition = (type: string, reason: string) => ({ type, status: 'True', reason });

/** What is found while the pods are, second after second, like this; they are observed as they are in a run. */
function watch(...moments: readonly (readonly V1Pod[])[]): Dip | undefined {
  const [first = [], ...rest] = moments.map((pods) => pods.map(slim));
  const dips = new Dips(first);
  const sightings = new Sightings();
  let now = 0;
  for (const pods of [first, ...rest]) {
    const dip = dips.look(pods, diagnose({ pods }, sightings, now), now);
    if (dip) return dip;
    now += 1000;
  }
  return undefined;
}

const times = (count: number, pods: readonly V1Pod[]) => Array.from({ length: count }, () => pods);

describe('a rollout that was complete has dipped where', () => {
  it.each<[string, Partial<V1ContainerStatus>, Partial<Dip['diagnosis']>]>([
    [
      'a container has ended',
      { state: terminated(3) },
      { reason: 'crash', container: 'web', message: 'it ended with exit code 3', previous: true },
    ],
    [
      'it waits to be started again',
      { state: waiting('CrashLoopBackOff'), lastState: terminated(3), restartCount: 1 },
      { reason: 'crash', container: 'web', previous: true },
    ],
    [
      'it has been started again, and is ready already',
      { ...well, restartCount: 1, lastState: terminated(3) },
      { reason: 'crash', container: 'web', message: 'it ended with exit code 3', hasLog: true },
    ],
    [
      'it was killed for its memory',
      { ...well, restartCount: 1, lastState: terminated(137, 'OOMKilled') },
      { reason: 'out-of-memory', message: 'it was killed for using more memory than its limit' },
    ],
    [
      'it has ended well, though it should serve',
      { ...well, restartCount: 1, lastState: terminated(0, 'Completed') },
      { reason: 'exited', message: 'it ended with exit code 0' },
    ],
  ])('%s', (_, status, diagnosis) => {
    const dip = watch([pod()], [pod(status)]);
    expect(dip).toMatchObject({ reason: 'restarted-after-rollout', diagnosis });
    expect(dip?.message).toContain('pod/web-1, container web: ');
  });

  it('a container has ended once more than it had before', () => {
    const before = { ...well, restartCount: 2, lastState: terminated(1) };
    expect(watch([pod(before)], [pod(before)])).toBeUndefined();
    expect(watch([pod(before)], [pod({ ...before, restartCount: 3 })])?.reason).toBe(
      'restarted-after-rollout',
    );
  });

  it('a native sidecar has been started again', () => {
    const sidecar = statusOf({ name: 'proxy', ready: true, started: true, state: running() });
    const restarted = { ...sidecar, restartCount: 1, lastState: terminated(2) };
    const dip = watch([pod(well, { initStatuses: [sidecar] })], [pod(well, { initStatuses: [restarted] })]);
    expect(dip).toMatchObject({ reason: 'restarted-after-rollout', diagnosis: { container: 'proxy' } });
  });

  it('a pod is not ready for more than three seconds', () => {
    const unready = [pod({ ready: false, started: true, state: running() })];
    expect(watch([pod()], ...times(3, unready))).toBeUndefined();
    expect(watch([pod()], ...times(4, unready))).toMatchObject({
      reason: 'unready-after-rollout',
      diagnosis: { reason: 'not-ready', object: 'pod/web-1', container: 'web', hasLog: true },
    });
    expect(watch([pod()], ...times(3, unready), [pod()], ...times(3, unready))).toBeUndefined();
  });

  it('the kubelet has evicted a pod', () => {
    const gone = pod(
      { state: terminated(137) },
      {
        phase: 'Failed',
        conditions: [condition('DisruptionTarget', 'TerminationByKubelet')],
      },
    );
    const evicted = { ...gone, status: { ...gone.status, reason: 'Evicted', message: 'low on memory' } };
    expect(watch([pod()], [evicted])).toMatchObject({
      reason: 'evicted-after-rollout',
      diagnosis: { reason: 'evicted', said: 'low on memory' },
    });
    // One that is there from before the rollout was complete is no news.
    expect(watch([evicted], [evicted])).toBeUndefined();
  });

  it('the kubelet has evicted a pod that then ended with 0', () => {
    const ended = pod({ state: terminated(0) }, { phase: 'Succeeded' });
    const look = (reason: string) =>
      new Dips([pod()]).look(
        [ended],
        { hopeless: false, diagnoses: [diagnosisOf({ reason, object: 'pod/web-1', said: 'disk' })] },
        0,
      );
    expect(look('evicted')).toMatchObject({
      reason: 'evicted-after-rollout',
      diagnosis: { reason: 'evicted', said: 'disk' },
    });
    expect(look('preempted')).toBeUndefined();
    const drained = pod(
      { state: terminated(0) },
      { phase: 'Succeeded', conditions: [condition('DisruptionTarget', 'EvictionByEvictionAPI')] },
    );
    expect(watch([pod()], [drained])).toBeUndefined();
  });

  it('a pod that only starts crashes as often as a rollout is given up for', () => {
    const crashing = (restartCount: number) =>
      podOf('2', [statusOf({ state: waiting('CrashLoopBackOff'), lastState: terminated(1), restartCount })]);
    expect(watch([pod()], ...times(12, [pod(), crashing(1)]))).toBeUndefined();
    expect(watch([pod()], ...times(12, [pod(), crashing(3)]))).toMatchObject({
      reason: 'restarted-after-rollout',
      diagnosis: { object: 'pod/web-2', reason: 'crash' },
    });
  });
});

describe('it has not where', () => {
  const starting = podOf('2', [statusOf({ state: waiting('ContainerCreating') })]);
  const unscheduled = podOf('2', [], { phase: 'Pending' });
  const ending = pod({ state: terminated(143) }, { deleted: true });

  it.each<[string, readonly V1Pod[]]>([
    ['nothing happens', [pod()]],
    ['more pods start, as a HorizontalPodAutoscaler makes them', [pod(), starting]],
    ['more pods cannot be placed', [pod(), unscheduled]],
    ['fewer pods are wanted', []],
    ['a person deletes a pod', [ending, starting]],
    [
      'a drain evicts a pod by the API',
      [
        pod(
          { ready: false, state: running() },
          { conditions: [condition('DisruptionTarget', 'EvictionByEvictionAPI')] },
        ),
        starting,
      ],
    ],
    ['a pod ends with its node', [pod({ state: terminated(143) }, { phase: 'Failed' }), starting]],
  ])('%s', (_, pods) => {
    expect(watch([pod()], ...times(60, pods))).toBeUndefined();
  });

  it('a node is lost: its pods are not ready, though their containers seem to be', () => {
    const lost = pod();
    const [ready] = lost.status?.conditions ?? [];
    const unready = {
      ...lost,
      status: { ...lost.status, conditions: [{ ...ready, type: 'Ready', status: 'False' }] },
    };
    expect(watch([pod()], ...times(60, [unready]))).toBeUndefined();
  });

  it('a new pod of the same name takes the place of one that had crashed', () => {
    const other = { ...pod(), metadata: { ...pod().metadata, uid: 'uid-other' } };
    const crashed = { ...well, restartCount: 4, lastState: terminated(1) };
    expect(watch([pod(crashed)], [other], [other])).toBeUndefined();
  });
});
