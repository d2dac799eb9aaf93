import type { V1Deployment } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import { deployStep, expectEnding } from './support/step.ts';

describeOnCluster('a deploy', () => {
  test('sets the image, waits until all of it runs, and says so', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(webDeployment({ image: good, replicas: 2, probe: true }));

    const step = await deployStep(namespace, { image: next });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs).toMatchObject({
      image: next,
      'previous-image': good,
      revision: '2',
      'previous-revision': '1',
      'migration-job': '',
    });
    const after = await namespace.workload();
    expect(after.images).toEqual({ web: next });
    expect(after.object.status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    expect(step.main.shown).toContain(`${good} → ${next}`);
    expect(step.main.shown).toContain('2 of 2 updated');
    expect(step.main.summary).toContain(next);
    expect(step.main.summary).toContain(good);
    expect(await namespace.list('job')).toEqual([]);
  });

  test('can be traced from the cluster to the commit, the run and who did it', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(webDeployment({ image: good }));
    const sha = '1234567890abcdef1234567890abcdef12345678';

    const step = await deployStep(
      namespace,
      { image: next },
      { sha, runId: '987', attempt: '2', env: { GITHUB_TRIGGERING_ACTOR: 'hubot' } },
    );

    expectEnding(step, { result: 'deployed' });
    const url = 'https://github.com/acme/shop/actions/runs/987/attempts/2';
    const { annotations } = await namespace.workload();
    expect(annotations).toMatchObject({ 'safe-rollout/run': url, 'safe-rollout/commit': sha });
    const history = await namespace.kubectl('rollout', 'history', 'deployment/web');
    const [second = ''] = history.split('\n').filter((line) => line.startsWith('2 '));
    for (const trace of [next, sha.slice(0, 12), 'hubot', url]) {
      expect(annotations['kubernetes.io/change-cause']).toContain(trace);
      expect(second).toContain(trace);
    }
    const managed = await namespace.kubectl(
      'get',
      'deployment',
      'web',
      '--show-managed-fields',
      '-o',
      'json',
    );
    const { metadata } = JSON.parse(managed) as V1Deployment;
    const changed = metadata?.managedFields?.find(({ manager }) => manager === 'safe-rollout');
    expect(JSON.stringify(changed?.fieldsV1)).toContain('f:image');
    expect(step.main.summary).toContain(sha.slice(0, 12));
    expect(step.main.summary).toContain(url);
  });

  test('of the image that runs already changes nothing and runs no migration', async ({
    cluster,
    namespace,
  }) => {
    const good = await cluster.image('good');
    const before = await namespace.running(webDeployment({ image: good, replicas: 2 }));
    const pods = await namespace.pods();

    const step = await deployStep(namespace, { image: good, 'migration-command': '/app run --exit=1' });

    expectEnding(step, { result: 'unchanged' });
    expect(step.outputs).toMatchObject({
      image: good,
      'previous-image': good,
      revision: '',
      'migration-job': '',
    });
    expect(step.main.shown).toContain('No migration was run');
    expect(step.main.summary).toContain('No migration was run');
    expect((await namespace.workload()).settings).toEqual(before.settings);
    expect(uids(await namespace.pods())).toEqual(uids(pods));
    expect(await namespace.list('job')).toEqual([]);
  });

  test('gives the image to every container of its repository, and to no other', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const other = good.replace('/app:', '/pause:').replace(/:good$/, ':pause');
    const quick = { command: ['/app', 'run', '--print=prepared'] };
    await namespace.running(
      webDeployment({
        image: good,
        pod: { initContainers: [{ name: 'prepare', image: good, ...quick }] },
        others: [
          { name: 'worker', image: good, command: ['/app', 'serve', '--listen=:8081'] },
          { name: 'helper', image: other },
        ],
      }),
    );

    const step = await deployStep(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'deployed' });
    expect((await namespace.workload()).images).toEqual({
      prepare: next,
      web: next,
      worker: next,
      helper: other,
    });
    for (const name of ['prepare', 'web', 'worker']) expect(step.main.summary).toContain(`\`${name}\``);
    expect(step.main.summary).not.toContain('helper');
    expect(step.outputs).toMatchObject({ image: next, 'previous-image': good });
  });

  test('gives it to the named containers alone, by digest too', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(
      webDeployment({
        image: good,
        others: [{ name: 'worker', image: good, command: ['/app', 'serve', '--listen=:8081'] }],
      }),
    );
    // What a tag stands for, as the kubelet reports it.
    await namespace.kubectl('run', 'other', `--image=${next}`, '--restart=Never');
    await namespace.kubectl('wait', 'pod/other', '--for=condition=Ready', '--timeout=60s');
    const imageId = (await namespace.get('pod', 'other'))?.status?.containerStatuses?.[0]?.imageID ?? '';
    const digest = /sha256:[0-9a-f]{64}$/.exec(imageId)?.[0];

    const step = await deployStep(namespace, { image: `@${digest}`, container: 'worker' });

    expectEnding(step, { result: 'deployed' });
    const byDigest = `${good.replace(/:good$/, '')}@${digest}`;
    expect((await namespace.workload()).images).toEqual({ web: good, worker: byDigest });
    expect(step.outputs['image']).toBe(byDigest);
  });

  test('takes a kubeconfig from the environment, and a namespace and context from the inputs', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(webDeployment({ image: good }));

    const step = await deployStep(
      namespace,
      {
        image: next,
        deployment: 'deployments.apps/web',
        kubeconfig: '',
        namespace: namespace.name,
        context: 'test',
      },
      { env: { KUBECONFIG: await namespace.kubeconfigFile() } },
    );

    expectEnding(step, { result: 'deployed' });
    expect((await namespace.workload()).image).toBe(next);
  });
});

function uids(objects: readonly { metadata?: { uid?: string } }[]): string[] {
  return objects.map(({ metadata }) => metadata?.uid ?? '').sort();
}
