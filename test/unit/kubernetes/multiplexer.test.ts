import { once } from 'node:events';
import http from 'node:http';
import type { Agent } from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, ConnectionError } from '../../../src/errors.ts';
import { createAgents } from '../../../src/kubernetes/agents.ts';
import { Attempt } from '../../../src/kubernetes/attempt.ts';
import type { Answer } from '../../../src/kubernetes/exchange.ts';
import { Multiplexer } from '../../../src/kubernetes/multiplexer.ts';
import { type Call, Transport } from '../../../src/kubernetes/transport.ts';
import { hastyClock, until } from './support/clock.ts';
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
  for (const each of open.splice(0).reverse()) await each.close();
});

const forever = new AbortController().signal;
const get = (more: Partial<Call> = {}): Call => ({ method: 'GET', path: '/x', signal: forever, ...more });

/** A server that speaks HTTP/2, and writes a line now and again to whoever asks for a stream. */
async function serve(handler: Handler = lines, settings = {}): Promise<TestServer> {
  const server = await startServer(handler, { http2: settings });
  open.push(server);
  return server;
}

const lines: Handler = (_, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write('line\n'), 20);
  response.on('close', () => clearInterval(timer));
};

function transportTo(server: { url: string }, more = {}): Transport {
  const transport = new Transport(connectionTo(server, more), { version: '1', clock: hastyClock() });
  open.push(transport);
  return transport;
}

/** In a hurry: half a second to connect, and a ping each fifth of one. */
function multiplexerTo(server: { url: string }, more = {}) {
  const { streams } = createAgents(connectionTo(server, more), {});
  const multiplexer = new Multiplexer(new URL(server.url), streams as Agent, { connect: 0.5, ping: 0.2 });
  open.push(multiplexer);
  const outgoing = { url: new URL(`${server.url}/x`), method: 'GET', headers: {} };
  const begin = async () => {
    const { body } = (await multiplexer.send(outgoing, new Attempt(get()))) as Answer;
    return body.on('error', () => {});
  };
  return { multiplexer, begin };
}

async function firstOf(stream: Readable): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}

/** Reads to the end, as all of this product's readers do. */
async function drain(stream: Readable): Promise<void> {
  for await (const _ of stream);
}

/** A way to `port` that can be made to swallow all that is sent, as a broken network does. */
async function startTunnel(port: number) {
  let isDead = false;
  const sockets = new Set<net.Socket>();
  const tunnel = net.createServer((socket) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => isDead || to.write(data));
      from.on('error', () => {}).on('close', () => to.destroy());
    }
  });
  tunnel.listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  open.push({
    close() {
      tunnel.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return {
    url: `https://127.0.0.1:${(tunnel.address() as AddressInfo).port}`,
    die(dead = true) {
      isDead = dead;
    },
  };
}

describe('streams share a connection where the server speaks HTTP/2', () => {
  it('however many there are, beside that of the requests', async () => {
    const server = await serve((request, response, socket) =>
      request.path === '/x' ? answer(response, { ok: true }) : lines(request, response, socket),
    );
    const transport = transportTo(server);
    const streams = await Promise.all(
      Array.from({ length: 40 }, (_, i) => transport.stream(get({ path: `/${i}` }))),
    );
    expect(await Promise.all(streams.map(firstOf))).toEqual(Array(40).fill('line\n'));
    expect(await transport.request(get())).toEqual({ ok: true });
    expect(server.connections).toBe(2);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer test', ':method': 'GET' });
    for (const stream of streams) stream.destroy();
  });

  it('with as many as the server allows on each connection', async () => {
    const server = await serve(lines, { maxConcurrentStreams: 2 });
    const transport = transportTo(server);
    const streams: Readable[] = [];
    for (let i = 0; i < 5; i++) streams.push(await transport.stream(get()));
    expect(server.connections).toBe(3);
    streams[0]?.destroy();
    await until(() => streams[0]?.closed ?? false);
    await firstOf(await transport.stream(get()));
    expect(server.connections).toBe(3);
  });

  it('and one that is not read holds up no other', async () => {
    const server = await serve(({ path }, response, socket) => {
      if (path !== '/flood') return lines({} as never, response, socket);
      response.writeHead(200);
      response.write(Buffer.alloc(4 * 1024 * 1024));
    });
    const transport = transportTo(server);
    const flood = await transport.stream(get({ path: '/flood' }));
    const other = await transport.stream(get());
    expect(await firstOf(other)).toBe('line\n');
    let size = 0;
    flood.on('data', (data: Buffer) => {
      size += data.length;
    });
    await until(() => size === 4 * 1024 * 1024);
    expect(server.connections).toBe(1);
  });

  it('through a proxy, too', async () => {
    const server = await serve();
    const proxy = http.createServer();
    let tunnels = 0;
    proxy.on('connect', (_, socket: net.Socket) => {
      tunnels += 1;
      const upstream = net.connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      for (const each of [socket, upstream]) each.on('error', () => {});
      open.push({ close: () => socket.destroy() });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    open.push(proxy);
    const transport = transportTo(
      { url: 'https://kube.test:6443' },
      { proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    );
    const streams = await Promise.all([1, 2, 3].map(() => transport.stream(get())));
    await Promise.all(streams.map(firstOf));
    expect(tunnels).toBe(1);
  });
});

describe('a shared stream', () => {
  it('is refused in the words of the server', async () => {
    const server = await serve((_, response) => answerStatus(response, 403, 'Forbidden', 'no watching'));
    const failure = await transportTo(server)
      .stream(get())
      .catch((error) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status: 403, reason: 'Forbidden', message: 'no watching' });
  });

  it('ends alone, at the server too, where it is aborted', async () => {
    const closed: string[] = [];
    const server = await serve((request, response, socket) => {
      response.on('close', () => closed.push(request.path));
      return lines(request, response, socket);
    });
    const transport = transportTo(server);
    const stop = new AbortController();
    const aborted = await transport.stream(get({ path: '/a', signal: stop.signal }));
    const other = await transport.stream(get({ path: '/b' }));
    stop.abort();
    await expect(drain(aborted)).rejects.toThrow();
    await until(() => closed.length > 0);
    expect(await firstOf(other)).toBe('line\n');
    expect(closed).toEqual(['/a']);
  });

  it('is not begun where it is aborted already', async () => {
    const server = await serve();
    const transport = transportTo(server);
    const signal = AbortSignal.abort(new Error('told to end'));
    await expect(transport.stream(get({ signal }))).rejects.toThrow('told to end');
    // Nor does anything that it may have begun fail unheard.
    await new Promise((done) => setTimeout(done, 50));
    expect(await firstOf(await transport.stream(get()))).toBe('line\n');
  });

  it('breaks with its connection, and the next one has another', async () => {
    const server = await serve();
    const transport = transportTo(server);
    const streams = await Promise.all([transport.stream(get()), transport.stream(get())]);
    const drained = streams.map(drain);
    for (const socket of server.sockets) socket.destroy();
    for (const each of drained) await expect(each).rejects.toThrow();
    expect(await firstOf(await transport.stream(get()))).toBe('line\n');
    expect(server.connections).toBe(2);
  });

  it('is given up where the server does not answer in time', async () => {
    const server = await serve(() => {});
    const failure = await transportTo(server)
      .stream(get({ timeoutSeconds: 0.2, patience: 0 }))
      .catch((error) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure.message).toContain('within 0.2 s');
  });

  it('breaks where the network has died without a word', async () => {
    const server = await serve();
    const tunnel = await startTunnel(server.port);
    const { begin } = multiplexerTo(tunnel);
    const stream = await begin();
    // Pings are answered for as long as the way is open.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await firstOf(stream)).toBe('line\n');
    tunnel.die();
    await expect(drain(stream)).rejects.toThrow('has not answered a ping');
    tunnel.die(false);
    expect(await firstOf(await begin())).toBe('line\n');
  });

  it('lives on when the time to connect is over', async () => {
    const server = await serve();
    const { begin } = multiplexerTo(server);
    const stream = await begin();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await firstOf(stream)).toBe('line\n');
    expect(server.connections).toBe(1);
  });

  it('fails at once where its connections are closed while it waits for one', async () => {
    const server = await serve();
    const { multiplexer, begin } = multiplexerTo(server);
    const beginning = begin();
    multiplexer.close();
    await expect(beginning).rejects.toThrow('closed');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.connections).toBe(1);
  });

  it.each([
    ['accepts and says nothing', ''],
    ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n'],
  ])('leaves no connection to a proxy that %s', async (_, answer) => {
    const sockets = new Set<net.Socket>();
    const proxy = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.on('data', () => answer && socket.write(answer));
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    open.push(proxy);
    const { begin } = multiplexerTo(
      { url: 'https://kube.test:6443' },
      { proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    );
    await expect(begin()).rejects.toThrow();
    await until(() => sockets.size === 0);
  });
});
