import { createServer } from 'node:net';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { describeOnCluster } from '../support/fixtures.ts';
import { migrationManifest, quota, webDeployment } from '../support/manifests.ts';
import { deployStep, expectEnding, startDeploy } from '../support/step.ts';
import { verdictSeconds } from './support/case.ts';
import { longest, rowsOf, test } from './support/describe-cases.ts';
import { mirrorOf } from './support/registries.ts';

/** A folder that outlives the container, in which the program counts its starts. */
const counted = {
  pod: { volumes: [{ name: 'state', emptyDir: {} }] },
  container: {
    env: [{ name: 'STATE_DIR', value: '/state' }],
    volumeMounts: [{ name: 'state', mountPath: '/state' }],
  },
};
const ready = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'payment' },
  stringData: { key: 'for-the-tests' },
};
const needsSecret = {
  container: { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'payment', key: 'key' } } }] },
};

describeOnCluster('what heals within its grace is deployed', () => {
  test('a program that fails twice and then works', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    const image = await scene.reference('good');
    await namespace.running(webDeployment({ image, probe: true, replicas: 2, ...counted }));

    const step = await deployStep(namespace, { image: ':flaky', timeout: '5m' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toMatch(/pod\/web-[0-9a-z-]+, container web: it ended with exit code 1/);
    expect(await namespace.workload()).toMatchObject({ ready: 2 });
    for (const { status } of await namespace.pods()) {
      expect(status?.containerStatuses?.[0]?.restartCount).toBe(2);
    }
  });

  test('the same without a readiness probe', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good'), ...counted }));

    const step = await deployStep(namespace, { image: ':flaky', timeout: '5m' });

    expectEnding(step, { result: 'deployed' });
    const [pod] = await namespace.pods();
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 2, ready: true });
  });

  test("a program that is slow, but within its probes' limits", { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    const container = {
      startupProbe: { ...ready, failureThreshold: 60 },
      livenessProbe: { httpGet: { path: '/live', port: 8080 }, periodSeconds: 1, failureThreshold: 10 },
    };
    await namespace.running(webDeployment({ image: await scene.reference('good'), container }));

    const step = await deployStep(namespace, { image: ':slow', timeout: '5m' });

    expectEnding(step, { result: 'deployed' });
    const [pod] = await namespace.pods();
    expect(pod?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test('a registry that comes back', { timeout: longest }, async ({ scene }) => {
    const { namespace, cluster } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good') }));
    await cluster.image('good-2');
    // A port that nobody else is given meanwhile.
    const held = createServer();
    const port = await scene.listen(held);
    await new Promise((closed) => held.close(closed));

    const step = startDeploy(namespace, {
      image: `127.0.0.1:${port}/app:good-2`,
      container: 'web',
      timeout: '5m',
    });
    await step.waitForLog(/the registry of \S+ cannot be reached/, 90);
    await scene.listen(mirrorOf(cluster.registry), port);
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
    expect(run.main.shown).toContain('connection refused');
  });

  test('a Secret that comes late', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.apply(secret);
    await namespace.running(webDeployment({ image: await scene.reference('good'), ...needsSecret }));
    await namespace.kubectl('delete', 'secret', 'payment');

    const step = startDeploy(namespace, { image: ':good-2', timeout: '5m' });
    await step.waitForLog(/it needs the Secret payment/, 90);
    await namespace.apply(secret);
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
  });

  test('a ConfigMap that comes late, before an image that takes long to pull', { timeout: longest }, async ({
    scene,
  }) => {
    const { namespace, cluster } = scene;
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { a: 'b' },
    };
    await namespace.apply(settings);
    const pod = { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] };
    const container = { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] };
    await namespace.running(webDeployment({ image: await scene.reference('good'), pod, container }));
    await cluster.image('good-2');
    await namespace.kubectl('delete', 'configmap', 'settings');
    const port = await scene.listen(mirrorOf(cluster.registry, 25));

    const step = startDeploy(namespace, {
      image: `127.0.0.1:${port}/app:good-2`,
      container: 'web',
      timeout: '5m',
    });
    await step.waitForLog(/its volume settings needs the ConfigMap settings/, 90);
    await namespace.apply(settings);
    const run = await step.finished;

    // The failure to mount is some time older than its grace when the image is there at last.
    expectEnding(run, { result: 'deployed' });
    expect(verdictSeconds(run)).toBeGreaterThan(25);
  });

  test('a quota that is raised', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good') }));
    await namespace.apply(quota({ pods: '1' }));
    await scene.untilPodsAreRefused(/exceeded quota/);

    const step = startDeploy(namespace, { image: ':good-2', timeout: '5m' });
    await step.waitForLog(/quota does not allow another pod/, 90);
    await namespace.apply(quota({ pods: '5' }));
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
  });

  test('a quota that old pods use up while they end slowly', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    const spec = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } };
    const pod = { terminationGracePeriodSeconds: 25 };
    const image = await scene.reference('ignores-sigterm');
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, spec, pod }));
    await namespace.apply(quota({ pods: '2' }));
    await scene.untilPodsAreRefused(/exceeded quota/);
    await scene.reference('good-2');

    const step = await deployStep(namespace, { image: ':good-2', timeout: '5m' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('quota does not allow another pod');
    expect(await namespace.workload()).toMatchObject({ ready: 2 });
  });

  test('an old pod that a finalizer holds', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    const spec = { strategy: { type: 'Recreate' } };
    await namespace.running(webDeployment({ image: await scene.reference('good'), spec }));
    const [pod] = await namespace.pods();
    const name = pod?.metadata?.name ?? '';
    const hold = (finalizers: unknown) =>
      namespace.kubectl('patch', 'pod', name, '-p', JSON.stringify({ metadata: { finalizers } }));
    await hold(['example.com/hold']);

    const step = await deployStep(namespace, { image: ':good-2', timeout: '5m' });
    await hold(null);

    // Its containers have ended, so the controller does not wait for it, and neither is it told.
    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).not.toContain('new pods wait for it');
  });

  test('an image after one that the cluster had given up', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    const spec = { progressDeadlineSeconds: 5 };
    await namespace.running(webDeployment({ image: await scene.reference('good'), probe: true, spec }));
    await scene.reference('good-2');
    const givenUp = async () =>
      (await namespace.workload()).object.status?.conditions?.some(
        ({ reason }) => reason === 'ProgressDeadlineExceeded',
      );

    const undone = await deployStep(namespace, { image: ':never-ready', timeout: '1m' });
    expectEnding(undone, { result: 'undone', reason: 'not-ready' });
    expect(undone.main.shown).toContain('The cluster gave the rollout up');
    const left = await deployStep(namespace, {
      image: ':never-ready',
      timeout: '1m',
      'on-failure': 'leave',
    });
    expectEnding(left, { result: 'left-failed', reason: 'not-ready' });
    expect(await givenUp()).toBe(true);
    const step = await deployStep(namespace, { image: ':good-2', timeout: '1m' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).not.toContain('gave the rollout up');
    expect(await namespace.workload()).toMatchObject({ ready: 1 });
    expect(await givenUp()).toBe(false);
  });

  test('a workload that is scaled while it rolls out', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good'), probe: true }));

    const step = startDeploy(namespace, { image: ':slow', timeout: '5m' });
    await step.waitForLog(/1 of 1 updated/, 90);
    await namespace.kubectl('scale', 'deployment/web', '--replicas=2');
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
    expect(run.main.shown).toContain('it was scaled from 1 to 2 during the rollout');
    expect(await namespace.workload()).toMatchObject({ ready: 2 });
  });

  test('a migration beside a native sidecar', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good') }));
    const sidecar = { name: 'proxy', args: ['serve'], restartPolicy: 'Always', startupProbe: ready };
    const job = migrationManifest({ args: ['run', '--print=done'] }, {}, { initContainers: [sidecar] });

    const step = await deployStep(namespace, {
      image: await scene.reference('good-2'),
      'migration-job': stringify(job),
    });

    expectEnding(step, { result: 'deployed' });
  });
});

describeOnCluster('how soon it is given up', () => {
  test('with fail-fast: patient takes three times the grace', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.apply(secret);
    await namespace.running(webDeployment({ image: await scene.reference('good'), ...needsSecret }));
    await namespace.kubectl('delete', 'secret', 'payment');

    const step = await deployStep(namespace, { image: ':good-2', 'fail-fast': 'patient', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'config-missing' });
    const graces = rowsOf('config-missing').flatMap(({ patience }) =>
      typeof patience === 'object' && 'seconds' in patience ? [patience.seconds] : [],
    );
    expect(verdictSeconds(step)).toBeGreaterThan(3 * Math.min(...graces));
    expect(verdictSeconds(step)).toBeLessThan(200);
  });

  test('with fail-fast: off is the timeout', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good'), probe: true }));

    const step = await deployStep(namespace, { image: ':crash', 'fail-fast': 'off', timeout: '40s' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(verdictSeconds(step)).toBeGreaterThan(39);
    expect(step.main.shown).toContain('Not rolled out within 40 s');
    // It was told when it was seen all the same.
    expect(step.main.shown).toMatch(/container web: it ended with exit code 1\b.*\n/);
    expect(step.main.summary).toContain('PAYMENT_API_KEY');
  });
});
