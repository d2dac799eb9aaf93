import type { V1DaemonSet } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { quota, type WebOptions, webDaemonSet } from './support/manifests.ts';
import type { Namespace, Workload } from './support/namespace.ts';
import { deployStep, expectEnding, expectSound, startDeploy } from './support/step.ts';

/** daemonset/agent with a readiness probe and an image that works: one pod, on the cluster's node. */
function agent(options: Omit<WebOptions, 'name' | 'replicas'>) {
  return webDaemonSet({ name: 'agent', probe: true, ...options });
}

const deployAgent = (namespace: Namespace, inputs: Readonly<Record<string, string>>) =>
  deployStep(namespace, { deployment: 'daemonset/agent', timeout: '3m', ...inputs });

const surge = {
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
};

async function imagesOf(namespace: Namespace): Promise<string[]> {
  return (await namespace.pods('agent')).map(({ spec }) => spec?.containers[0]?.image ?? '');
}

/** The DaemonSet is as it was, all of it ready, and nothing of ours in its annotations. */
async function expectBack(namespace: Namespace, before: Workload<V1DaemonSet>): Promise<void> {
  const after = await namespace.workload('agent', 'daemonset');
  expect(after.object.spec).toEqual(before.object.spec);
  const { 'deprecated.daemonset.template.generation': now, ...annotations } = after.annotations;
  const { 'deprecated.daemonset.template.generation': then, ...earlier } = before.annotations;
  expect(annotations).toEqual(earlier);
  // It counts the changes of the template, and by it the controller tells old pods from new ones.
  expect(Number(now)).toBeGreaterThan(Number(then));
  expect(after.ready).toBe(before.ready);
  expect(after.object.status).toMatchObject({ updatedNumberScheduled: 1, numberAvailable: 1 });
  expect(await imagesOf(namespace)).toEqual([before.image]);
}

describeOnCluster('a DaemonSet', () => {
  test('is rolled out', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(agent({ image: good }));

    const step = await deployAgent(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs).toMatchObject({
      image: next,
      'previous-image': good,
      revision: '2',
      'previous-revision': '1',
    });
    expect(step.main.shown).toContain('1 of 1 updated, 1 available');
    expect(step.main.summary).toContain('daemonset/agent');
    expect(await imagesOf(namespace)).toEqual([next]);
    const history = await namespace.kubectl('rollout', 'history', 'daemonset/agent');
    expect(history.split('\n').find((line) => line.startsWith('2 '))).toContain(next);
  });

  test('with surge is rolled out', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(agent({ image: good, spec: surge }));

    const step = await deployAgent(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(await imagesOf(namespace)).toEqual([next]);
  });

  test('with a pace of its own for one rollout has its own again afterwards', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const before = await namespace.running<'daemonset'>(agent({ image: good }));

    const step = await deployAgent(namespace, { image: next, 'max-surge': '1' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('For this rollout only: max-surge 1');
    expect(await imagesOf(namespace)).toEqual([next]);
    const after = await namespace.workload('agent', 'daemonset');
    expect(after.object.spec?.updateStrategy).toEqual(before.object.spec?.updateStrategy);
  });

  test('of the image that runs already is left alone', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    const before = await namespace.running<'daemonset'>(agent({ image: good }));

    const step = await deployStep(namespace, { deployment: 'ds/agent', image: good });

    expectEnding(step, { result: 'unchanged' });
    expect((await namespace.workload('agent', 'daemonset')).settings).toEqual(before.settings);
  });

  test('runs a migration first', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(agent({ image: good }));

    const step = await deployAgent(namespace, { image: next, 'migration-command': '/app run --fast' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('line 3 of 3');
    const [job] = await namespace.list('job');
    expect(job?.metadata?.ownerReferences).toMatchObject([{ kind: 'DaemonSet', name: 'agent' }]);
  });
});

describeOnCluster('a DaemonSet that fails is undone', () => {
  test('when the image does not exist', async ({ cluster, namespace }) => {
    const before = await namespace.running<'daemonset'>(agent({ image: await cluster.image('good') }));

    const step = await deployAgent(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    expect(step.main.seconds).toBeLessThan(90);
    expect(step.outputs).toMatchObject({ revision: '2', 'previous-revision': '1' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('app:no-such-tag');
      expect(where).toMatch(/pod\/agent-[0-9a-z]+/);
    }
    // Its controller replaces the broken pod itself.
    expect(step.main.shown).not.toContain('Deleted pod/');
    await expectBack(namespace, before);
  });

  test('when the container crashes, with its last lines', async ({ cluster, namespace }) => {
    const before = await namespace.running<'daemonset'>(agent({ image: await cluster.image('good') }));

    const step = await deployAgent(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('PAYMENT_API_KEY is not set');
    }
    await expectBack(namespace, before);
  });

  test('when its history is gone, from what is known of the change', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const spec = { revisionHistoryLimit: 0 };
    const before = await namespace.running<'daemonset'>(agent({ image, spec }));

    const step = startDeploy(namespace, {
      deployment: 'daemonset/agent',
      image: ':never-ready',
      timeout: '40s',
    });
    await step.waitForLog(/1 of 1 updated/, 60);
    await namespace.until(
      'only the new revision is in the history',
      async () => (await namespace.list('controllerrevision')).length === 1,
    );
    const run = await step.finished;

    expectEnding(run, { result: 'undone', reason: 'not-ready' });
    await expectBack(namespace, before);
  });

  test('with surge, without its healthy pod having been stopped', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const before = await namespace.running<'daemonset'>(agent({ image, spec: surge }));
    const [pod] = await namespace.pods('agent');

    const step = await deployAgent(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    await namespace.until('one pod', async () => (await namespace.pods('agent')).length === 1);
    await expectBack(namespace, before);
    const [after] = await namespace.pods('agent');
    expect(after?.metadata?.uid).toBe(pod?.metadata?.uid);
  });

  test('by post, where main was killed', async ({ cluster, namespace }) => {
    const before = await namespace.running<'daemonset'>(agent({ image: await cluster.image('good') }));

    const run = await startDeploy(
      namespace,
      { deployment: 'daemonset/agent', image: ':never-ready' },
      { killAt: /1 of 1 updated/ },
    ).finished;

    expectSound(run, namespace.token);
    expect(run.main).toMatchObject({ signal: 'SIGKILL', summary: '' });
    expect(run.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    await expectBack(namespace, before);
  });
});

describeOnCluster('a DaemonSet whose pods cannot be created', () => {
  test('says what the cluster told of that', async ({ cluster, namespace }) => {
    await namespace.running(agent({ image: await cluster.image('good') }));
    await namespace.apply(quota({ pods: '0' }));

    const step = await deployAgent(namespace, { image: ':good-2', 'on-failure': 'leave' });

    expectEnding(step, { result: 'left-failed', reason: 'quota-exceeded' });
    expect(step.main.seconds).toBeLessThan(120);
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('daemonset/agent');
      expect(where).toContain('exceeded quota: limits');
    }
  });

  test('beside the old ones says it too, and goes back', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const before = await namespace.running<'daemonset'>(quota({ pods: '1' }), agent({ image, spec: surge }));

    const step = await deployAgent(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'undone', reason: 'quota-exceeded' });
    await expectBack(namespace, before);
  });
});

describeOnCluster('a DaemonSet that cannot be deployed', () => {
  test('since no node takes its pods is refused', async ({ cluster, namespace }) => {
    const pod = { nodeSelector: { 'example.com/role': 'none' } };
    await namespace.running(agent({ image: await cluster.image('good'), pod }));

    const step = await deployAgent(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'refused', reason: 'no-replicas' });
    expect(step.main.shown).toContain('daemonset/agent is for no node');
  });

  test('with OnDelete is refused, and what it says helps', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const spec = { updateStrategy: { type: 'OnDelete' } };
    // kubectl does not wait for this strategy.
    await namespace.apply(agent({ image: good, spec }));
    await namespace.until(
      'its pod is ready',
      async () => (await namespace.workload('agent', 'daemonset')).ready === 1,
    );

    const step = await deployAgent(namespace, { image: next, preflight: 'warn' });

    expectEnding(step, { result: 'refused', reason: 'on-delete' });
    expect(step.main.summary).toContain('spec.updateStrategy.type to RollingUpdate');
    await namespace.apply(agent({ image: good, spec: { updateStrategy: { type: 'RollingUpdate' } } }));
    expectEnding(await deployAgent(namespace, { image: next }), { result: 'deployed' });
  });
});

describeOnCluster("somebody else's change of a DaemonSet", () => {
  test('during the rollout is left alone', async ({ cluster, namespace }) => {
    await namespace.running(agent({ image: await cluster.image('good') }));

    const step = startDeploy(namespace, { deployment: 'daemonset/agent', image: ':never-ready' });
    await step.waitForLog(/1 of 1 updated/, 60);
    await namespace.kubectl('set', 'env', 'daemonset/agent', 'FIX=1');
    const run = await step.finished;

    expectEnding(run, { result: 'superseded', reason: 'superseded' });
    for (const where of [run.main.shown, run.main.summary]) expect(where).toContain('kubectl-set');
    const { template } = await namespace.workload('agent', 'daemonset');
    expect(template?.spec?.containers[0]?.env).toEqual([{ name: 'FIX', value: '1' }]);
  });
});
