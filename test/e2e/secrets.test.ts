import { expect } from 'vitest';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import type { Workload } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

const test = base.extend<{ before: Workload }>({
  before: async ({ cluster, namespace }, use) => {
    await use(await namespace.running(webDeployment({ image: await cluster.image('good') })));
  },
});

// `deployStep` checks of each of them that the token is nowhere to be read.
describeOnCluster("the kubeconfig's token is masked by the action itself", () => {
  // Nothing is masked beforehand, as where an earlier step wrote the kubeconfig.
  const unmasked = { secrets: [] };

  test('from a file, though a migration prints it', async ({ namespace, before: _ }) => {
    const command = ['/app', 'run', `--print=token: ${namespace.token}`];
    const step = await deployStep(
      namespace,
      { image: ':good-2', kubeconfig: '', 'migration-command': JSON.stringify(command) },
      { ...unmasked, env: { KUBECONFIG: await namespace.kubeconfigFile() } },
    );

    expectEnding(step, { result: 'deployed' });
    expect(step.masks).toContain(namespace.token);
    // It was printed; only the runner took it out.
    expect(step.main.log).toContain(`token: ${namespace.token}`);
    expect(step.main.shown).toContain('token: ***');
  });

  test('from an input in base64, though a failing migration prints both', async ({
    namespace,
    before: _,
  }) => {
    const kubeconfig = Buffer.from(namespace.kubeconfig).toString('base64');
    const command = ['/app', 'run', `--print=${namespace.token} ${kubeconfig}`, '--exit=1'];
    const step = await deployStep(
      namespace,
      { image: ':good-2', kubeconfig, 'migration-command': JSON.stringify(command) },
      unmasked,
    );

    expectEnding(step, { result: 'migration-failed', reason: 'migration-failed' });
    expect(step.main.shown).not.toContain(kubeconfig);
    expect(step.main.summary).not.toContain(kubeconfig);
    // Nor a part of it, where a long line was cut.
    for (const where of [step.main.summary, step.main.annotations[0]?.message]) {
      expect(where).toContain('exit code 1');
      expect(where).not.toContain(namespace.token.slice(0, 40));
    }
  });

  test('before the first request, which fails', async ({ namespace, before: _ }) => {
    const kubeconfig = namespace.kubeconfig.replace(/https:\/\/[^"]*/, 'https://127.0.0.1:1');
    const step = await deployStep(namespace, { image: ':good-2', kubeconfig }, unmasked);

    expectEnding(step, { result: 'refused', reason: 'api-server-unreachable' });
    expect(step.masks).toContain(namespace.token);
    expect(step.main.summary).toContain('127.0.0.1:1');
  });
});
