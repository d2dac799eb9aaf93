import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { neededAccess, rbacRules } from '../../src/preflight/access.ts';
import type { StepRun } from '../support/runner.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { migrationManifest, webDeployment } from './support/manifests.ts';
import { Namespace, type Workload } from './support/namespace.ts';
import { deployStep, expectEnding, expectSound, startDeploy } from './support/step.ts';

/** What the action may do: only what it asks for where all of this is used. */
const rules = parse(
  rbacRules(
    neededAccess('Deployment', true, undefined, undefined, { job: true, port: 'service' }).map((need) => ({
      ...need,
      allowed: false,
    })),
  ),
) as object[];

/** Two pods that are told ready by a probe, behind a Service, and a folder for what a command leaves. */
const test = base.extend<{ namespace: Namespace; before: Workload; folder: string }>({
  namespace: async ({ cluster }, use) => {
    const namespace = await Namespace.create(cluster, rules);
    await use(namespace);
    await namespace.remove();
  },
  before: async ({ cluster, namespace }, use) => {
    const image = await cluster.image('good');
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'main' }] },
    });
    const container = { ports: [{ name: 'main', containerPort: 8080 }] };
    await use(await namespace.running(webDeployment({ image, replicas: 2, probe: true, container })));
  },
  folder: async ({ task: _ }, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'proof-'));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

async function expectBack(namespace: Namespace, before: Workload): Promise<void> {
  const after = await namespace.workload();
  expect(after.object.spec).toEqual(before.object.spec);
  expect(after).toMatchObject({ ready: before.ready, image: before.image });
}

function expectUndone(step: StepRun, reason: string): void {
  expectEnding(step, { result: 'undone', reason });
  expect(step.outputs).toMatchObject({ revision: '2', 'previous-revision': '1' });
  expect(step.main.shown).toContain('2 of 2 updated, 2 available');
}

/** The rows of the summary's table of what happened. */
function phases({ main }: StepRun): string[] {
  const [, table = ''] = main.summary.split('### What happened');
  return [...table.matchAll(/^\| ([^|]+?) \| [^|]*\| (\S) ?([^|]*?) \|$/gm)].map(([, title, mark, note]) =>
    `${title} ${mark} ${note}`.trim(),
  );
}

/** Asks an address and prints the answer; fails where there is none. */
const ask = `node -e 'fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()))'`;

describeOnCluster('a verify-command', () => {
  test('that succeeds lets the rollout count, and knows of it', async ({ cluster, namespace, before }) => {
    const next = await cluster.image('good-2');
    const script = [
      'facts=$(env | grep ^SAFE_ROLLOUT | sort)',
      'echo "$facts"',
      'env | grep -c ^INPUT_ || true',
    ];

    const step = await deployStep(namespace, { image: next, 'verify-command': script.join('\n') });

    expectEnding(step, { result: 'deployed' });
    for (const fact of [
      'WORKLOAD=deployment/web',
      `NAMESPACE=${namespace.name}`,
      `IMAGE=${next}`,
      `PREVIOUS_IMAGE=${before.image}`,
      'REVISION=2',
      'PREVIOUS_REVISION=1',
    ])
      expect(step.main.log).toContain(`\nSAFE_ROLLOUT_${fact}\n`);
    expect(step.main.log).toContain('\n0\n');
    expect(phases(step)).toEqual(['Check ✓', 'Rollout ✓ revision 2', 'Verify command ✓']);
    expect(await namespace.workload()).toMatchObject({ image: next, ready: 2 });
  });

  test('that fails undoes it, and its output is why', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-command': 'echo "::error::not a command"\necho "the cart is empty"\nexit 3',
    });

    expectUndone(step, 'verify-command-failed');
    expect(phases(step)).toContain('Verify command ✗ verify-command-failed');
    expect(step.main.summary).toContain('exit code 3');
    expect(step.main.summary).toContain('the cart is empty');
    expect(step.main.annotations[0]?.message).toContain('the cart is empty');
    // What the pods have to say of it goes with them.
    expect(step.main.summary).toContain('app good-2 listening');
    await expectBack(namespace, before);
  });

  test('that does not end in time is ended, and the rollout undone', async ({
    namespace,
    before,
    folder,
  }) => {
    const late = path.join(folder, 'late');
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-timeout': '2s',
      'verify-command': `echo waiting for the search index\n(sleep 6; touch ${late}) | cat`,
    });

    expectUndone(step, 'verify-command-timeout');
    expect(step.main.summary).toContain('waiting for the search index');
    await expectBack(namespace, before);
    await sleep(4000);
    expect(existsSync(late)).toBe(false);
  });

  test('that is cancelled is ended, and post undoes the rollout', async ({ namespace, before, folder }) => {
    const late = path.join(folder, 'late');
    const step = await startDeploy(
      namespace,
      { image: ':good-2', 'verify-command': `echo looking around\nsleep 8\ntouch ${late}` },
      { cancelAt: /looking around/ },
    ).finished;
    expectSound(step, namespace.token);

    expect(step.main).toMatchObject({ signal: null, exitCode: 1 });
    expect(step.main.outputs).toMatchObject({ result: 'cancelled', reason: 'interrupted', revision: '2' });
    expect(step.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    await expectBack(namespace, before);
    expect(existsSync(late)).toBe(false);
  });

  test('whose step is killed is undone by post too', async ({ namespace, before }) => {
    const step = await startDeploy(
      namespace,
      { image: ':good-2', 'verify-command': 'echo looking around\nsleep 30' },
      { killAt: /looking around/ },
    ).finished;

    expect(step.main.signal).toBe('SIGKILL');
    expect(step.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    await expectBack(namespace, before);
  });

  test('that is cancelled leaves what is healthy with on-cancel: leave', async ({ namespace, before: _ }) => {
    const step = await startDeploy(
      namespace,
      { image: ':good-2', 'on-cancel': 'leave', 'verify-command': 'echo looking around\nsleep 30' },
      { cancelAt: /looking around/ },
    ).finished;

    expect(step.post.outputs).toMatchObject({ result: 'deployed', revision: '2' });
    expect((await namespace.workload()).image).toContain(':good-2');
  });

  test('that fails is left with on-failure: leave', async ({ namespace, before: _ }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'on-failure': 'leave',
      'verify-command': 'false',
    });

    expectEnding(step, { result: 'left-failed', reason: 'verify-command-failed' });
    expect((await namespace.workload()).image).toContain(':good-2');
  });
});

describeOnCluster('a verify-port', () => {
  test('leads to a pod of the new revision', async ({ namespace, before: _ }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-port': '8080',
      'verify-command': `echo "$SAFE_ROLLOUT_HOST:$SAFE_ROLLOUT_PORT"\nfor i in 1 2 3; do ${ask} "$SAFE_ROLLOUT_URL/"; done`,
    });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.log.match(/^200 good-2$/gm)).toHaveLength(3);
    expect(step.main.log).toMatch(/^127\.0\.0\.1:\d+$/m);
  });

  test("leads to the pod's port that a Service's leads to", async ({ namespace, before: _ }) => {
    for (const port of ['service/web:http', 'svc/web:80']) {
      const step = await deployStep(namespace, {
        image: port.startsWith('svc') ? ':good-3' : ':good-2',
        'verify-port': port,
        'verify-command': `${ask} "$SAFE_ROLLOUT_URL/"`,
      });
      expectEnding(step, { result: 'deployed' });
      expect(step.main.log).toMatch(/^200 good-[23]$/m);
    }
  });

  test('that nobody listens on is told, and undone by what the command makes of it', async ({
    namespace,
    before,
  }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-port': 'pod:8081',
      'verify-command': `${ask} "$SAFE_ROLLOUT_URL/"`,
    });

    expectUndone(step, 'verify-command-failed');
    expect(step.main.shown).toContain('A connection to pod:8081 failed');
    expect(step.main.shown).toContain('connection refused');
    await expectBack(namespace, before);
  });

  test('of a Service that is not there is told before anything is changed', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-port': 'service/wbe:80',
      'verify-command': 'echo never',
    });

    expectEnding(step, { result: 'refused', reason: 'verify-port-unknown' });
    expect(step.main.summary).toContain('wbe');
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });
});

describeOnCluster('a verify-job', () => {
  const job = (command: string[], over: object = {}) =>
    stringify(migrationManifest({ command: ['/app', 'run', ...command], ...over }));

  test('that succeeds runs the new image, and is no migration', async ({ cluster, namespace, before: _ }) => {
    const next = await cluster.image('good-2');
    const step = await deployStep(namespace, { image: next, 'verify-job': job(['--print=all is well']) });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.shown).toContain('all is well');
    expect(step.outputs['migration-job']).toBe('');
    const [made, ...others] = await namespace.list('job');
    expect(others).toEqual([]);
    expect(made?.metadata?.name).toMatch(/^schema-4711-/);
    expect(made?.metadata?.labels).toMatchObject({ 'safe-rollout/verifies': 'deployment.web' });
    expect(made?.metadata?.labels).not.toHaveProperty('safe-rollout/workload');
    expect(made?.spec?.template.spec?.containers[0]?.image).toBe(next);
    expect(phases(step)).toContain(`Verify job/${made?.metadata?.name} ✓`);
  });

  test('that fails undoes the rollout, and its log is why', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-job': job(['--print=the cart is empty', '--exit=4']),
      'verify-command': 'echo never',
    });

    expectUndone(step, 'verify-job-failed');
    expect(step.main.summary).toContain('the cart is empty');
    expect(step.main.summary).toContain('exit code 4');
    expect(step.main.log).not.toMatch(/^never$/m);
    await expectBack(namespace, before);
  });

  test('that cannot start undoes it within seconds', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-job': job([], { command: ['/no-such-program'] }),
    });

    expectUndone(step, 'verify-job-failed');
    expect(step.main.summary).toContain('its command is not in the image');
    await expectBack(namespace, before);
  });

  test('that takes too long is stopped', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-timeout': '6s',
      'verify-job': job(['--hang']),
    });

    expectUndone(step, 'verify-job-timeout');
    await expectBack(namespace, before);
  });

  test('is removed where the step is cancelled', async ({ namespace, before }) => {
    const step = await startDeploy(
      namespace,
      { image: ':good-2', 'verify-job': job(['--hang']) },
      { cancelAt: /waiting for a lock/ },
    ).finished;

    expect(step.main.outputs).toMatchObject({ result: 'cancelled' });
    expect(step.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    expect(await namespace.list('job')).toEqual([]);
    await expectBack(namespace, before);
  });

  test('that the API server refuses is told before anything is changed', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-job': job([], { imagePullPolicy: 'Sometimes' }),
    });

    expectEnding(step, { result: 'refused', reason: 'verification-refused' });
    expect(step.main.summary).toContain('imagePullPolicy');
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });
});

describeOnCluster('a bake', () => {
  test('passes where the pods go on as they are, be it after one was taken away', async ({
    namespace,
    before: _,
  }) => {
    const deploy = startDeploy(namespace, { image: ':good-2', 'bake-time': '12s' });
    await deploy.waitForLog(/Bake/, 60);
    const [deleted, evicted] = await namespace.pods();
    await namespace.kubectl('delete', 'pod', deleted?.metadata?.name ?? '', '--wait=false');
    await namespace.evict(evicted?.metadata?.name ?? '');
    await namespace.kubectl('scale', 'deployment/web', '--replicas=3');

    const step = await deploy.finished;
    expectEnding(step, { result: 'deployed' });
    expect(phases(step)).toContain('Bake ✓');
    const { object } = await namespace.workload();
    expect(object.status?.readyReplicas).toBeGreaterThanOrEqual(2);
  });

  test('undoes where a container crashes later', async ({ namespace, before }) => {
    const step = await deployStep(namespace, { image: ':crash-later', 'bake-time': '60s' });

    expectUndone(step, 'restarted-after-rollout');
    expect(phases(step)).toContain('Bake ✗ restarted-after-rollout');
    expect(step.main.summary).toContain('exit code 1');
    expect(step.main.summary).toContain('panic: lost the connection to the queue');
    expect(Number(step.outputs['duration-seconds'])).toBeLessThan(45);
    await expectBack(namespace, before);
  });

  test('undoes where a pod is no longer ready', async ({ cluster, namespace, before }) => {
    const image = await cluster.image('unready-later', { env: { SERVE_FLAGS: '--unready-after=20s' } });
    const step = await deployStep(namespace, { image, 'bake-time': '90s' });

    expectUndone(step, 'unready-after-rollout');
    expect(step.main.summary).toContain('503');
    await expectBack(namespace, before);
  });

  test('that is cancelled is undone by post', async ({ namespace, before }) => {
    const step = await startDeploy(
      namespace,
      { image: ':good-2', 'bake-time': '60s' },
      { cancelAt: /group::Bake/ },
    ).finished;

    expect(step.main.outputs).toMatchObject({ result: 'cancelled' });
    expect(step.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
    await expectBack(namespace, before);
  });

  test('undoes nothing where somebody changes the workload meanwhile', async ({ namespace, before: _ }) => {
    const deploy = startDeploy(namespace, { image: ':good-2', 'bake-time': '60s' });
    await deploy.waitForLog(/Bake/, 60);
    await namespace.kubectl('set', 'env', 'deployment/web', 'FIX=1');

    const step = await deploy.finished;
    expectEnding(step, { result: 'superseded', reason: 'superseded' });
    expect(step.main.shown).toContain('kubectl-set');
    expect((await namespace.workload()).image).toContain(':good-2');
  });

  test('is not over before a crash during the verify-command is seen', async ({ namespace, before }) => {
    const step = await deployStep(namespace, {
      image: ':crash-later',
      'verify-command': 'sleep 60; echo never',
    });

    expectUndone(step, 'restarted-after-rollout');
    expect(step.main.log).not.toMatch(/^never$/m);
    await expectBack(namespace, before);
  });
});

describeOnCluster('several workloads', () => {
  /** `worker`, which becomes ready at once, and does what its image does only where the variable is not set. */
  const worker = (image: string, isTame: boolean) =>
    webDeployment({
      image,
      name: 'worker',
      probe: true,
      ...(isTame && { container: { env: [{ name: 'SERVE_FLAGS', value: '' }] } }),
    });

  async function expectBothBack(namespace: Namespace, image: string): Promise<void> {
    for (const name of ['web', 'worker']) expect((await namespace.workload(name)).image).toBe(image);
  }

  test('are proved as one', async ({ namespace, before }) => {
    await namespace.running(worker(before.image, true));
    const step = await deployStep(namespace, {
      deployment: 'web, worker',
      image: ':good-2',
      'verify-port': '8080',
      'verify-command': `echo "$SAFE_ROLLOUT_WORKLOAD"\n${ask} "$SAFE_ROLLOUT_URL/"`,
      'bake-time': '3s',
    });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.log).toMatch(/^deployment\/web$/m);
    expect(step.main.log).toMatch(/^200 good-2$/m);
    expect(phases(step).filter((phase) => /Verify|Bake/.test(phase))).toEqual(['Verify command ✓', 'Bake ✓']);
  });

  test('go back together where the verify-command fails', async ({ namespace, before }) => {
    await namespace.running(worker(before.image, true));
    const step = await deployStep(namespace, {
      deployment: 'web, worker',
      image: ':good-2',
      'verify-command': 'exit 3',
    });

    expectEnding(step, { result: 'undone', reason: 'verify-command-failed' });
    await expectBothBack(namespace, before.image);
  });

  test('go back together where one of them crashes in the bake', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('crash-later');
    const container = { env: [{ name: 'SERVE_FLAGS', value: '' }] };
    await namespace.running(
      webDeployment({ image, replicas: 2, probe: true, container }),
      worker(image, false),
    );
    const step = await deployStep(namespace, {
      deployment: 'web, worker',
      image: ':crash-later',
      'bake-time': '60s',
    });

    expectEnding(step, { result: 'undone', reason: 'restarted-after-rollout' });
    expect(step.main.summary).toContain('panic: lost the connection to the queue');
    await expectBothBack(namespace, image);
  });
});

describeOnCluster('the permissions for it', () => {
  test('are told before anything is changed', async ({ cluster }) => {
    const namespace = await Namespace.create(cluster);
    const before = await namespace.running(
      webDeployment({ image: await cluster.image('good'), probe: true }),
    );
    const step = await deployStep(namespace, {
      image: ':good-2',
      'verify-port': 'service/web:80',
      'verify-command': 'true',
    });

    expectEnding(step, { result: 'refused', reason: 'permission-missing' });
    for (const need of ['get pods/portforward', 'create pods/portforward', 'get services'])
      expect(step.main.shown).toContain(need);
    expect((await namespace.workload()).settings).toEqual(before.settings);
    await namespace.remove();
  });
});
