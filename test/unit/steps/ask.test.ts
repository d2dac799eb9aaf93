import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../../src/kubernetes/client.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { askerFor } from '../../../src/steps/ask.ts';
import { parseWatchAddress } from '../../../src/users/address.ts';
import { FakeCluster } from '../fake-cluster.ts';
import {
  answer,
  answerStatus,
  connectionTo,
  type Handler,
  startServer,
  type TestServer,
} from '../kubernetes/support/server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const { signal } = new AbortController();

async function serve(handler: Handler, options = {}): Promise<TestServer> {
  const server = await startServer(handler, { plain: true, ...options });
  open.push(server);
  return server;
}

function inputFor(text: string, proxyUrl?: string) {
  const parsed = parseWatchAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return { address: parsed.address, limit: { kind: 'off' } as const, proxyUrl };
}

function asker(text: string, proxyUrl?: string) {
  const client = new FakeCluster().client();
  return askerFor({ client, namespace: 'shop' }, inputFor(text, proxyUrl));
}

const answered = (status: number) => ({ outcome: { kind: 'answer', status }, doubtful: false });
const failed = (what: string) => ({ outcome: { kind: 'failure', what }, doubtful: true });

describe('an address asked by the runner', () => {
  it.each([200, 204, 301, 404, 500, 503])('answers %i', async (status) => {
    const server = await serve(
      (_, response) => void response.writeHead(status, { location: 'http://elsewhere.invalid/' }).end(),
    );
    expect(await asker(`${server.url}/ready?token=abcdefgh`)(signal)).toEqual(answered(status));
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/ready', query: { token: 'abcdefgh' } }]);
  });

  it('is a new user each time: a connection of its own, and nothing from a cache', async () => {
    const server = await serve((_, response) => answer(response, {}));
    const ask = asker(server.url);
    for (let count = 0; count < 3; count++) await ask(signal);
    expect(server.connections).toBe(3);
    expect(server.requests[0]?.headers).toMatchObject({
      'cache-control': 'no-cache',
      connection: 'close',
      'user-agent': expect.stringContaining('safe-rollout/'),
    });
  });

  it('takes user and password from it', async () => {
    const server = await serve((_, response) => answer(response, {}));
    await asker(server.url.replace('http://', 'http://me:p%40ss@'))(signal);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });

  it('sets aside that it was asked too often', async () => {
    const server = await serve((_, response) => answer(response, {}, 429));
    expect((await asker(server.url)(signal)).outcome.kind).toBe('set-aside');
  });

  it('has no connection where nobody listens', async () => {
    const server = await serve(() => {});
    await server.close();
    expect(await asker(server.url)(signal)).toEqual(failed('connection refused'));
  });

  it('has no answer from a server that hangs, after two seconds', async () => {
    const server = await serve(() => {});
    const start = performance.now();
    expect(await asker(server.url)(signal)).toEqual(failed('no answer in 2 s'));
    expect(performance.now() - start).toBeGreaterThan(1900);
  });

  it('has a closed connection where it is cut before the answer, and a broken answer where it is cut in it', async () => {
    const cut = await serve((_, __, socket) => void socket.destroy());
    expect(await asker(cut.url)(signal)).toEqual(failed('connection closed'));
    const broken = await serve((_, response, socket) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => socket.destroy());
    });
    expect(await asker(broken.url)(signal)).toEqual(failed('answer broken off'));
  });

  it('is answered by a stream that has begun, however long that goes on', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write('data: 1\n\n'));
    expect(await asker(server.url)(signal)).toEqual(answered(200));
  });

  it('reads no more of a large answer than it must', async () => {
    let sent = 0;
    const server = await serve((_, response) => {
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', write);
      write();
    });
    expect(await asker(server.url)(signal)).toEqual(answered(200));
    expect(sent).toBeLessThan(50_000_000);
  });

  it('tells that a certificate is refused', async () => {
    const server = await serve((_, response) => answer(response, {}), { plain: false });
    expect(await asker(server.url)(signal)).toEqual(failed('certificate refused'));
  });

  it('tells that a host is unknown', async () => {
    expect(await asker('http://no-such-host.invalid/')(signal)).toMatchObject({
      outcome: { kind: 'failure', what: expect.stringMatching(/unknown host|host not looked up/) },
    });
  });

  it('goes through a proxy', async () => {
    const asked: string[] = [];
    const proxy = http.createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(204).end();
    });
    open.push(proxy);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    expect(await asker('http://shop.test/ready', `http://127.0.0.1:${port}`)(signal)).toEqual(answered(204));
    expect(asked).toEqual(['http://shop.test/ready']);
  });

  it('ends with the signal', async () => {
    const server = await serve(() => {});
    const stop = new AbortController();
    const asking = asker(server.url)(stop.signal);
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });
});

describe("a Service asked through the API server's proxy", () => {
  async function ask(handler: Handler, text = 'service/web:http/ready?token=abcdefgh') {
    const server = await serve(handler, { plain: false });
    const transport = new Transport(connectionTo(server), { version: '1' });
    open.push(transport);
    const client = new Client(transport);
    return { server, answer: await askerFor({ client, namespace: 'shop' }, inputFor(text))(signal) };
  }

  it('is asked by its name and port', async () => {
    const { server, answer: got } = await ask((_, response) => void response.writeHead(202).end('fine'));
    expect(got).toEqual(answered(202));
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/namespaces/shop/services/http:web:http/proxy/ready',
        query: { token: 'abcdefgh' },
      },
    ]);
  });

  it.each([
    [302, false],
    [404, false],
    [500, false],
    // A load balancer in front of the API server answers so too, where that is away.
    [503, true],
  ])('answers %i as the pod does, once', async (status, doubtful) => {
    const { server, answer: got } = await ask((_, response) => void response.writeHead(status).end('no'));
    expect(got).toEqual({ outcome: { kind: 'answer', status }, doubtful });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [503, 'ServiceUnavailable', 'no endpoints available for service "web"', 'no ready pod'],
    [
      503,
      'ServiceUnavailable',
      'no endpoints available for service "http:web:x"',
      'no ready pod with that port',
    ],
    [503, 'ServiceUnavailable', 'no service port 81 found for service "web"', 'no such port'],
    [
      503,
      'ServiceUnavailable',
      'error trying to reach service: dial tcp 10.88.0.7:8080: connect: connection refused',
      'connection refused',
    ],
    [503, 'ServiceUnavailable', 'error trying to reach service: EOF', 'connection closed'],
    [503, 'ServiceUnavailable', 'error trying to reach service: dial tcp: i/o timeout', 'pod not reached'],
    [404, 'NotFound', 'endpoints "web" not found', 'no such Service'],
  ])('%i %s, %s: %s', async (status, reason, message, what) => {
    const { answer: got } = await ask((_, response) => answerStatus(response, status, reason, message));
    expect(got).toEqual({ outcome: { kind: 'failure', what }, doubtful: false });
  });

  it.each([
    [401, 'Unauthorized', 'Unauthorized'],
    [403, 'Forbidden', 'services "http:web:http" is forbidden'],
    [429, 'TooManyRequests', 'too many requests'],
    [500, 'InternalError', 'etcdserver: request timed out'],
    [503, 'ServiceUnavailable', 'apiserver is shutting down'],
  ])('sets aside what the API server says of itself: %i %s', async (status, reason, message) => {
    const { answer: got } = await ask((_, response) => answerStatus(response, status, reason, message));
    expect(got).toEqual({
      outcome: { kind: 'set-aside', why: `API server answered ${status}` },
      doubtful: false,
    });
  });

  it('sets aside that the API server cannot be reached', async () => {
    const { answer: got } = await ask((_, __, socket) => void socket.destroy());
    expect(got).toEqual({
      outcome: { kind: 'set-aside', why: 'API server not reached' },
      doubtful: false,
    });
  });

  it('has no answer from a pod that hangs, which is looked into', async () => {
    const { answer: got } = await ask(() => {});
    expect(got).toEqual(failed('no answer in 2 s'));
  });
});
