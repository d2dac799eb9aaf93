import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { describeOnCluster, test } from './support/fixtures.ts';
import { migrationManifest, webDeployment } from './support/manifests.ts';
import { deployStep, expectEnding } from './support/step.ts';

describeOnCluster("a migration's log", () => {
  test('is whole and in order where the pod ends in milliseconds', async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));

    const step = await deployStep(namespace, {
      image: ':good-2',
      'migration-command': '/app run --fast --lines=2000',
    });

    expectEnding(step, { result: 'deployed' });
    const lines = step.main.shown.split('\n').filter((line) => /^line \d+ of 2000$/.test(line));
    expect(lines).toEqual(Array.from({ length: 2000 }, (_, index) => `line ${index + 1} of 2000`));
  });

  test('is shown while it runs', async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const seen: number[] = [];

    const step = await deployStep(
      namespace,
      { image: ':good-2', 'migration-command': '/app run --lines=6 --interval=700ms' },
      { onLine: (line) => line.startsWith('line ') && seen.push(performance.now()) },
    );

    expectEnding(step, { result: 'deployed' });
    expect(seen).toHaveLength(6);
    // Printed over 3.5 s; told at the end, they would come all at once.
    expect((seen.at(-1) ?? 0) - (seen[0] ?? 0)).toBeGreaterThan(1500);
  });

  test('names the containers, where there are several', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image }));
    const say = (name: string) => ({ name, image, command: ['/app', 'run', `--print=words of ${name}`] });
    const manifest = migrationManifest(
      { command: ['/app', 'run', '--print=words of schema'] },
      {},
      {
        initContainers: [
          say('wait'),
          {
            ...say('proxy'),
            restartPolicy: 'Always',
            command: ['/app', 'run', '--print=words of proxy', '--hang'],
          },
        ],
      },
    );

    const step = await deployStep(namespace, { image: ':good-2', 'migration-job': stringify(manifest) });

    expectEnding(step, { result: 'deployed' });
    const lines = step.main.shown.split('\n');
    for (const name of ['wait', 'proxy', 'schema']) {
      expect(lines.filter((line) => line === `[${name}] words of ${name}`)).toHaveLength(1);
    }
  });

  test('and its verdict are not lost where the manifest has its Job removed at once', async ({
    cluster,
    namespace,
  }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const manifest = migrationManifest(
      { command: ['/app', 'run', '--fast'] },
      { ttlSecondsAfterFinished: 0 },
    );

    const step = await deployStep(namespace, { image: ':good-2', 'migration-job': stringify(manifest) });

    expectEnding(step, { result: 'deployed' });
    for (const line of [1, 2, 3]) expect(step.main.shown).toContain(`line ${line} of 3\n`);
    expect((await namespace.workload()).image).toContain(':good-2');
  });

  test('may be long: what is kept of it does not stop post from starting', async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image }));
    const long = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(1300)}`).join('\n');
    const command = ['/app', 'run', `--print=${long}`, '--exit=3'];
    const manifest = migrationManifest({ command });
    const spec = manifest['spec'] as { template: { spec: { containers: object[] } } };
    for (const name of ['second', 'third']) spec.template.spec.containers.push({ name, image, command });
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    writeFileSync(join(workspace, 'job.json'), JSON.stringify(manifest));

    const step = await deployStep(
      namespace,
      { image: ':good-2', 'migration-job': 'job.json' },
      { workspace },
    );
    rmSync(workspace, { recursive: true });

    expectEnding(step, { result: 'migration-failed', reason: 'migration-failed' });
    for (const name of ['schema', 'second', 'third'])
      expect(step.main.summary).toMatch(new RegExp(`container \`?${name}`));
    // A word that is too long is left out whole, lest it be half a secret.
    expect(step.main.summary).toContain('49 …');
  });

  test('of a pod that was tried again is shown for each try', async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const manifest = migrationManifest(
      { command: ['/app', 'run', '--print=tried', '--exit=3'] },
      { backoffLimit: 1 },
    );

    const step = await deployStep(namespace, { image: ':good-2', 'migration-job': stringify(manifest) });

    expectEnding(step, { result: 'migration-failed', reason: 'migration-failed' });
    expect(step.main.shown.split('\n').filter((line) => line === 'tried')).toHaveLength(2);
    expect(step.main.summary).toContain('exit code 3');
  });
});
