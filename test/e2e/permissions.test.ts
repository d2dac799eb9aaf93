import { expect } from 'vitest';
import { parse } from 'yaml';
import { neededAccess } from '../../src/preflight/access.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { webDaemonSet, webDeployment, webStatefulSet } from './support/manifests.ts';
import { Namespace } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

/** The action may do nothing in the namespace, until a test allows it. */
const test = base.extend<{ namespace: Namespace }>({
  namespace: async ({ cluster }, use) => {
    const namespace = await Namespace.create(cluster, []);
    await use(namespace);
    await namespace.remove();
  },
});

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** The rules that the summary gives to be pasted. */
function rulesIn(summary: string): Rule[] {
  const block = /```yaml\n(.*?)```/s.exec(summary)?.[1] ?? '';
  return parse(block) as Rule[];
}

describeOnCluster('permissions that are missing', () => {
  test('are told all at once, and with exactly what is told to paste a deploy works', async ({
    cluster,
    namespace,
  }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    const before = await namespace.running(webDeployment({ image: good, probe: true }));
    const inputs = { image: next, 'migration-command': '/app run --fast' };

    const refused = await deployStep(namespace, inputs);
    expectEnding(refused, { result: 'refused', reason: 'permission-missing' });
    for (const { verb, resource } of neededAccess('Deployment', true)) {
      expect(refused.main.shown).toContain(`${verb} ${resource}`);
      expect(refused.main.summary).toContain(`${verb} ${resource}`);
    }
    expect((await namespace.workload()).settings).toEqual(before.settings);

    const rules = rulesIn(refused.main.summary);
    await namespace.apply(role(rules));
    const deployed = await deployStep(namespace, inputs);
    expectEnding(deployed, { result: 'deployed' });
    expect(deployed.main.shown).toContain('line 3 of 3');
    // Events and logs belong to what a diagnosis needs.
    const undone = await deployStep(namespace, { image: ':never-ready', timeout: '4s' });
    expectEnding(undone, { result: 'undone', reason: 'not-ready' });
    expect(undone.main.summary).toContain('503');
    expect(undone.main.summary).toContain('app never-ready listening');
  });

  const kinds = [
    { kind: 'StatefulSet', manifest: webStatefulSet, deletes: true },
    { kind: 'DaemonSet', manifest: webDaemonSet, deletes: false },
  ] as const;
  for (const { kind, manifest, deletes } of kinds) {
    test(`are those of a ${kind} where it is one`, async ({ cluster, namespace }) => {
      const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
      await namespace.running(manifest({ image: good, probe: true }));
      const inputs = { deployment: `${kind}/web`, image: next, 'migration-command': '/app run --fast' };

      const refused = await deployStep(namespace, inputs);
      expectEnding(refused, { result: 'refused', reason: 'permission-missing' });
      for (const { verb, resource } of neededAccess(kind, true)) {
        expect(refused.main.shown).toContain(`${verb} ${resource}`);
      }
      expect(refused.main.shown).not.toContain('deployments');
      expect(refused.main.shown.includes('delete pods')).toBe(deletes);

      await namespace.apply(role(rulesIn(refused.main.summary)));
      expectEnding(await deployStep(namespace, inputs), { result: 'deployed' });
      // To undo it takes what nothing else does.
      const undone = await deployStep(namespace, { ...inputs, image: ':never-ready', timeout: '8s' });
      expectEnding(undone, { result: 'undone', reason: 'not-ready' });
      expect(undone.main.summary).toContain('503');
    });
  }

  test('are fewer without a migration, and only the missing ones are told', async ({
    cluster,
    namespace,
  }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    await namespace.apply(
      role([
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list', 'watch'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
      ]),
    );

    const refused = await deployStep(namespace, { image: ':good-2' });
    expectEnding(refused, { result: 'refused', reason: 'permission-missing' });
    const rules = rulesIn(refused.main.summary);
    expect(rules).toContainEqual({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] });
    expect(rules).toContainEqual({ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] });
    const told = rules.flatMap(({ resources }) => resources);
    expect(told.sort()).toEqual(['deployments', 'events', 'jobs', 'leases', 'pods/log']);
    expect(refused.main.shown).not.toContain('create jobs');
  });

  test('do not hide that the credentials themselves are refused', async ({ namespace }) => {
    const kubeconfig = namespace.kubeconfig.replace(namespace.token, 'not-a-token');
    const step = await deployStep(namespace, { image: ':good-2', kubeconfig });

    expectEnding(step, { result: 'refused', reason: 'unauthorised' });
    expect(step.main.summary).toContain('401');
  });
});

function role(rules: readonly object[]) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'deployer' },
    rules,
  };
}
