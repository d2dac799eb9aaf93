import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDaemonSet, webDeployment, webStatefulSet } from './support/manifests.ts';
import type { Manifest } from './support/namespace.ts';
import { expectEnding, startDeploy } from './support/step.ts';

const kinds = [
  { kind: 'deployment', make: webDeployment, scales: true },
  { kind: 'statefulset', make: webStatefulSet, scales: true },
  // It has a pod on each node, and no number to scale.
  { kind: 'daemonset', make: webDaemonSet, scales: false },
] as const;

/** It needs no metrics to reach its least number. */
function autoscaler(kind: string): Manifest {
  const target = { type: 'Utilization', averageUtilization: 80 };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name: 'web' },
      minReplicas: 4,
      maxReplicas: 6,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

describeOnCluster('an undo takes back what this step set, and nothing else', () => {
  for (const { kind, make, scales } of kinds) {
    test(`of a ${kind}: it keeps the replicas of an autoscaler, what others own, and their annotations`, async ({
      cluster,
      namespace,
    }) => {
      const image = await cluster.image('good');
      await cluster.image('never-ready');
      const workload = make({ image, replicas: 2, probe: true });
      const before = await namespace.running<typeof kind>(workload);

      const inputs = { deployment: `${kind}/web`, image: ':never-ready', timeout: '45s' };
      const step = startDeploy(namespace, inputs);
      await step.waitForLog(/1 of \d updated/, 60);
      if (scales) await namespace.apply(autoscaler(workload.kind ?? ''));
      await namespace.kubectl('annotate', `${kind}/web`, 'team.acme/owner=shop');
      await namespace.kubectl('label', `${kind}/web`, 'tier=front');
      const theirs = { minReadySeconds: 1, revisionHistoryLimit: 7 };
      await namespace.kubectl('patch', `${kind}/web`, '-p', JSON.stringify({ spec: theirs }));
      const replicas = async () => {
        const { spec } = (await namespace.workload('web', kind)).object;
        return spec && 'replicas' in spec ? spec.replicas : undefined;
      };
      if (scales)
        await namespace.until('the autoscaler has scaled it', async () => (await replicas()) === 4, 60);
      const ended = await step.finished;

      expectEnding(ended, { result: 'undone', reason: 'not-ready' });
      await namespace.settled('web', kind);
      const after = await namespace.workload('web', kind);
      expect(after.image).toBe(image);
      expect(after.object.spec).toMatchObject(theirs);
      expect(after.object.metadata?.labels).toMatchObject({ app: 'web', tier: 'front' });
      expect(after.annotations['team.acme/owner']).toBe('shop');
      // What this step wrote is gone with what it set.
      for (const name of ['kubernetes.io/change-cause', 'safe-rollout/run'])
        expect(after.annotations[name]).toBe(before.annotations[name]);
      if (scales) {
        expect(await replicas()).toBe(4);
        expect(after.ready).toBe(4);
      }
    });
  }
});
