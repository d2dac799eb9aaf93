import type { V1DaemonSet, V1DaemonSetSpec, V1DaemonSetStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { daemonSet } from '../../../../src/kubernetes/workloads/daemonset.ts';
import type { WorkloadObject, WorkloadView } from '../../../../src/kubernetes/workloads/kind.ts';
import { controllerRevisionOf, daemonSetOf, ownPodOf, templateOf } from '../../builders.ts';

const holders = [
  controllerRevisionOf('v1', 1, { label: 'v1' }),
  controllerRevisionOf('v2', 2, { label: 'v2' }),
];

function viewOf(
  workload: V1DaemonSet,
  pods: readonly V1Pod[],
  over: Partial<WorkloadView> = {},
): WorkloadView {
  return { workload: workload as WorkloadObject, holders, pods, ...over };
}

/** v2 is being rolled out over v1. */
function rolling(status: Partial<V1DaemonSetStatus> = {}, image = 'acme/web:v2'): V1DaemonSet {
  return daemonSetOf({ template: templateOf(image), status });
}

const old = (name: string, over?: Parameters<typeof ownPodOf>[2]) => ownPodOf(name, 'v1', over);
const young = (name: string, over?: Parameters<typeof ownPodOf>[2]) => ownPodOf(name, 'v2', over);
const broken = { ready: false };
const surge = {
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
} as Partial<V1DaemonSetSpec>;

describe("kubectl's status rule", () => {
  it.each<[string, V1DaemonSet, V1Pod[], string, string]>([
    [
      'all have it',
      rolling(),
      [young('a'), young('b'), young('c')],
      'complete',
      '3 of 3 updated, 3 available',
    ],
    [
      'one has it and is not ready',
      rolling({ updatedNumberScheduled: 1, numberAvailable: 2 }),
      [young('a', broken), old('b'), old('c')],
      'progressing',
      '1 of 3 updated, 0 available; 2 pods of other revisions still there',
    ],
    [
      'the status is ahead of the pods',
      rolling(),
      [young('a'), young('b'), young('c', broken)],
      'progressing',
      '3 of 3 updated, 2 available',
    ],
    [
      'old pods are still there beside the new ones',
      rolling(),
      [young('a'), young('b'), young('c'), old('c2')],
      'progressing',
      '1 pod of other revisions still there',
    ],
    [
      'old pods are ending beside the new ones',
      rolling(),
      [young('a'), young('b'), young('c'), old('c2', { deleted: true })],
      'complete',
      '3 of 3 updated, 3 available',
    ],
    [
      'all are ready, but not for long enough',
      rolling({ numberAvailable: 2 }),
      [young('a'), young('b'), young('c')],
      'progressing',
      '3 of 3 updated, 2 available',
    ],
    [
      'it is for no node',
      rolling({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 }),
      [],
      'complete',
      '0 of 0 updated',
    ],
    [
      'the controller has not seen it',
      rolling({ observedGeneration: 1 }),
      [old('a'), old('b'), old('c')],
      'unseen',
      'not seen the change',
    ],
    ['its revision is not there yet', rolling({}, 'acme/web:v3'), [], 'unseen', 'no pod'],
  ])('%s', (_, workload, pods, state, message) => {
    const status = daemonSet.status(viewOf(workload, pods));
    expect(status.state).toBe(state);
    expect(status.message).toContain(message);
  });
});

describe('revisions', () => {
  it('are its own ControllerRevisions with their labels, newest first', () => {
    const view = viewOf(rolling(), [old('a'), young('b')]);
    expect(daemonSet.revisions(view)).toMatchObject([
      { number: 2, holder: 'web-v2', hash: 'v2', available: 1 },
      { number: 1, holder: 'web-v1', hash: 'v1', available: 1 },
    ]);
    expect(daemonSet.current(view)).toMatchObject({ number: 2, template: templateOf('acme/web:v2') });
  });

  it('are the same one with a raised number after an undo', () => {
    const raised = [
      controllerRevisionOf('v2', 2, { label: 'v2' }),
      controllerRevisionOf('v1', 3, { label: 'v1' }),
    ];
    const view = viewOf(rolling({}, 'acme/web:v1'), [], { holders: raised });
    expect(daemonSet.current(view)).toMatchObject({ number: 3, holder: 'web-v1' });
  });

  it.each<[string, Partial<V1DaemonSetStatus>, boolean]>([
    ['all nodes have it', {}, true],
    ['all have it, and one has lost its pod', { numberAvailable: 2 }, true],
    ['not all have it', { updatedNumberScheduled: 2 }, false],
    ['the controller has not seen it', { observedGeneration: 1 }, false],
  ])('are settled or not: %s', (_, status, settled) => {
    expect(daemonSet.settled(rolling(status) as WorkloadObject)).toBe(settled);
  });
});

describe('pods that cannot be created', () => {
  const refused = {
    reason: 'FailedCreate',
    message: 'exceeded quota',
    lastSeen: 2000,
    count: 3,
    container: '',
  };
  const creator = (pods: V1Pod[], status: Partial<V1DaemonSetStatus> = {}) => {
    const view = viewOf(rolling(status), pods, { events: [refused] });
    const [current] = daemonSet.revisions(view);
    return current && daemonSet.creator(view, current);
  };

  it.each<[string, V1Pod[]]>([
    ['a node has none', [young('a'), old('b')]],
    ['a node has no new one beside its old one', [young('a'), old('b'), old('c')]],
  ])('are told where %s', (_, pods) => {
    expect(creator(pods)).toEqual({ object: 'daemonset/web', words: 'exceeded quota' });
  });

  it.each<[string, V1Pod[]]>([
    ['all nodes have them', [young('a'), young('b'), young('c')]],
    ['a new one is waited for', [young('a', broken), old('b'), old('c')]],
  ])('are none where %s', (_, pods) => {
    expect(creator(pods)).toBeUndefined();
  });
});

it('has no pod that is stuck: its controller replaces those that are not available', () => {
  const view = viewOf(daemonSetOf(), [young('a', broken), old('b'), old('c')]);
  expect(daemonSet.stuckPods(view, daemonSet.revisions(view))).toEqual([]);
  expect(daemonSet.getsStuck).toBe(false);
});

it('is undone by a patch of the template, and keeps its own annotations', () => {
  const workload = daemonSetOf({
    template: templateOf('acme/web:v2'),
    annotations: {
      'deprecated.daemonset.template.generation': '2',
      'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/2',
    },
  });
  const annotations = { 'deprecated.daemonset.template.generation': '1' };
  const view = viewOf(workload, [], { holders: [controllerRevisionOf('v1', 1, { annotations })] });
  const [first] = daemonSet.revisions(view);
  expect(first && daemonSet.undoPatch(workload as WorkloadObject, first)).toEqual([
    { op: 'test', path: '/metadata/uid', value: 'uid-web' },
    { op: 'test', path: '/spec/template', value: templateOf('acme/web:v2') },
    { op: 'replace', path: '/spec/template', value: templateOf('acme/web:v1') },
    { op: 'remove', path: '/metadata/annotations/safe-rollout~1run' },
  ]);
});

it('knows how many nodes it is for, once they are counted', () => {
  const of = (status: Partial<V1DaemonSetStatus>) => daemonSetOf({ status }) as WorkloadObject;
  expect(daemonSet.replicas(of({ desiredNumberScheduled: 7 }))).toBe(7);
  expect(daemonSet.replicas(of({ desiredNumberScheduled: 0 }))).toBe(0);
  expect(daemonSet.replicas(of({ observedGeneration: 0, desiredNumberScheduled: 0 }))).toBeUndefined();
});

it('makes new pods in the place of old ones, or beside them', () => {
  const recreates = (spec: Partial<V1DaemonSetSpec>) =>
    daemonSet.recreates(daemonSetOf({ spec }) as WorkloadObject);
  const percent = { updateStrategy: { rollingUpdate: { maxSurge: '25%' } } };
  expect([recreates({}), recreates(surge), recreates(percent)]).toEqual([true, false, false]);
  const onDelete = { updateStrategy: { type: 'OnDelete' } };
  expect(daemonSet.onDelete(daemonSetOf({ spec: onDelete }) as WorkloadObject)).toBe(true);
});
