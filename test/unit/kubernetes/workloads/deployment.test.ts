import type { V1Deployment, V1DeploymentCondition, V1DeploymentStatus } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { deployment, deploymentStatus } from '../../../../src/kubernetes/workloads/deployment.ts';
import type { WorkloadObject, WorkloadView } from '../../../../src/kubernetes/workloads/kind.ts';
import { deploymentOf, podOf, replicaSetOf, statusOf, templateOf } from '../../builders.ts';

function viewOf(
  workload: V1Deployment,
  holders: WorkloadView['holders'] = [],
  pods: WorkloadView['pods'] = [],
): WorkloadView {
  return { workload: workload as WorkloadObject, holders, pods };
}

const exceeded = (at: string, message = 'ReplicaSet "web-v2" has timed out progressing.') =>
  ({
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message,
    lastUpdateTime: at as unknown as Date,
  }) satisfies V1DeploymentCondition;

describe("kubectl's status rule", () => {
  const counts = (updated: number, total: number, available: number): V1DeploymentStatus => ({
    updatedReplicas: updated,
    replicas: total,
    availableReplicas: available,
  });

  it.each<
    [string, V1DeploymentStatus, number | undefined, ReturnType<typeof deploymentStatus>['state'], number[]]
  >([
    ['all is there', counts(3, 3, 3), 3, 'complete', [3, 3, 3]],
    ['nothing is updated yet', counts(0, 3, 3), 0, 'progressing', [0, 3, 0, 3]],
    ['some are updated', counts(2, 4, 3), 1, 'progressing', [2, 3, 1, 2]],
    ['old pods are still there', counts(3, 4, 4), 3, 'progressing', [3, 3, 3, 1]],
    ['old pods are still there, several', counts(3, 5, 3), 3, 'progressing', [3, 3, 3, 2]],
    ['not all are available', counts(3, 3, 2), 2, 'progressing', [3, 3, 2]],
    ['those available are not of this revision', counts(3, 3, 3), 2, 'progressing', [3, 3, 2]],
    ['the available ones are counted late', counts(3, 3, 2), 3, 'progressing', [3, 3, 3]],
    // Told for long only with Recreate, as long as old pods run.
    ['there is no ReplicaSet of it yet', counts(3, 3, 3), undefined, 'unseen', []],
  ])('%s', (_, status, available, state, numbers) => {
    const found = deploymentStatus(deploymentOf({ status }), undefined, available);
    expect(found.state).toBe(state);
    expect(found.message.match(/\d+/g)?.map(Number) ?? []).toEqual(numbers);
  });

  it('does not believe counts of a generation before', () => {
    const workload = deploymentOf({ generation: 3, status: { observedGeneration: 2 } });
    expect(deploymentStatus(workload, undefined, 3).state).toBe('unseen');
  });

  it('takes counts that are left out for zero', () => {
    const status = { observedGeneration: 2, replicas: undefined, updatedReplicas: undefined } as never;
    expect(deploymentStatus(deploymentOf({ status }), undefined, 0).state).toBe('progressing');
  });

  it('takes replicas that are left out for one', () => {
    const workload = deploymentOf({ spec: { replicas: undefined as never }, status: counts(1, 1, 1) });
    expect(deploymentStatus(workload, undefined, 1).state).toBe('complete');
  });

  describe('with a progress deadline exceeded', () => {
    const at = '2026-11-20T10:00:00Z';
    const stuck = (condition: V1DeploymentCondition) =>
      deploymentOf({ status: { ...counts(1, 4, 3), conditions: [condition] } });

    it.each<[string, V1Deployment | undefined, 'failed' | 'progressing']>([
      ['there was nothing before', undefined, 'failed'],
      ['there was no such condition before', deploymentOf(), 'failed'],
      ['it was exceeded before, and says the same still', stuck(exceeded(at)), 'progressing'],
      ['it was exceeded before, at another time', stuck(exceeded('2026-11-19T10:00:00Z')), 'failed'],
      ['it was exceeded before, by another ReplicaSet', stuck(exceeded(at, 'ReplicaSet "web-v1"')), 'failed'],
      [
        'it was well before',
        stuck({ ...exceeded(at), status: 'True', reason: 'NewReplicaSetAvailable' }),
        'failed',
      ],
    ])('%s', (_, before, state) => {
      expect(deploymentStatus(stuck(exceeded(at)), before, 0).state).toBe(state);
    });

    it("has the controller's words", () => {
      expect(deploymentStatus(stuck(exceeded(at)), undefined, 0).message).toContain('timed out progressing');
    });

    it('may still become complete where the condition is old news', () => {
      const conditions = [exceeded(at)];
      const workload = deploymentOf({ status: { ...counts(3, 3, 3), conditions } });
      expect(deploymentStatus(workload, stuck(exceeded(at)), 3).state).toBe('complete');
    });
  });
});

it('judges a view by the revision that the Deployment bears', () => {
  const workload = deploymentOf({ template: templateOf('acme/web:v2') });
  const status = (available: number) =>
    deployment.status(
      viewOf(workload, [replicaSetOf('v1', 1, { available: 3 }), replicaSetOf('v2', 2, { available })]),
    ).state;
  expect(status(3)).toBe('complete');
  expect(status(2)).toBe('progressing');
  const before = viewOf(workload, [replicaSetOf('v1', 1, { available: 3 })]);
  expect(deployment.status(before).state).toBe('unseen');
});

describe('revisions', () => {
  it('are its own ReplicaSets, newest first', () => {
    const view = viewOf(deploymentOf(), [
      replicaSetOf('v1', 1),
      replicaSetOf('other', 9, { owner: 'uid-other' }),
      replicaSetOf('v10', 10, { available: 2 }),
      replicaSetOf('v2', 2),
    ]);
    const revisions = deployment.revisions(view);
    expect(revisions.map(({ number }) => number)).toEqual([10, 2, 1]);
    expect(revisions[0]).toMatchObject({
      holder: 'web-v10',
      holderUid: 'uid-v10',
      hash: 'v10',
      available: 2,
    });
  });

  it('know the one that the Deployment bears, by its template less the hash', () => {
    const workload = deploymentOf({ template: templateOf('acme/web:v1') });
    const view = viewOf(workload, [replicaSetOf('v2', 2), replicaSetOf('v1', 3)]);
    expect(deployment.current(view)?.number).toBe(3);
  });

  it('know none where the controller has not made it yet', () => {
    const workload = deploymentOf({ template: templateOf('acme/web:v3') });
    expect(
      deployment.current(viewOf(workload, [replicaSetOf('v1', 1), replicaSetOf('v2', 2)])),
    ).toBeUndefined();
  });

  it('take the oldest of two equal ones, as the controller does', () => {
    const image = 'acme/web:v1';
    const view = viewOf(deploymentOf({ template: templateOf(image) }), [
      replicaSetOf('b', 2, { image, created: '2026-11-20T11:00:00Z' }),
      replicaSetOf('a', 1, { image, created: '2026-11-20T10:00:00Z' }),
    ]);
    expect(deployment.current(view)?.holder).toBe('web-a');
  });

  it('have the pods that their ReplicaSet owns', () => {
    const pods = [
      podOf('a', [statusOf()], { owner: 'uid-v1' }),
      podOf('b', [statusOf()], { owner: 'uid-v2' }),
    ];
    const view = viewOf(deploymentOf(), [replicaSetOf('v1', 1)], pods);
    const [revision] = deployment.revisions(view);
    expect(revision && deployment.podsOf(view, revision).map(({ metadata }) => metadata?.name)).toEqual([
      'web-a',
    ]);
  });

  it('say what keeps them from creating pods', () => {
    const failure = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' };
    const view = viewOf(deploymentOf(), [
      replicaSetOf('v1', 1, { conditions: [{ ...failure, status: 'False' }] }),
      replicaSetOf('v2', 2, { conditions: [failure] }),
    ]);
    const [second, first] = deployment.revisions(view);
    expect(second && deployment.creator(view, second)).toEqual({
      object: 'replicaset/web-v2',
      words: 'exceeded quota: small',
    });
    expect(first && deployment.creator(view, first)).toBeUndefined();
  });
});

describe('undoPatch', () => {
  const revisionOf = (annotations: Record<string, string>) => {
    const set = replicaSetOf('v1', 1, { annotations });
    const [revision] = deployment.revisions(viewOf(deploymentOf(), [set]));
    if (revision === undefined) throw new Error('There is no revision.');
    return revision;
  };

  it('puts the template and the annotations of the revision back, and tests what it replaces', () => {
    const workload = deploymentOf({
      template: templateOf('acme/web:v2'),
      annotations: {
        'deployment.kubernetes.io/revision': '2',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'kubernetes.io/change-cause': 'safe-rollout: acme/web:v2',
        'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/2',
        'safe-rollout/commit': '2222222',
        'example.com/owner': 'team-a',
      },
    });
    const revision = revisionOf({
      'kubernetes.io/change-cause': 'safe-rollout: acme/web:v1',
      'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      'deployment.kubernetes.io/revision-history': '1',
      'kubectl.kubernetes.io/last-applied-configuration': '{"old":true}',
    });
    expect(deployment.undoPatch(workload as WorkloadObject, revision)).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'uid-web' },
      { op: 'test', path: '/spec/template', value: templateOf('acme/web:v2') },
      { op: 'replace', path: '/spec/template', value: templateOf('acme/web:v1') },
      {
        op: 'add',
        path: '/metadata/annotations/kubernetes.io~1change-cause',
        value: 'safe-rollout: acme/web:v1',
      },
      {
        op: 'add',
        path: '/metadata/annotations/safe-rollout~1run',
        value: 'https://github.com/acme/shop/actions/runs/1',
      },
      { op: 'remove', path: '/metadata/annotations/safe-rollout~1commit' },
    ]);
  });

  it('takes nothing away that is not there', () => {
    const patch = deployment.undoPatch(deploymentOf({ annotations: {} }) as WorkloadObject, revisionOf({}));
    expect(patch.map(({ op }) => op)).toEqual(['test', 'test', 'replace']);
  });
});

it('finds pods by labels and expressions', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'zone', operator: 'NotIn', values: ['c'] },
    { key: 'live', operator: 'Exists' },
    { key: 'legacy', operator: 'DoesNotExist' },
  ];
  const selector = { matchLabels: { app: 'web', part: 'x' }, matchExpressions };
  expect(deployment.selector(deploymentOf({ spec: { selector } }) as WorkloadObject)).toBe(
    'app=web,part=x,tier in (a,b),zone notin (c),live,!legacy',
  );
});

it('knows whether it is paused, and how many replicas it wants', () => {
  const of = (spec: object) => deploymentOf({ spec }) as WorkloadObject;
  expect([deployment.paused(of({})), deployment.paused(of({ paused: true }))]).toEqual([false, true]);
  expect(deployment.replicas(of({ replicas: 0 }))).toBe(0);
  expect(deployment.replicas(of({ replicas: undefined }))).toBe(1);
});
