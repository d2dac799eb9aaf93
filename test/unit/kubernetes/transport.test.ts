import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ApiError, ConnectionError } from '../../../src/errors.ts';
import type { Connection } from '../../../src/kubernetes/connection.ts';
import type { Credentials } from '../../../src/kubernetes/credentials.ts';
import { type Call, Transport, type TransportOptions } from '../../../src/kubernetes/transport.ts';
import { selfSigned } from './support/certificate.ts';
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
  for (const each of open.splice(0).reverse()) {
    await each.close();
  }
});

async function serve(handler: Handler, options: Parameters<typeof startServer>[1] = {}): Promise<TestServer> {
  const server = await startServer(handler, options);
  open.push(server);
  return server;
}

function transportTo(connection: Connection, options: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport(connection, { version: '1.2.3', clock: hastyClock(), ...options });
  open.push(transport);
  return transport;
}

const forever = new AbortController().signal;
const get = (more: Partial<Call> = {}): Call => ({ method: 'GET', path: '/x', signal: forever, ...more });
const post = (more: Partial<Call> = {}): Call => ({ ...get(), method: 'POST', body: {}, ...more });

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as Error,
  );
}

describe('connections', () => {
  it('makes one TLS connection for ten requests in a row', async () => {
    const server = await serve((_, response) => answer(response, { ok: true }));
    const transport = transportTo(connectionTo(server));
    for (let i = 0; i < 10; i++) {
      expect(await transport.request(get())).toEqual({ ok: true });
    }
    expect(server.requests).toHaveLength(10);
    expect(server.connections).toBe(1);
  });

  it('limits parallel requests, and streams do not starve them', async () => {
    const server = await serve((request, response) => {
      if (request.path === '/stream') {
        response.writeHead(200).flushHeaders();
      } else {
        answer(response, {});
      }
    });
    const transport = transportTo(connectionTo(server));
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => transport.stream(get({ path: '/stream' }))),
    );
    await Promise.all(Array.from({ length: 30 }, () => transport.request(get())));
    expect(server.connections).toBeLessThanOrEqual(26);
    for (const stream of streams) {
      stream.destroy();
    }
  });

  it('speaks plain http', async () => {
    const server = await serve((_, response) => answer(response, { ok: true }), { plain: true });
    expect(await transportTo(connectionTo(server)).request(get())).toEqual({ ok: true });
  });

  it('keeps the path of the server URL, and sends query, body, type, agent and credential', async () => {
    const server = await serve((_, response) => answer(response, {}));
    const connection = connectionTo({ url: `${server.url}/k8s/clusters/c-1` });
    await transportTo(connection).request(
      post({
        method: 'PATCH',
        query: { a: 'b c', n: 1, none: undefined },
        contentType: 'application/json-patch+json',
      }),
    );
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'PATCH',
      path: '/k8s/clusters/c-1/x',
      query: { a: 'b c', n: '1' },
      body: '{}',
      headers: {
        'content-type': 'application/json-patch+json',
        'user-agent': 'safe-rollout/1.2.3',
        authorization: 'Bearer test',
      },
    });
  });

  it('reads gzip, and characters that are cut in two by chunks', async () => {
    const text = JSON.stringify({ text: 'grüß dich 🚀' });
    const server = await serve((request, response) => {
      if (request.path === '/gzip') {
        expect(request.headers['accept-encoding']).toBe('gzip');
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
        return;
      }
      const bytes = Buffer.from(text);
      response.write(bytes.subarray(0, 13));
      setTimeout(() => response.end(bytes.subarray(13)), 5);
    });
    const transport = transportTo(connectionTo(server));
    expect(await transport.request(get({ path: '/gzip' }))).toEqual({ text: 'grüß dich 🚀' });
    expect(await transport.request(get())).toEqual({ text: 'grüß dich 🚀' });
  });

  it('gives undefined for an empty answer', async () => {
    const server = await serve((_, response) => void response.end());
    expect(await transportTo(connectionTo(server)).request(get())).toBeUndefined();
  });
});

describe('repeating', () => {
  // Attempts made of a request that always gets this status, with patience for at least three.
  it.each<[Call['method'], boolean | undefined, number, 'once' | 'again']>([
    ['GET', undefined, 429, 'again'],
    ['GET', undefined, 500, 'again'],
    ['GET', undefined, 502, 'again'],
    ['GET', undefined, 503, 'again'],
    ['GET', undefined, 504, 'again'],
    ['GET', undefined, 400, 'once'],
    ['GET', undefined, 401, 'once'],
    ['GET', undefined, 403, 'once'],
    ['GET', undefined, 404, 'once'],
    ['GET', undefined, 409, 'once'],
    ['GET', undefined, 410, 'once'],
    ['GET', undefined, 422, 'once'],
    ['GET', undefined, 501, 'once'],
    ['GET', false, 503, 'once'],
    ['POST', undefined, 429, 'again'],
    ['POST', undefined, 500, 'once'],
    ['POST', undefined, 503, 'once'],
    ['POST', undefined, 504, 'once'],
    ['POST', true, 503, 'again'],
    ['POST', true, 409, 'once'],
    ['PATCH', undefined, 429, 'again'],
    ['PATCH', undefined, 502, 'once'],
    ['PATCH', true, 500, 'again'],
    ['DELETE', undefined, 429, 'again'],
    ['DELETE', undefined, 504, 'once'],
    ['PUT', undefined, 503, 'once'],
  ])('%s (repeatable: %s) answered %d is tried %s', async (method, repeatable, status, expected) => {
    const server = await serve((_, response) => answerStatus(response, status, 'Some'));
    const transport = transportTo(connectionTo(server), { patience: 5 });
    const call = { ...get(), method, ...(repeatable === undefined ? {} : { repeatable }) };
    const error = await failureOf(transport.request(call));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status, reason: 'Some', request: `${method} /x` });
    if (expected === 'once') {
      expect(server.requests).toHaveLength(1);
    } else {
      expect(server.requests.length).toBeGreaterThan(2);
    }
  });

  it('waits longer each time, tells of it, and stops when its patience is over', async () => {
    const server = await serve((_, response) => answerStatus(response, 503, 'ServiceUnavailable'));
    const clock = hastyClock();
    const told: number[] = [];
    const transport = transportTo(connectionTo(server), {
      clock,
      onRetry: ({ request, attempt, waitSeconds, error }) => {
        expect(request).toBe('GET /x');
        expect(error).toBeInstanceOf(ApiError);
        expect(attempt).toBe(told.length + 1);
        told.push(waitSeconds);
      },
    });
    await failureOf(transport.request(get({ patience: 60 })));
    expect(told).toEqual(clock.waits);
    expect(clock.waits[0]).toBeLessThanOrEqual(0.25);
    expect(clock.waits[3]).toBeGreaterThan(clock.waits[0] ?? 0);
    expect(Math.max(...clock.waits)).toBeLessThanOrEqual(8);
    expect(clock.waits.reduce((sum, wait) => sum + wait)).toBeLessThanOrEqual(60);
  });

  it.each<[string, () => string, number, number]>([
    ['2', () => '2', 2, 2.1],
    ['a date six seconds from now', () => new Date(Date.now() + 6000).toUTCString(), 4, 6.1],
    ['100000', () => '100000', 30, 30],
    ['soon', () => 'soon', 0.1, 0.25],
  ])('honours Retry-After: %s', async (_, header, least, most) => {
    const server = await serve((_, response) => {
      if (server.requests.length === 1) {
        answerStatus(response, 429, 'TooManyRequests', 'later', { 'retry-after': header() });
      } else {
        answer(response, {});
      }
    });
    const clock = hastyClock();
    await transportTo(connectionTo(server), { clock }).request(post({ patience: 60 }));
    expect(clock.waits).toHaveLength(1);
    expect(clock.waits[0]).toBeGreaterThanOrEqual(least);
    expect(clock.waits[0]).toBeLessThanOrEqual(most);
  });

  it('does not wait for longer than its patience', async () => {
    const server = await serve((_, response) =>
      answer(
        response,
        { kind: 'Status', reason: 'TooManyRequests', details: { retryAfterSeconds: 20 } },
        429,
      ),
    );
    const error = await failureOf(transportTo(connectionTo(server)).request(get()));
    expect(error).toMatchObject({ status: 429, retryAfter: 20 });
    expect(server.requests).toHaveLength(1);
  });

  it('repeats even a change while the connection is refused, and tells of the outage once', async () => {
    const gone = await startServer(() => {});
    await gone.close();
    const told: string[] = [];
    const clock = hastyClock(async () => {
      if (clock.waits.length === 8) {
        await serve((_, response) => answer(response, { ok: true }), { port: gone.port });
      }
    });
    const transport = transportTo(connectionTo(gone), {
      clock,
      onOutage: ({ error }) => told.push(error.message),
      onRecovered: ({ seconds }) => told.push(seconds > 0 ? 'back' : 'back at once'),
    });
    const calls = [post({ patience: Number.POSITIVE_INFINITY }), get({ patience: Number.POSITIVE_INFINITY })];
    const answers = await Promise.all(calls.map((call) => transport.request(call)));
    expect(answers).toEqual([{ ok: true }, { ok: true }]);
    expect(told).toEqual([`${gone.url} does not answer: connection refused`, 'back']);
  });

  it('asks again where a server that has just come back does not know its roles yet', async () => {
    const answers = [503, 403, 403, 200];
    const server = await serve((_, response) => {
      const status = answers.shift() ?? 200;
      if (status === 200) answer(response, { ok: true });
      else answerStatus(response, status, 'Some', 'not yet');
    });
    const clock = hastyClock();
    expect(await transportTo(connectionTo(server), { clock }).request(get())).toEqual({ ok: true });
  });

  it('sends nothing after the moment that is named', async () => {
    const server = await serve((_, response) => answer(response, { ok: true }));
    const transport = transportTo(connectionTo(server));
    const call = post({ notAfter: Date.now() - 1, patience: 0 });
    expect(await failureOf(transport.request(call))).toMatchObject({ name: 'ConnectionError', sent: false });
    expect(server.requests).toHaveLength(0);
  });

  it('says that nothing was sent where no connection came about', async () => {
    const gone = await startServer(() => {});
    await gone.close();
    const error = await failureOf(transportTo(connectionTo(gone)).request(post()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sent: false, server: gone.url });
  });

  it('does not repeat a change whose answer was lost, and says so', async () => {
    const server = await serve((_request, _response, socket) => void socket.destroy());
    const error = await failureOf(transportTo(connectionTo(server)).request(post()));
    expect(error).toMatchObject({ name: 'ConnectionError', sent: true });
    expect(server.requests).toHaveLength(1);
  });

  it('repeats a read whose answer broke off', async () => {
    const server = await serve((_, response, socket) => {
      if (server.requests.length === 1) {
        response.writeHead(200, { 'content-length': 100 }).write('{"half":');
        setTimeout(() => socket.destroy(), 10);
      } else {
        answer(response, { ok: true });
      }
    });
    expect(await transportTo(connectionTo(server)).request(get())).toEqual({ ok: true });
  });

  it('repeats a read, not a change, on an idle connection that the server closes', async () => {
    const server = await serve((_, response, socket) => {
      if (server.requests.length % 2 === 0) {
        socket.destroy();
      } else {
        answer(response, {});
      }
    });
    const transport = transportTo(connectionTo(server));
    await transport.request(get());
    await transport.request(get());
    expect(server.requests).toHaveLength(3);
    expect(await failureOf(transport.request(post()))).toMatchObject({ sent: true });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ['before TLS', false],
    ['after TLS', true],
  ])('gives up a server that falls silent %s', async (_, sent) => {
    const silent = sent ? await serve(() => {}) : await half();
    const transport = transportTo(connectionTo(silent), { patience: 0 });
    const error = await failureOf(transport.request(post({ timeoutSeconds: 1 })));
    expect(error).toMatchObject({ name: 'ConnectionError', sent });
    expect(error.message).toContain('nothing came within 1 s');
  });

  it('asks a silent server again for a read', async () => {
    const server = await serve((_, response) => {
      if (server.requests.length > 1) {
        answer(response, { ok: true });
      }
    });
    const call = get({ timeoutSeconds: 0.5 });
    expect(await transportTo(connectionTo(server)).request(call)).toEqual({ ok: true });
    expect(server.connections).toBeGreaterThan(1);
  });

  it('drops an answer that stalls in its middle', async () => {
    const server = await serve((_, response) => void response.write('{'));
    const call = get({ timeoutSeconds: 0.3, patience: 0 });
    const error = await failureOf(transportTo(connectionTo(server)).request(call));
    expect(error.message).toContain('nothing came within');
  });
});

/** Accepts connections and never says a word. */
async function half(): Promise<{ url: string }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  });
  return { url: `https://127.0.0.1:${(server.address() as net.AddressInfo).port}` };
}

describe('what the server says', () => {
  it('reads a Status', async () => {
    const causes = [{ reason: 'FieldValueInvalid', message: 'bad', field: 'spec.replicas' }];
    const server = await serve((_, response) =>
      answer(
        response,
        { kind: 'Status', reason: 'Invalid', message: 'web is invalid', details: { causes }, code: 422 },
        422,
      ),
    );
    const error = await failureOf(transportTo(connectionTo(server)).request(post()));
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: 'web is invalid', causes });
  });

  it.each([
    ['<html>Bad gateway</html>', 'the answer was 403 Forbidden: <html>Bad gateway</html>'],
    ['', 'the answer was 403 Forbidden'],
    ['word '.repeat(200), `the answer was 403 Forbidden: ${'word '.repeat(40)}…`],
    ['x'.repeat(1000), 'the answer was 403 Forbidden: …'],
    ['{"kind":"Other"}', 'the answer was 403 Forbidden: {"kind":"Other"}'],
    ['null', 'the answer was 403 Forbidden: null'],
  ])('makes do with a body that is none: %.20s', async (body, message) => {
    const server = await serve((_, response) => void response.writeHead(403).end(body));
    const transport = transportTo(connectionTo(server));
    expect(await failureOf(transport.request(get()))).toMatchObject({ status: 403, reason: '', message });
    expect(await failureOf(transport.stream(get()))).toMatchObject({ status: 403, reason: '', message });
  });

  it('shortens a message that quotes a whole object', async () => {
    const message = `${'word '.repeat(1000)}is invalid`;
    const body = {
      kind: 'Status',
      message,
      details: { causes: [{ message, field: 'spec' }, { field: 'x' }] },
    };
    const server = await serve((_, response) => answer(response, body, 422));
    const error = await failureOf(transportTo(connectionTo(server)).request(post()));
    expect(error.message).toMatch(/^(word ){80}… (word ){77}is invalid$/);
    expect(error).toMatchObject({ causes: [{ message: error.message, field: 'spec' }, { field: 'x' }] });
  });

  it('does not take a login page for an answer', async () => {
    const server = await serve((_, response) => void response.end('<html>Log in</html>'));
    const error = await failureOf(transportTo(connectionTo(server)).request(get()));
    expect(error.message).toContain('not JSON');
    expect(error.message).toContain('<html>Log in</html>');
  });
});

describe('certificates', () => {
  it('names an authority that is not trusted, at once', async () => {
    const server = await serve((_, response) => answer(response, {}));
    const waits = hastyClock();
    const connection = connectionTo(server, { tls: { rejectUnauthorized: true } });
    const error = await failureOf(transportTo(connection, { clock: waits }).request(get()));
    expect(error).toMatchObject({ name: 'ConnectionError', sent: false });
    expect(error.message).toContain(server.url);
    expect(error.message).toContain('certificate-authority-data');
    expect(waits.waits).toEqual([]);
  });

  it('names a certificate for another name, and takes tls-server-name', async () => {
    const certificate = selfSigned('other', ['DNS:other.test']);
    const server = await serve((_, response) => answer(response, { ok: true }), certificate);
    const tls = { ca: certificate.cert, rejectUnauthorized: true };
    const error = await failureOf(transportTo(connectionTo(server, { tls })).request(get()));
    expect(error.message).toContain('tls-server-name');
    const named = connectionTo(server, { tls: { ...tls, servername: 'other.test' } });
    expect(await transportTo(named).request(get())).toEqual({ ok: true });
  });

  it('skips the check where told to', async () => {
    const server = await serve((_, response) => answer(response, { ok: true }));
    const connection = connectionTo(server, { tls: { rejectUnauthorized: false } });
    expect(await transportTo(connection).request(get())).toEqual({ ok: true });
  });

  it('says so where the server speaks no TLS', async () => {
    const server = await serve((_, response) => answer(response, {}), { plain: true });
    const connection = connectionTo({ url: server.url.replace('http:', 'https:') });
    const error = await failureOf(transportTo(connection).request(post({ patience: 0 })));
    expect(error.message).toContain('http:// server');
    expect(error).toMatchObject({ sent: false });
  });

  it('changes connections when a credential brings another client certificate', async () => {
    const certificates = [selfSigned('first', ['DNS:first']), selfSigned('second', ['DNS:second'])];
    const names: string[] = [];
    const server = await serve(
      (_, response, socket) => {
        const { subject } = (socket as import('node:tls').TLSSocket).getPeerCertificate();
        names.push(String(subject.CN));
        answer(response, {});
      },
      { requestCert: true, ca: certificates.map(({ cert }) => cert) },
    );
    let index = 0;
    const credentials: Credentials = {
      current: async () => ({ headers: {}, ...certificates[index] }),
      renew: () => false,
    };
    const transport = transportTo(connectionTo(server, { credentials }));
    await transport.request(get());
    await transport.request(get());
    index = 1;
    await transport.request(get());
    expect(names).toEqual(['first', 'first', 'second']);
    expect(server.connections).toBe(2);
  });
});

describe('a credential that is refused', () => {
  it('is renewed once, for changes too, and then the refusal is thrown', async () => {
    let token = 0;
    const credentials: Credentials = {
      current: async () => ({ headers: { authorization: `Bearer ${token}` } }),
      renew: () => {
        token++;
        return true;
      },
    };
    const server = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer 1') {
        answer(response, { ok: true });
      } else {
        answerStatus(response, 401, 'Unauthorized');
      }
    });
    const transport = transportTo(connectionTo(server, { credentials }));
    expect(await transport.request(post())).toEqual({ ok: true });
    token = 5;
    expect(await failureOf(transport.request(post()))).toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(4);
  });
});

describe('aborting', () => {
  it.each([
    ['request', (transport: Transport, call: Call) => transport.request(call)],
    ['stream', (transport: Transport, call: Call) => transport.stream(call)],
  ])('ends a waiting %s with the reason', async (_, start) => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const pending = failureOf(start(transportTo(connectionTo(server)), get({ signal: controller.signal })));
    await until(() => server.requests.length === 1);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await pending).toBe(reason);
    await until(() => server.sockets.size === 0);
  });

  it('ends a wait between attempts', async () => {
    const gone = await startServer(() => {});
    await gone.close();
    const controller = new AbortController();
    const transport = transportTo(connectionTo(gone), {
      clock: systemClock,
      onRetry: ({ attempt }) => attempt === 2 && controller.abort(new Error('enough')),
    });
    const call = get({ signal: controller.signal, patience: Number.POSITIVE_INFINITY });
    expect((await failureOf(transport.request(call))).message).toBe('enough');
  });

  it('sends nothing once aborted', async () => {
    const server = await serve((_, response) => answer(response, {}));
    const call = get({ signal: AbortSignal.abort(new Error('no')) });
    expect((await failureOf(transportTo(connectionTo(server)).request(call))).message).toBe('no');
    expect(server.requests).toHaveLength(0);
  });

  it('breaks off a stream that is being read', async () => {
    const server = await serve((_, response) => void response.write('first'));
    const controller = new AbortController();
    const stream = await transportTo(connectionTo(server)).stream(get({ signal: controller.signal }));
    let text = '';
    await expect(
      (async () => {
        for await (const chunk of stream) {
          text += chunk;
          controller.abort();
        }
      })(),
    ).rejects.toThrow();
    expect(text).toBe('first');
    await until(() => server.sockets.size === 0);
  });

  it('survives a stream that breaks while nobody reads', async () => {
    const server = await serve((_, response) => void response.write('first'));
    const stream = await transportTo(connectionTo(server)).stream(get());
    for (const socket of server.sockets) {
      socket.destroy();
    }
    await until(() => stream.closed);
    await expect(stream.toArray()).rejects.toThrow();
  });
});
