import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { quota, webDeployment } from './support/manifests.ts';
import type { Namespace, Workload } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

describeOnCluster('a rollout that fails is undone', () => {
  test('when the image does not exist, without one healthy pod having been stopped', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running(
      webDeployment({ image: await cluster.image('good'), replicas: 2 }),
    );
    const pods = await namespace.pods();

    const step = await deployStep(namespace, { image: ':no-such-tag', timeout: '3m' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    expect(step.main.seconds).toBeLessThan(60);
    expect(step.outputs).toMatchObject({
      revision: '2',
      'previous-revision': '1',
      'previous-image': before.image,
    });
    for (const where of [step.main.shown, step.main.summary, step.main.annotations[0]?.message]) {
      expect(where).toContain('app:no-such-tag');
      expect(where).toContain('not found');
    }
    await expectBack(namespace, before);
    expect(uids(await namespace.pods())).toEqual(uids(pods));
  });

  test('when the container crashes, with its exit code and last lines', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const before = await namespace.running(webDeployment({ image, replicas: 2, probe: true }));

    const step = await deployStep(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.seconds).toBeLessThan(120);
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toMatch(/pod\/web-[0-9a-z-]+/);
      expect(where).toContain('exit code 1');
      expect(where).toContain('connecting to the payment service');
      expect(where).toContain('PAYMENT_API_KEY is not set');
    }
    await expectBack(namespace, before);
  });

  test('when the container crashes at once, and no probe tells that it never worked', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running(webDeployment({ image: await cluster.image('good') }));

    const step = await deployStep(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.summary).toContain('PAYMENT_API_KEY is not set');
    await expectBack(namespace, before);
  });

  test('when the container is out of memory', async ({ cluster, namespace }) => {
    const container = { resources: { limits: { memory: '64Mi' } } };
    const image = await cluster.image('good');
    const before = await namespace.running(webDeployment({ image, probe: true, container }));

    const step = await deployStep(namespace, { image: ':oom', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'out-of-memory' });
    expect(step.main.summary).toContain('64Mi');
    await expectBack(namespace, before);
  });

  test('when the command cannot be started', async ({ cluster, namespace }) => {
    const before = await namespace.running(webDeployment({ image: await cluster.image('good') }));

    const step = await deployStep(namespace, { image: ':not-exec', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'command-not-found' });
    expect(step.main.summary).toContain('/no-such-program');
    await expectBack(namespace, before);
  });

  test("when it is not ready by the timeout, with the probe's answer", async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const before = await namespace.running(webDeployment({ image, replicas: 2, probe: true }));

    const step = await deployStep(namespace, { image: ':never-ready', timeout: '12s' });

    expectEnding(step, { result: 'undone', reason: 'not-ready' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('12 s');
      expect(where).toContain('503');
      expect(where).toContain('app never-ready listening');
    }
    await expectBack(namespace, before);
  });

  test('when the cluster gives it up first', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, probe: true }));
    const deadline = { spec: { progressDeadlineSeconds: 4 } };
    await namespace.kubectl('patch', 'deployment', 'web', '-p', JSON.stringify(deadline));
    await namespace.settled();
    const before = await namespace.workload();

    const step = await deployStep(namespace, { image: ':never-ready', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'not-ready' });
    expect(step.main.seconds).toBeLessThan(120);
    expect(step.main.summary).toContain('progress');
    await expectBack(namespace, before);
  });

  test('when no node takes the new pod', async ({ cluster, namespace }) => {
    const anti = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' };
    const pod = {
      nodeSelector: { 'kubernetes.io/hostname': cluster.nodeName },
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [anti] } },
    };
    const before = await namespace.running(webDeployment({ image: await cluster.image('good'), pod }));

    const step = await deployStep(namespace, { image: ':good-2', timeout: '5s' });

    expectEnding(step, { result: 'undone', reason: 'unschedulable' });
    for (const where of [step.main.shown, step.main.summary]) expect(where).toContain('anti-affinity');
    await expectBack(namespace, before);
  });

  test('when the quota does not allow the new pod', async ({ cluster, namespace }) => {
    const before = await namespace.running(
      quota({ pods: '2' }),
      webDeployment({ image: await cluster.image('good'), replicas: 2 }),
    );

    const step = await deployStep(namespace, { image: ':good-2', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'quota-exceeded' });
    expect(step.main.seconds).toBeLessThan(120);
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toMatch(/replicaset\/web-[0-9a-z]+/);
      expect(where).toContain('exceeded quota: limits');
    }
    await expectBack(namespace, before);
  });

  test('to the last healthy revision, where the one before was broken too', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running(webDeployment({ image: await cluster.image('good') }));
    await breakWorkload(namespace);

    const step = await deployStep(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    expect(step.outputs['previous-revision']).toBe('1');
    expect(step.main.summary).toContain('unhealthy-now');
    await expectBack(namespace, before);
  });
});

describeOnCluster('a rollout over a broken revision', () => {
  test('succeeds with an image that works', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(webDeployment({ image: good, replicas: 2 }));
    await breakWorkload(namespace);

    const step = await deployStep(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(await namespace.workload()).toMatchObject({ image: next, ready: 2 });
    expect(step.main.shown).toContain('unhealthy-now');
    expect(step.main.summary).toContain('unhealthy-now');
  });

  test('of the same broken image is not green', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image }));
    await breakWorkload(namespace);
    const before = await namespace.workload();

    const step = await deployStep(namespace, { image: ':broken-tag' });

    expectEnding(step, { result: 'refused', reason: 'runs-but-unhealthy' });
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });
});

describeOnCluster('a rollout that fails is left', () => {
  test('with on-failure: leave, saying how to go back', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    await namespace.running(webDeployment({ image: good }));

    const step = await deployStep(namespace, { image: ':no-such-tag', 'on-failure': 'leave' });

    expectEnding(step, { result: 'left-failed', reason: 'image-not-found' });
    expect(await namespace.workload()).toMatchObject({ revision: '2' });
    expect((await namespace.workload()).image).toContain(':no-such-tag');
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain(`kubectl -n ${namespace.name} rollout undo deployment/web --to-revision=1`);
    }
    // What it says helps.
    await namespace.kubectl('rollout', 'undo', 'deployment/web', '--to-revision=1');
    await namespace.settled();
    expect((await namespace.workload()).image).toBe(good);
  });

  test('when the ReplicaSet to go back to is gone', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    await namespace.running(webDeployment({ image: good, probe: true }));
    const [old] = await namespace.list('replicaset');

    const step = startDeploy(namespace, { image: ':never-ready', timeout: '8s', 'undo-timeout': '60s' });
    await step.waitForLog(/of 1 updated/, 60);
    await namespace.kubectl('delete', 'replicaset', old?.metadata?.name ?? '');
    const run = await step.finished;

    // Its ReplicaSet is gone, but what this step changed is known, and so is the template before.
    expectEnding(run, { result: 'undone', reason: 'not-ready' });
    expect(await namespace.workload()).toMatchObject({ image: good, ready: 1 });
  });

  test('where no revision ever was healthy', async ({ cluster, namespace }) => {
    await namespace.apply(webDeployment({ image: `${await cluster.image('good')}-not` }));
    await untilBroken(namespace);

    const step = await deployStep(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'left-failed', reason: 'image-not-found' });
    expect(step.main.summary).toContain('no healthy revision');
    expect((await namespace.workload()).image).toContain(':no-such-tag');
  });
});

describeOnCluster('an undo that cannot work says how things stand', () => {
  test('when the quota does not allow the old pods any more', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    const spec = { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
    await namespace.running(webDeployment({ image: good, probe: true, spec }));

    const step = startDeploy(namespace, { image: ':never-ready', timeout: '12s', 'undo-timeout': '3m' });
    await step.waitForLog(/1 of 1 updated/, 60);
    await namespace.apply(quota({ pods: '0' }));
    const run = await step.finished;

    expectEnding(run, { result: 'undo-failed', reason: 'not-ready' });
    expect(run.main.seconds).toBeLessThan(120);
    const [before, after] = run.main.summary.split('### Why the undo failed');
    expect(before).toContain('503');
    expect(after).toContain('exceeded quota: limits');
    for (const where of [run.main.shown, run.main.summary]) {
      expect(where).toContain(`kubectl -n ${namespace.name} rollout status deployment/web`);
    }
    // The old image is set; only its pods cannot be made.
    expect(await namespace.workload()).toMatchObject({ image: good, ready: 0 });
  });
});

/** The workload is as it was: the same template, all of it ready, and nothing of ours in its annotations. */
async function expectBack(namespace: Namespace, before: Workload): Promise<void> {
  const after = await namespace.workload();
  expect(after.object.spec).toEqual(before.object.spec);
  expect(after.ready).toBe(before.ready);
  expect(after.object.status?.unavailableReplicas ?? 0).toBe(0);
  const { 'deployment.kubernetes.io/revision': now, ...annotations } = after.annotations;
  const { 'deployment.kubernetes.io/revision': then, ...earlier } = before.annotations;
  expect(annotations).toEqual(earlier);
  expect(Number(now)).toBeGreaterThan(Number(then));
}

/** Gives the workload an image that does not exist, as a deploy that was left. */
async function breakWorkload(namespace: Namespace): Promise<void> {
  const { image } = await namespace.workload();
  await namespace.kubectl('set', 'image', 'deployment/web', `web=${image.replace(/:[^:]*$/, ':broken-tag')}`);
  await untilBroken(namespace);
}

async function untilBroken(namespace: Namespace): Promise<void> {
  const waitsForImage = ({ status }: V1Pod) =>
    /ErrImagePull|ImagePullBackOff/.test(status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
  await namespace.until('a pod without its image', async () => (await namespace.pods()).some(waitsForImage));
}

function uids(objects: readonly { metadata?: { uid?: string } }[]): string[] {
  return objects.map(({ metadata }) => metadata?.uid ?? '').sort();
}
