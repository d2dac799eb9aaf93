import { expect } from 'vitest';
import type { StepRun } from '../support/runner.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import type { Namespace, Workload } from './support/namespace.ts';
import { expectSound, postAfter, startDeploy } from './support/step.ts';

const test = base.extend<{ before: Workload }>({
  before: async ({ cluster, namespace }, use) => {
    const image = await cluster.image('good');
    await use(await namespace.running(webDeployment({ image, replicas: 2, probe: true })));
  },
});

/** Runs a deploy that is cancelled or killed, in between. */
async function interrupted(
  namespace: Namespace,
  inputs: Readonly<Record<string, string>>,
  how: { cancelAt: RegExp } | { killAt: RegExp },
): Promise<StepRun> {
  const run = await startDeploy(namespace, inputs, how).finished;
  expectSound(run, namespace.token);
  if ('killAt' in how) {
    expect(run.main).toMatchObject({ signal: 'SIGKILL', outputs: {}, summary: '' });
  } else {
    // Well before the runner would end it.
    expect(run.main).toMatchObject({ signal: null, exitCode: 1, outputs: { result: 'cancelled' } });
    expect(run.main.outputs['reason']).toBe('interrupted');
    expect(run.main.summary.split('\n')[0]).toContain('## 🛑');
    expect(run.conclusion).toBe('cancelled');
  }
  return run;
}

async function expectBack(namespace: Namespace, before: Workload): Promise<void> {
  const after = await namespace.workload();
  expect(after.object.spec).toEqual(before.object.spec);
  expect(after).toMatchObject({ ready: before.ready, image: before.image });
}

describeOnCluster('a deploy that is interrupted during the rollout', () => {
  const ways = [
    { title: 'by a cancel', how: { cancelAt: /1 of 2 updated/ } },
    { title: 'by SIGKILL', how: { killAt: /1 of 2 updated/ } },
  ];
  for (const { title, how } of ways) {
    test(`${title} is undone by post`, async ({ namespace, before }) => {
      const run = await interrupted(namespace, { image: ':never-ready' }, how);

      // The workload is at rest again; that the deploy came to nothing shows in main.
      expect(run.post).toMatchObject({ signal: null, exitCode: 0 });
      expect(run.post.outputs).toMatchObject({ result: 'undone', reason: 'interrupted' });
      expect(run.post.summary.split('\n')[0]).toContain('## ↩️');
      for (const where of [run.post.shown, run.post.summary]) expect(where).toContain(before.image);
      expect(run.post.annotations).toHaveLength(1);
      await expectBack(namespace, before);
    });
  }

  test('by SIGKILL as it sets the image is brought to a known state', async ({ namespace, before }) => {
    const run = await interrupted(namespace, { image: ':never-ready' }, { killAt: /Setting image/ });

    // Whether the image had been set by then is a matter of milliseconds.
    expect(run.post).toMatchObject({ signal: null, exitCode: 0 });
    expect(['cancelled', 'undone']).toContain(run.post.outputs['result']);
    await expectBack(namespace, before);
  });

  test('and during its undo is undone by post all the same', async ({ namespace, before }) => {
    const run = await interrupted(namespace, { image: ':no-such-tag' }, { killAt: /Undo to revision/ });

    expect(run.post).toMatchObject({ exitCode: 0, outputs: { result: 'undone' } });
    await expectBack(namespace, before);
  });

  test('is left as it is with on-cancel: leave', async ({ namespace, before: _ }) => {
    const run = await interrupted(
      namespace,
      { image: ':never-ready', 'on-cancel': 'leave' },
      { cancelAt: /1 of 2 updated/ },
    );

    expect(run.post).toMatchObject({
      exitCode: 1,
      outputs: { result: 'left-failed', reason: 'interrupted' },
    });
    for (const where of [run.post.shown, run.post.summary]) {
      expect(where).toContain('on-cancel');
      expect(where).toContain(`kubectl -n ${namespace.name} rollout undo deployment/web`);
    }
    const after = await namespace.workload();
    expect(after).toMatchObject({ ready: 2, revision: '2' });
    expect(after.image).toContain(':never-ready');
  });

  test('is a success with on-cancel: leave where the rollout has ended well meanwhile', async ({
    namespace,
    before: _,
  }) => {
    const inputs = { image: ':good-2', 'on-cancel': 'leave' };
    const killed = await startDeploy(namespace, inputs, { killAt: /1 of 2 updated/, post: false }).finished;
    await namespace.settled();

    const post = await postAfter(killed, namespace, inputs);

    expect(post).toMatchObject({ exitCode: 0, outputs: { result: 'deployed', revision: '2' } });
    expect(await namespace.workload()).toMatchObject({ revision: '2', ready: 2 });
    expect((await namespace.workload()).image).toContain(':good-2');
  });

  test('is not undone by post where somebody has changed the workload since', async ({
    namespace,
    before: _,
  }) => {
    const inputs = { image: ':never-ready' };
    const killed = await startDeploy(namespace, inputs, { killAt: /1 of 2 updated/, post: false }).finished;
    await namespace.kubectl('set', 'env', 'deployment/web', 'FIX=1');
    const changed = await namespace.workload();

    const post = await postAfter(killed, namespace, inputs);

    expect(post.outputs).toMatchObject({ result: 'superseded' });
    for (const where of [post.shown, post.summary]) expect(where).toContain('kubectl-set');
    expect((await namespace.workload()).object.spec).toEqual(changed.object.spec);
  });

  test('is not undone by post where the workload was made anew since', async ({
    cluster,
    namespace,
    before: _,
  }) => {
    const inputs = { image: ':never-ready' };
    const killed = await startDeploy(namespace, inputs, { killAt: /1 of 2 updated/, post: false }).finished;
    await namespace.kubectl('delete', 'deployment', 'web');
    const image = (await cluster.image('good')).replace(':good', ':never-ready');
    await namespace.apply(webDeployment({ image, replicas: 2, probe: true }));

    const post = await postAfter(killed, namespace, inputs);

    expect(post.outputs).toMatchObject({ result: 'superseded' });
    expect((await namespace.workload()).image).toBe(image);
  });

  test('needs nothing of post where somebody has undone it since', async ({ namespace, before }) => {
    const inputs = { image: ':never-ready' };
    const killed = await startDeploy(namespace, inputs, { killAt: /1 of 2 updated/, post: false }).finished;
    await namespace.kubectl('rollout', 'undo', 'deployment/web');
    await namespace.settled();
    const undone = await namespace.workload();

    const post = await postAfter(killed, namespace, inputs);

    expect(post).toMatchObject({ exitCode: 0, outputs: { result: 'undone' } });
    await expectBack(namespace, before);
    expect((await namespace.workload()).settings).toEqual(undone.settings);
  });
});

describeOnCluster('a deploy that is interrupted during the migration', () => {
  const ways = [
    { title: 'by a cancel', how: { cancelAt: /line 2 of 8/ } },
    { title: 'by SIGKILL', how: { killAt: /line 2 of 8/ } },
  ];
  for (const { title, how } of ways) {
    test(`${title} lets the Job go on to its own end, and sets no image`, async ({ namespace, before }) => {
      const run = await interrupted(
        namespace,
        { image: ':good-2', 'migration-command': '/app run --lines=8 --interval=700ms' },
        how,
      );

      expect(run.post).toMatchObject({ signal: null, exitCode: 0 });
      const [job, ...others] = await namespace.list('job');
      expect(others).toEqual([]);
      // A main that is killed cannot say it.
      const teller = 'cancelAt' in how ? run.main : run.post;
      expect(teller.outputs['result']).toBe('cancelled');
      for (const where of [teller.shown, teller.summary]) expect(where).toContain(job?.metadata?.name);
      await namespace.kubectl(
        'wait',
        `job/${job?.metadata?.name}`,
        '--for=condition=Complete',
        '--timeout=60s',
      );
      expect(await namespace.kubectl('logs', `job/${job?.metadata?.name}`)).toContain('line 8 of 8');
      expect((await namespace.workload()).settings).toEqual(before.settings);
    });
  }
});
