import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { ApiProxy } from '../chaos/support/proxy.ts';
import { through } from '../chaos/support/shop.ts';
import type { Cluster } from '../cluster/connect.ts';
import type { StepRun } from '../support/runner.ts';
import { ask } from './support/api.ts';
import { test as base, describeOnCluster } from './support/fixtures.ts';
import { type WebOptions, webDeployment } from './support/manifests.ts';
import type { Manifest, Namespace } from './support/namespace.ts';
import { deployStep, expectEnding } from './support/step.ts';

/** The action may also ask Services. */
const test = base.extend<{ namespace: Namespace }>({
  namespace: async ({ namespace }, use) => {
    await namespace.apply(...mayAskServices());
    await use(namespace);
  },
});

function mayAskServices(): Manifest[] {
  const metadata = { name: 'watcher' };
  const rules = [{ apiGroups: [''], resources: ['services/proxy'], verbs: ['get'] }];
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'watcher' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer' }],
    },
  ];
}

/** The Service `web`, whose port is called `http`. */
function service(spec: Readonly<Record<string, unknown>> = {}): Manifest {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports, ...spec },
  };
}

/** A workload of two whose pods take their time to end, with its Service. */
async function shop(namespace: Namespace, options: WebOptions, spec?: Readonly<Record<string, unknown>>) {
  await namespace.apply(service(spec));
  const pod = { terminationGracePeriodSeconds: 6 };
  return namespace.running(webDeployment({ replicas: 2, probe: true, pod, ...options }));
}

/** A row of the summary's table of what users saw. */
interface Seen {
  readonly mark: string;
  readonly requests: number;
  readonly errors: number;
  readonly answers: string;
  readonly picture: string;
}

/** What the summary says that users saw, by phase. */
function seenBy({ main }: StepRun): Record<string, Seen> {
  const row =
    /^\| (?<mark>\S+) (?<phase>before|during|after|undo) \| (?<requests>\d+) \| (?<errors>[^|]*) \| [^|]* \| (?<answers>[^|]*) \| `(?<picture>[^`]*)` \|$/gm;
  const rows = [...main.summary.matchAll(row)].map(({ groups = {} }) => {
    const { phase = '', mark = '', requests, errors = '', answers = '', picture = '' } = groups;
    const seen = {
      mark,
      requests: Number(requests),
      errors: Number.parseInt(errors, 10) || 0,
      answers,
      picture,
    };
    return [phase, seen] as const;
  });
  return Object.fromEntries(rows);
}

describeOnCluster('what users see', () => {
  test('is nothing of a good rollout, which is shown by phase', async ({ cluster, namespace }) => {
    await shop(namespace, { image: await cluster.image('drains') });

    const step = await deployStep(namespace, { image: ':drains-2', 'watch-url': 'service/web:http/' });

    expectEnding(step, { result: 'deployed' });
    const seen = seenBy(step);
    expect(Object.keys(seen)).toEqual(['before', 'during', 'after']);
    expect(seen).toMatchObject({ before: { errors: 0 }, during: { errors: 0 }, after: { errors: 0 } });
    expect(seen['before']?.requests).toBeGreaterThanOrEqual(3);
    expect(seen['during']?.requests).toBeGreaterThanOrEqual(3);
    expect(seen['after']?.requests).toBeGreaterThanOrEqual(6);
    expect(seen['after']).toMatchObject({ mark: '✅', answers: `200 ×${seen['after']?.requests}` });
    expect(step.main.shown).toMatch(
      /During the rollout: \d+ requests, no errors, slowest .*: 200 ×\d+ {2}[·▁]+/,
    );
  });

  test('is what a readiness probe conceals: kubectl is content, and the step undoes it', async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('ready-too-early');
    const good = await cluster.image('drains');
    const before = await shop(namespace, { image: good });

    // The same by kubectl: "successfully rolled out", while users get 503.
    await namespace.kubectl('set', 'image', 'deployment/web', `web=${image}`);
    const told = await namespace.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(told).toContain('successfully rolled out');
    const path = `/api/v1/namespaces/${namespace.name}/services/http:web:http/proxy/`;
    await expect(namespace.kubectl('get', '--raw', path)).rejects.toThrow(/cache is cold|ServiceUnavailable/);
    await namespace.kubectl('rollout', 'undo', 'deployment/web');
    await namespace.settled();

    const step = await deployStep(namespace, { image, 'watch-url': 'service/web:http/' });

    expectEnding(step, { result: 'undone', reason: 'users-saw-errors' });
    const { during, after, undo } = seenBy(step);
    expect((during?.errors ?? 0) + (after?.errors ?? 0)).toBeGreaterThanOrEqual(2);
    expect(`${during?.answers} ${after?.answers}`).toContain('503 ×');
    expect(`${during?.picture}${after?.picture}`).toMatch(/[▂-█]/);
    // What users saw of the undo is shown too.
    expect(undo?.requests).toBeGreaterThanOrEqual(1);
    for (const where of [step.main.shown, step.main.summary, step.main.annotations[0]?.message]) {
      expect(where).toContain('requests to service/web:http/ failed');
      expect(where).toContain('Before the image was set, none of');
    }
    expect((await namespace.workload()).image).toBe(before.image);
    await namespace.settled();
  });

  test('are the requests that old pods drop, with their number, which is only reported with off', async ({
    cluster,
    namespace,
  }) => {
    // As in a cluster where it takes a while until everybody knows that a pod is ending.
    const lagging = { publishNotReadyAddresses: true };
    await shop(namespace, { image: await cluster.image('drops-requests') }, lagging);

    const inputs = { 'watch-url': 'service/web:http/', 'watch-max-errors': 'off' };
    const step = await deployStep(namespace, { image: ':drains', ...inputs });

    expectEnding(step, { result: 'deployed' });
    const { before, during, after } = seenBy(step);
    expect(before).toMatchObject({ errors: 0, mark: '✅' });
    const dropped = (during?.errors ?? 0) + (after?.errors ?? 0);
    expect(dropped).toBeGreaterThanOrEqual(1);
    expect(`${during?.answers} ${after?.answers}`).toContain('connection refused ×');
    expect(step.main.shown).toMatch(
      /would have seen an error (during|after) the rollout: connection refused/,
    );
    expect(step.main.shown).toMatch(/\d+ errors? \(\d+(\.\d)? %\)/);
  });

  test('is dropped by no more than the limit: then the same is undone', async ({ cluster, namespace }) => {
    const lagging = { publishNotReadyAddresses: true };
    const before = await shop(namespace, { image: await cluster.image('drops-requests') }, lagging);

    const inputs = { 'watch-url': 'service/web:80/', 'watch-max-errors': '0' };
    const step = await deployStep(namespace, { image: ':drains', ...inputs });

    expectEnding(step, { result: 'undone', reason: 'users-saw-errors' });
    expect(step.main.summary).toContain('none is allowed');
    expect((await namespace.workload()).image).toBe(before.image);
  });
});

describeOnCluster('an address to watch that is wrong', () => {
  test.for<[string, string, string]>([
    ['service/shop:http/', 'watch-service-missing', 'no such Service'],
    ['service/web:81/', 'watch-service-missing', 'no such port'],
    ['service/web:grpc/', 'watch-url-fails', 'no ready pod with that port'],
    ['http://127.0.0.1:9/', 'watch-url-fails', 'connection refused'],
  ])('%s is refused before anything is changed', async ([url, reason, met], { cluster, namespace }) => {
    const before = await shop(namespace, { image: await cluster.image('good'), replicas: 1 });

    const inputs = { 'migration-command': '/app run --fast', 'watch-url': url };
    const step = await deployStep(namespace, { image: ':good-2', ...inputs });

    expectEnding(step, { result: 'refused', reason });
    expect(step.main.summary).toContain(met);
    expect((await namespace.workload()).settings).toEqual(before.settings);
    expect(await namespace.list('job')).toEqual([]);
  });

  test('because users have no such page is refused too, and can be gone on with', async ({
    cluster,
    namespace,
  }) => {
    const { url, close } = await startDoor(() => 404);
    try {
      const before = await shop(namespace, { image: await cluster.image('good'), replicas: 1 });
      const inputs = { image: ':good-2', 'watch-url': `${url}/none?token=not-to-be-shown` };

      const refused = await deployStep(namespace, inputs);
      expectEnding(refused, { result: 'refused', reason: 'watch-url-fails' });
      expect(refused.main.summary).toContain('answers with an error before anything was changed: 404');
      expect((await namespace.workload()).settings).toEqual(before.settings);
      expect(`${refused.main.shown}${refused.main.summary}`).not.toContain('not-to-be-shown');

      const ignored = await deployStep(namespace, { ...inputs, 'preflight-ignore': 'watch-url-fails' });
      expectEnding(ignored, { result: 'deployed' });
      // What failed before is not this deploy's doing.
      expect(seenBy(ignored)['during']?.answers).toMatch(/^404 ×\d+$/);
    } finally {
      await close();
    }
  });

  test('because the credentials may not ask it is told with what they need', async ({
    cluster,
    namespace,
  }) => {
    await shop(namespace, { image: await cluster.image('good'), replicas: 1 });
    await namespace.kubectl('delete', 'role', 'watcher');

    const step = await deployStep(namespace, { image: ':good-2', 'watch-url': 'service/web:http/' });

    expectEnding(step, { result: 'refused', reason: 'permission-missing' });
    expect(step.main.summary).toContain('get services/proxy');
    expect(step.main.summary).toContain('resources: ["services/proxy"]');
  });
});

describeOnCluster('several workloads', () => {
  test('all go back where users see errors, whichever of them it is', async ({ cluster, namespace }) => {
    const good = await cluster.image('drains');
    await shop(namespace, { image: good });
    await namespace.running(webDeployment({ image: good, name: 'worker', probe: true }));

    const step = await deployStep(namespace, {
      deployment: 'worker, web',
      image: ':ready-too-early',
      'watch-url': 'service/web:http/',
    });

    expectEnding(step, { result: 'undone', reason: 'users-saw-errors' });
    for (const name of ['web', 'worker']) {
      expect((await namespace.workload(name)).image).toBe(good);
      await namespace.settled(name);
    }
  });
});

describeOnCluster('a rollback', () => {
  test('is not undone for the errors of the version that it leads out of', async ({ cluster, namespace }) => {
    const slow = await cluster.image('slow');
    await shop(namespace, { image: slow });
    const flags = { SERVE_FLAGS: '--error-percent=90 --drain=2s' };
    const failing = await cluster.image(namespace.name, { env: flags });
    expectEnding(await deployStep(namespace, { image: failing }), { result: 'deployed' });

    const step = await deployStep(namespace, {
      command: 'rollback',
      'watch-url': 'service/web:http/',
      'watch-max-errors': '4',
    });

    expectEnding(step, { result: 'rolled-back' });
    expect(seenBy(step)['during']?.errors).toBeGreaterThan(4);
    expect(step.main.summary).toContain('Only what comes after a rollback is judged');
    expect((await namespace.workload()).image).toBe(slow);
  });

  test('is undone for the errors of the version that it goes to', async ({ cluster, namespace }) => {
    const good = await cluster.image('drains');
    const failing = await cluster.image(namespace.name, { env: { SERVE_FLAGS: '--error-percent=90' } });
    await shop(namespace, { image: failing });
    expectEnding(await deployStep(namespace, { image: good }), { result: 'deployed' });

    const step = await deployStep(namespace, { command: 'rollback', 'watch-url': 'service/web:http/' });

    expectEnding(step, { result: 'undone', reason: 'users-saw-errors' });
    expect((await namespace.workload()).image).toBe(good);
    await namespace.settled();
  });
});

describeOnCluster('a rollback that does not help', () => {
  test('is left as it is, and is no success', async ({ cluster, namespace }) => {
    const [good, next] = [await cluster.image('good'), await cluster.image('good-2')];
    await namespace.running(webDeployment({ image: good, probe: true }));
    expectEnding(await deployStep(namespace, { image: next }), { result: 'deployed' });
    // Whatever runs, the door is broken.
    const { url, close } = await startDoor(() => 502);
    try {
      const step = await deployStep(namespace, { command: 'rollback', 'watch-url': `${url}/` });

      expectEnding(step, { result: 'left-failed', reason: 'users-saw-errors' });
      expect(step.main.summary).toContain('Rollback failed: deployment/web is left as it is');
      expect(step.main.summary).toContain('and users see errors');
      expect(step.main.summary).toContain('users saw as many errors of what ran before');
      expect((await namespace.workload()).image).toBe(good);
      await namespace.settled();
    } finally {
      await close();
    }
  });
});

describeOnCluster('an address of which nothing can be learned', () => {
  test('is refused, and told of where that is gone on with', async ({ cluster, namespace }) => {
    const { url, close } = await startDoor(() => 429);
    try {
      await namespace.running(webDeployment({ image: await cluster.image('good'), probe: true }));
      await cluster.image('good-2');
      const inputs = { image: ':good-2', 'watch-url': `${url}/` };

      const refused = await deployStep(namespace, inputs);
      expectEnding(refused, { result: 'refused', reason: 'watch-url-fails' });
      expect(refused.main.summary).toContain('learns nothing: asked too often (429)');

      const step = await deployStep(namespace, { ...inputs, 'preflight-ignore': 'watch-url-fails' });
      expectEnding(step, { result: 'deployed' });
      expect(step.main.shown).toContain('0 requests, nothing known');
      for (const where of [step.main.shown, step.main.summary])
        expect(where).toContain('during the rollout is not known: no request counts');
    } finally {
      await close();
    }
  });
});

describeOnCluster('a runner that is cut off for a while', () => {
  test.for([
    ['the runner', 'API server not reached either'],
    ['the API server', 'API server not reached'],
  ] as const)('does not blame the workload: asked by %s', async ([by, why], { cluster, namespace }) => {
    await shop(namespace, { image: await cluster.image('drains') });
    let isCutOff = false;
    const door = await startDoor(() => (isCutOff ? undefined : 200));
    const proxy = await ApiProxy.open(cluster);
    proxy.interfere = async (call, forward) => {
      if (isCutOff) return 'drop';
      if (call.text === 'PATCH deployments') {
        setTimeout(() => {
          isCutOff = true;
          proxy.breakStreams();
        }, 500);
        setTimeout(() => {
          isCutOff = false;
        }, 4500);
      }
      return forward();
    };
    try {
      const step = await deployStep(namespace, {
        image: ':drains-2',
        kubeconfig: through(proxy, namespace.kubeconfig),
        'watch-url': by === 'the runner' ? door.url : 'service/web:http/',
        'watch-max-errors': '0',
      });

      expectEnding(step, { result: 'deployed' });
      expect(step.main.summary).toContain(`set aside: ${why} ×`);
      const { during, after } = seenBy(step);
      expect((during?.errors ?? 0) + (after?.errors ?? 0)).toBe(0);
      expect((during?.requests ?? 0) + (after?.requests ?? 0)).toBeGreaterThanOrEqual(3);
    } finally {
      proxy.close();
      await door.close();
    }
  });
});

describeOnCluster('an address asked by the runner', () => {
  test('shows what users see through their own door', async ({ cluster, namespace }) => {
    await shop(namespace, { image: await cluster.image('drains') });
    const { url, close } = await startDoor(() => askService(cluster, namespace));
    try {
      const good = await deployStep(namespace, { image: ':drains-2', 'watch-url': `${url}/` });
      expectEnding(good, { result: 'deployed' });
      expect(seenBy(good)).toMatchObject({ during: { errors: 0 }, after: { errors: 0 } });
      expect(good.main.summary).toContain(`\`${url}/\``);

      const bad = await deployStep(namespace, { image: ':ready-too-early', 'watch-url': `${url}/` });
      expectEnding(bad, { result: 'undone', reason: 'users-saw-errors' });
      expect(bad.main.summary).toContain('503 ×');
    } finally {
      await close();
    }
  });
});

/**
 * A door of the cluster on this machine, as an ingress is: it answers with the status that `answer` gives, or closes
 * the connection where that is undefined.
 */
async function startDoor(
  answer: () => number | undefined | Promise<number>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = http.createServer(async (request, response) => {
    const status = await answer();
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The status with which one of the Service's pods answers. */
async function askService(cluster: Cluster, { name }: Namespace): Promise<number> {
  return (await ask(cluster, 'GET', `/api/v1/namespaces/${name}/services/http:web:http/proxy/`)).status;
}
