import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { diagnose, type Scene, Sightings } from '../../../src/diagnosis/diagnose.ts';
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

it('names three examples of thousands, and counts the rest', () => {
  const pods = Array.from({ length: many }, (_, index) => slim(whole(index, false)));
  const { diagnoses } = diagnose({ pods }, new Sightings(), 0);
  expect(diagnoses).toMatchObject([{ count: many }]);
  expect(diagnoses[0]?.others).toHaveLength(2);
  expect(sizeOf(diagnoses)).toBeLessThan(2_000);
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
