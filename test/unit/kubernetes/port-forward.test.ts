import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/errors.ts';
import { Client } from '../../../src/kubernetes/client.ts';
import { forwardPort } from '../../../src/kubernetes/port-forward.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { FrameReader, frame, opcodes } from '../../../src/kubernetes/websocket.ts';
import { hastyClock } from './support/clock.ts';
import { connectionTo, serverCertificate } from './support/server.ts';

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

interface Seen {
  readonly urls: (string | undefined)[];
  readonly authorization: (string | undefined)[];
  readonly sockets: Set<Socket>;
}

type Refuse = (attempt: number) => { status: number; body: object } | undefined;

/**
 * An API server whose pods have one port: what comes to it goes to `serve`. As a kubelet does, it begins each channel
 * with the port's number. It takes masked frames and sends them masked, too, which a client has to be able to read.
 */
async function apiServer(
  serve: (data: Buffer, answer: (channel: number, bytes: Buffer | string) => void, end: () => void) => void,
  refuse: Refuse = () => undefined,
  proxyUrl = '',
) {
  const seen: Seen = { urls: [], authorization: [], sockets: new Set() };
  const server = https.createServer(serverCertificate, (_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket: Socket) => {
    seen.urls.push(request.url);
    seen.authorization.push(request.headers.authorization);
    seen.sockets.add(socket);
    socket.on('error', () => {}).once('close', () => seen.sockets.delete(socket));
    const refusal = refuse(seen.urls.length);
    if (refusal) {
      const body = JSON.stringify({ kind: 'Status', ...refusal.body });
      const head = `HTTP/1.1 ${refusal.status} No\r\ncontent-type: application/json\r\n`;
      socket.end(`${head}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
      return;
    }
    const { 'sec-websocket-key': key, 'sec-websocket-protocol': protocol } = request.headers;
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const answer = (channel: number, bytes: Buffer | string) =>
      socket.write(frame(opcodes.binary, Buffer.concat([Buffer.from([channel]), Buffer.from(bytes)])));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
        `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
    );
    answer(0, Buffer.from([0x90, 0x1f]));
    answer(1, Buffer.from([0x90, 0x1f]));
    const end = () => socket.end(frame(opcodes.close, Buffer.alloc(0)));
    const reader = new FrameReader((opcode, payload) => {
      if (opcode === opcodes.binary) serve(payload.subarray(1), answer, end);
    });
    socket.on('data', (chunk) => reader.write(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.close();
    for (const socket of seen.sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const transport = new Transport(
    connectionTo({ url: `https://127.0.0.1:${port}` }, proxyUrl ? { proxyUrl } : {}),
    {
      version: '1',
      clock: hastyClock(),
    },
  );
  open.push(() => transport.close());
  return { seen, client: new Client(transport) };
}

/** A proxy that makes connections for others (CONNECT), and says to where. */
async function proxyServer() {
  const asked: (string | undefined)[] = [];
  const server = http.createServer();
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url);
    const { hostname, port } = new URL(`http://${request.url}`);
    const there = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    for (const each of [socket, there]) each.on('error', () => {});
    open.push(() => there.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function forwarded(
  serve: Parameters<typeof apiServer>[0],
  { refuse, choose, proxyUrl }: { refuse?: Refuse; choose?: () => Promise<never>; proxyUrl?: string } = {},
) {
  const { seen, client } = await apiServer(serve, refuse, proxyUrl);
  const errors: string[] = [];
  const controller = new AbortController();
  const target = { namespace: 'shop', pod: 'web-1', port: 8080 };
  const forward = await forwardPort(client, choose ?? (async () => target), {
    signal: controller.signal,
    onError: (message) => errors.push(message),
  });
  open.push(() => forward.close());
  return { seen, errors, forward, controller };
}

async function connect(port: number): Promise<Socket> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  open.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function all(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

describe('a forwarded port', () => {
  it('leads into the pod and back', async () => {
    const { seen, forward, errors } = await forwarded((data, answer, end) => {
      answer(0, `you said ${data}`);
      end();
    });
    const socket = await connect(forward.port);
    socket.write('hello');
    expect(await all(socket)).toBe('you said hello');
    expect(seen.urls).toEqual(['/api/v1/namespaces/shop/pods/web-1/portforward?ports=8080']);
    expect(seen.authorization).toEqual(['Bearer test']);
    expect(errors).toEqual([]);
  });

  it('leads through a proxy where the API server is behind one', async () => {
    const { asked, url } = await proxyServer();
    const { forward, errors } = await forwarded(
      (_, answer, end) => {
        answer(0, 'ok');
        end();
      },
      { proxyUrl: url },
    );
    const socket = await connect(forward.port);
    socket.write('hello');
    expect(await all(socket)).toBe('ok');
    expect(asked).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    expect(errors).toEqual([]);
  });

  it('carries megabytes, whoever is slow', async () => {
    const big = Buffer.alloc(3_000_000, 'abcdefghij');
    let received = 0;
    const { forward } = await forwarded((data, answer, end) => {
      received += data.length;
      if (received < big.length) return;
      for (let at = 0; at < big.length; at += 100_000) answer(0, big.subarray(at, at + 100_000));
      end();
    });
    const socket = await connect(forward.port);
    socket.write(big);
    expect(await all(socket)).toBe(big.toString('latin1'));
    expect(received).toBe(big.length);
  });

  it('takes connections at the same time, and an HTTP client that keeps one', async () => {
    const { seen, forward } = await forwarded((_, answer) => {
      answer(0, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
    const agent = new http.Agent({ keepAlive: true });
    open.push(() => agent.destroy());
    const ask = () =>
      new Promise((resolve, reject) => {
        http
          .get({ port: forward.port, host: '127.0.0.1', agent }, (response) => {
            response.resume().once('end', () => resolve(response.statusCode));
          })
          .once('error', reject);
      });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
    expect(await ask()).toBe(200);
    expect(seen.urls).toHaveLength(3);
  });

  it('hands on what the node says of a connection that it cannot make', async () => {
    const { forward, errors } = await forwarded((_, answer, end) => {
      answer(1, 'error forwarding port 8080: connection refused');
      end();
    });
    const socket = await connect(forward.port);
    socket.write('hello');
    expect(await all(socket)).toBe('');
    expect(errors).toEqual(['error forwarding port 8080: connection refused']);
  });

  it('says what the API server refuses, and closes the connection', async () => {
    const { forward, errors } = await forwarded(() => {}, {
      refuse: () => ({ status: 403, body: { message: 'no pods/portforward for you', reason: 'Forbidden' } }),
    });
    expect(await all(await connect(forward.port))).toBe('');
    expect(errors).toEqual(['no pods/portforward for you']);
  });

  it('tries again where the API server is busy', async () => {
    const { forward, errors, seen } = await forwarded(
      (_, answer, end) => {
        answer(0, 'ok');
        end();
      },
      { refuse: (attempt) => (attempt < 3 ? { status: 503, body: { message: 'busy' } } : undefined) },
    );
    const socket = await connect(forward.port);
    socket.write('hello');
    expect(await all(socket)).toBe('ok');
    expect(seen.urls).toHaveLength(3);
    expect(errors).toEqual([]);
  });

  it('says why there is no pod to lead to', async () => {
    const { forward, errors } = await forwarded(() => {}, {
      choose: () => Promise.reject(new Error('no pod of the rollout is ready')),
    });
    expect(await all(await connect(forward.port))).toBe('');
    expect(errors).toEqual(['no pod of the rollout is ready']);
  });

  it.each(['closed', 'aborted'])('ends all its connections when it is %s', async (how) => {
    const { seen, forward, controller, errors } = await forwarded((_, answer) => answer(0, 'ok'));
    const socket = await connect(forward.port);
    socket.write('hello');
    await once(socket, 'data');
    const [there] = seen.sockets;
    const gone = there && once(there, 'close');
    if (how === 'closed') forward.close();
    else controller.abort();
    await Promise.all([gone, once(socket, 'close')]);
    const again = net.connect({ port: forward.port, host: '127.0.0.1' });
    const [error] = await once(again, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(errors).toEqual([]);
  });
});

it('an answer that is no upgrade is an error as any other', async () => {
  const { client } = await apiServer(
    () => {},
    () => ({
      status: 404,
      body: { message: 'pods "web-1" not found', reason: 'NotFound' },
    }),
  );
  const target = { namespace: 'shop', pod: 'web-1', port: 1 };
  const failure = await client
    .portForward(target, { signal: new AbortController().signal })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ status: 404, reason: 'NotFound' });
});
