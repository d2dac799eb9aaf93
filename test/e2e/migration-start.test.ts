import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { migrationManifest, quota, webDeployment } from './support/manifests.ts';
import type { Workload } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

const test = base.extend<{ before: Workload; next: string }>({
  before: async ({ cluster, namespace }, use) => {
    await use(await namespace.running(webDeployment({ image: await cluster.image('good') })));
  },
  next: async ({ cluster }, use) => use(await cluster.image('good-2')),
});

/** A migration that cannot begin, and what is said of it. */
interface Case {
  readonly title: string;
  readonly container: Partial<V1Container>;
  readonly pod?: Partial<V1PodSpec>;
  readonly quota?: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly words: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'its image does not exist',
    container: { image: 'REPOSITORY:no-such-tag', args: ['migrate'] },
    reason: 'image-not-found',
    words: ['app:no-such-tag', 'not found'],
  },
  {
    title: 'a Secret is missing',
    container: { args: ['migrate'], envFrom: [{ secretRef: { name: 'database' } }] },
    reason: 'config-missing',
    words: ['secret "database" not found'],
  },
  {
    title: 'its service account is missing',
    container: { args: ['migrate'] },
    pod: { serviceAccountName: 'migrator', automountServiceAccountToken: true },
    reason: 'service-account-missing',
    words: ['serviceaccount "migrator" not found'],
  },
  {
    title: 'the quota does not allow its pod',
    container: { args: ['migrate'] },
    quota: { pods: '1' },
    reason: 'quota-exceeded',
    words: ['exceeded quota: limits'],
  },
];

describeOnCluster('a migration that cannot start is told long before its timeout, and removed', () => {
  for (const { title, container, pod, quota: hard, reason, words } of cases) {
    test(`where ${title}`, async ({ namespace, before, next }) => {
      if (hard) await namespace.apply(quota(hard));
      const manifest = migrationManifest(container, {}, pod);
      const text = stringify(manifest).replace('REPOSITORY', next.replace(/:[^:]*$/, ''));

      const step = await deployStep(namespace, { image: next, 'migration-job': text });

      expectEnding(step, { result: 'migration-failed', reason });
      expect(step.main.seconds).toBeLessThan(90);
      for (const where of [step.main.shown, step.main.summary, step.main.annotations[0]?.message]) {
        for (const word of words) expect(where).toContain(word);
      }
      expect((await namespace.workload()).settings).toEqual(before.settings);
      // It must not start later, with nobody watching.
      expect(await namespace.list('job')).toEqual([]);
    });
  }

  test('where its command does not exist', async ({ namespace, before, next }) => {
    const step = await deployStep(namespace, { image: next, 'migration-command': '/no-such-program --now' });

    expectEnding(step, { result: 'migration-failed', reason: 'command-not-found' });
    expect(step.main.seconds).toBeLessThan(90);
    for (const where of [step.main.shown, step.main.summary]) expect(where).toContain('/no-such-program');
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });

  test('where the cluster refuses the Job, before it is created', async ({ namespace, before, next }) => {
    const manifest = migrationManifest({ args: ['migrate'], imagePullPolicy: 'Sometimes' });
    const step = await deployStep(namespace, { image: next, 'migration-job': stringify(manifest) });

    expectEnding(step, { result: 'refused', reason: 'migration-refused' });
    for (const where of [step.main.shown, step.main.summary]) expect(where).toContain('imagePullPolicy');
    expect((await namespace.workload()).settings).toEqual(before.settings);
    expect(await namespace.list('job')).toEqual([]);
  });

  test('where no node takes its pod, which the timeout ends', async ({ namespace, before, next }) => {
    const manifest = migrationManifest({ args: ['migrate'] }, {}, { nodeSelector: { disk: 'none-such' } });
    const step = await deployStep(namespace, {
      image: next,
      'migration-job': stringify(manifest),
      'migration-timeout': '5s',
    });

    expectEnding(step, { result: 'migration-failed', reason: 'unschedulable' });
    for (const where of [step.main.shown, step.main.summary])
      expect(where).toContain('node affinity/selector');
    expect((await namespace.workload()).settings).toEqual(before.settings);
  });
});
