import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Cluster } from '../cluster/connect.ts';
import { run } from '../cluster/processes.ts';
import { Scene } from './diagnosis/support/scene.ts';
import { replaceImage } from './diagnosis/support/webhooks.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDaemonSet, webDeployment, webStatefulSet } from './support/manifests.ts';
import type { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from './support/step.ts';

/** The digest that the registry has for a reference. */
async function digestOf(cluster: Cluster, reference: string): Promise<string> {
  return (await run(cluster.bin('crane'), ['digest', '--insecure', reference])).trim();
}

/** A repository of the test's own, so that its `latest` is nobody else's. */
async function push(cluster: Cluster, { name }: Namespace, from: string, tag: string): Promise<string> {
  const reference = `${cluster.registry}/${name}/web:${tag}`;
  await run(cluster.bin('crane'), ['copy', '--insecure', await cluster.image(from), reference]);
  return reference;
}

const imageIds = (pods: readonly V1Pod[]) =>
  pods.map(({ status }) => status?.containerStatuses?.[0]?.imageID ?? '');

describeOnCluster('the image that really runs', () => {
  test('is told by its digest, before and after', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const [before, after] = [await digestOf(cluster, good), await digestOf(cluster, next)];
    await namespace.running(webDeployment({ image: good, replicas: 2, probe: true }));

    const step = await deployStep(namespace, { image: ':good-2' });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs).toMatchObject({ 'image-digest': after, 'previous-image-digest': before });
    expect(step.main.summary).toContain(`| Digest | \`${after}\` (container \`web\`) |`);
    expect(step.main.summary).toContain(`| Digest before | \`${before}\` (container \`web\`) |`);
    for (const id of imageIds(await namespace.pods())) expect(id).toContain(after);
  });

  test('is the digest asked for, that of an index too', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    // What is for one platform is pushed as an index.
    const index = await cluster.image(namespace.name, {
      platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    });
    const asked = await digestOf(cluster, index);
    expect(asked).not.toBe(await digestOf(cluster, `${index}-manifest`));
    await namespace.running(webDeployment({ image: good, probe: true }));

    const step = await deployStep(namespace, { image: `@${asked}` });

    expectEnding(step, { result: 'deployed' });
    expect(step.outputs).toMatchObject({
      'image-digest': asked,
      'previous-image-digest': await digestOf(cluster, good),
    });
    // The runtime calls it by the index's digest.
    for (const id of imageIds(await namespace.pods())) expect(id).toContain(asked);
  });

  test('may not be two, where the tag was pushed again while it was rolled out', async ({
    cluster,
    namespace,
  }) => {
    const good = await cluster.image('good');
    const container = { imagePullPolicy: 'Always' };
    const spec = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    const before = await namespace.running(
      webDeployment({ image: good, replicas: 2, probe: true, container, spec }),
    );
    const tag = namespace.name;
    const first = await digestOf(
      cluster,
      await cluster.image(tag, { env: { SERVE_FLAGS: '--ready-after=6s' } }),
    );

    const step = startDeploy(namespace, { image: `:${tag}`, timeout: '3m' });
    // The first new pod runs, and the second is made only once that is ready.
    await namespace.until('a new pod that runs', async () =>
      imageIds(await namespace.pods()).some((id) => id.includes(first)),
    );
    const second = await digestOf(cluster, await cluster.image(tag, { env: { BUILD: '2' } }));
    const done = await step.finished;

    expectEnding(done, { result: 'undone', reason: 'mixed-image-digests' });
    for (const where of [done.main.shown, done.main.summary]) {
      expect(where).toContain(first);
      expect(where).toContain(second);
      expect(where).toContain(`app:${tag}`);
      expect(where).toContain('Deploy by digest');
    }
    expect(done.outputs['image-digest']?.split(',').sort()).toEqual([first, second].sort());
    expect((await namespace.workload()).object.spec).toEqual(before.object.spec);
    for (const id of imageIds(await namespace.pods())) expect(id).toContain(await digestOf(cluster, good));
  });

  test.for([
    ['deployment', webDeployment],
    ['statefulset', webStatefulSet],
    ['daemonset', webDaemonSet],
  ] as const)(
    'may not be another than asked for, because a policy changed it: %s',
    async ([kind, make], { cluster, namespace }) => {
      const scene = new Scene(cluster, namespace);
      try {
        const [good, other] = [await cluster.image('good'), await cluster.image('good-3')];
        const asked = await digestOf(cluster, await cluster.image('good-2'));
        await namespace.running(make({ image: good, probe: true }));
        await replaceImage(scene, other);
        await scene.untilPodsRun(other, kind);

        const step = await deployStep(namespace, {
          deployment: `${kind}/web`,
          image: `@${asked}`,
          'on-failure': 'leave',
        });

        expectEnding(step, { result: 'left-failed', reason: 'wrong-image-digest' });
        for (const where of [step.main.shown, step.main.summary]) {
          expect(where).toContain(asked);
          expect(where).toContain(await digestOf(cluster, other));
          expect(where).toContain('policy');
        }
        expect(step.outputs['image-digest']).toBe(await digestOf(cluster, other));
      } finally {
        await scene.clear();
      }
    },
  );
});

describeOnCluster('an undo that brings the same image back', () => {
  test('is said to, before it is tried, with the way back to what ran', async ({ cluster, namespace }) => {
    const latest = await push(cluster, namespace, 'good', 'latest');
    const untagged = latest.replace(/:latest$/, '');
    const ran = await digestOf(cluster, latest);
    const spec = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    await namespace.running(webDeployment({ image: untagged, replicas: 2, probe: true, spec }));
    await push(cluster, namespace, 'crash', 'latest');
    const broken = await digestOf(cluster, latest);

    const step = await deployStep(namespace, { image: ':latest', preflight: 'warn', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    const { shown, summary } = step.main;
    const doubt = shown.search(/Revision 1 names, in container web, the image that has just failed/);
    expect(doubt).toBeGreaterThan(shown.indexOf('Undo to revision 1'));
    expect(doubt).toBeLessThan(shown.indexOf('Not deployed: deployment/web'));
    expect(step.outputs).toMatchObject({ 'image-digest': broken, 'previous-image-digest': ran });
    const command = `kubectl -n ${namespace.name} set image deployment/web web=${untagged}@${ran}`;
    for (const where of [shown, summary]) expect(where).toContain(command);
    expect((await namespace.workload()).image).toBe(untagged);
    // What it says helps.
    await namespace.kubectl('set', 'image', 'deployment/web', `web=${untagged}@${ran}`);
    await namespace.settled();
  });
});

describeOnCluster('an undo that can only bring the same image back', () => {
  // Whose pods are replaced one by one has none left to fall back on.
  test.for([
    ['statefulset', webStatefulSet],
    ['daemonset', webDaemonSet],
  ] as const)('of a %s fails, and the way back is told', async ([kind, make], { cluster, namespace }) => {
    const latest = await push(cluster, namespace, 'good', 'latest');
    const untagged = latest.replace(/:latest$/, '');
    const ran = await digestOf(cluster, latest);
    await namespace.running(make({ image: untagged, probe: true }));
    await push(cluster, namespace, 'crash', 'latest');

    const step = await deployStep(namespace, {
      deployment: `${kind}/web`,
      image: ':latest',
      preflight: 'warn',
      timeout: '2m',
      'undo-timeout': '40s',
    });

    expectEnding(step, { result: 'undo-failed', reason: 'crash' });
    const { shown, summary } = step.main;
    const command = `kubectl -n ${namespace.name} set image ${kind}/web web=${untagged}@${ran}`;
    const doubt = shown.search(/Revision 1 names, in container web, the image that has just failed/);
    expect(doubt).toBeGreaterThan(shown.indexOf('Undo to revision 1'));
    expect(doubt).toBeLessThan(shown.indexOf('The undo failed too'));
    for (const where of [shown, summary]) expect(where).toContain(command);
    // What it says helps; a StatefulSet goes on waiting for its broken pod.
    await namespace.kubectl('set', 'image', `${kind}/web`, `web=${untagged}@${ran}`);
    if (kind === 'statefulset') await namespace.kubectl('delete', 'pod', 'web-0', '--wait=false');
    await namespace.settled('web', kind);
  });
});

describeOnCluster('an undo that brings another image back than ran before', () => {
  test('says so, and is healthy all the same', async ({ cluster, namespace }) => {
    const latest = await push(cluster, namespace, 'good', 'latest');
    const ran = await digestOf(cluster, latest);
    // Every pod is made anew on the way back, and pulls anew.
    const spec = { strategy: { type: 'Recreate' } };
    const image = latest.replace(/:latest$/, '');
    await namespace.running(webDeployment({ image, probe: true, spec }));
    await push(cluster, namespace, 'good-2', 'latest');
    const moved = await digestOf(cluster, latest);

    const step = await deployStep(namespace, { image: ':no-such-tag', timeout: '3m' });

    expectEnding(step, { result: 'undone', reason: 'image-not-found' });
    for (const where of [step.main.shown, step.main.summary])
      expect(where).toContain(
        `After the undo, container web runs ${moved}; before this deploy it ran ${ran}.`,
      );
    expect(step.outputs).toMatchObject({ 'image-digest': '', 'previous-image-digest': ran });
    for (const id of imageIds(await namespace.pods())) expect(id).toContain(moved);
  });
});

describeOnCluster('an image that is set already', () => {
  test('may have been pushed again, and how to be sure', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    await namespace.running(webDeployment({ image: good, probe: true }));

    const step = await deployStep(namespace, { image: ':good' });

    expectEnding(step, { result: 'unchanged' });
    const digest = await digestOf(cluster, good);
    expect(step.outputs).toMatchObject({ 'image-digest': digest, 'previous-image-digest': digest });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain(`is set to ${good} already, so nothing was pulled`);
      expect(where).toContain('name the digest');
    }
  });

  test('is known, where it is named by its digest', async ({ cluster, namespace }) => {
    const good = await cluster.image('good');
    const digest = await digestOf(cluster, good);
    await namespace.running(webDeployment({ image: `${good.replace(/:good$/, '')}@${digest}`, probe: true }));

    const step = await deployStep(namespace, { image: `@${digest}` });

    expectEnding(step, { result: 'unchanged' });
    expect(step.main.summary).not.toContain('name the digest');
  });
});
