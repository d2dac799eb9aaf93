import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../../src/kubernetes/client.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { hastyClock } from './support/clock.ts';
import {
  answer,
  answerStatus,
  connectionTo,
  type Handler,
  startServer,
  type TestServer,
} from './support/server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each.close();
  }
});

async function clientOf(handler: Handler): Promise<{ client: Client; server: TestServer }> {
  const server = await startServer(handler);
  const transport = new Transport(connectionTo(server), { version: '1', clock: hastyClock() });
  open.push(server, transport);
  return { client: new Client(transport), server };
}

const { signal } = new AbortController();
const shop = { namespace: 'shop' };

describe('Client', () => {
  it('asks at the paths of the API', async () => {
    const { client, server } = await clientOf((_, response) => answer(response, {}));
    await client.get(resources.deployments, { ...shop, name: 'web' }, { signal });
    await client.get(resources.pods, { ...shop, name: 'web-1' }, { signal });
    await client.get(resources.nodes, { ...shop, name: 'node/1' }, { signal });
    await client.create(resources.selfSubjectAccessReviews, {}, { spec: {} }, { signal });
    await client.serverVersion({ signal });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /apis/apps/v1/namespaces/shop/deployments/web',
      'GET /api/v1/namespaces/shop/pods/web-1',
      'GET /api/v1/nodes/node%2F1',
      'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      'GET /version',
    ]);
  });

  it('refuses a path that would mean more than one object', async () => {
    const { client, server } = await clientOf((_, response) => answer(response, {}));
    expect(() => client.get(resources.pods, { name: 'web' }, { signal })).toThrow('namespace');
    await expect(client.delete(resources.pods, { ...shop, name: '' }, { signal })).rejects.toThrow('name');
    expect(server.requests).toHaveLength(0);
  });

  it('creates with kind and apiVersion, and how the server shall take it', async () => {
    const { client, server } = await clientOf((_, response) =>
      answer(response, { metadata: { uid: '1' } }, 201),
    );
    const options = { signal, dryRun: true, fieldManager: 'us', fieldValidation: 'Strict' } as const;
    const created = await client.create(resources.jobs, shop, { metadata: { name: 'migrate' } }, options);
    expect(created.metadata?.uid).toBe('1');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      query: { dryRun: 'All', fieldManager: 'us', fieldValidation: 'Strict' },
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
    });
  });

  it('patches by operations or by merging', async () => {
    const { client, server } = await clientOf((_, response) => answer(response, {}));
    const target = { ...shop, name: 'web' };
    await client.patch(resources.deployments, target, [{ op: 'test', path: '/a', value: 1 }], { signal });
    await client.patch(resources.deployments, target, { spec: { replicas: null } }, { signal });
    expect(server.requests.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/json-patch+json', '[{"op":"test","path":"/a","value":1}]'],
      ['application/merge-patch+json', '{"spec":{"replicas":null}}'],
    ]);
  });

  it('deletes under preconditions', async () => {
    const { client, server } = await clientOf((_, response) => answer(response, { kind: 'Status' }));
    await client.delete(
      resources.jobs,
      { ...shop, name: 'migrate' },
      { signal, propagationPolicy: 'Background', preconditions: { uid: 'u' } },
    );
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: 'u' },
    });
  });

  it('repeats a dry run, and a change only where told to', async () => {
    const { client, server } = await clientOf((_, response) =>
      server.requests.length === 1
        ? answerStatus(response, 503, 'ServiceUnavailable')
        : answer(response, { ok: true }),
    );
    const body = { metadata: { name: 'x' } };
    await client.create(resources.jobs, shop, body, { signal, dryRun: true });
    server.requests.length = 0;
    await expect(client.create(resources.jobs, shop, body, { signal })).rejects.toMatchObject({
      status: 503,
    });
    server.requests.length = 0;
    await client.create(resources.jobs, shop, body, { signal, repeatable: true });
    server.requests.length = 0;
    await client.delete(resources.jobs, { ...shop, name: 'x' }, { signal, repeatable: true });
  });

  it('lists all pages, with kind and apiVersion filled in', async () => {
    const { client, server } = await clientOf((request, response) => {
      const page = Number(request.query['continue'] ?? 0);
      const items = [{ metadata: { name: `p${page}` } }];
      const metadata = { resourceVersion: '7', ...(page < 2 ? { continue: `${page + 1}` } : {}) };
      answer(response, { items, metadata });
    });
    const list = await client.list(
      resources.pods,
      { ...shop, labelSelector: 'app=web,a!=b', limit: 1 },
      { signal },
    );
    expect(list.resourceVersion).toBe('7');
    expect(list.items).toEqual(
      ['p0', 'p1', 'p2'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })),
    );
    expect(server.requests[0]?.query).toEqual({ labelSelector: 'app=web,a!=b', limit: '1' });
  });

  it('lists in one piece where the pages expire', async () => {
    const { client, server } = await clientOf((request, response) => {
      if (request.query['continue']) {
        answerStatus(response, 410, 'Expired');
      } else {
        const more = request.query['limit'] ? { continue: 'x' } : {};
        answer(response, { items: null, metadata: { resourceVersion: '9', ...more } });
      }
    });
    expect(await client.list(resources.pods, shop, { signal })).toEqual({ items: [], resourceVersion: '9' });
    expect(server.requests).toHaveLength(3);
  });
});
