import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { V1Deployment, V1Lease } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/errors.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import type { Transport } from '../../src/kubernetes/transport.ts';
import { type Change, mirror } from '../../src/kubernetes/watch.ts';
import { type StartedCluster, startCluster } from '../cluster/index.ts';
import { webDeployment } from '../e2e/support/manifests.ts';
import { Namespace } from '../e2e/support/namespace.ts';
import { connectWith, until } from './support.ts';

// A control plane of its own: it is stopped here, while others run their tests on theirs. It needs no root.
let cluster: StartedCluster;
let namespace: Namespace;
let client: Client;
let transport: Transport;
/** What the transport told of the server's being down. */
const outages: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({ node: false, log: () => {} });
  namespace = await Namespace.create(cluster);
  ({ client, transport } = await connectWith(cluster.kubeconfig, {
    onOutage: () => outages.push('down'),
    onRecovered: () => outages.push('up'),
  }));
});
afterAll(async () => {
  transport?.close();
  await namespace?.remove();
  await cluster?.stop();
});

const { signal } = new AbortController();

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

const lease = (name: string, holder = 'nobody'): V1Lease => ({
  metadata: { name },
  spec: { holderIdentity: holder },
});

const place = (name: string) => ({ namespace: namespace.name, name });

async function create(...leases: readonly V1Lease[]): Promise<V1Lease[]> {
  return await Promise.all(
    leases.map((each) => client.create(resources.leases, { namespace: namespace.name }, each, { signal })),
  );
}

async function createWeb(name: string): Promise<V1Deployment> {
  const manifest = webDeployment({ image: 'registry.test/app:1', name }) as V1Deployment;
  return await client.create(resources.deployments, { namespace: namespace.name }, manifest, { signal });
}

describe('the client, with a real API server', () => {
  it('creates, reads, lists page by page, changes and deletes', async () => {
    const names = ['crud-a', 'crud-b', 'crud-c', 'crud-d', 'crud-e'];
    const labelled = names.map((name) => ({ ...lease(name), metadata: { name, labels: { test: 'crud' } } }));
    await create(...labelled);

    const selection = { namespace: namespace.name, labelSelector: 'test=crud' };
    const listed = await client.list(resources.leases, { ...selection, limit: 2 }, { signal });
    expect(listed.items.map(({ metadata }) => metadata?.name)).toEqual(names);
    expect(listed.items[0]).toMatchObject({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });
    expect(Number(listed.resourceVersion)).toBeGreaterThan(0);

    await client.patch(resources.leases, place('crud-a'), { spec: { holderIdentity: 'us' } }, { signal });
    const got = await client.get(resources.leases, place('crud-a'), { signal });
    expect(got.spec?.holderIdentity).toBe('us');
    // Dates are as the server sent them.
    expect(got.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const preconditions = { uid: '00000000-0000-0000-0000-000000000000' };
    const refused = await rejection(
      client.delete(resources.leases, place('crud-a'), { signal, preconditions }),
    );
    expect(refused).toMatchObject({ status: 409, reason: 'Conflict' });
    await client.delete(resources.leases, place('crud-a'), {
      signal,
      preconditions: { uid: got.metadata?.uid ?? '' },
    });
    expect(await rejection(client.get(resources.leases, place('crud-a'), { signal }))).toMatchObject({
      status: 404,
      reason: 'NotFound',
      request: expect.stringContaining('/leases/crud-a'),
    });
  });

  it('applies a JSON patch only where its test holds', async () => {
    const { spec, metadata } = await createWeb('tested');
    const path = '/spec/template/spec/containers/0/image';
    const set = (image: string) => ({ op: 'replace', path, value: image }) as const;
    const same = { op: 'test', path: '/spec/template', value: spec?.template } as const;

    const patched = await client.patch(
      resources.deployments,
      place('tested'),
      [{ op: 'test', path: '/metadata/uid', value: metadata?.uid }, same, set('registry.test/app:2')],
      { signal, fieldManager: 'safe-rollout' },
    );
    expect(patched.spec?.template.spec?.containers[0]?.image).toBe('registry.test/app:2');
    expect(patched.metadata?.managedFields?.map(({ manager }) => manager)).toContain('safe-rollout');

    // The template is another one by now.
    const refused = await rejection(
      client.patch(resources.deployments, place('tested'), [same, set('registry.test/app:3')], { signal }),
    );
    expect(refused.status).toBe(422);
    expect(refused.reason).toBe('Invalid');
    const after = await client.get(resources.deployments, place('tested'), { signal });
    expect(after.spec?.template.spec?.containers[0]?.image).toBe('registry.test/app:2');
    expect(after.metadata?.generation).toBe(2);
  });

  it('changes nothing with a dry run', async () => {
    const dryRun = { dryRun: true, signal };
    await client.create(resources.leases, { namespace: namespace.name }, lease('rehearsed'), dryRun);
    expect(await rejection(client.get(resources.leases, place('rehearsed'), { signal }))).toMatchObject({
      status: 404,
    });

    const before = await createWeb('rehearsed');
    const patched = await client.patch(
      resources.deployments,
      place('rehearsed'),
      { spec: { replicas: 7 } },
      dryRun,
    );
    expect(patched.spec?.replicas).toBe(7);
    const after = await client.get(resources.deployments, place('rehearsed'), { signal });
    expect(after.spec).toEqual(before.spec);
  });

  it('tells what the server objects to', async () => {
    await create(lease('twice'));
    const again = await rejection(create(lease('twice')));
    expect(again).toMatchObject({ status: 409, reason: 'AlreadyExists' });
    expect(again.message).toContain('"twice" already exists');

    const invalid = await rejection(create(lease('Not_A_Name')));
    expect(invalid).toMatchObject({ status: 422, reason: 'Invalid' });
    expect(invalid.causes.map(({ field }) => field)).toContain('metadata.name');

    const misspelt = { ...lease('misspelt'), spec: { holderIdentiti: 'us' } } as V1Lease;
    const strict = await rejection(
      client.create(resources.leases, { namespace: namespace.name }, misspelt, {
        signal,
        fieldValidation: 'Strict',
      }),
    );
    expect(strict).toMatchObject({ status: 400, reason: 'BadRequest' });
    expect(strict.message).toContain('holderIdentiti');
  });

  it('tells what a user may not do, and that a token is not accepted', async () => {
    const [limited, stranger] = await Promise.all([
      connectWith(namespace.kubeconfig),
      connectWith(namespace.kubeconfig.replace(namespace.token, 'no-token-of-ours')),
    ]);
    await create(lease('guarded'));

    const forbidden = await rejection(limited.client.get(resources.services, place('guarded'), { signal }));
    expect(forbidden).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(forbidden.message).toContain('cannot get resource "services"');
    const review = await limited.client.create(
      resources.selfSubjectAccessReviews,
      {},
      {
        spec: {
          resourceAttributes: {
            namespace: namespace.name,
            verb: 'patch',
            group: 'apps',
            resource: 'deployments',
          },
        },
      },
      { signal },
    );
    expect(review.status?.allowed).toBe(true);

    const unknown = await rejection(stranger.client.get(resources.leases, place('guarded'), { signal }));
    expect(unknown).toMatchObject({ status: 401, reason: 'Unauthorized' });
    for (const each of [limited, stranger]) each.transport.close();
  });

  it('logs in by an exec plugin, started once however many requests come first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
    const plugin = join(folder, 'login');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: namespace.token },
    };
    writeFileSync(
      plugin,
      `#!/bin/sh\necho start >>'${folder}/starts'\nprintf %s "$KUBERNETES_EXEC_INFO" >'${folder}/info'\necho '${JSON.stringify(credential)}'\n`,
    );
    chmodSync(plugin, 0o755);
    const config = JSON.parse(namespace.kubeconfig) as { users: object[] };
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: plugin,
      interactiveMode: 'Never',
      provideClusterInfo: true,
    };
    config.users = [{ name: 'deployer', user: { exec } }];
    const byPlugin = await connectWith(JSON.stringify(config));

    const lists = await Promise.all(
      Array.from({ length: 5 }, () =>
        byPlugin.client.list(resources.pods, { namespace: namespace.name }, { signal }),
      ),
    );
    byPlugin.transport.close();

    expect(lists).toHaveLength(5);
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('start\n');
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toMatchObject({
      spec: { cluster: { server: cluster.server } },
    });
    rmSync(folder, { recursive: true });
  });

  it('asks for bookmarks, and gets them', async () => {
    const { resourceVersion } = await client.list(
      resources.leases,
      { namespace: namespace.name },
      { signal },
    );
    // The server sends one shortly before it ends a watch, whatever happens.
    const stream = await client.watch(
      resources.leases,
      {
        namespace: namespace.name,
        fieldSelector: 'metadata.name=none-such',
        resourceVersion,
        timeoutSeconds: 10,
      },
      { signal },
    );
    // There is only news for it to bring where something else has changed.
    await create(lease('moves-on'));
    const events = (await text(stream))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; object: V1Lease });
    expect(events.map(({ type }) => type)).toContain('BOOKMARK');
    const [bookmark] = events;
    expect(Number(bookmark?.object.metadata?.resourceVersion)).toBeGreaterThanOrEqual(
      Number(resourceVersion),
    );
  });
});

describe('a mirror of a real API server', () => {
  /** Mirrors the leases with a label, and notes what is told. */
  function mirrorLeases(test: string) {
    const stop = new AbortController();
    const told: string[] = [];
    const note = (change: Change<V1Lease>) => {
      const { type } = change;
      if (type === 'synced') told.push(type);
      else told.push(`${type} ${change.object.metadata?.name} ${change.object.spec?.holderIdentity}`);
    };
    const leases = mirror<V1Lease>(
      client,
      resources.leases,
      { namespace: namespace.name, labelSelector: `test=${test}` },
      { signal: stop.signal, onChange: note },
    );
    const labelled = (name: string, holder: string): V1Lease => ({
      ...lease(name, holder),
      metadata: { name, labels: { test } },
    });
    return { leases, told, stop, labelled };
  }

  it('shows what is there, then each change once', async () => {
    const { leases, told, stop, labelled } = mirrorLeases('plain');
    await leases.synced;
    expect(told).toEqual(['synced']);

    await create(labelled('plain-a', 'one'));
    await until('the new lease', () => told.length === 2);
    await client.patch(resources.leases, place('plain-a'), { spec: { holderIdentity: 'two' } }, { signal });
    await until('the change', () => told.length === 3);
    // Out of the selection is gone.
    await create(labelled('plain-b', 'one'));
    await client.patch(
      resources.leases,
      place('plain-b'),
      { metadata: { labels: { test: 'other' } } },
      { signal },
    );
    await client.delete(resources.leases, place('plain-a'), { signal });
    await until('the end', () => leases.items().length === 0 && told.length === 6);

    expect(told).toEqual([
      'synced',
      'applied plain-a one',
      'applied plain-a two',
      'applied plain-b one',
      'deleted plain-b one',
      'deleted plain-a two',
    ]);
    stop.abort();
    await leases.done;
  });

  it('ends with what waiting cannot heal', async () => {
    const limited = await connectWith(namespace.kubeconfig);
    const leases = mirror(
      limited.client,
      resources.leases,
      { namespace: namespace.name },
      { signal, onChange() {} },
    );
    expect(await rejection(leases.synced)).toMatchObject({ status: 403 });
    expect(await rejection(leases.done)).toMatchObject({ status: 403 });
    limited.transport.close();
  });

  it('goes on where it was when the API server comes back, and misses nothing', async ({ skip }) => {
    if (!cluster.canBreak) skip('it stops the API server, which SAFE_ROLLOUT_KUBECONFIG is not for');
    const { leases, told, stop, labelled } = mirrorLeases('restart');
    await create(labelled('stays', 'one'), labelled('changes', 'one'), labelled('goes', 'one'));
    await until('all three', () => leases.items().length === 3);
    outages.length = 0;

    await cluster.stopApiServer();
    // Asked while it is down, answered when it is back.
    const waiting = client.get(resources.leases, place('stays'), { signal, patience: 60 });
    await until('the outage to be told', () => outages.length > 0);
    await cluster.startApiServer();
    expect((await waiting).spec?.holderIdentity).toBe('one');

    await client.patch(resources.leases, place('changes'), { spec: { holderIdentity: 'two' } }, { signal });
    await client.delete(resources.leases, place('goes'), { signal });
    await create(labelled('comes', 'one'));
    await until('all changes', () => leases.get('comes') !== undefined && leases.get('goes') === undefined);
    await until('the change', () => leases.get('changes')?.spec?.holderIdentity === 'two');

    expect(
      leases
        .items()
        .map(({ metadata }) => metadata?.name)
        .sort(),
    ).toEqual(['changes', 'comes', 'stays']);
    const news = told.filter((line) => line !== 'synced');
    // Three came in the beginning; nothing was told twice.
    expect([...news].sort()).toEqual([...new Set(news)].sort());
    expect(news.slice(3).sort()).toEqual(['applied changes two', 'applied comes one', 'deleted goes one']);
    expect(outages).toEqual(['down', 'up']);
    stop.abort();
    await leases.done;
  });
});

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
