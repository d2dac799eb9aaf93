import { expect } from 'vitest';
import type { Cluster } from '../cluster/connect.ts';
import type { StepRun } from '../support/runner.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import type { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

/** A workload that was deployed with each of these tags, one after the other. */
async function deployed(cluster: Cluster, namespace: Namespace, ...tags: readonly string[]): Promise<string> {
  const [first = '', ...others] = tags;
  const image = await cluster.image(first);
  for (const tag of others) await cluster.image(tag);
  await namespace.running(webDeployment({ image, probe: true }));
  for (const tag of others) {
    const step = await deployStep(namespace, { image: `:${tag}` });
    expectEnding(step, { result: 'deployed' });
  }
  return image.replace(/:[^:]*$/, '');
}

function rollbackStep(namespace: Namespace, inputs: Readonly<Record<string, string>> = {}): Promise<StepRun> {
  return deployStep(namespace, { command: 'rollback', ...inputs });
}

describeOnCluster('a rollback', () => {
  test('goes to the previous healthy revision, and the next one further back', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2', 'good-3');

    const first = await rollbackStep(namespace);

    expectEnding(first, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good-2`);
    expect(first.outputs).toMatchObject({
      image: `${repository}:good-2`,
      'previous-image': `${repository}:good-3`,
      revision: '4',
      'previous-revision': '3',
    });
    // The history, before anything was changed.
    expect(first.main.shown).toMatch(/\* 3 +\S+app:good-3 .*was healthy/);
    expect(first.main.shown).toMatch(/> 2 +\S+app:good-2 .*was healthy/);
    expect(first.main.summary).toContain('good-3');
    expect((await namespace.workload()).annotations['kubernetes.io/change-cause']).toContain(
      'rollback to revision 2',
    );

    const second = await rollbackStep(namespace);

    // Not forward again to what the first one left.
    expectEnding(second, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);
    expect(second.main.shown).toMatch(/3 +\S+app:good-3 .*was rolled back from/);
  });

  test('goes to a revision or an image that is named, and says where it cannot', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2', 'good-3');

    const byNumber = await rollbackStep(namespace, { 'to-revision': '1' });
    expectEnding(byNumber, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);

    const byImage = await rollbackStep(namespace, { 'to-image': ':good-3' });
    expectEnding(byImage, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good-3`);

    const before = await namespace.workload();
    const missing = await rollbackStep(namespace, { 'to-revision': '77' });
    expectEnding(missing, { result: 'refused', reason: 'revision-missing' });
    expect(missing.main.summary).toContain('no revision 77');
    expect(missing.main.summary).toMatch(/There are: .*app:good-2/);
    const unknown = await rollbackStep(namespace, { 'to-image': ':v99' });
    expectEnding(unknown, { result: 'refused', reason: 'revision-missing' });
    const same = await rollbackStep(namespace, { 'to-image': ':good-3' });
    expectEnding(same, { result: 'unchanged' });
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });

  test('passes over a revision that failed, and gets out of one that is broken', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');
    const failed = await deployStep(namespace, { image: ':no-such-tag' });
    expectEnding(failed, { result: 'undone', reason: 'image-not-found' });
    // Somebody breaks it by hand.
    await namespace.kubectl('set', 'image', 'deployment/web', `web=${repository}:crash`);
    await cluster.image('crash');

    const step = await rollbackStep(namespace, { timeout: '2m' });

    expectEnding(step, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good-2`);
    await namespace.settled();
  });

  test('takes what serves beside a broken rollout for healthy, though no run has recorded it', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');
    const byHand = (tag: string) =>
      namespace.kubectl('set', 'image', 'deployment/web', `web=${repository}:${tag}`);
    await cluster.image('good-3');
    await byHand('good-3');
    await namespace.settled();
    await byHand('no-such-tag');

    const step = await rollbackStep(namespace);

    expectEnding(step, { result: 'rolled-back' });
    expect(step.main.shown).toMatch(/> 3 +\S+app:good-3 .*was healthy/);
    expect((await namespace.workload()).image).toBe(`${repository}:good-3`);
  });

  test('warns that the schema does not go back', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('good-2');
    await namespace.running(webDeployment({ image, probe: true }));
    const migrated = await deployStep(namespace, {
      image: ':good-2',
      'migration-command': '/app run --lines=1',
    });
    expectEnding(migrated, { result: 'deployed' });

    const step = await rollbackStep(namespace);

    expectEnding(step, { result: 'rolled-back' });
    expect(step.main.summary).toContain('schema-ahead');
    expect(step.main.summary).toContain(migrated.outputs['migration-job']);
    expect(step.main.summary).toContain('The schema does not roll back.');
  });

  test('that fails leaves what ran before it, healthy', async ({ cluster, namespace }) => {
    const [good, crash] = await Promise.all([cluster.image('good'), cluster.image('crash')]);
    await namespace.apply(webDeployment({ image: crash, probe: true }));
    await namespace.running(webDeployment({ image: good, probe: true }));

    const step = await rollbackStep(namespace, { timeout: '2m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.summary).toContain('may never have worked');
    expect(step.main.summary).toContain('Not rolled back');
    expect((await namespace.workload()).image).toBe(good);
    await namespace.settled();
  });

  test('that is cancelled is taken back by post', async ({ cluster, namespace }) => {
    const repository = await deployed(cluster, namespace, 'slow', 'good-2');

    const step = await startDeploy(
      namespace,
      { command: 'rollback' },
      { cancelAt: /Rollout of deployment\/web/ },
    ).finished;

    expect(step.main.outputs).toMatchObject({ result: 'cancelled', reason: 'interrupted' });
    expect(step.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    expect((await namespace.workload()).image).toBe(`${repository}:good-2`);
    await namespace.settled();
  });

  test('that is cancelled and left goes on, and is none to come back to', async ({ cluster, namespace }) => {
    const repository = await deployed(cluster, namespace, 'good', 'slow', 'good-3');
    const step = await startDeploy(
      namespace,
      { command: 'rollback', 'on-cancel': 'leave' },
      { cancelAt: /Rollout of deployment\/web/ },
    ).finished;
    expect(step.post.outputs['result']).toBe('left-failed');
    await namespace.settled();

    const next = await rollbackStep(namespace);

    expectEnding(next, { result: 'rolled-back' });
    expect(next.main.shown).toMatch(/app:good-3 .*was rolled back from/);
    expect((await namespace.workload()).image).toBe(`${repository}:good`);
  });

  test('that was lost is finished by running it again, which goes no further', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'slow', 'good-3');
    await startDeploy(
      namespace,
      { command: 'rollback' },
      { killAt: /Rollout of deployment\/web/, post: false },
    ).finished;
    await namespace.settled();

    const again = await rollbackStep(namespace);

    expectEnding(again, { result: 'unchanged' });
    expect(again.main.summary).toContain('has become healthy, and is kept');
    expect((await namespace.workload()).image).toBe(`${repository}:slow`);
    const further = await rollbackStep(namespace);
    expectEnding(further, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);
  });

  test('that waits for a deploy goes no further, once that is cancelled and undone', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');
    await cluster.image('never-ready');
    const deploy = startDeploy(namespace, { image: ':never-ready' });
    await deploy.waitForLog(/1 of 1 updated/, 60);
    const waiting = startDeploy(namespace, { command: 'rollback' });
    await waiting.waitForLog(/Waiting for the run/, 60);
    deploy.cancel();

    const [cancelled, step] = await Promise.all([deploy.finished, waiting.finished]);

    expect(cancelled.post.outputs['result']).toBe('undone');
    expectEnding(step, { result: 'unchanged' });
    expect(step.main.summary).toContain('has gone back already');
    expect((await namespace.workload()).image).toBe(`${repository}:good-2`);
  });

  test('that waits for another rollback, which is cancelled and undone, goes back itself', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'slow', 'good-2');
    const other = startDeploy(namespace, { command: 'rollback' });
    await other.waitForLog(/Rollout of deployment\/web/, 60);
    const waiting = startDeploy(namespace, { command: 'rollback' });
    await waiting.waitForLog(/Waiting for the run/, 60);
    other.cancel();

    const [cancelled, step] = await Promise.all([other.finished, waiting.finished]);

    expect(cancelled.post.outputs['result']).toBe('undone');
    expectEnding(step, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:slow`);
  });

  test('that waits for a deploy of another image is refused, unless it names its target', async ({
    cluster,
    namespace,
  }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');
    await cluster.image('good-3');
    const migration = { 'migration-command': '/app run --lines=1 --sleep=5s' };
    const deploy = startDeploy(namespace, { image: ':good-3', ...migration });
    await deploy.waitForLog(/line 1 of 1/, 60);
    const waiting = startDeploy(namespace, { command: 'rollback' });
    await waiting.waitForLog(/Waiting for/, 60);

    const [first, step] = await Promise.all([deploy.finished, waiting.finished]);

    expectEnding(first, { result: 'deployed' });
    expectEnding(step, { result: 'refused', reason: 'rollback-overtaken' });
    expect(step.main.summary).toContain('it was changed while this rollback waited');
    expect((await namespace.workload()).image).toBe(`${repository}:good-3`);
    expectEnding(await rollbackStep(namespace, { 'to-image': ':good' }), { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);
  });

  test('warns of a migration whose step was cancelled while it ran', async ({ cluster, namespace }) => {
    await deployed(cluster, namespace, 'good', 'good-2');
    await cluster.image('good-3');
    const cancelled = await startDeploy(
      namespace,
      { image: ':good-3', 'migration-command': '/app run --lines=1 --sleep=4s' },
      { cancelAt: /line 1 of 1/ },
    ).finished;
    expect(cancelled.main.outputs['result']).toBe('cancelled');

    const step = await rollbackStep(namespace);

    expectEnding(step, { result: 'rolled-back' });
    expect(step.main.summary).toContain('a migration may have run');
    expect(step.main.summary).toContain(cancelled.main.outputs['migration-job']);
    expect(step.main.summary).toContain('nobody knows how far it came');
  });

  test('goes to what served before the last deploy, whoever had set it', async ({ cluster, namespace }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');
    await namespace.kubectl('set', 'image', 'deployment/web', `web=${repository}:drains`);
    await cluster.image('drains');
    await namespace.settled();
    await cluster.image('good-3');
    expectEnding(await deployStep(namespace, { image: ':good-3' }), { result: 'deployed' });

    const step = await rollbackStep(namespace);

    expectEnding(step, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:drains`);
  });

  test('of several goes back where one of them fails, and is at its own pace', async ({
    cluster,
    namespace,
  }) => {
    const [good, crash] = [await cluster.image('good'), await cluster.image('crash')];
    await cluster.image('good-2');
    const spec = { strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: '50%' } } };
    await namespace.apply(webDeployment({ image: crash, name: 'worker', probe: true }));
    const settings = { probe: true, replicas: 2, spec };
    await namespace.running(webDeployment({ image: good, ...settings }));
    await namespace.running(webDeployment({ image: good, name: 'worker', probe: true }));
    expectEnding(await deployStep(namespace, { image: ':good-2' }), { result: 'deployed' });

    const step = await rollbackStep(namespace, {
      deployment: 'web, worker',
      timeout: '2m',
      'max-surge': '1',
      'max-unavailable': '0',
    });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.shown).toContain('For this rollout only: max-surge 1, max-unavailable 0');
    expect((await namespace.workload()).image).toBe(good.replace(/:good$/, ':good-2'));
    expect((await namespace.workload('worker')).image).toBe(good);
    const { strategy } = (await namespace.workload()).object.spec ?? {};
    expect(strategy?.rollingUpdate).toEqual({ maxSurge: '100%', maxUnavailable: '50%' });
    await namespace.settled();
    await namespace.settled('worker');
  });

  test('takes back a change of settings alone, though the image is the same', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, probe: true }));
    // Not ready any more, by a setting.
    await namespace.kubectl('set', 'env', 'deployment/web', 'SERVE_FLAGS=--never-ready');

    const step = await rollbackStep(namespace, { timeout: '2m' });

    expectEnding(step, { result: 'rolled-back' });
    await namespace.settled();
    const { object } = await namespace.workload();
    expect(object.spec?.template.spec?.containers[0]?.env ?? []).toEqual([]);
  });

  test('whose proof fails goes back to what ran before it', async ({ cluster, namespace }) => {
    const repository = await deployed(cluster, namespace, 'good', 'good-2');

    const step = await rollbackStep(namespace, { 'verify-command': 'echo the cart is empty; exit 3' });

    expectEnding(step, { result: 'undone', reason: 'verify-command-failed' });
    expect(step.main.summary).toContain('Not rolled back');
    expect((await namespace.workload()).image).toBe(`${repository}:good-2`);
  });

  test('takes no image and no migration', async ({ namespace }) => {
    const step = await rollbackStep(namespace, { image: ':good', 'to-revision': 'one' });
    expectEnding(step, { result: 'refused', reason: 'invalid-input' });
    expect(step.main.summary).toContain('to-image');
    expect(step.main.summary).toContain("'one' is no revision");
  });
});
