import { once } from 'node:events';
import net from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { requestsSince } from '../support/audit-log.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDaemonSet, webDeployment, webStatefulSet } from './support/manifests.ts';
import type { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

const ten = Array.from({ length: 10 }, (_, index) => `shop-${index}`);

async function leaseHolders(namespace: Namespace): Promise<string[]> {
  const text = await namespace.kubectl('get', 'lease', '-o', 'jsonpath={.items[*].spec.holderIdentity}');
  return text.split(' ').filter((holder) => holder !== '');
}

async function imagesOf(namespace: Namespace, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async (name) => (await namespace.workload(name)).image));
}

/** The Deployments that the action has patched, in the order of its requests. */
function patched({ cluster, name: namespace }: Namespace): string[] {
  return requestsSince(cluster.auditLog, 0)
    .filter((each) => each.namespace === namespace && each.resource === 'deployments')
    .filter(({ verb, dryRun }) => verb === 'patch' && !dryRun)
    .sort((a, b) => a.received - b.received)
    .map(({ name }) => name);
}

/** A way to the API server that knows how many connections there were on it at once. */
async function countedWay(server: string) {
  const { port } = new URL(server);
  const open = new Set<net.Socket>();
  let most = 0;
  const listener = net.createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    const upstream = net.connect(Number(port), '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => {}).on('close', () => upstream.destroy() && open.delete(socket));
    upstream.on('error', () => {}).on('close', () => socket.destroy());
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    server: `https://127.0.0.1:${(listener.address() as net.AddressInfo).port}`,
    get most() {
      return most;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await promisify(listener.close.bind(listener))();
    },
  };
}

describeOnCluster('several workloads in one step', () => {
  test('are migrated for once, set, watched side by side, and told of one by one', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, probe: true }), webDeployment({ image, name: 'worker' }));

    const step = await deployStep(namespace, {
      deployment: 'web, worker',
      image: ':good-2',
      'migration-command': '/app run --lines=2',
    });

    expectEnding(step, { result: 'deployed' });
    const wanted = image.replace(/:good$/, ':good-2');
    expect(await imagesOf(namespace, ['web', 'worker'])).toEqual([wanted, wanted]);
    expect(await namespace.list('job')).toHaveLength(1);
    expect(step.main.shown).toMatch(/\[deployment\/web\] .*1 of 1 updated/);
    expect(step.main.shown).toMatch(/\[deployment\/worker\] .*1 of 1 updated/);
    expect(step.main.summary).toContain('| `deployment/web` | deployed |');
    expect(step.main.summary).toContain('| `deployment/worker` | deployed |');
    expect(step.outputs).toMatchObject({ revision: '2', image: wanted });
    expect(await leaseHolders(namespace)).toEqual([]);
  });

  test('go back together, all ten of them, where one image is bad', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await cluster.image('crash');
    // What the image does stands in that variable, so that only the last one does it.
    const container = { env: [{ name: 'SERVE_FLAGS', value: '' }] };
    await namespace.running(
      ...ten.map((name, index) =>
        webDeployment({ image, name, probe: true, ...(index < 9 && { container }) }),
      ),
    );

    await using way = await countedWay(cluster.server);
    const kubeconfig = namespace.kubeconfig.replaceAll(cluster.server, way.server);
    const inputs = { deployment: ten.join('\n'), image: ':crash', timeout: '3m', kubeconfig };
    const step = await deployStep(namespace, inputs);

    expectEnding(step, { result: 'undone', reason: 'crash' });
    // Six for requests, and one for all that is watched.
    expect(way.most).toBeLessThanOrEqual(7);
    expect(step.main.summary).toContain('deployment/shop-9');
    for (const name of ten) expect(step.main.summary).toContain(`| \`deployment/${name}\` | undone |`);
    expect(await imagesOf(namespace, ten)).toEqual(ten.map(() => image));
    for (const name of ten) await namespace.settled(name);
    expect(await leaseHolders(namespace)).toEqual([]);
    // Backwards: the last one that was set goes back first.
    if (!cluster.external) expect(patched(namespace)).toEqual([...ten, ...[...ten].reverse()]);
  });

  test('may be of every kind, and go back together where the StatefulSet is the bad one', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await cluster.image('crash');
    // What the image does stands in that variable, so that only one of them does it.
    const container = { env: [{ name: 'SERVE_FLAGS', value: '' }] };
    const agent = webDaemonSet({ image, name: 'agent', probe: true, container });
    await namespace.running(
      webDeployment({ image, probe: true, container }),
      webStatefulSet({ image, name: 'db', probe: true, replicas: 2 }),
      agent,
    );
    const all = ['deployment/web', 'statefulset/db', 'daemonset/agent'];
    const inputs = { deployment: all.join(','), timeout: '3m', 'max-surge': '1', 'max-unavailable': '0' };

    const failed = await deployStep(namespace, { ...inputs, image: ':crash' });

    expectEnding(failed, { result: 'undone', reason: 'crash' });
    for (const name of all) expect(failed.main.summary).toContain(`| \`${name}\` | undone |`);
    const images = async () => [
      (await namespace.workload()).image,
      (await namespace.workload('db', 'statefulset')).image,
      (await namespace.workload('agent', 'daemonset')).image,
    ];
    expect(await images()).toEqual([image, image, image]);
    expect((await namespace.workload('agent', 'daemonset')).object.spec?.updateStrategy).toMatchObject({
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });

    const next = await cluster.image('good-2');
    expectEnding(await deployStep(namespace, { ...inputs, image: next }), { result: 'deployed' });
    expect(await images()).toEqual([next, next, next]);

    const back = await deployStep(namespace, { deployment: all.join(','), command: 'rollback' });
    expectEnding(back, { result: 'rolled-back' });
    expect(await images()).toEqual([image, image, image]);
  });

  test('are refused together, with all that is wrong', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image }), webDeployment({ image, name: 'worker' }));
    await namespace.kubectl('rollout', 'pause', 'deployment/worker');

    const step = await deployStep(namespace, { deployment: 'web,worker,missing', image: ':good-2' });

    expectEnding(step, { result: 'refused', reason: 'paused' });
    expect(step.main.summary).toContain('deployment/worker is paused');
    expect(step.main.summary).toContain('deployment/missing does not exist');
    expect(await imagesOf(namespace, ['web', 'worker'])).toEqual([image, image]);
  });

  test('that bear the image already are left alone, and the others are set', async ({
    cluster,
    namespace,
  }) => {
    const [image, second] = await Promise.all([cluster.image('good'), cluster.image('good-2')]);
    await namespace.running(webDeployment({ image: second }), webDeployment({ image, name: 'worker' }));

    const step = await deployStep(namespace, { deployment: 'web,worker', image: ':good-2' });

    expectEnding(step, { result: 'deployed' });
    expect(await imagesOf(namespace, ['web', 'worker'])).toEqual([second, second]);
    expect((await namespace.workload('web')).revision).toBe('1');
    expect(step.main.summary).toContain('| `deployment/web` | unchanged |');
  });

  test('go back together, by post, where the step is cancelled when only one is healthy', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await cluster.image('never-ready');
    const container = { env: [{ name: 'SERVE_FLAGS', value: '' }] };
    await namespace.running(
      webDeployment({ image, probe: true, container }),
      webDeployment({ image, name: 'worker', probe: true }),
    );

    const step = startDeploy(namespace, { deployment: 'web,worker', image: ':never-ready', timeout: '3m' });
    await step.waitForLog(/\[deployment\/web\] 1 of 1 updated, 1 available$/, 60);
    step.cancel();
    const ended = await step.finished;

    expect(ended.main.outputs['result']).toBe('cancelled');
    expect(ended.post.outputs['result']).toBe('undone');
    if (!cluster.external) expect(patched(namespace)).toEqual(['web', 'worker', 'worker', 'web']);
    for (const name of ['web', 'worker']) {
      await namespace.settled(name);
      expect((await namespace.workload(name)).image).toBe(image);
    }
    expect(await leaseHolders(namespace)).toEqual([]);
  });

  test('go back where a later one can no longer be changed', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, probe: true }), webDeployment({ image, name: 'worker' }));

    const step = startDeploy(namespace, {
      deployment: 'web,worker',
      image: ':good-2',
      'migration-command': '/app run --lines=6 --interval=1s',
    });
    await step.waitForLog(/Migration job/, 60);
    await namespace.kubectl('delete', 'deployment/worker', '--wait=false');
    const ended = await step.finished;

    expectEnding(ended, { result: 'superseded', reason: 'deleted' });
    expect(ended.main.summary).toContain('| `deployment/web` | undone |');
    expect(ended.main.summary).toContain('| `deployment/worker` | superseded |');
    expect((await namespace.workload('web')).image).toBe(image);
    await namespace.settled('web');
    expect(await leaseHolders(namespace)).toEqual([]);
  });

  test('that were left half-way by a lost run are finished by the next, each of them', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    await cluster.image('never-ready');
    await namespace.running(
      webDeployment({ image, probe: true }),
      webDeployment({ image, name: 'worker', probe: true }),
    );
    const step = startDeploy(namespace, { deployment: 'web,worker', image: ':never-ready' }, { post: false });
    await step.waitForLog(/\[deployment\/worker\] 1 of 1 updated/, 60);
    step.kill();
    await step.finished;

    const next = await deployStep(namespace, { deployment: 'web,worker', image: ':good-2' });

    expectEnding(next, { result: 'deployed' });
    expect(next.main.shown.match(/was lost while it changed/g)).toHaveLength(2);
    const wanted = image.replace(/:good$/, ':good-2');
    expect(await imagesOf(namespace, ['web', 'worker'])).toEqual([wanted, wanted]);
    expect(await leaseHolders(namespace)).toEqual([]);
  });
});
