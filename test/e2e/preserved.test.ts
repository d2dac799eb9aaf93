import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import { expectEnding, startDeploy } from './support/step.ts';

describeOnCluster('an undo takes back what this step set, and nothing else', () => {
  test('keeps the replicas of an autoscaler, what others own, and their annotations', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await cluster.image('never-ready');
    const before = await namespace.running(webDeployment({ image, replicas: 2, probe: true }));

    const step = startDeploy(namespace, { image: ':never-ready', timeout: '45s' });
    await step.waitForLog(/1 of 2 updated/, 60);
    // An autoscaler needs no metrics to reach its least number.
    await namespace.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 4,
        maxReplicas: 6,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    });
    await namespace.kubectl('annotate', 'deployment/web', 'team.acme/owner=shop');
    await namespace.kubectl('label', 'deployment/web', 'tier=front');
    await namespace.kubectl(
      'patch',
      'deployment/web',
      '-p',
      '{"spec":{"minReadySeconds":1,"revisionHistoryLimit":7}}',
    );
    await namespace.until(
      'the autoscaler has scaled it',
      async () => {
        const { object } = await namespace.workload();
        return object.spec?.replicas === 4;
      },
      60,
    );
    const ended = await step.finished;

    expectEnding(ended, { result: 'undone', reason: 'not-ready' });
    await namespace.settled();
    const after = await namespace.workload();
    expect(after.image).toBe(image);
    expect(after.object.spec).toMatchObject({ replicas: 4, minReadySeconds: 1, revisionHistoryLimit: 7 });
    expect(after.object.metadata?.labels).toMatchObject({ app: 'web', tier: 'front' });
    expect(after.annotations['team.acme/owner']).toBe('shop');
    // What this step wrote is gone with what it set.
    expect(after.annotations['kubernetes.io/change-cause']).toBe(
      before.annotations['kubernetes.io/change-cause'],
    );
    expect(after.annotations['safe-rollout/run']).toBe(before.annotations['safe-rollout/run']);
    expect(after.ready).toBe(4);
  });
});
