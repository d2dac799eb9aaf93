import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import type { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

const oneByOne = { 'max-surge': '1', 'max-unavailable': '0' };
const allAtOnce = { strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: '50%' } } };
const before = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: '50%' } };

async function strategyOf(namespace: Namespace): Promise<object | undefined> {
  return (await namespace.workload()).object.spec?.strategy;
}

describeOnCluster('the pace of one rollout', () => {
  test('is set for it, and put back once it is healthy', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('good-2');
    await namespace.running(webDeployment({ image, replicas: 4, probe: true, spec: allAtOnce }));

    const step = startDeploy(namespace, { image: ':good-2', ...oneByOne });
    await step.waitForLog(/of 4 updated/, 60);
    expect(await strategyOf(namespace)).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    const most = await namespace.list('pod', 'app=web');
    const ended = await step.finished;

    expectEnding(ended, { result: 'deployed' });
    expect(most.length).toBeLessThanOrEqual(6);
    expect(ended.main.shown).toContain('For this rollout only: max-surge 1, max-unavailable 0');
    expect(await strategyOf(namespace)).toEqual(before);
    await namespace.settled();
  });

  test('is put back by the undo', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, spec: allAtOnce }));

    const step = await deployStep(namespace, { image: ':no-such-tag', ...oneByOne });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    expect(await strategyOf(namespace)).toEqual(before);
    expect((await namespace.workload()).image).toBe(image);
  });

  test('is put back by post, where the step is cancelled', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('never-ready');
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, spec: allAtOnce }));

    const step = startDeploy(namespace, { image: ':never-ready', ...oneByOne });
    await step.waitForLog(/1 of 2 updated/, 60);
    step.cancel();
    const ended = await step.finished;

    expect(ended.post.outputs['result']).toBe('undone');
    expect(await strategyOf(namespace)).toEqual(before);
  });

  test('stays where the failed rollout is left, but for the pace', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, spec: allAtOnce }));

    const step = await deployStep(namespace, { image: ':no-such-tag', 'on-failure': 'leave', ...oneByOne });

    expectEnding(step, { result: 'left-failed', reason: 'image-not-found' });
    expect(await strategyOf(namespace)).toEqual(before);
  });

  test('is refused where it makes no sense', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, spec: { strategy: { type: 'Recreate' } } }));

    const recreate = await deployStep(namespace, { image: ':good-2', ...oneByOne });
    expectEnding(recreate, { result: 'refused', reason: 'no-pace' });
    const none = await deployStep(namespace, { image: ':good-2', 'max-surge': '0', 'max-unavailable': '0%' });
    expectEnding(none, { result: 'refused', reason: 'invalid-input' });
    expect(none.main.summary).toContain('max-surge');
  });
});
