import type { V1Job } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { MigrationSource } from '../../../src/kubernetes/jobs.ts';
import { migrationJob } from '../../../src/kubernetes/jobs.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { deployment } from '../../../src/kubernetes/workloads/deployment.ts';
import type { WorkloadObject } from '../../../src/kubernetes/workloads/kind.ts';
import { awaitOtherMigrations, runMigration } from '../../../src/steps/migration.ts';
import type { Plan } from '../../../src/steps/plan.ts';
import { answerLost, dropped, refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop, intentOf } from '../fake-shop.ts';

const command: MigrationSource = { kind: 'command', command: ['/app', 'migrate'] };
const earlierRun = 'https://github.com/acme/shop/actions/runs/1/attempts/1';

/** The Job that a run makes of a migration for the shop's workload. */
function jobOf(
  shop: FakeShop,
  over: {
    unique?: string;
    image?: string;
    migration?: MigrationSource;
    runId?: string;
    workload?: string;
  } = {},
): V1Job {
  return migrationJob({
    migration: over.migration ?? command,
    workload: shop.deployment() as WorkloadObject,
    workloadNames: [over.workload ?? 'deployment/web'],
    namespace: 'shop',
    image: over.image ?? 'acme/web:v2',
    container: 'web',
    timeout: 600,
    run: {
      repository: 'acme/shop',
      runId: over.runId ?? '1',
      attempt: '1',
      job: 'deploy',
      actor: 'octocat',
      sha: '',
      url: earlierRun,
    },
    unique: over.unique ?? 'aaaaa',
  });
}

function ended(job: V1Job, type: 'Complete' | 'Failed', reason = ''): V1Job {
  return { ...job, status: { conditions: [{ type, status: 'True', reason, message: reason }] } };
}

function put(shop: FakeShop, job: V1Job): void {
  shop.cluster.put(resources.jobs, job);
}

/** Ends the Job after so many seconds. */
function endAfter(shop: FakeShop, seconds: number, job: V1Job): void {
  shop.clock.sleep(seconds, new AbortController().signal).then(() => put(shop, ended(job, 'Complete')));
}

function runOf(shop: FakeShop, inputs: NonNullable<Parameters<typeof fakeRun>[1]>['inputs'] = {}) {
  return fakeRun(shop.cluster.client(), { clock: shop.clock, inputs: { migration: command, ...inputs } });
}

describe('migrations of others', () => {
  it.each<[string, (shop: FakeShop) => V1Job[]]>([
    ['there is none', () => []],
    ['one has ended well', (shop) => [ended(jobOf(shop), 'Complete')]],
    ['one has failed', (shop) => [ended(jobOf(shop), 'Failed')]],
    ['one runs for another workload', (shop) => [jobOf(shop, { workload: 'deployment/api' })]],
  ])('are not waited for where %s', async (_, jobs) => {
    const shop = fakeShop();
    for (const job of jobs(shop)) put(shop, job);
    const began = shop.clock.now();
    const other = await shop.clock.run(awaitOtherMigrations(runOf(shop), jobOf(shop, { unique: 'bbbbb' })));
    expect(other).toEqual({ adopted: undefined, waited: false });
    expect(shop.clock.now()).toBe(began);
  });

  it.each<[string, Parameters<typeof jobOf>[1]]>([
    ['another image', { image: 'acme/web:v3' }],
    ['another command', { migration: { kind: 'command', command: ['/app', 'migrate', '--all'] } }],
    ['a manifest of its own', { migration: { kind: 'job', job: { spec: { template: {} } } as V1Job } }],
  ])('are waited for, and told once: %s', async (_, over) => {
    const shop = fakeShop();
    const theirs = jobOf(shop, over);
    put(shop, theirs);
    endAfter(shop, 30, theirs);
    const run = runOf(shop);
    const began = shop.clock.now();
    const other = await shop.clock.run(awaitOtherMigrations(run, jobOf(shop, { unique: 'bbbbb' })));
    expect(other).toEqual({ adopted: undefined, waited: true });
    expect((shop.clock.now() - began) / 1000).toBeGreaterThanOrEqual(30);
    expect((shop.clock.now() - began) / 1000).toBeLessThan(35);
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toContain(`job/${theirs.metadata?.name}`);
    expect(run.lines[0]).toContain(earlierRun);
  });

  it.each([
    ['after the time to wait', 60],
    ['at once, where nobody waits', 0],
  ])('that run on refuse the step %s', async (_, lockTimeout) => {
    const shop = fakeShop();
    put(shop, jobOf(shop, { image: 'acme/web:v3' }));
    const began = shop.clock.now();
    const run = runOf(shop, { lockTimeout });
    const other = await shop.clock.run(awaitOtherMigrations(run, jobOf(shop, { unique: 'bbbbb' })));
    expect((shop.clock.now() - began) / 1000).toBe(lockTimeout);
    expect(other).toMatchObject({ result: 'locked', cause: { reason: 'migration-running' } });
    expect(JSON.stringify(other)).toContain('logs -f job/web-migrate-1-aaaaa');
  });

  it('are taken on where they run what this one would, whoever began it', async () => {
    const shop = fakeShop();
    put(shop, jobOf(shop));
    const run = runOf(shop);
    const other = await shop.clock.run(
      awaitOtherMigrations(run, jobOf(shop, { unique: 'bbbbb', runId: '4711' })),
    );
    expect(other).toMatchObject({ adopted: { metadata: { name: 'web-migrate-1-aaaaa' } }, waited: false });
    expect(run.lines.join()).toContain('web-migrate-1-aaaaa');
  });

  it('are waited for where there are two, though one is the very same', async () => {
    const shop = fakeShop();
    const theirs = jobOf(shop, { unique: 'ccccc', image: 'acme/web:v3' });
    put(shop, theirs);
    put(shop, jobOf(shop));
    endAfter(shop, 30, theirs);
    const other = await shop.clock.run(awaitOtherMigrations(runOf(shop), jobOf(shop, { unique: 'bbbbb' })));
    expect(other).toMatchObject({ adopted: { metadata: { name: 'web-migrate-1-aaaaa' } }, waited: true });
  });

  it('are no longer waited for once the run is told to end', async () => {
    const shop = fakeShop();
    put(shop, jobOf(shop, { image: 'acme/web:v3' }));
    const controller = new AbortController();
    const run = fakeRun(shop.cluster.client(), {
      clock: shop.clock,
      inputs: { migration: command },
      signal: controller.signal,
    });
    const waiting = awaitOtherMigrations(run, jobOf(shop, { unique: 'bbbbb' }));
    await shop.clock.pass(10);
    controller.abort(new Error('told to end'));
    await expect(waiting).rejects.toThrow('told to end');
  });
});

describe('the migration', () => {
  function planOf(shop: FakeShop): Plan {
    return {
      observation: { kind: deployment } as Plan['observation'],
      changes: [{ container: 'web', from: 'acme/web:v1', to: 'acme/web:v2', path: '/x' }],
      patch: [],
      template: {},
      isUnchanged: false,
      isServing: false,
      about: [],
      before: shop.deployment() as WorkloadObject,
      intent: intentOf({ phase: 'migrating' }),
    };
  }

  /** A cluster that ends each Job as soon as it is created. */
  function shopEnding(type: 'Complete' | 'Failed'): FakeShop {
    const shop = fakeShop();
    shop.cluster.afterChange = (plural, object) => {
      const job = object as V1Job;
      if (plural === 'jobs' && job.status === undefined) put(shop, ended(job, type, 'BackoffLimitExceeded'));
    };
    return shop;
  }

  it('is written down before it is created, with its name', async () => {
    const shop = shopEnding('Complete');
    const run = runOf(shop);
    let created = 0;
    const saveIntent: typeof run.saveIntent = async (intent) => {
      if (intent) expect(intent).toMatchObject({ phase: 'migrating', job: 'web-migrate-1-aaaaa' });
      created = shop.cluster.count('create', 'jobs');
      await run.saveIntent(intent);
    };
    const end = await shop.clock.run(
      runMigration({ ...run, saveIntent }, planOf(shop), jobOf(shop), undefined),
    );
    expect(end).toBeUndefined();
    expect(created).toBe(0);
    expect(shop.cluster.count('create', 'jobs')).toBe(1);
    expect(run.told('migration-started')).toMatchObject([
      { job: 'web-migrate-1-aaaaa', image: 'acme/web:v2' },
    ]);
    expect(run.told('migration-ended')).toMatchObject([{ cause: undefined, kept: true }]);
    // The image is still to be set: the intent stands.
    expect(run.saved.at(-1)).toMatchObject({ phase: 'migrating' });
  });

  it('that fails ends the step, and nothing is left half-way', async () => {
    const shop = shopEnding('Failed');
    const run = runOf(shop);
    const end = await shop.clock.run(runMigration(run, planOf(shop), jobOf(shop), undefined));
    expect(end).toMatchObject({ result: 'migration-failed', cause: { reason: 'migration-failed' } });
    expect(end?.next.join('\n')).toContain('describe job/web-migrate-1-aaaaa');
    expect(run.saved.at(-1)).toBeUndefined();
  });

  it('that was taken on is followed to its end, and not created again', async () => {
    const shop = fakeShop();
    put(shop, jobOf(shop));
    const theirs = shop.cluster.read(resources.jobs, 'web-migrate-1-aaaaa');
    endAfter(shop, 45, theirs as V1Job);
    const run = runOf(shop);
    const wanted = jobOf(shop, { unique: 'bbbbb', runId: '4711' });
    const began = shop.clock.now();
    expect(await shop.clock.run(runMigration(run, planOf(shop), wanted, theirs))).toBeUndefined();
    expect((shop.clock.now() - began) / 1000).toBeGreaterThanOrEqual(45);
    expect(shop.cluster.count('create', 'jobs')).toBe(0);
    expect(run.saved[0]).toMatchObject({ job: 'web-migrate-1-aaaaa' });
    expect(run.told('migration-started')).toMatchObject([{ job: 'web-migrate-1-aaaaa' }]);
  });

  it('that was taken on and fails ends the step too', async () => {
    const shop = fakeShop();
    put(shop, jobOf(shop));
    const theirs = shop.cluster.read(resources.jobs, 'web-migrate-1-aaaaa') as V1Job;
    shop.clock.sleep(5, new AbortController().signal).then(() => put(shop, ended(theirs, 'Failed')));
    const end = await shop.clock.run(runMigration(runOf(shop), planOf(shop), jobOf(shop), theirs));
    expect(end).toMatchObject({ result: 'migration-failed' });
  });

  describe('may have been created', () => {
    it.each([
      ['the answer is lost', answerLost, true],
      ['the connection breaks', dropped, true],
      ['the server fails', refused(500, 'InternalError'), true],
      ['the server refuses it', refused(422, 'Invalid'), false],
    ])('where %s: %o', async (_, fault, isStarted) => {
      const shop = fakeShop();
      const client = shop.cluster.client({ fault: ({ verb }) => (verb === 'create' ? fault : undefined) });
      const run = fakeRun(client, { clock: shop.clock, inputs: { migration: command } });
      await expect(shop.clock.run(runMigration(run, planOf(shop), jobOf(shop), undefined))).rejects.toBe(
        fault.error,
      );
      expect(run.told('migration-started')).toHaveLength(isStarted ? 1 : 0);
    });

    it('by a sending before: then it is followed', async () => {
      const shop = shopEnding('Complete');
      const exists = refused(409, 'AlreadyExists', 'already exists', true);
      const client = shop.cluster.client({ fault: ({ verb }) => (verb === 'create' ? exists : undefined) });
      const run = fakeRun(client, { clock: shop.clock, inputs: { migration: command } });
      expect(await shop.clock.run(runMigration(run, planOf(shop), jobOf(shop), undefined))).toBeUndefined();
      expect(run.told('migration-ended')).toMatchObject([{ cause: undefined }]);
    });

    it('by another run under this very name: then it is not ours', async () => {
      const shop = fakeShop();
      put(shop, jobOf(shop, { runId: '99' }));
      const mine = jobOf(shop, { runId: '4711' });
      const clash = { ...mine, metadata: { ...mine.metadata, name: 'web-migrate-99-aaaaa' } };
      const run = runOf(shop);
      await expect(shop.clock.run(runMigration(run, planOf(shop), clash, undefined))).rejects.toMatchObject({
        reason: 'AlreadyExists',
      });
      expect(run.told('migration-started')).toEqual([]);
    });
  });
});
