import type { V1StatefulSet } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { type StartedCluster, startCluster } from '../cluster/index.ts';
import { clusterUnavailable } from '../cluster/provided.ts';
import { test } from './support/fixtures.ts';
import { type WebOptions, webStatefulSet } from './support/manifests.ts';
import { Namespace, rulesFor, type Workload } from './support/namespace.ts';
import { deployAtPace, deployStep, expectEnding, expectPodsRun, startDeploy } from './support/step.ts';

// By default a cluster does not know the field, and the deploy is refused: see statefulset.test.ts.
describe.skipIf(clusterUnavailable() !== undefined || process.env['SAFE_ROLLOUT_KUBECONFIG'])(
  'a statefulset where the cluster knows maxUnavailable',
  () => {
    let cluster: StartedCluster;
    let namespace: Namespace;
    beforeAll(async () => {
      cluster = await startCluster({ featureGates: ['MaxUnavailableStatefulSet'] });
    });
    afterAll(async () => {
      await cluster?.stop();
    });
    beforeEach(async () => {
      namespace = await Namespace.create(cluster, rulesFor('StatefulSet'));
    });

    /** statefulset/web with three good pods. */
    async function three(spec: WebOptions['spec'] = {}): Promise<Workload<V1StatefulSet>> {
      await cluster.image('good-2');
      const image = await cluster.image('good');
      return namespace.running<'statefulset'>(webStatefulSet({ image, replicas: 3, probe: true, spec }));
    }

    test.for([
      { tag: 'good-2', result: 'deployed', reason: '', what: 'is put back after a rollout' },
      { tag: 'no-such-tag', result: 'undone', reason: 'image-not-found', what: 'is put back by the undo' },
    ])('has its pace, which $what', async ({ tag, result, reason }) => {
      const before = await three();

      const { meanwhile, ended } = await deployAtPace(namespace, 'statefulset', {
        image: `:${tag}`,
        'max-unavailable': '2',
      });

      expectEnding(ended, { result, reason });
      expect(meanwhile).toMatchObject({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } });
      expect(await namespace.strategy('statefulset')).toEqual(before.object.spec?.updateStrategy);
      await expectPodsRun(namespace, result === 'undone' ? before.image : await cluster.image('good-2'), 3);
    });

    test('has its pace, which is put back by post, where the step is cancelled', async () => {
      const before = await three();
      await cluster.image('never-ready');

      const cancelled = startDeploy(namespace, {
        deployment: 'statefulset/web',
        image: ':never-ready',
        'max-unavailable': '2',
        timeout: '3m',
      });
      await cancelled.waitForLog(/of \d updated/, 60);
      cancelled.cancel();
      const ended = await cancelled.finished;

      expect(ended.post.outputs['result']).toBe('undone');
      expect((await namespace.workload('web', 'statefulset')).object.spec).toEqual(before.object.spec);
      await expectPodsRun(namespace, before.image, 3);
    });

    test.for([
      { podManagementPolicy: 'OrderedReady', tag: 'good-2' },
      { podManagementPolicy: 'OrderedReady', tag: 'no-such-tag' },
      { podManagementPolicy: 'OrderedReady', tag: 'crash' },
      { podManagementPolicy: 'Parallel', tag: 'good-2' },
      { podManagementPolicy: 'Parallel', tag: 'no-such-tag' },
      { podManagementPolicy: 'Parallel', tag: 'crash' },
    ])('of its own, and $podManagementPolicy, is given $tag', async ({ podManagementPolicy, tag }) => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } };
      const before = await three({ podManagementPolicy, updateStrategy });
      await cluster.image('crash');
      expect(await namespace.strategy('statefulset')).toEqual(updateStrategy);

      const ended = await deployStep(namespace, {
        deployment: 'statefulset/web',
        image: `:${tag}`,
        timeout: '3m',
      });

      if (tag === 'good-2') {
        expectEnding(ended, { result: 'deployed' });
        // Both at once: more than one pod is out of order at a time.
        expect(ended.main.shown).toMatch(/2 of 3 updated, 1 available/);
      } else {
        expectEnding(ended, { result: 'undone', reason: tag === 'crash' ? 'crash' : 'image-not-found' });
        expect((await namespace.workload('web', 'statefulset')).object.spec).toEqual(before.object.spec);
      }
      await expectPodsRun(namespace, tag === 'good-2' ? await cluster.image(tag) : before.image, 3);
      await namespace.settled('web', 'statefulset');
    });
  },
);
