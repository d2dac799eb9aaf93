import type { V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { quota, type WebOptions, webDeployment, webStatefulSet } from './support/manifests.ts';
import type { Namespace, Workload } from './support/namespace.ts';
import { deployStep, expectEnding, expectSound, startDeploy } from './support/step.ts';

/** statefulset/db with three pods, a readiness probe, and an image that works. */
function db(options: Omit<WebOptions, 'name'>) {
  return webStatefulSet({ name: 'db', replicas: 3, probe: true, ...options });
}

const partition = (kept: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: kept } },
});

const deployDb = (namespace: Namespace, inputs: Readonly<Record<string, string>>) =>
  deployStep(namespace, { deployment: 'statefulset/db', timeout: '3m', ...inputs });

/** The images that the pods run, by their names. */
async function imagesOf(namespace: Namespace): Promise<Record<string, string>> {
  const pods = await namespace.pods('db');
  return Object.fromEntries(
    pods.map(({ metadata, spec }) => [metadata?.name ?? '', spec?.containers[0]?.image ?? '']),
  );
}

async function uidsOf(namespace: Namespace): Promise<Record<string, string>> {
  const pods = await namespace.pods('db');
  return Object.fromEntries(pods.map(({ metadata }) => [metadata?.name ?? '', metadata?.uid ?? '']));
}

/** The StatefulSet is as it was, at one revision, all of it ready, and nothing of ours in its annotations. */
async function expectBack(namespace: Namespace, before: Workload<V1StatefulSet>): Promise<void> {
  const after = await namespace.workload('db', 'statefulset');
  expect(after.object.spec).toEqual(before.object.spec);
  expect(after.annotations).toEqual(before.annotations);
  expect(after.ready).toBe(before.ready);
  const { currentRevision, updateRevision } = after.object.status ?? {};
  expect(updateRevision).toBe(before.object.status?.updateRevision);
  expect(currentRevision).toBe(updateRevision);
  expect(new Set(Object.values(await imagesOf(namespace)))).toEqual(new Set([before.image]));
}

describeOnCluster('a StatefulSet', () => {
  test('is rolled out pod by pod', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good }));

    const step = await deployDb(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs).toMatchObject({
      image: next,
      'previous-image': good,
      revision: '2',
      'previous-revision': '1',
    });
    expect(step.main.shown).toContain('1 of 3 updated');
    expect(step.main.shown).toContain('3 of 3 updated, 3 available');
    expect(step.main.summary).toContain('statefulset/db');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next, 'db-1': next, 'db-2': next });
    const history = await namespace.kubectl('rollout', 'history', 'statefulset/db');
    expect(history.split('\n').find((line) => line.startsWith('2 '))).toContain(next);
  });

  test('of the image that runs already is left alone', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    const before = await namespace.running<'statefulset'>(db({ image: good }));

    const step = await deployStep(namespace, { deployment: 'sts/db', image: good });

    expectEnding(step, { result: 'unchanged' });
    expect((await namespace.workload('db', 'statefulset')).settings).toEqual(before.settings);
  });

  test('runs a migration in a copy of its container, without the volumes that are its pods own', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const volumeMounts = [
      { name: 'data', mountPath: '/data' },
      { name: 'scratch', mountPath: '/scratch' },
    ];
    const claim = {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: namespace.name,
        resources: { requests: { storage: '1Mi' } },
      },
    };
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: namespace.name },
      spec: {
        capacity: { storage: '1Mi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: namespace.name,
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: `/tmp/${namespace.name}`, type: 'DirectoryOrCreate' },
      },
    });
    try {
      await namespace.running(
        db({
          image: good,
          replicas: 1,
          container: { volumeMounts },
          pod: { volumes: [{ name: 'scratch', emptyDir: {} }] },
          spec: { volumeClaimTemplates: [claim] },
        }),
      );

      const step = await deployDb(namespace, { image: next, 'migration-command': '/app run --fast' });

      expectEnding(step, { result: 'deployed' });
      expect(step.main.shown).toContain('line 3 of 3');
      const [job] = await namespace.list('job');
      const pod = job?.spec?.template.spec;
      expect(pod?.containers[0]?.volumeMounts).toEqual([{ name: 'scratch', mountPath: '/scratch' }]);
      expect(job?.metadata?.ownerReferences).toMatchObject([{ kind: 'StatefulSet', name: 'db' }]);
      expect(await imagesOf(namespace)).toEqual({ 'db-0': next });
    } finally {
      await namespace.kubectl('delete', 'persistentvolume', namespace.name, '--wait=false');
    }
  });

  test('with podManagementPolicy: Parallel, and a maxUnavailable, is rolled out too', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const rollingUpdate = { partition: 0, maxUnavailable: 2 };
    const spec = {
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    };
    await namespace.running(db({ image: good, spec }));

    const step = await deployDb(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next, 'db-1': next, 'db-2': next });
  });

  test('that is scaled while it rolls out is waited for as it is', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(db({ image, replicas: 2 }));
    const slow = await cluster.image('ready-after-2s', { env: { SERVE_FLAGS: '--ready-after=2s' } });

    const step = startDeploy(namespace, { deployment: 'statefulset/db', image: slow, timeout: '3m' });
    await step.waitForLog(/1 of 2 updated/, 60);
    await namespace.kubectl('scale', 'statefulset/db', '--replicas=3');
    const run = await step.finished;

    expectEnding(run, { result: 'deployed' });
    expect(run.main.shown).toContain('3 of 3 updated, 3 available');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': slow, 'db-1': slow, 'db-2': slow });
  });
});

describeOnCluster('a StatefulSet that fails is undone', () => {
  test('when the image does not exist: the stuck pod is deleted, and no other', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));
    const { 'db-2': last, ...others } = await uidsOf(namespace);

    const step = await deployDb(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    expect(step.main.seconds).toBeLessThan(90);
    expect(step.outputs).toMatchObject({ revision: '2', 'previous-revision': '1' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('app:no-such-tag');
      expect(where).toContain('pod/db-2');
    }
    expect(step.main.shown).toContain('Deleted pod/db-2 (revision 2)');
    expect(step.main.summary).toContain('pod/db-2 deleted');
    await expectBack(namespace, before);
    const { 'db-2': now, ...rest } = await uidsOf(namespace);
    expect(rest).toEqual(others);
    expect(now).not.toBe(last);
  });

  test('when the container crashes, with its last lines', async ({ cluster, namespace }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));

    const step = await deployDb(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.seconds).toBeLessThan(150);
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('pod/db-2');
      expect(where).toContain('PAYMENT_API_KEY is not set');
    }
    expect(step.main.shown).toContain('Deleted pod/db-2');
    await expectBack(namespace, before);
  });

  test('when it has but one pod', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const before = await namespace.running<'statefulset'>(db({ image, replicas: 1, probe: false }));

    const step = await deployDb(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.shown).toContain('Deleted pod/db-0');
    await expectBack(namespace, before);
  });

  test('when it is not ready by the timeout', async ({ cluster, namespace }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));

    const step = await deployDb(namespace, { image: ':never-ready', timeout: '40s' });

    expectEnding(step, { result: 'undone', reason: 'not-ready' });
    for (const where of [step.main.shown, step.main.summary]) expect(where).toContain('503');
    await expectBack(namespace, before);
  });

  test('with podManagementPolicy: Parallel', async ({ cluster, namespace }) => {
    const spec = { podManagementPolicy: 'Parallel' };
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good'), spec }));

    const step = await deployDb(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    // Its controller replaces the pod itself.
    expect(step.main.shown).not.toContain('Deleted pod/');
    await expectBack(namespace, before);
  });

  test('by post, where it was cancelled half-way: pods that are ready are left to the controller', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));
    const image = await cluster.image('ready-after-15s', { env: { SERVE_FLAGS: '--ready-after=15s' } });

    const run = await startDeploy(
      namespace,
      { deployment: 'statefulset/db', image },
      { cancelAt: /2 of 3 updated/ },
    ).finished;

    expectSound(run, namespace.token);
    expect(run.main.outputs).toMatchObject({ result: 'cancelled', reason: 'interrupted' });
    expect(run.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    expect(run.post.shown).toContain('Deleted pod/db-1');
    expect(run.post.shown).not.toContain('Deleted pod/db-2');
    await expectBack(namespace, before);
  });

  test('by post, where main was killed, with the stuck pod', async ({ cluster, namespace }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));

    const run = await startDeploy(
      namespace,
      { deployment: 'statefulset/db', image: ':never-ready' },
      { killAt: /1 of 3 updated/ },
    ).finished;

    expectSound(run, namespace.token);
    expect(run.main).toMatchObject({ signal: 'SIGKILL', summary: '' });
    expect(run.post).toMatchObject({ signal: null, exitCode: 0 });
    expect(run.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    expect(run.post.shown).toContain('Deleted pod/db-2');
    expect(run.post.summary).toContain('pod/db-2 deleted');
    await expectBack(namespace, before);
  });

  test('by the next run, where the runner was lost', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good }));
    await startDeploy(
      namespace,
      { deployment: 'statefulset/db', image: ':never-ready' },
      { killAt: /1 of 3 updated/, post: false },
    ).finished;

    const step = await deployDb(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('Undone to revision 1');
    expect(step.main.shown).toContain('Deleted pod/db-2');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next, 'db-1': next, 'db-2': next });
  });
});

describeOnCluster('a StatefulSet beside others', () => {
  test('is rolled out with a Deployment', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good, replicas: 1 }), webDeployment({ image: good, probe: true }));

    const step = await deployStep(namespace, { deployment: 'web, statefulset/db', image: next });

    expectEnding(step, { result: 'deployed' });
    expect((await namespace.workload()).image).toBe(next);
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next });
  });

  test('goes back with a Deployment that fails', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    // There is no second node for the Deployment's surge pod; a StatefulSet needs none.
    const alone = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [alone] };
    const before = await namespace.running<'statefulset'>(
      db({ image: good, replicas: 2 }),
      webDeployment({ image: good, probe: true, pod: { affinity: { podAntiAffinity } } }),
    );

    const step = await deployStep(namespace, {
      deployment: 'web, statefulset/db',
      image: ':good-2',
      timeout: '60s',
    });

    expectEnding(step, { result: 'undone', reason: 'unschedulable' });
    expect((await namespace.workload()).image).toBe(good);
    await expectBack(namespace, before);
  });
});

describeOnCluster('a StatefulSet that is rolled back', () => {
  test('has the revision before again', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good, replicas: 2 }));
    expectEnding(await deployDb(namespace, { image: next }), { result: 'deployed' });

    const step = await deployStep(namespace, { command: 'rollback', deployment: 'statefulset/db' });

    expect(step.outputs).toMatchObject({ result: 'rolled-back', 'previous-image': next });
    expect(step.main.shown).toContain('Setting the template of revision 1');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': good, 'db-1': good });
  });

  test('from a broken revision is freed of its stuck pod', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    await namespace.running(db({ image: good, replicas: 2 }));
    const left = await deployDb(namespace, { image: ':no-such-tag', 'on-failure': 'leave' });
    expectEnding(left, { result: 'left-failed', reason: 'image-not-found' });

    const step = await deployStep(namespace, { command: 'rollback', deployment: 'statefulset/db' });

    expect(step.outputs).toMatchObject({ result: 'rolled-back' });
    expect(step.main.shown).toContain('Deleted pod/db-1');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': good, 'db-1': good });
  });
});

describeOnCluster('a StatefulSet that somebody else rolls out', () => {
  test('keeps the pod that is only slow, and takes the image once that is ready', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const slow = await cluster.image('ready-after-15s', { env: { SERVE_FLAGS: '--ready-after=15s' } });
    await namespace.running(db({ image: good }));
    await namespace.kubectl('set', 'image', 'statefulset/db', `web=${slow}`);
    await namespace.until(
      'its first pod runs the slow image',
      async () => (await imagesOf(namespace))['db-2'] === slow,
    );

    const step = await deployDb(namespace, { image: next, preflight: 'warn' });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('rollout-in-progress');
    expect(step.main.shown).not.toContain('Deleted pod/');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next, 'db-1': next, 'db-2': next });
  });
});

describeOnCluster('a StatefulSet that is stuck', () => {
  test('takes an image that works, once its broken pod is gone', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good }));
    const left = await deployDb(namespace, { image: ':no-such-tag', 'on-failure': 'leave' });
    expectEnding(left, { result: 'left-failed', reason: 'image-not-found' });

    const step = await deployDb(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('unhealthy-now');
    expect(step.main.shown).toContain('Deleted pod/db-2 (revision 2)');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next, 'db-1': next, 'db-2': next });
  });

  test('goes back to what was healthy, where the next image is broken too', async ({
    cluster,
    namespace,
  }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));
    const left = await deployDb(namespace, { image: ':no-such-tag', 'on-failure': 'leave' });
    expectEnding(left, { result: 'left-failed', reason: 'image-not-found' });

    const step = await deployDb(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.outputs['previous-revision']).toBe('1');
    const after = await namespace.workload('db', 'statefulset');
    expect(after.object.spec).toEqual(before.object.spec);
    expect(after.ready).toBe(3);
  });

  test('goes back to what an earlier run has seen healthy, where no pod serves any more', async ({
    cluster,
    namespace,
  }) => {
    const next = await cluster.image('good-2');
    await namespace.running(db({ image: await cluster.image('good'), replicas: 1 }));
    expectEnding(await deployDb(namespace, { image: next }), { result: 'deployed' });
    await namespace.kubectl(
      'set',
      'image',
      'statefulset/db',
      `web=${next.replace(/:[^:]*$/, ':no-such-tag')}`,
    );
    await namespace.until('its only pod waits for an image that is not there', async () =>
      (await namespace.pods('db')).some(({ status }) =>
        status?.containerStatuses?.some(({ state }) => /Image/.test(state?.waiting?.reason ?? '')),
      ),
    );

    const step = await deployDb(namespace, { image: ':crash', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.outputs['previous-revision']).toBe('2');
    expect(await imagesOf(namespace)).toEqual({ 'db-0': next });
  });

  test('since no pod can be created, says what the cluster told of that', async ({ cluster, namespace }) => {
    await namespace.running(db({ image: await cluster.image('good') }));
    await namespace.apply(quota({ pods: '2' }));

    const step = await deployDb(namespace, { image: ':good-2', 'on-failure': 'leave' });

    expectEnding(step, { result: 'left-failed', reason: 'quota-exceeded' });
    expect(step.main.seconds).toBeLessThan(120);
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('statefulset/db');
      expect(where).toContain('exceeded quota: limits');
    }
  });
});

describeOnCluster('a StatefulSet with a partition', () => {
  test('is rolled out from the partition on, which is told', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(db({ image: good, spec: partition(2) }));

    const step = await deployDb(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(await imagesOf(namespace)).toEqual({ 'db-0': good, 'db-1': good, 'db-2': next });
    expect(step.main.shown).toContain('1 of 1 updated, 1 available; 2 kept as they are by the partition');
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('2 pods stay on the revision that they run');
    }
  });

  test('is undone where what is left of it fails', async ({ cluster, namespace }) => {
    const spec = partition(1);
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good'), spec }));

    const step = await deployDb(namespace, { image: ':no-such-tag' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    await expectBack(namespace, before);
  });

  test('that keeps every pod is refused', async ({ cluster, namespace }) => {
    const spec = partition(3);
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good'), spec }));

    const step = await deployDb(namespace, { image: ':good-2', preflight: 'warn' });

    expectEnding(step, { result: 'refused', reason: 'partition-keeps-all' });
    expect((await namespace.workload('db', 'statefulset')).settings).toEqual(before.settings);
    expect(step.main.summary).toContain('Lower the partition');
    await namespace.apply(db({ image: before.image, spec: partition(0) }));
    expectEnding(await deployDb(namespace, { image: ':good-2' }), { result: 'deployed' });
  });
});

describeOnCluster('a StatefulSet that cannot be deployed', () => {
  test('with OnDelete is refused, and what it says helps', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const spec = { updateStrategy: { type: 'OnDelete' } };
    // kubectl does not wait for this strategy.
    await namespace.apply(db({ image: good, spec }));
    await namespace.until(
      'all pods are ready',
      async () => (await namespace.workload('db', 'statefulset')).ready === 3,
    );

    const step = await deployDb(namespace, { image: next, preflight: 'warn' });

    expectEnding(step, { result: 'refused', reason: 'on-delete' });
    expect((await namespace.workload('db', 'statefulset')).image).toBe(good);
    expect(step.main.summary).toContain('spec.updateStrategy.type to RollingUpdate');
    await namespace.apply(db({ image: good, spec: { updateStrategy: { type: 'RollingUpdate' } } }));
    expectEnding(await deployDb(namespace, { image: next }), { result: 'deployed' });
  });

  test('at the pace that is asked for is refused', async ({ cluster, namespace }) => {
    const before = await namespace.running<'statefulset'>(db({ image: await cluster.image('good') }));
    const surge = await deployDb(namespace, { image: ':good-2', 'max-surge': '1' });
    expectEnding(surge, { result: 'refused', reason: 'no-pace' });

    const step = await deployDb(namespace, { image: ':good-2', 'max-unavailable': '2' });

    const { updateStrategy } = (await namespace.workload('db', 'statefulset')).object.spec ?? {};
    expect(updateStrategy).toEqual(before.object.spec?.updateStrategy);
    // Only a cluster with the feature gate MaxUnavailableStatefulSet takes it.
    expectEnding(step, { result: 'refused', reason: 'no-pace' });
  });

  test('scaled to zero is refused', async ({ cluster, namespace }) => {
    await namespace.running(db({ image: await cluster.image('good'), replicas: 0 }));

    const step = await deployDb(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'refused', reason: 'no-replicas' });
    expect(step.main.shown).toContain('scale statefulset/db --replicas=1');
  });
});

describeOnCluster("somebody else's change of a StatefulSet", () => {
  test('during the rollout is left alone', async ({ cluster, namespace }) => {
    await namespace.running(db({ image: await cluster.image('good') }));

    const step = startDeploy(namespace, { deployment: 'statefulset/db', image: ':never-ready' });
    await step.waitForLog(/1 of 3 updated/, 60);
    await namespace.kubectl('set', 'env', 'statefulset/db', 'FIX=1');
    const run = await step.finished;

    expectEnding(run, { result: 'superseded', reason: 'superseded' });
    for (const where of [run.main.shown, run.main.summary]) expect(where).toContain('kubectl-set');
    const { template } = await namespace.workload('db', 'statefulset');
    expect(template?.spec?.containers[0]?.env).toEqual([{ name: 'FIX', value: '1' }]);
    const [stuck] = (await namespace.pods('db')).filter(isNotReady);
    // Theirs to decide.
    expect(stuck?.metadata?.name).toBe('db-2');
  });
});

function isNotReady({ status }: V1Pod): boolean {
  return !status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
}
