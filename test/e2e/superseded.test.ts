import { expect } from 'vitest';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import type { Workload } from './support/namespace.ts';
import { expectEnding, expectSound, startDeploy } from './support/step.ts';

const test = base.extend<{ before: Workload }>({
  before: async ({ cluster, namespace }, use) => {
    const image = await cluster.image('good');
    await use(await namespace.running(webDeployment({ image, replicas: 2, probe: true })));
  },
});

describeOnCluster('a change by somebody else', () => {
  test('during the rollout is left alone', async ({ namespace, before: _ }) => {
    const step = startDeploy(namespace, { image: ':never-ready', timeout: '2m' });
    await step.waitForLog(/1 of 2 updated/, 60);
    await namespace.kubectl('set', 'env', 'deployment/web', 'FIX=1');
    const run = await step.finished;

    expectSound(run, namespace.token);
    expectEnding(run, { result: 'superseded', reason: 'superseded' });
    expect(run.main.seconds).toBeLessThan(60);
    for (const where of [run.main.shown, run.main.summary]) expect(where).toContain('kubectl-set');
    const { image, object } = await namespace.workload();
    expect(image).toContain(':never-ready');
    expect(object.spec?.template.spec?.containers[0]?.env).toEqual([{ name: 'FIX', value: '1' }]);
  });

  test('during the rollout that deletes the workload is no failure to undo', async ({
    namespace,
    before: _,
  }) => {
    const step = startDeploy(namespace, { image: ':never-ready', timeout: '2m' });
    await step.waitForLog(/1 of 2 updated/, 60);
    await namespace.kubectl('delete', 'deployment', 'web', '--wait=false');
    const run = await step.finished;

    expectEnding(run, { result: 'superseded', reason: 'deleted' });
    expect(run.main.summary).toContain('deleted');
    expect(await namespace.get('deployment', 'web')).toBeUndefined();
  });

  test('during the migration keeps the image from being set', async ({ namespace, before }) => {
    const step = startDeploy(namespace, {
      image: ':good-2',
      'migration-command': '/app run --lines=4 --interval=1s',
    });
    await step.waitForLog(/line 1 of 4/, 60);
    await namespace.kubectl('set', 'env', 'deployment/web', 'FIX=1');
    const run = await step.finished;

    expectEnding(run, { result: 'superseded', reason: 'changed-meanwhile' });
    for (const where of [run.main.shown, run.main.summary]) expect(where).toContain('kubectl-set');
    expect(await namespace.workload()).toMatchObject({ image: before.image, revision: '2' });
  });

  test('of the replicas alone does not end the rollout', async ({ cluster, namespace, before: _ }) => {
    const image = await cluster.image('ready-after-2s', { env: { SERVE_FLAGS: '--ready-after=2s' } });
    const step = startDeploy(namespace, { image, timeout: '2m' });
    await step.waitForLog(/1 of 2 updated/, 60);
    await namespace.kubectl('scale', 'deployment/web', '--replicas=3');
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
    expect(run.main.shown).toContain('of 3 updated');
    expect(await namespace.workload()).toMatchObject({ ready: 3, revision: '2' });
  });

  test('of an annotation alone is kept by the undo', async ({ namespace, before }) => {
    const step = startDeploy(namespace, { image: ':never-ready', timeout: '6s' });
    await step.waitForLog(/1 of 2 updated/, 60);
    await namespace.kubectl('annotate', 'deployment/web', 'example.com/owner=shop-team');
    const run = await step.finished;

    expectEnding(run, { result: 'undone', reason: 'not-ready' });
    const after = await namespace.workload();
    expect(after.annotations).toMatchObject({ 'example.com/owner': 'shop-team' });
    expect(after.image).toBe(before.image);
  });
});
