import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { Cluster } from '../cluster/connect.ts';
import { test as clusterTest, describeOnCluster } from './support/fixtures.ts';
import { webDaemonSet, webDeployment, webStatefulSet } from './support/manifests.ts';
import { Namespace, rulesFor, type WorkloadKinds } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('examples/*.yml', { cwd: root }).sort();

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** The inputs of a workflow's step that uses this action, as the runner would hand them over. */
function inputsOf(file: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const workflow = parse(readFileSync(path.join(root, file), 'utf8')) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const step = steps.find(({ uses }) => uses?.startsWith('acme/safe-rollout@'));
  const fill = (text: string) =>
    text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      const value = values[expression];
      if (value === undefined)
        throw new Error(`${file} asks for ${expression}, which the test does not know.`);
      return value;
    });
  return Object.fromEntries(Object.entries(step?.with ?? {}).map(([name, text]) => [name, fill(`${text}`)]));
}

const sha = '5afe0115afe0115afe0115afe0115afe0115afe0';

/** The shop of the recipes, as it runs before: every workload that they name. */
async function shop(cluster: Cluster, namespace: Namespace): Promise<string> {
  const image = await cluster.image('good');
  await cluster.image(sha, {});
  await namespace.running(
    webDeployment({ image, probe: true }),
    webDeployment({ image, name: 'worker', probe: true }),
    webStatefulSet({ image, name: 'queue', probe: true }),
    webDaemonSet({ image, name: 'agent', probe: true }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
  );
  return image.replace(/:[^:]*$/, '');
}

/** The example's inputs, with the names of this cluster and namespace instead of the example's. */
function here(
  file: string,
  namespace: Namespace,
  repository: string,
  over: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const given = inputsOf(file, {
    'github.sha': sha,
    'secrets.KUBECONFIG': namespace.kubeconfig,
    'inputs.to-image': '',
    'inputs.to-revision': '',
    ...over,
  });
  const image = given['image']?.replace(/ghcr\.io\/acme\/\w+/, repository);
  const verification = given['verify-job']?.replace('[/app, smoke]', '[/app, run, --lines=1]');
  const migration = given['migration-command'] && '/app run --lines=1';
  return {
    ...given,
    namespace: namespace.name,
    ...(image && { image }),
    ...(verification && { 'verify-job': verification }),
    ...(migration && { 'migration-command': migration }),
    ...(given['bake-time'] && { 'bake-time': '3s' }),
  };
}

/** What the input `deployment` names: each workload's kind and name. */
function workloadsIn(input: string): (readonly [keyof WorkloadKinds, string])[] {
  const named = input.split(/\s+/).filter((each) => each !== '');
  return named.map((each) => {
    const [kind, name] = each.includes('/') ? each.split('/') : ['deployment', each];
    return [kind as keyof WorkloadKinds, name ?? ''];
  });
}

/** What docs/permissions.md asks for. */
const rules = [
  ...rulesFor('Deployment', 'StatefulSet', 'DaemonSet'),
  { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  { apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] },
];

const test = clusterTest.extend<{ namespace: Namespace }>({
  namespace: async ({ cluster }, use) => {
    const namespace = await Namespace.create(cluster, rules);
    await use(namespace);
    await namespace.remove();
  },
});

describeOnCluster('the recipes', () => {
  test.for(files.filter((file) => !file.includes('rollback')))(
    '%s deploys',
    async (file, { cluster, namespace }) => {
      const repository = await shop(cluster, namespace);
      const inputs = here(file, namespace, repository);
      const step = await deployStep(namespace, inputs);
      expectEnding(step, { result: 'deployed' });
      for (const [kind, name] of workloadsIn(inputs['deployment'] ?? ''))
        expect((await namespace.workload(name, kind)).image).toBe(`${repository}:${sha}`);
    },
  );

  test('examples/rollback.yml goes back, with and without a name', async ({ cluster, namespace }) => {
    const repository = await shop(cluster, namespace);
    expectEnding(await deployStep(namespace, here('examples/deploy.yml', namespace, repository)), {
      result: 'deployed',
    });

    const back = await deployStep(namespace, here('examples/rollback.yml', namespace, repository));
    expectEnding(back, { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);

    const inputs = here('examples/rollback.yml', namespace, repository, { 'inputs.to-image': sha });
    expectEnding(await deployStep(namespace, inputs), { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:${sha}`);

    const numbered = here('examples/rollback.yml', namespace, repository, { 'inputs.to-revision': '3' });
    expectEnding(await deployStep(namespace, numbered), { result: 'rolled-back' });
    expect((await namespace.workload()).image).toBe(`${repository}:good`);
  });
});
