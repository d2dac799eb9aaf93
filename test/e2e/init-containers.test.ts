import type { V1Container } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { run } from '../cluster/processes.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

/** A migration that says it in four lines, over two seconds. */
const migrate = (image: string, over: Partial<V1Container> = {}): V1Container => ({
  name: 'migrate',
  image,
  command: ['/app', 'migrate', '--offline', '--lines=4', '--interval=500ms'],
  ...over,
});

const wait = (image: string): V1Container => ({
  name: 'wait-for-db',
  image,
  command: ['/app', 'run', '--print=the_database_answers', '--sleep=1s'],
});

describeOnCluster('a migration in an init container', () => {
  test('is shown while it runs: how far each pod is, and the log of one', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    const pod = { initContainers: [wait(image), migrate(image)] };
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, pod }));
    const seen: number[] = [];

    const step = startDeploy(
      namespace,
      { image: ':good-2' },
      { onLine: (line) => line.startsWith('[migrate] line ') && seen.push(performance.now()) },
    );
    await step.waitForLog(/pod\/web-\S+: Init:1\/2 \(migrate runs\)/, 60);
    expect(await namespace.kubectl('get', 'pods')).toContain('Init:1/2');
    const done = await step.finished;

    expectEnding(done, { result: 'deployed' });
    const { shown, summary } = done.main;
    const lines = shown.split('\n');
    // Of the second pod, only how far it is.
    const pods = new Set(lines.flatMap((line) => /^pod\/(\S+): Init:1\/2/.exec(line)?.[1] ?? []));
    expect(pods.size).toBe(2);
    expect(lines.filter((line) => line.startsWith('[migrate] '))).toEqual([
      '[migrate] app good-2 migrating',
      ...[1, 2, 3, 4].map((line) => `[migrate] line ${line} of 4`),
    ]);
    expect((seen.at(-1) ?? 0) - (seen[0] ?? 0)).toBeGreaterThan(100);
    expect(shown).not.toContain('[wait-for-db]');
    for (const where of [shown, summary]) {
      expect(where).toContain('migrates-in-init');
      expect(where).toContain('migration-command: /app migrate --offline --lines=4 --interval=500ms');
    }
    expect(summary).not.toContain('wait-for-db (by');
  });

  test('that fails is told as a failed migration, and the rollout is undone', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    const flags = '--print=applying_00004_orders_total --exit=3';
    await cluster.image(namespace.name, { env: { MIGRATE_FLAGS: flags } });
    const pod = { initContainers: [wait(image), migrate(image)] };
    const before = await namespace.running(webDeployment({ image, probe: true, pod }));

    const step = await deployStep(namespace, { image: `:${namespace.name}`, timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'init-migration-failed' });
    const { shown, summary } = step.main;
    for (const where of [shown, summary]) {
      expect(where).toContain('the migration in init container migrate failed: exit code 3');
      expect(where).toContain('its command, /app migrate');
      expect(where).toContain('applying_00004_orders_total');
      expect(where).toContain('The schema may be half migrated');
    }
    expect(shown).toContain('[migrate] applying_00004_orders_total');
    expect(shown).toMatch(/pod\/web-\S+: Init:(Error|CrashLoopBackOff)/);
    // One replica migrates by itself.
    expect(summary).not.toContain('migrates-in-init');
    expect((await namespace.workload()).object.spec).toEqual(before.object.spec);
  });

  test('that takes longer than the timeout is told as such', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image(namespace.name, { env: { MIGRATE_FLAGS: '--hang' } });
    const pod = { initContainers: [migrate(image)] };
    await namespace.running(webDeployment({ image, probe: true, pod }));

    const step = await deployStep(namespace, { image: `:${namespace.name}`, timeout: '30s' });

    expectEnding(step, { result: 'undone', reason: 'init-migration-running' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('Init:0/1');
      expect(where).toContain('waiting for a lock on table orders');
      expect(where).toContain('migration-command');
    }
  });
});

describeOnCluster('init containers', () => {
  test('get the image, two of them by name', async ({ cluster, namespace }) => {
    const [image, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const seed = { ...wait(image), name: 'seed' };
    const pod = { initContainers: [wait(image), migrate(image), seed] };
    await namespace.running(webDeployment({ image, probe: true, pod }));

    const step = await deployStep(namespace, { image: ':good-2', container: 'migrate, seed' });

    expectEnding(step, { result: 'deployed' });
    expect((await namespace.workload()).images).toEqual({
      'wait-for-db': image,
      migrate: next,
      seed: next,
      web: image,
    });
    const crane = cluster.bin('crane');
    const digest = (await run(crane, ['digest', '--insecure', next])).trim();
    expect(step.outputs).toMatchObject({ image: next, 'previous-image': image, 'image-digest': digest });
    expect(step.main.shown).toContain('[migrate] app good-2 migrating');
    expect(step.main.shown).toContain('[seed] the_database_answers');
  });

  test('that go on beside the others are no migrations, whatever they are called', async ({
    cluster,
    namespace,
  }) => {
    const [image, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const sidecar: V1Container = {
      name: 'migrate-proxy',
      image,
      command: ['/app', 'serve', '--listen=:8081'],
      restartPolicy: 'Always',
    };
    const pod = { initContainers: [sidecar, migrate(image)] };
    await namespace.running(webDeployment({ image, replicas: 2, probe: true, pod }));

    const step = await deployStep(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'deployed' });
    const { images } = await namespace.workload();
    expect(images).toEqual({ 'migrate-proxy': next, migrate: next, web: next });
    // The sidecar counts as begun once it has started, as kubectl counts.
    expect(step.main.shown).toMatch(/pod\/web-\S+: Init:1\/2 \(migrate runs\)/);
    expect(step.main.shown).toContain('[migrate] line 4 of 4');
    expect(step.main.shown).not.toContain('[migrate-proxy]');
    expect(step.main.summary).not.toContain('init container migrate-proxy');
  });
});
