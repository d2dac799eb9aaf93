import type { V1Container } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { Cluster } from '../cluster/connect.ts';
import { run } from '../cluster/processes.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { migrationManifest, type WebOptions, webDaemonSet, webStatefulSet } from './support/manifests.ts';
import { type Manifest, Namespace, rulesFor } from './support/namespace.ts';
import { deployAtPace, deployStep, expectEnding, expectPodsRun, startDeploy } from './support/step.ts';

// What the other files show of Deployments, here of the two kinds whose revisions are ControllerRevisions.

type Name = 'statefulset' | 'daemonset';

/** What there is to compare with, whatever its kind. */
interface Before {
  readonly object: { readonly spec?: object };
  readonly image: string;
  readonly ready: number;
}

interface EveryKind {
  readonly name: Name;
  /** The workload `web` with a readiness probe. */
  readonly make: (options: WebOptions) => Manifest;
  /** Inputs with which no user notices a rollout. */
  readonly gentle: Readonly<Record<string, string>>;
}

const kinds: readonly EveryKind[] = [
  {
    name: 'statefulset',
    make: (options) => webStatefulSet({ replicas: 2, probe: true, ...options }),
    gentle: {},
  },
  {
    name: 'daemonset',
    make: ({ replicas: _, ...options }) => webDaemonSet({ probe: true, ...options }),
    // The cluster has but one node, so the only pod makes way to the next one.
    gentle: { 'max-surge': '1' },
  },
];

/** A `verify-job` that does this. */
const verification = (...flags: string[]) =>
  stringify(migrationManifest({ command: ['/app', 'run', ...flags] }));

/** What docs/permissions.md asks for, with all that proves a rollout. */
const rules = [
  ...rulesFor('StatefulSet', 'DaemonSet'),
  { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] },
];

const test = base.extend<{ namespace: Namespace }>({
  namespace: async ({ cluster }, use) => {
    const namespace = await Namespace.create(cluster, rules);
    await use(namespace);
    await namespace.remove();
  },
});

/** The Service `web`, whose port is called `http`. */
const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
};

/** Pushes an image of the test's own that serves with these flags. */
const serving = (cluster: Cluster, { name }: Namespace, flags: string) =>
  cluster.image(name, { env: { SERVE_FLAGS: flags } });

async function digestOf(cluster: Cluster, reference: string): Promise<string> {
  return (await run(cluster.bin('crane'), ['digest', '--insecure', reference])).trim();
}

for (const { name, make, gentle } of kinds) {
  const step = (namespace: Namespace, inputs: Readonly<Record<string, string>>) =>
    deployStep(namespace, { deployment: `${name}/web`, timeout: '3m', ...inputs });

  const running = (namespace: Namespace, options: WebOptions) => namespace.running<Name>(make(options));

  /** All of it is as it was, and every pod is ready and runs the image before. */
  async function expectBack(namespace: Namespace, before: Before): Promise<void> {
    const after = await namespace.workload('web', name);
    expect(after.object.spec).toEqual(before.object.spec);
    await expectPodsRun(namespace, before.image, before.ready);
    await namespace.settled('web', name);
  }

  describeOnCluster(`a rollback of a ${name}`, () => {
    test('goes to the previous healthy revision, and the next one further back', async ({
      cluster,
      namespace,
    }) => {
      const good = await cluster.image('good');
      const [second, third] = [await cluster.image('good-2'), await cluster.image('good-3')];
      const { ready } = await running(namespace, { image: good });
      for (const image of [second, third])
        expectEnding(await step(namespace, { image }), { result: 'deployed' });

      const first = await step(namespace, { command: 'rollback' });

      expectEnding(first, { result: 'rolled-back' });
      expect(first.outputs).toMatchObject({
        image: second,
        'previous-image': third,
        // The controller takes the revision of that template and gives it the next number.
        revision: '4',
        'previous-revision': '3',
        'image-digest': await digestOf(cluster, second),
      });
      expect(first.main.shown).toMatch(/\* 3 +\S+app:good-3 .*was healthy/);
      expect(first.main.shown).toMatch(/> 2 +\S+app:good-2 .*was healthy/);
      await expectPodsRun(namespace, second, ready);

      const further = await step(namespace, { command: 'rollback' });

      // Not forward again to what the first one left.
      expectEnding(further, { result: 'rolled-back' });
      expect(further.main.shown).toMatch(/3 +\S+app:good-3 .*was rolled back from/);
      expect(further.outputs).toMatchObject({ image: good, revision: '5', 'previous-revision': '4' });
      await expectPodsRun(namespace, good, ready);
    });

    test('goes to the revision or the image that is named, and says which there are', async ({
      cluster,
      namespace,
    }) => {
      const good = await cluster.image('good');
      await running(namespace, { image: good });
      expectEnding(await step(namespace, { image: ':good-2' }), { result: 'deployed' });
      const rollback = (inputs: Record<string, string>) =>
        step(namespace, { command: 'rollback', ...inputs });

      const missing = await rollback({ 'to-revision': '7' });
      expectEnding(missing, { result: 'refused', reason: 'revision-missing' });
      expect(missing.main.summary).toContain(`1 (${good}`);
      const byNumber = await rollback({ 'to-revision': '1' });
      expect(byNumber.outputs).toMatchObject({ result: 'rolled-back', image: good });
      const byImage = await rollback({ 'to-image': ':good-2' });
      expect(byImage.outputs).toMatchObject({ result: 'rolled-back', 'previous-image': good });
    });

    test('that fails is undone', async ({ cluster, namespace }) => {
      const [good, crash] = await Promise.all([cluster.image('good'), cluster.image('crash')]);
      const seen = () =>
        namespace.until('the controller has seen it', async () => {
          const { metadata, status } = (await namespace.workload('web', name)).object;
          return status?.observedGeneration === metadata?.generation;
        });
      await namespace.apply(make({ image: crash }));
      await seen();
      await namespace.apply(make({ image: good }));
      await seen();
      // A StatefulSet would wait for its broken pod for ever.
      await namespace.kubectl('delete', 'pod', '-l', 'app=web');
      await namespace.settled('web', name);
      const before = await namespace.workload('web', name);

      const failed = await step(namespace, { command: 'rollback' });

      expectEnding(failed, { result: 'undone', reason: 'crash' });
      expect(failed.main.summary).toContain('Not rolled back');
      expect(failed.main.summary).toContain('PAYMENT_API_KEY is not set');
      await expectBack(namespace, before);
    });
  });

  describeOnCluster(`a rollout of a ${name}`, () => {
    test('is proved, and told by its digest', async ({ cluster, namespace }) => {
      const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
      await running(namespace, { image: good });
      const ask = `fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()))`;

      const proved = await step(namespace, {
        image: ':good-2',
        'verify-port': '8080',
        'verify-command': `echo "$SAFE_ROLLOUT_WORKLOAD"\nnode -e '${ask}' "$SAFE_ROLLOUT_URL/"`,
        'verify-job': verification('--print=the cart is full'),
        'bake-time': '3s',
      });

      expectEnding(proved, { result: 'deployed' });
      expect(proved.main.shown).toContain('the cart is full');
      expect(proved.main.log).toMatch(new RegExp(`^${name}/web$`, 'm'));
      expect(proved.main.log).toMatch(/^200 good-2$/m);
      const [before, after] = [await digestOf(cluster, good), await digestOf(cluster, next)];
      expect(proved.outputs).toMatchObject({ 'image-digest': after, 'previous-image-digest': before });
      expect(proved.main.summary).toContain(`| Digest | \`${after}\` (container \`web\`) |`);
      for (const { status } of await namespace.pods())
        expect(status?.containerStatuses?.[0]?.imageID).toContain(after);
    });

    test('is undone where a container crashes in the bake', async ({ cluster, namespace }) => {
      const before = await running(namespace, { image: await cluster.image('good'), replicas: 1 });
      const image = await serving(cluster, namespace, '--crash-after=20s');

      const baked = await step(namespace, { image, 'bake-time': '90s' });

      expectEnding(baked, { result: 'undone', reason: 'restarted-after-rollout' });
      expect(baked.main.summary).toContain('panic: lost the connection to the queue');
      expect(baked.outputs).toMatchObject({ revision: '2', 'previous-revision': '1' });
      await expectBack(namespace, before);
    });

    test('is undone where a pod is evicted in the bake', async ({ cluster, namespace }) => {
      // It may not hold as much as the new image writes; the kubelet looks only now and then.
      const container = {
        env: [{ name: 'STATE_DIR', value: '/state' }],
        resources: { limits: { 'ephemeral-storage': '4Mi' } },
        volumeMounts: [{ name: 'state', mountPath: '/state' }],
      };
      const pod = { volumes: [{ name: 'state', emptyDir: {} }] };
      const good = await cluster.image('good');
      const before = await running(namespace, { image: good, replicas: 1, container, pod });
      const image = await serving(cluster, namespace, '--fill=32');

      const baked = await step(namespace, { image, 'bake-time': '2m' });

      expectEnding(baked, { result: 'undone', reason: 'evicted-after-rollout' });
      expect(baked.main.summary).toContain('local storage usage exceeds');
      await expectBack(namespace, before);
    });

    test('is undone where the verify-job fails', async ({ cluster, namespace }) => {
      const before = await running(namespace, { image: await cluster.image('good') });
      await cluster.image('good-2');

      const refuted = await step(namespace, {
        image: ':good-2',
        'verify-job': verification('--print=the cart is empty', '--exit=4'),
      });

      expectEnding(refuted, { result: 'undone', reason: 'verify-job-failed' });
      expect(refuted.main.summary).toContain('the cart is empty');
      await expectBack(namespace, before);
    });

    test('is undone where the verify-command fails', async ({ cluster, namespace }) => {
      const before = await running(namespace, { image: await cluster.image('good') });
      await cluster.image('good-2');

      const refuted = await step(namespace, {
        image: ':good-2',
        'verify-command': 'echo "the cart is empty"\nexit 3',
      });

      expectEnding(refuted, { result: 'undone', reason: 'verify-command-failed' });
      expect(refuted.main.summary).toContain('the cart is empty');
      expect(refuted.main.summary).toContain('exit code 3');
      await expectBack(namespace, before);
    });

    test('is watched as users see it', async ({ cluster, namespace }) => {
      await cluster.image('drains-2');
      await namespace.apply(service);
      const pod = { terminationGracePeriodSeconds: 6 };
      // So that everybody knows of a new pod before an old one ends.
      const spec = { minReadySeconds: 3 };
      const { ready } = await running(namespace, { image: await cluster.image('drains'), pod, spec });
      // For which kubectl does not wait where it is a StatefulSet.
      const available = '{.status.availableReplicas}{.status.numberAvailable}';
      await namespace.until(
        'all are available',
        async () =>
          (await namespace.kubectl('get', name, 'web', '-o', `jsonpath=${available}`)) === `${ready}`,
      );

      const watched = await step(namespace, {
        image: ':drains-2',
        'watch-url': 'service/web:http/',
        ...gentle,
      });

      expectEnding(watched, { result: 'deployed' });
      expect(watched.main.shown).toMatch(/During the rollout: \d+ requests, no errors/);
      expect(watched.main.summary).toMatch(/^\| ✅ after \| \d+ \| no errors/m);
    });

    test('is undone where users see errors that its probe conceals', async ({ cluster, namespace }) => {
      await cluster.image('ready-too-early');
      await namespace.apply(service);
      const pod = { terminationGracePeriodSeconds: 6 };
      const before = await running(namespace, { image: await cluster.image('drains'), pod });

      const watched = await step(namespace, {
        image: ':ready-too-early',
        'watch-url': 'service/web:http/',
        ...gentle,
      });

      expectEnding(watched, { result: 'undone', reason: 'users-saw-errors' });
      expect(watched.main.summary).toContain('503 ×');
      await expectBack(namespace, before);
    });

    test('migrates in an init container, and is undone where that fails', async ({ cluster, namespace }) => {
      const [image] = [await cluster.image('good'), await cluster.image('good-2')];
      const flags = '--print=applying_00004_orders_total --exit=3';
      await cluster.image(namespace.name, { env: { MIGRATE_FLAGS: flags } });
      const migrate: V1Container = {
        name: 'migrate',
        image,
        command: ['/app', 'migrate', '--offline', '--lines=4', '--interval=200ms'],
      };
      await running(namespace, { image, pod: { initContainers: [migrate] } });

      const migrated = await step(namespace, { image: ':good-2' });

      expectEnding(migrated, { result: 'deployed' });
      expect(migrated.main.shown).toContain('[migrate] line 4 of 4');
      const before = await namespace.workload('web', name);

      const failed = await step(namespace, { image: `:${namespace.name}` });

      expectEnding(failed, { result: 'undone', reason: 'init-migration-failed' });
      for (const where of [failed.main.shown, failed.main.summary]) {
        expect(where).toContain('the migration in init container migrate failed: exit code 3');
        expect(where).toContain('applying_00004_orders_total');
        expect(where).toContain('The schema may be half migrated');
      }
      await expectBack(namespace, before);
    });
  });
}

describeOnCluster('the image that really runs in a statefulset', () => {
  test('may not be two, where the tag was pushed again while it was rolled out', async ({
    cluster,
    namespace,
  }) => {
    const good = await cluster.image('good');
    const container = { imagePullPolicy: 'Always' };
    const before = await namespace.running<'statefulset'>(
      webStatefulSet({ image: good, replicas: 2, probe: true, container }),
    );
    const first = await digestOf(cluster, await serving(cluster, namespace, '--ready-after=6s'));

    const step = startDeploy(namespace, { deployment: 'statefulset/web', image: `:${namespace.name}` });
    // The other pod is made only once that is ready.
    await namespace.until('a new pod that runs', async () =>
      (await namespace.pods()).some(({ status }) => status?.containerStatuses?.[0]?.imageID?.includes(first)),
    );
    const second = await digestOf(cluster, await cluster.image(namespace.name, { env: { BUILD: '2' } }));
    const done = await step.finished;

    expectEnding(done, { result: 'undone', reason: 'mixed-image-digests' });
    for (const digest of [first, second]) expect(done.main.summary).toContain(digest);
    const after = await namespace.workload('web', 'statefulset');
    expect(after.object.spec).toEqual(before.object.spec);
    await expectPodsRun(namespace, good, 2);
  });
});

describeOnCluster('the pace of a daemonset', () => {
  test('is set for a rollout, and put back after it', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await serving(cluster, namespace, '--ready-after=4s');
    const before = await namespace.running<'daemonset'>(webDaemonSet({ image, probe: true }));

    const { meanwhile, ended } = await deployAtPace(namespace, 'daemonset', {
      image: `:${namespace.name}`,
      'max-surge': '1',
      'max-unavailable': '0',
    });

    expectEnding(ended, { result: 'deployed' });
    expect(meanwhile).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    expect(await namespace.strategy('daemonset')).toEqual(before.object.spec?.updateStrategy);
  });

  test('is put back by the undo, to surge as before', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const own = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } };
    const spec = { updateStrategy: own };
    const before = await namespace.running<'daemonset'>(webDaemonSet({ image, probe: true, spec }));

    const { meanwhile, ended } = await deployAtPace(namespace, 'daemonset', {
      image: ':no-such-tag',
      'max-unavailable': '1',
    });

    expectEnding(ended, { result: 'undone', reason: 'image-not-found' });
    expect(meanwhile).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    expect(await namespace.strategy('daemonset')).toEqual(own);
    await expectPodsRun(namespace, image, before.ready);
    await namespace.settled('web', 'daemonset');
  });

  test('is put back by post, where the step is cancelled', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('never-ready');
    const before = await namespace.running<'daemonset'>(webDaemonSet({ image, probe: true }));

    const cancelled = startDeploy(namespace, {
      deployment: 'daemonset/web',
      image: ':never-ready',
      'max-surge': '1',
      timeout: '3m',
    });
    await cancelled.waitForLog(/of \d updated/, 60);
    cancelled.cancel();
    const ended = await cancelled.finished;

    expect(ended.post.outputs['result']).toBe('undone');
    const after = await namespace.workload('web', 'daemonset');
    expect(after.object.spec).toEqual(before.object.spec);
    await expectPodsRun(namespace, image, before.ready);
  });
});
