import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, type Scene, Sightings } from '../../../src/diagnosis/diagnose.ts';
import type { EventFact } from '../../../src/diagnosis/row.ts';
import { slim } from '../../../src/kubernetes/workloads/observe.ts';
import { podOf, running, statusOf, terminated, waiting } from '../builders.ts';

/** A pod as an API server sends it, with all that nobody here asks for. */
function whole(index: number, ready: boolean): V1Pod {
  const status = ready
    ? statusOf({ ready: true, state: running() })
    : statusOf({ state: waiting('CrashLoopBackOff', 'back-off'), restartCount: 1, lastState: terminated(1) });
  const pod = podOf(`${index}`, [status], { owner: 'uid-set', phase: ready ? 'Running' : 'Pending' });
  const container = pod.spec?.containers[0] as V1Container;
  const annotations = Object.fromEntries(
    Array.from({ length: 10 }, (_, each) => [`example.com/annotation-${each}`, 'x'.repeat(120)]),
  );
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      namespace: 'shop',
      annotations,
      labels: annotations,
      managedFields: Array.from({ length: 4 }, () => ({ manager: 'kubelet', fieldsV1: annotations })),
    },
    spec: {
      ...pod.spec,
      containers: [
        {
          ...container,
          env: Array.from({ length: 20 }, (_, each) => ({ name: `NAME_${each}`, value: 'y'.repeat(60) })),
        },
      ],
      volumes: Array.from({ length: 5 }, (_, each) => ({ name: `v${each}`, emptyDir: {} })),
    },
  };
}

const sizeOf = (value: unknown) => JSON.stringify(value).length;

/** Processor time, the least of a few runs: other programs on the machine take no part in it. */
function leastMicroseconds(work: () => unknown): number {
  const runs = Array.from({ length: 5 }, () => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return user + system;
  });
  return Math.min(...runs);
}

const many = 5_000;

it('keeps little of thousands of pods that are ready', () => {
  const pods = Array.from({ length: many }, (_, index) => whole(index, true));
  expect(sizeOf(pods.map(slim))).toBeLessThan(sizeOf(pods) / 10);
});

it.each([true, false])('keeps of a pod which revision it is of, and its version: ready %s', (ready) => {
  const pod = whole(1, ready);
  const labels = { app: 'web', 'controller-revision-hash': 'web-v2' };
  const metadata = { ...pod.metadata, labels, resourceVersion: '17' };
  expect(slim({ ...pod, metadata }).metadata).toMatchObject({
    labels: { 'controller-revision-hash': 'web-v2' },
    resourceVersion: '17',
  });
});

it('keeps of a pod that is not ready what its diagnosis needs', () => {
  const pod = whole(1, false);
  const judged = (it: V1Pod) => diagnose({ pods: [it] }, new Sightings(), 0);
  expect(judged(slim(pod))).toEqual(judged(pod));
  expect(judged(pod).diagnoses).not.toEqual([]);
});

it('keeps the gates of a pod that is not ready', () => {
  const gates = { readinessGates: [{ conditionType: 'lb' }], schedulingGates: [{ name: 'queue' }] };
  const pod = whole(1, false);
  expect(slim({ ...pod, spec: { containers: [], ...gates } }).spec).toMatchObject(gates);
});

it('names three examples of thousands, and counts the rest', () => {
  const pods = Array.from({ length: many }, (_, index) => slim(whole(index, false)));
  const { diagnoses } = diagnose({ pods }, new Sightings(), 0);
  expect(diagnoses).toMatchObject([{ count: many }]);
  expect(diagnoses[0]?.others).toHaveLength(2);
  expect(sizeOf(diagnoses)).toBeLessThan(2_000);
});

describe('pods of which only three are followed', () => {
  const told = (reason: string, message: string): EventFact => ({
    reason,
    message,
    count: 1,
    lastSeen: 0,
    container: '',
  });
  const noSettings = told('FailedMount', 'MountVolume.SetUp failed for volume "a" : configmap "b" not found');
  const creating = { state: waiting('ContainerCreating') };
  const unready = { type: 'PodReadyToStartContainers', status: 'False' };
  const pod = (index: number, over: Parameters<typeof podOf>[2] = {}, status = creating, node = 'node-1') => {
    const made = podOf(`${index}`, [statusOf(status)], { phase: 'Pending', conditions: [unready], ...over });
    return { ...made, spec: { containers: [], nodeName: node } };
  };
  /** What is seen of ten pods after so many seconds, where an event was told of each of the first three. */
  function seenFor(seconds: number, pods: readonly V1Pod[], event = noSettings) {
    const events = new Map(pods.slice(0, 3).map(({ metadata }) => [metadata?.uid ?? '', [event]]));
    const sightings = new Sightings();
    let verdict = diagnose({ pods, events }, sightings, 0);
    for (let now = 1; now <= seconds; now++) verdict = diagnose({ pods, events }, sightings, now * 1000);
    return verdict;
  }
  const ten = (over?: Parameters<typeof pod>[1], nodes = 1) =>
    Array.from({ length: 10 }, (_, index) => pod(index, over, creating, `node-${index % nodes}`));

  it('are given up together', () => {
    expect(seenFor(19, ten()).hopeless).toBe(false);
    expect(seenFor(20, ten())).toMatchObject({
      hopeless: true,
      diagnoses: [{ reason: 'volume-not-mounted', count: 10 }],
    });
  });

  it('are given up on several nodes too, where the cluster says that none has its sandbox', () => {
    expect(seenFor(20, ten({}, 5)).hopeless).toBe(true);
  });

  it.each<[string, readonly V1Pod[]]>([
    ['has its sandbox', [...ten(), pod(10, { conditions: [{ ...unready, status: 'True' }] })]],
    ['waits for its image', [...ten(), pod(10, {}, { state: waiting('ErrImagePull', 'i/o timeout') })]],
    ['runs', [...ten(), pod(10, { phase: 'Running' }, { state: running() })]],
    ['may pull its image on another node', ten({ conditions: [] }, 5)],
    ['waits for a node', [...ten(), pod(10, { conditions: [{ type: 'PodScheduled', status: 'False' }] })]],
  ])('are waited for where one of the others %s', (_, pods) => {
    expect(seenFor(20, pods).hopeless).toBe(false);
  });

  it('are given the grace of a pod that has only just been made', () => {
    const sightings = new Sightings();
    const look = (pods: readonly V1Pod[], now: number) =>
      diagnose({ pods, events: new Map([['uid-pod-0', [noSettings]]]) }, sightings, now * 1000);
    for (let now = 0; now < 20; now++) look([pod(0)], now);
    expect(look([pod(0), pod(1)], 20).hopeless).toBe(false);
    expect(look([pod(0), pod(1)], 39).hopeless).toBe(false);
    expect(look([pod(0), pod(1)], 40).hopeless).toBe(true);
  });

  it('wait together for a node that is being added', () => {
    const unscheduled = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
    };
    const pods = Array.from({ length: 10 }, (_, index) =>
      podOf(`${index}`, [], {
        phase: 'Pending',
        conditions: [unscheduled],
      }),
    );
    const { diagnoses } = seenFor(300, pods, told('TriggeredScaleUp', 'pod triggered scale-up'));
    expect(diagnoses).toMatchObject([{ reason: 'unschedulable', count: 10, hopeless: false }]);
  });
});

it.each([
  ['ready', true],
  ['broken', false],
])('takes no more than in proportion for thousands that are %s', (_, ready) => {
  const scene = (count: number): Scene => ({
    pods: Array.from({ length: count }, (_, index) => slim(whole(index, ready))),
  });
  const parts = 20;
  const [few, all] = [scene(many / parts), scene(many)];
  const judge = (it: Scene) => diagnose(it, new Sightings(), 0);
  const inParts = () => {
    for (let part = 0; part < parts; part++) judge(few);
  };
  inParts();
  // The same number of pods, at once and in parts: were it a square, it would be twenty times.
  expect(leastMicroseconds(() => judge(all))).toBeLessThan(6 * leastMicroseconds(inParts) + 5_000);
});
