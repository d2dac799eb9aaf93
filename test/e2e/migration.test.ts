import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { stringify } from 'yaml';
import { type Postgres, startPostgres } from '../cluster/index.ts';
import { clusterUnavailable, providedCluster } from '../cluster/provided.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { databaseEnv, databaseSecret, migrationManifest, webDeployment } from './support/manifests.ts';
import type { Namespace, Workload } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

let postgres: Postgres;
beforeAll(async () => {
  if (clusterUnavailable() !== undefined) return;
  postgres = await startPostgres(providedCluster());
  return () => postgres.stop();
});

/** With a database that was never migrated, and a workload that runs on it. */
const test = base.extend<{
  shop: { database: Awaited<ReturnType<Postgres['createDatabase']>>; before: Workload };
}>({
  shop: async ({ cluster, namespace }, use) => {
    const database = await postgres.createDatabase(namespace.name);
    const image = await cluster.image('any-schema');
    await namespace.apply(databaseSecret(database.urlFromPods));
    const before = await namespace.running(
      webDeployment({ image, replicas: 2, probe: true, container: { env: databaseEnv } }),
    );
    await use({ database, before });
  },
});

/** Nobody has touched the workload, nor its pods. */
async function expectUntouched(namespace: Namespace, before: Workload): Promise<void> {
  const after = await namespace.workload();
  expect(after.settings).toEqual(before.settings);
  expect(after.ready).toBe(before.ready);
  expect(await namespace.list('replicaset')).toHaveLength(1);
}

describeOnCluster('a migration that succeeds', () => {
  test('as a command runs in a copy of the container, before the new image', async ({
    cluster,
    namespace,
    shop,
  }) => {
    const next = await cluster.image('good');

    const step = await deployStep(namespace, { image: next, 'migration-command': '/app migrate' });

    expectEnding(step, { result: 'deployed' });
    // The new image is ready on the newest schema alone, so it was there before the image was.
    expect(await shop.database.query('select max(version_id)::int as version from goose_db_version')).toEqual(
      [{ version: 3 }],
    );
    expect(await namespace.workload()).toMatchObject({ image: next, ready: 2, revision: '2' });

    const name = step.outputs['migration-job'] ?? '';
    const job = await namespace.get('job', name);
    expect(job?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Complete', status: 'True' }),
    );
    expect(job?.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 600,
      podReplacementPolicy: 'Failed',
    });
    expect(job?.metadata?.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Deployment', name: 'web', uid: shop.before.object.metadata?.uid }),
    ]);
    expect(job?.metadata?.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'safe-rollout',
      'safe-rollout/workload': 'deployment.web',
      'safe-rollout/run-id': '4711',
    });

    expect(step.main.shown).toContain('00001_orders.sql');
    expect(step.main.shown).toContain('schema is at version 3');
    expect(step.main.shown.indexOf('schema is at version 3')).toBeLessThan(
      step.main.shown.indexOf('2 of 2 updated'),
    );
    expect(step.main.summary).toContain(name);
  });

  test('as a command has nothing in its pod by which users or controllers find the workload', async ({
    cluster,
    namespace,
    shop: _,
  }) => {
    const next = await cluster.image('good');
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });

    const step = await deployStep(namespace, { image: next, 'migration-command': '["/app", "migrate"]' });

    expectEnding(step, { result: 'deployed' });
    const [pod, ...more] = await namespace.list('pod', 'safe-rollout/run-id=4711');
    expect(more).toEqual([]);
    expect(pod?.metadata?.labels).not.toHaveProperty('app');
    expect(pod?.metadata?.labels).not.toHaveProperty('pod-template-hash');
    expect(pod?.spec).toMatchObject({ restartPolicy: 'Never' });
    const [container] = pod?.spec?.containers ?? [];
    expect(container).toMatchObject({ image: next, command: ['/app'], args: ['migrate'], env: databaseEnv });
    for (const serving of ['readinessProbe', 'livenessProbe', 'startupProbe', 'lifecycle', 'ports']) {
      expect(container).not.toHaveProperty(serving);
    }
    const endpoints = await namespace.kubectl(
      'get',
      'endpointslices',
      '-l',
      'kubernetes.io/service-name=web',
      '-o',
      'json',
    );
    expect(endpoints).not.toContain(pod?.metadata?.name);
  });

  const manifest = migrationManifest({ args: ['migrate'], env: databaseEnv });

  test('as a manifest in the workflow gets the new image', async ({ cluster, namespace, shop }) => {
    const next = await cluster.image('good');

    const step = await deployStep(namespace, {
      image: next,
      'migration-job': stringify(manifest),
      'migration-timeout': '90s',
    });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs['migration-job']).toMatch(/^schema-4711-[a-z0-9]+$/);
    const job = await namespace.get('job', step.outputs['migration-job'] ?? '');
    expect(job?.spec).toMatchObject({ activeDeadlineSeconds: 90, backoffLimit: 0 });
    expect(job?.spec?.template.spec?.containers[0]?.image).toBe(next);
    expect(await shop.database.query('select count(*)::int as count from orders')).toEqual([{ count: 0 }]);
    expect((await namespace.workload()).image).toBe(next);
  });

  test('as a file of the workspace keeps what the file says', async ({ cluster, namespace, shop }) => {
    const [next, own] = [await cluster.image('good'), await cluster.image('good-3')];
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    const spec = { backoffLimit: 2, activeDeadlineSeconds: 77, ttlSecondsAfterFinished: 3600 };
    const container = { image: own, args: ['migrate', '--to=2'], env: databaseEnv };
    writeFileSync(
      join(workspace, 'job.yaml'),
      `# The schema.\n${stringify(migrationManifest(container, spec))}`,
    );

    const step = await deployStep(
      namespace,
      // Needs the newest schema, which this migration does not bring.
      { image: next, 'migration-job': './job.yaml', timeout: '12s' },
      { workspace },
    );
    rmSync(workspace, { recursive: true });

    expectEnding(step, { result: 'undone', reason: 'not-ready' });
    const job = await namespace.get('job', step.outputs['migration-job'] ?? '');
    expect(job?.spec).toMatchObject(spec);
    expect(job?.spec?.template.spec?.containers[0]?.image).toBe(own);
    expect(await shop.database.query('select max(version_id)::int as version from goose_db_version')).toEqual(
      [{ version: 2 }],
    );
    expect(await namespace.workload()).toMatchObject({ image: shop.before.image, ready: 2 });
  });
});

describeOnCluster('a migration that fails', () => {
  test("shows the database's words and the exit code, and leaves the workload alone", async ({
    cluster,
    namespace,
    shop,
  }) => {
    const step = await deployStep(namespace, {
      image: await cluster.image('migrate-fail'),
      'migration-command': '/app migrate',
    });

    expectEnding(step, { result: 'migration-failed', reason: 'migration-failed' });
    const [annotation] = step.main.annotations;
    for (const where of [step.main.shown, step.main.summary, annotation?.message]) {
      expect(where).toContain('exit code 1');
      expect(where).toContain('syntax error');
    }
    expect(step.main.summary).toContain('applied 00003_orders_by_customer.sql');
    expect(step.outputs).toMatchObject({
      revision: '',
      'previous-revision': '1',
      'previous-image': shop.before.image,
    });
    await expectUntouched(namespace, shop.before);
    const job = await namespace.get('job', step.outputs['migration-job'] ?? '');
    expect(job?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', status: 'True' }),
    );
  });

  test('by hanging is stopped at its timeout, with its last lines', async ({ cluster, namespace, shop }) => {
    const step = await deployStep(namespace, {
      image: await cluster.image('migrate-hang'),
      'migration-command': '/app migrate',
      'migration-timeout': '8s',
    });

    expectEnding(step, { result: 'migration-failed', reason: 'migration-timeout' });
    expect(step.main.shown).toContain('waiting for a lock on table orders');
    expect(step.main.summary).toContain('waiting for a lock on table orders');
    expect(step.main.summary).toContain('8 s');
    await expectUntouched(namespace, shop.before);
    const job = await namespace.get('job', step.outputs['migration-job'] ?? '');
    expect(job?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'DeadlineExceeded' }),
    );
    // The Job has failed once its pod has ended; a busy kubelet may need a moment more to remove that.
    await namespace.until(
      'its pod is gone',
      async () => (await namespace.list('pod', 'safe-rollout/run-id=4711')).length === 0,
    );
  });

  test('because somebody deletes its Job says that nobody knows how far it came', async ({
    cluster,
    namespace,
    shop,
  }) => {
    const step = startDeploy(namespace, {
      image: await cluster.image('migrate-hang'),
      'migration-command': '/app migrate',
    });
    await step.waitForLog(/waiting for a lock/, 60);
    await namespace.kubectl('delete', 'job', '--all', '--cascade=background');

    const run = await step.finished;
    expectEnding(run, { result: 'migration-failed', reason: 'migration-deleted' });
    expect(run.main.summary).toContain(run.outputs['migration-job']);
    expect(run.main.summary).toContain('waiting for a lock on table orders');
    await expectUntouched(namespace, shop.before);
  });
});
