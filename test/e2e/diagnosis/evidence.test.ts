import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { neededAccess, rbacRules } from '../../../src/preflight/access.ts';
import { requestsSince } from '../../support/audit-log.ts';
import { selfSigned } from '../../unit/kubernetes/support/certificate.ts';
import { describeOnCluster, test as onCluster } from '../support/fixtures.ts';
import { webDeployment } from '../support/manifests.ts';
import { Namespace } from '../support/namespace.ts';
import { deployStep, expectEnding, startDeploy } from '../support/step.ts';
import { verdictSeconds } from './support/case.ts';
import { longest, plain, test } from './support/describe-cases.ts';
import type { Scene } from './support/scene.ts';

/** Prints more than is shown, then fails. */
const chatty = ['chatty', { env: { RUN_FLAGS: '--lines=80 --exit=1' } }] as const;
const allAtOnce = { strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } } };

describeOnCluster('the evidence', () => {
  test('of many alike is that of three, with the last 50 lines of each', {
    timeout: longest,
  }, async ({ scene }) => {
    const { namespace, cluster } = scene;
    // The image fails as an init container; as the server it would work.
    const init = { name: 'prepare', image: await cluster.image('good'), args: ['run'] };
    await namespace.running(
      webDeployment({
        image: await cluster.image('good'),
        replicas: 5,
        spec: allAtOnce,
        pod: { initContainers: [init] },
      }),
    );
    await cluster.image(...chatty);

    const step = await deployStep(namespace, { image: ':chatty', timeout: '5m' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    const { shown } = step.main;
    const summary = plain(step.main.summary);
    const [, names = ''] = /5 alike, also (.*)\)/.exec(shown) ?? [];
    expect(names.split(', ')).toHaveLength(2);
    expect(summary).toMatch(/5 alike: (`pod\/web-[0-9a-z-]+`, ){3}…/);

    // What the init container of one pod wrote is told while it runs, too.
    const [log = ''] = shown.replaceAll(/^\[prepare\] .*$/gm, '').split('▼ Undo');
    for (const where of [log, summary]) {
      expect(where.match(/line 80 of 80/g)).toHaveLength(3);
      // Of 81 lines; the last is another, and comes by another way.
      const lines = where.match(/line \d+ of 80/g)?.length ?? 0;
      expect(lines).toBeGreaterThanOrEqual(3 * 49);
      expect(lines).toBeLessThanOrEqual(3 * 50);
      expect(where).not.toContain('line 30 of 80');
    }
    expect(step.main.annotations).toHaveLength(1);
    expect(step.main.annotations[0]?.message.length).toBeLessThan(4000);
  });

  test('is gathered for a few seconds at the most', { timeout: longest }, async ({ scene }) => {
    const { namespace } = scene;
    await namespace.running(webDeployment({ image: await scene.reference('good'), probe: true }));
    const door = await withoutLogs(scene);

    const step = await deployStep(namespace, {
      image: ':crash',
      timeout: '5m',
      kubeconfig: door.kubeconfig,
    });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.shown).toContain('exit code 1');
    expect(step.main.shown).not.toContain('PAYMENT_API_KEY');
    const [asked] = door.asked;
    if (asked === undefined) throw new Error('nobody asked for a log');
    // Five seconds, and what a busy machine adds.
    expect(failedAt(step) - asked).toBeGreaterThan(2_000);
    expect(failedAt(step) - asked).toBeLessThan(15_000);
    expect((await namespace.workload()).image).toContain(':good');
  });
});

/** The action may do everything but read logs and events. */
const restricted = onCluster.extend<{ namespace: Namespace }>({
  namespace: async ({ cluster }, use) => {
    const needed = neededAccess('Deployment', true).filter(
      ({ resource }) => !['pods/log', 'events'].includes(resource),
    );
    const rules = parse(rbacRules(needed.map((need) => ({ ...need, allowed: false }))));
    const namespace = await Namespace.create(cluster, rules);
    await use(namespace);
    await namespace.remove();
  },
});

describeOnCluster('evidence that may not be read', () => {
  restricted('does not keep it from being undone', { timeout: longest }, async ({ cluster, namespace }) => {
    const image = await cluster.image('good');
    await namespace.running(webDeployment({ image, probe: true }));
    const inputs = { image: ':crash', timeout: '5m' };
    const refused = await deployStep(namespace, inputs);
    expectEnding(refused, { result: 'refused', reason: 'permission-missing' });

    const step = await deployStep(namespace, { ...inputs, preflight: 'warn' });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expect(step.main.summary).toContain('exit code 1');
    expect(step.main.summary).not.toContain('PAYMENT_API_KEY');
    expect(await namespace.workload()).toMatchObject({ image, ready: 1 });
  });
});

describeOnCluster('while it waits', () => {
  test('a line says what for, with the probe, its target and its answer', { timeout: longest }, async ({
    scene,
  }) => {
    const { namespace } = scene;
    await namespace.running(
      webDeployment({ image: await scene.reference('good'), probe: true, replicas: 3, spec: allAtOnce }),
    );

    const step = startDeploy(namespace, { image: ':never-ready', timeout: '40s' });
    await step.waitForLog(
      /still waiting: 3 of 3 updated, 0 available.*pod\/web-[0-9a-z-]+, container web: it is not ready: HTTP 503 from :8080\/ready, for \d+ s/,
      90,
    );
    const run = await step.finished;

    expectEnding(run, { result: 'undone', reason: 'not-ready' });
    expect(verdictSeconds(run)).toBeGreaterThan(39);
    // What three pods were told of many times is one line.
    const told = run.main.shown.split('\n').filter((line) => line.includes('event Unhealthy'));
    const answered = told.filter((line) => line.includes('statuscode: 503'));
    expect({ answered, log: run.main.shown }).toEqual({
      answered: [expect.stringMatching(/\(\d+×\)/)],
      log: run.main.shown,
    });
    expect(Number(/\((\d+)×\)/.exec(answered[0] ?? '')?.[1])).toBeGreaterThan(3);
  });
});

describeOnCluster('events', () => {
  test('are asked for by object, never for a whole namespace', { timeout: longest }, async ({
    scene,
    skip,
  }) => {
    const { namespace, cluster } = scene;
    if (cluster.auditLog === '') skip("this cluster's audit log is not known");
    await namespace.running(webDeployment({ image: await scene.reference('good'), probe: true }));
    await deployStep(namespace, {
      image: ':crash',
      'migration-command': '/app run --fast',
      timeout: '5m',
    });

    const asked = await namespace.until('the audit log has it', async () => {
      const found = eventRequests(cluster.auditLog, namespace.name);
      return found.length > 0 && found;
    });
    for (const uri of asked)
      expect(decodeURIComponent(uri)).toMatch(/fieldSelector=involvedObject\.(uid|name)=[0-9a-z-]+/);
  });
});

/** When the step's rollout had failed, by its journal. */
function failedAt({ state }: Awaited<ReturnType<typeof deployStep>>): number {
  const entries = JSON.parse(state['journal'] ?? '[]') as { type: string; at: number }[];
  return entries.find(({ type }) => type === 'rollout-failed')?.at ?? Number.NaN;
}

/** The addresses at which the action has listed or watched events of a namespace. */
function eventRequests(auditLog: string, namespace: string): string[] {
  return requestsSince(auditLog, 0)
    .filter((each) => each.namespace === namespace && each.resource === 'events')
    .filter(({ verb }) => ['list', 'watch'].includes(verb))
    .map(({ uri }) => uri);
}

/** A way to the API server on which logs are never answered, and when they were asked for. */
async function withoutLogs(scene: Scene): Promise<{ kubeconfig: string; asked: number[] }> {
  const { cert, key } = selfSigned('api', ['IP:127.0.0.1']);
  const asked: number[] = [];
  const { hostname, port } = new URL(scene.cluster.server);
  const ca = readFileSync(scene.cluster.caFile);
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    if (/\/log\?/.test(incoming.url ?? '')) {
      asked.push(Date.now());
      return;
    }
    const { method, url, headers } = incoming;
    const upstream = request({ hostname, port, ca, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  const own = await scene.listen(server);
  const config = JSON.parse(scene.namespace.kubeconfig);
  config.clusters[0].cluster = {
    server: `https://127.0.0.1:${own}`,
    'certificate-authority-data': Buffer.from(cert).toString('base64'),
  };
  return { kubeconfig: JSON.stringify(config), asked };
}
