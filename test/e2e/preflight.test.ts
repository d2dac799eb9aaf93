import { afterAll, beforeAll, expect } from 'vitest';
import { clusterUnavailable, providedCluster } from '../cluster/provided.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

let shared: Namespace;
beforeAll(async () => {
  if (clusterUnavailable() !== undefined) return;
  const cluster = providedCluster();
  shared = await Namespace.create(cluster);
  const image = await cluster.image('good');
  await shared.running(
    webDeployment({ image }),
    webDeployment({ image, name: 'web-frontend' }),
    webDeployment({ image, name: 'empty', replicas: 0 }),
    webDeployment({ image, name: 'paused', spec: { paused: false } }),
  );
  await Promise.all([
    shared.kubectl('rollout', 'pause', 'deployment/paused'),
    shared.apply(webDeployment({ image: await cluster.image('never-ready'), name: 'rolling', probe: true })),
  ]);
  // What a refused step leaves alone is compared, so the controller must have had its say.
  await shared.until('it is rolling', async () => (await shared.workload('rolling')).revision !== '');
});
afterAll(() => shared?.remove());

interface Case {
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly rule: string;
  /** What the log and the summary say. */
  readonly says: readonly string[];
}

const refusals: readonly Case[] = [
  {
    title: 'a workload that is not there, with the names that are near',
    inputs: { deployment: 'web-fronted' },
    rule: 'workload-missing',
    says: ['deployment/web-fronted does not exist', 'deployment/web-frontend'],
  },
  {
    title: 'a workload whose name is like no other, with those that there are',
    inputs: { deployment: 'qqqqqqqqqqqqqqqq' },
    rule: 'workload-missing',
    says: ['deployment/qqqqqqqqqqqqqqqq does not exist', 'rolling', 'empty'],
  },
  {
    title: 'a container that is not there, with those that there are',
    inputs: { container: 'wep' },
    rule: 'container-missing',
    says: ['no container named wep', 'web ('],
  },
  {
    title: 'an image of a repository that no container runs',
    inputs: { image: 'ghcr.io/acme/other:1.2.3' },
    rule: 'container-missing',
    says: ['ghcr.io/acme/other', 'web ('],
  },
  {
    title: 'a paused workload',
    inputs: { deployment: 'paused' },
    rule: 'paused',
    says: ['rollout resume deployment/paused'],
  },
  {
    title: 'a workload without replicas',
    inputs: { deployment: 'empty' },
    rule: 'no-replicas',
    says: ['replicas: 0', 'scale deployment/empty'],
  },
  { title: 'the tag latest', inputs: { image: ':latest' }, rule: 'mutable-tag', says: ['latest'] },
  {
    title: 'another rollout that is under way',
    inputs: { deployment: 'rolling' },
    rule: 'rollout-in-progress',
    says: ['rollout status deployment/rolling'],
  },
];

describeOnCluster('preflight refuses, and changes nothing', () => {
  for (const { title, inputs, rule, says } of refusals) {
    test(title, async () => {
      const before = await everything(shared);

      const step = await deployStep(shared, {
        image: ':good-2',
        'migration-command': '/app run --fast',
        ...inputs,
      });

      expectEnding(step, { result: 'refused', reason: rule });
      expect(step.outputs).toMatchObject({ 'migration-job': '', revision: '' });
      for (const where of [step.main.shown, step.main.summary])
        for (const words of says) expect(where).toContain(words);
      expect(step.main.shown).toContain(`${rule}:`);
      expect(await everything(shared)).toEqual(before);
    });
  }

  test('for every reason at once', async () => {
    const before = await everything(shared);

    const step = await deployStep(shared, { deployment: 'empty', image: ':latest' });

    expectEnding(step, { result: 'refused', reason: 'no-replicas' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('replicas: 0');
      expect(where).toContain('latest');
    }
    expect(await everything(shared)).toEqual(before);
  });

  test('a namespace that is not there, or may not be read', async () => {
    const step = await deployStep(shared, { image: ':good-2', namespace: 'no-such-namespace' });

    expectEnding(step, { result: 'refused', reason: 'permission-missing' });
    expect(step.main.shown).toContain('no-such-namespace');
  });
});

describeOnCluster('preflight lets through', () => {
  test('what it is told to ignore or only to warn of', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image }));
    const latest = await cluster.image('latest', {});

    const ignoring = await deployStep(namespace, {
      image: latest,
      'preflight-ignore': 'paused, mutable-tag',
    });
    expectEnding(ignoring, { result: 'deployed' });
    expect(ignoring.main.summary).not.toContain('mutable-tag');
    expect((await namespace.workload()).image).toBe(latest);

    await namespace.running(webDeployment({ image }));
    const warning = await deployStep(namespace, { image: latest, preflight: 'warn' });
    expectEnding(warning, { result: 'deployed' });
    expect(warning.main.summary).toContain('mutable-tag');
    expect(warning.main.shown).toContain('mutable-tag');
  });

  test('nothing without which the step cannot work', async () => {
    const step = await deployStep(shared, {
      image: ':good-2',
      deployment: 'no-such-thing',
      preflight: 'warn',
      'preflight-ignore': 'workload-missing',
    });
    expectEnding(step, { result: 'refused', reason: 'workload-missing' });
  });
});

/** All that a deploy could change in the namespace. */
async function everything(namespace: Namespace): Promise<object> {
  const [deployments, sets, jobs] = await Promise.all([
    namespace.list('deployment'),
    namespace.list('replicaset'),
    namespace.list('job'),
  ]);
  return [...deployments, ...sets, ...jobs].map(({ metadata, spec }) => ({
    name: metadata?.name,
    generation: metadata?.generation,
    annotations: metadata?.annotations,
    spec,
  }));
}
