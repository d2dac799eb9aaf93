import type { V1Pod, V1StatefulSet, V1StatefulSetSpec, V1StatefulSetStatus } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { ToldEvent } from '../../../../src/kubernetes/events.ts';
import type { WorkloadObject, WorkloadView } from '../../../../src/kubernetes/workloads/kind.ts';
import { statefulSet } from '../../../../src/kubernetes/workloads/statefulset.ts';
import { controllerRevisionOf, ownPodOf, statefulSetOf, templateOf } from '../../builders.ts';

const holders = [controllerRevisionOf('v1', 1), controllerRevisionOf('v2', 2)];

function viewOf(
  workload: V1StatefulSet,
  pods: readonly V1Pod[],
  over: Partial<WorkloadView> = {},
): WorkloadView {
  return { workload: workload as WorkloadObject, holders, pods, ...over };
}

/** v2 is being rolled out over v1. */
function rolling(
  over: {
    readonly status?: Partial<V1StatefulSetStatus>;
    readonly spec?: Partial<V1StatefulSetSpec>;
    readonly image?: string;
  } = {},
): V1StatefulSet {
  return statefulSetOf({
    template: templateOf(over.image ?? 'acme/web:v2'),
    status: { updateRevision: 'web-v2', ...over.status },
    ...(over.spec && { spec: over.spec }),
  });
}

const partition = (kept: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: kept } },
});
const old = (ordinal: number, over?: Parameters<typeof ownPodOf>[2]) =>
  ownPodOf(`${ordinal}`, 'web-v1', over);
const young = (ordinal: number, over?: Parameters<typeof ownPodOf>[2]) =>
  ownPodOf(`${ordinal}`, 'web-v2', over);
const broken = { ready: false };

function revision(view: WorkloadView, number: number) {
  const found = statefulSet.revisions(view).find((each) => each.number === number);
  if (found === undefined) throw new Error(`There is no revision ${number}.`);
  return found;
}

describe("kubectl's status rule", () => {
  it.each<[string, V1StatefulSet, V1Pod[], string, string]>([
    ['all have it', rolling(), [young(0), young(1), young(2)], 'complete', '3 of 3 updated, 3 available'],
    [
      'one has it and is not ready',
      rolling({ status: { updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 } }),
      [old(0), old(1), young(2, broken)],
      'progressing',
      '1 of 3 updated, 0 available',
    ],
    [
      'one has it, and the old ones are still counted as ready',
      rolling({ status: { updatedReplicas: 1 } }),
      [old(0), old(1), young(2)],
      'progressing',
      '1 of 3 updated, 1 available',
    ],
    [
      'the status is ahead of the pods: those counted as ready are not of it',
      rolling(),
      [old(0), young(1), young(2)],
      'progressing',
      '3 of 3 updated, 2 available',
    ],
    [
      'one of them is to end',
      rolling(),
      [young(0), young(1), young(2, { deleted: true })],
      'progressing',
      '3 of 3 updated, 2 available',
    ],
    [
      'all are ready, but not for long enough',
      rolling({ status: { availableReplicas: 2 } }),
      [young(0), young(1), young(2)],
      'progressing',
      '3 of 3 updated, 2 available',
    ],
    [
      'the controller has not seen it',
      rolling({ status: { observedGeneration: 1, updateRevision: 'web-v1' } }),
      [old(0), old(1), old(2)],
      'unseen',
      'not seen the change',
    ],
    [
      'the controller has seen nothing yet',
      { ...rolling(), status: { replicas: 0 } },
      [],
      'unseen',
      'not seen the change',
    ],
    [
      'its revision is not there yet',
      rolling({ image: 'acme/web:v3', status: { updateRevision: 'web-v3' } }),
      [old(0), old(1), old(2)],
      'unseen',
      'no pod',
    ],
  ])('%s', (_, workload, pods, state, message) => {
    const status = statefulSet.status(viewOf(workload, pods));
    expect(status.state).toBe(state);
    expect(status.message).toContain(message);
  });

  it.each<[string, number, V1Pod[], Partial<V1StatefulSetStatus>, string, string]>([
    [
      'from the partition on all have it',
      2,
      [old(0), old(1), young(2)],
      { updatedReplicas: 1 },
      'complete',
      '1 of 1 updated, 1 available; 2 kept as they are by the partition',
    ],
    [
      'one below it is not ready',
      1,
      [old(0, broken), young(1), young(2)],
      { updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
      'progressing',
      '2 of 2 updated, 2 available; 1 kept as it is by the partition',
    ],
    [
      'one above it does not have it',
      1,
      [young(0), old(1), young(2)],
      { updatedReplicas: 2 },
      'progressing',
      '2 of 2 updated, 1 available',
    ],
    [
      'those below have it from before',
      1,
      [young(0), young(1), young(2)],
      {},
      'complete',
      '2 of 2 updated, 2 available',
    ],
  ])('with a partition, %s', (_, kept, pods, status, state, message) => {
    const found = statefulSet.status(viewOf(rolling({ spec: partition(kept), status }), pods));
    expect(found.state).toBe(state);
    expect(found.message).toContain(message);
  });

  it('counts places from the first ordinal', () => {
    const workload = rolling({ spec: { replicas: 2, ordinals: { start: 5 }, ...partition(1) } });
    const status = (pods: V1Pod[]) => statefulSet.status(viewOf(workload, pods)).state;
    expect(status([old(5), young(6)])).toBe('complete');
    expect(status([young(5), old(6)])).toBe('progressing');
  });
});

describe('revisions', () => {
  it('are its own ControllerRevisions, newest first, without what is the patch', () => {
    const view = viewOf(rolling(), [old(0), old(1), old(2, broken), young(2)], {
      holders: [...holders, controllerRevisionOf('other', 9, { owner: 'uid-other' })],
    });
    expect(statefulSet.revisions(view)).toMatchObject([
      { number: 2, holder: 'web-v2', holderUid: 'uid-v2', hash: 'web-v2', available: 1 },
      { number: 1, holder: 'web-v1', hash: 'web-v1', available: 2 },
    ]);
    expect(revision(view, 1).template).toEqual(templateOf('acme/web:v1'));
  });

  it('know the one that the controller has named, whatever the cluster defaults since', () => {
    const template = { ...templateOf('acme/web:v2'), spec: { containers: [], restartPolicy: 'Always' } };
    const view = viewOf(statefulSetOf({ template, status: { updateRevision: 'web-v2' } }), []);
    expect(statefulSet.current(view)).toMatchObject({ number: 2, template });
  });

  it('know the one with the same template where the controller has not seen it', () => {
    const workload = rolling({ image: 'acme/web:v1', status: { observedGeneration: 1 } });
    expect(statefulSet.current(viewOf(workload, []))?.holder).toBe('web-v1');
  });

  it('take the newest of two with the same template', () => {
    const twice = [
      controllerRevisionOf('a', 1, { image: 'x' }),
      controllerRevisionOf('b', 5, { image: 'x' }),
    ];
    const workload = rolling({ image: 'x', status: { observedGeneration: 1 } });
    expect(statefulSet.current(viewOf(workload, [], { holders: twice }))?.holder).toBe('web-b');
  });

  it('know none where the controller has not made it yet', () => {
    const workload = rolling({ image: 'acme/web:v3', status: { observedGeneration: 1 } });
    expect(statefulSet.current(viewOf(workload, []))).toBeUndefined();
  });

  it('have the pods with their hash that are its own', () => {
    const stranger = young(7);
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'x', uid: 'uid-x' };
    const pods = [
      old(0),
      young(1),
      { ...stranger, metadata: { ...stranger.metadata, ownerReferences: [owner] } },
    ];
    const view = viewOf(rolling(), pods);
    const names = statefulSet.podsOf(view, revision(view, 2)).map(({ metadata }) => metadata?.name);
    expect(names).toEqual(['web-1']);
  });

  it.each<[string, Partial<V1StatefulSetStatus>, boolean]>([
    ['all had it once', { currentRevision: 'web-v2' }, true],
    ['not all have had it', {}, false],
    ['the controller has not seen it', { currentRevision: 'web-v2', observedGeneration: 1 }, false],
  ])('are settled or not: %s', (_, status, settled) => {
    expect(statefulSet.settled(rolling({ status }) as WorkloadObject)).toBe(settled);
  });

  it.each([
    [1, false],
    [2, true],
    [3, true],
  ])('are settled with a partition once all from there on have it: %d of 2', (updatedReplicas, settled) => {
    const workload = rolling({ spec: partition(1), status: { updatedReplicas } });
    expect(statefulSet.settled(workload as WorkloadObject)).toBe(settled);
  });
});

describe('pods that hold a rollout up', () => {
  /** v1 is put back after v2 broke; the controller has seen it. */
  const undone = (spec: Partial<V1StatefulSetSpec> = {}, status: Partial<V1StatefulSetStatus> = {}) =>
    statefulSetOf({ spec, status });
  const parallel = { podManagementPolicy: 'Parallel' };
  const stuck = (workload: V1StatefulSet, ...pods: V1Pod[]) => {
    const view = viewOf(workload, pods);
    return statefulSet.stuckPods(view, [revision(view, 2)]).map(({ metadata }) => metadata?.name);
  };

  it.each<[string, (string | undefined)[], string[]]>([
    ['the broken one', stuck(undone(), old(0), old(1), young(2, broken)), ['web-2']],
    ['the first of two', stuck(undone(), old(0), young(1, broken), young(2, broken)), ['web-1']],
    ['none that is ready', stuck(undone(), old(0), young(1), young(2)), []],
    ['the first that is not ready', stuck(undone(), young(0), young(1, broken), old(2)), ['web-1']],
    ['none behind an old one that comes up', stuck(undone(), old(0, broken), old(1), young(2, broken)), []],
    ['none behind one that is to come', stuck(undone(), old(0), young(2, broken)), []],
    ['none that is ending', stuck(undone(), old(0), old(1), young(2, { ...broken, deleted: true })), []],
    [
      'none that has ended, which is replaced',
      stuck(undone(), old(0), old(1), young(2, { ...broken, phase: 'Failed' })),
      [],
    ],
    [
      'none before the controller has seen the way back',
      stuck(undone({}, { observedGeneration: 1 }), old(0), old(1), young(2, broken)),
      [],
    ],
    [
      'all, without an order',
      stuck(undone(parallel), young(0, broken), old(1), young(2, broken)),
      ['web-0', 'web-2'],
    ],
    ['none that is ready, without an order', stuck(undone(parallel), young(0), old(1, broken), young(2)), []],
    ['none beyond its replicas', stuck(undone({ replicas: 2 }), old(0), old(1), young(2, broken)), []],
    ['none of the revision that is wanted', stuck(rolling(), old(0), old(1), young(2, broken)), []],
  ])('are %s', (_, names, expected) => {
    expect(names).toEqual(expected);
  });

  it('are of another revision where that is waited for', () => {
    const blocking = (spec: Partial<V1StatefulSetSpec>, ...pods: V1Pod[]) => {
      const view = viewOf(rolling({ spec }), pods);
      return statefulSet.blocking(view, revision(view, 2)).map(({ metadata }) => metadata?.name);
    };
    expect(blocking({}, old(0, broken), old(1), young(2))).toEqual(['web-0']);
    expect(blocking({}, old(0), old(1), young(2, broken))).toEqual([]);
    expect(blocking({}, old(0), old(1, broken), young(2, broken))).toEqual(['web-1']);
    expect(blocking(parallel, old(0, broken), old(1), young(2))).toEqual([]);
  });
});

describe('pods that cannot be created', () => {
  const event = (reason: string, lastSeen: number, message = `${reason} web-2`): ToldEvent => ({
    reason,
    message,
    lastSeen,
    count: 1,
    container: '',
  });
  const refused = event(
    'FailedCreate',
    2000,
    'create Pod web-2 in StatefulSet web failed error: exceeded quota',
  );
  const creator = (pods: V1Pod[], events: ToldEvent[] | undefined, spec: Partial<V1StatefulSetSpec> = {}) => {
    const view = viewOf(rolling({ spec }), pods, events && { events });
    return statefulSet.creator(view, revision(view, 2));
  };
  const missing = [old(0), old(1)];

  it('are told in the words of the event', () => {
    expect(creator(missing, [event('SuccessfulCreate', 1000), refused])).toEqual({
      object: 'statefulset/web',
      words: refused.message,
    });
  });

  it.each<[string, ReturnType<typeof creator>]>([
    ['no pod is missing', creator([...missing, young(2)], [refused])],
    ['it was created since', creator(missing, [refused, event('SuccessfulCreate', 3000)])],
    ['it was created in the same second', creator(missing, [refused, event('SuccessfulCreate', 2000)])],
    ['it is not tried yet, since one before it is not ready', creator([old(0), old(1, broken)], [refused])],
    ['nothing was told', creator(missing, [])],
    ['events are not read', creator(missing, undefined)],
  ])('are none where %s', (_, found) => {
    expect(found).toBeUndefined();
  });

  it('without an order are tried whatever the others do', () => {
    const parallel = { podManagementPolicy: 'Parallel' };
    expect(creator([old(0), old(1, broken)], [refused], parallel)).toBeDefined();
  });
});

it('is undone by a patch that tests what it replaces, and puts back only what this program wrote', () => {
  const workload = rolling();
  workload.metadata = {
    ...workload.metadata,
    annotations: {
      'kubernetes.io/change-cause': 'safe-rollout: acme/web:v2',
      'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/2',
      'safe-rollout/commit': '2222222',
      'example.com/owner': 'team-a',
    },
  };
  const annotations = {
    'kubernetes.io/change-cause': 'safe-rollout: acme/web:v1',
    'example.com/owner': 'team-b',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
    'deprecated.daemonset.template.generation': '1',
  };
  const view = viewOf(workload, [], { holders: [controllerRevisionOf('v1', 1, { annotations })] });
  expect(statefulSet.undoPatch(workload as WorkloadObject, revision(view, 1))).toEqual([
    { op: 'test', path: '/metadata/uid', value: 'uid-web' },
    { op: 'test', path: '/spec/template', value: templateOf('acme/web:v2') },
    { op: 'replace', path: '/spec/template', value: templateOf('acme/web:v1') },
    {
      op: 'add',
      path: '/metadata/annotations/kubernetes.io~1change-cause',
      value: 'safe-rollout: acme/web:v1',
    },
    { op: 'remove', path: '/metadata/annotations/safe-rollout~1run' },
    { op: 'remove', path: '/metadata/annotations/safe-rollout~1commit' },
  ]);
});

it('knows how many pods it wants, how many are kept, and whether it rolls out at all', () => {
  const of = (spec: Partial<V1StatefulSetSpec>) => statefulSetOf({ spec }) as WorkloadObject;
  expect(statefulSet.replicas(of({ replicas: 0 }))).toBe(0);
  expect(statefulSet.replicas(of({ replicas: undefined as never }))).toBe(1);
  expect(statefulSet.kept(of({}))).toBe(0);
  expect(statefulSet.kept(of({ updateStrategy: {} }))).toBe(0);
  expect(statefulSet.kept(of(partition(2)))).toBe(2);
  expect(statefulSet.kept(of(partition(9)))).toBe(3);
  expect(statefulSet.onDelete(of({}))).toBe(false);
  expect(statefulSet.onDelete(of({ updateStrategy: { type: 'OnDelete' } }))).toBe(true);
  expect(statefulSet.selector(of({}))).toBe('app=web');
});
