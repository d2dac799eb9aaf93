import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { PassThrough, type Readable, Transform } from 'node:stream';
import type { Cluster } from '../../cluster/connect.ts';

/** A request of the action, as it came to the proxy. */
export interface Call {
  /** Which it is, from 1, since the proxy was opened. */
  readonly n: number;
  readonly method: string;
  /** The plural, with its subresource: `pods/log`. */
  readonly resource: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly dryRun: boolean;
  readonly watch: boolean;
  /** `PATCH deployments` */
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Readable;
}

/** What the action gets: an answer, a closed connection, or nothing for ever. */
export type Reply = Answer | 'drop' | 'hang';

/** Comes between the action and the API server. `forward` sends the call on, and gives the server's answer. */
export type Interference = (call: Call, forward: Forward) => Promise<Reply>;

/** Sends a call on, with these headers in place of its own. */
export type Forward = (headers?: Readonly<Record<string, string>>) => Promise<Answer>;

/** A server that passes everything on to the API server, but for what it is told to do to it. */
export class ApiProxy {
  readonly url: string;
  /** Every call so far. */
  readonly calls: Call[] = [];
  /** What comes in between; undefined: nothing. */
  interfere: Interference | undefined;
  readonly #server: http.Server;
  readonly #upstream: URL;
  readonly #agent: https.Agent;
  readonly #streams = new Set<ServerResponse>();

  private constructor(cluster: Cluster, server: http.Server) {
    this.#server = server;
    this.#upstream = new URL(cluster.server);
    this.#agent = new https.Agent({ keepAlive: true, ca: readFileSync(cluster.caFile) });
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch(() => request.socket.destroy());
    });
  }

  static open(cluster: Cluster): Promise<ApiProxy> {
    const server = http.createServer({ keepAliveTimeout: 60_000 });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new ApiProxy(cluster, server)));
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  /** Lets all watches and logs that are open break off. */
  breakStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const body = await whole(request);
    const call = this.#read(request, body);
    this.calls.push(call);
    const forward: Forward = (headers) => this.#forward(request, body, call, response, headers);
    const reply = await (this.interfere?.(call, forward) ?? forward());
    if (reply === 'hang') return;
    if (reply === 'drop' || response.destroyed) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, withoutLength(reply.headers));
    if (Buffer.isBuffer(reply.body)) {
      response.end(reply.body);
      return;
    }
    response.flushHeaders();
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    // Ended or broken off just as it is on the other side.
    reply.body.on('error', () => response.destroy());
    reply.body.pipe(response);
  }

  #read(request: IncomingMessage, body: Buffer): Call {
    const url = new URL(request.url ?? '/', this.url);
    const query = url.searchParams;
    const method = request.method ?? '';
    const resource = resourceOf(url.pathname);
    const dryRun = query.has('dryRun');
    const watch = query.get('watch') === 'true';
    const verb = watch ? 'WATCH' : method;
    const text = `${verb} ${resource}${dryRun ? ' (dry run)' : ''}`;
    const n = this.calls.length + 1;
    return { n, method, resource, query, headers: request.headers, body: `${body}`, dryRun, watch, text };
  }

  /** Whoever asked may be gone meanwhile: what was sent takes effect all the same. */
  #forward(
    request: IncomingMessage,
    body: Buffer,
    call: Call,
    response: ServerResponse,
    others: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { method, url = '/' } = request;
    const headers = { ...withoutHost(request.headers), ...others };
    const isStream = call.watch || call.query.get('follow') === 'true';
    return new Promise((resolve, reject) => {
      const sent = https.request(
        { ...address(this.#upstream), method, path: url, agent: this.#agent, headers },
        (answer) => {
          const { statusCode: status = 0, headers } = answer;
          if (isStream) {
            // A stream that breaks must break on the other side as well, and not end there.
            const passed = new PassThrough();
            passed.on('error', () => undefined);
            answer.on('close', () => (answer.complete ? undefined : passed.destroy(new Error('broken'))));
            resolve({ status, headers, body: answer.pipe(passed) });
          } else {
            whole(answer).then((all) => resolve({ status, headers, body: all }), reject);
          }
        },
      );
      sent.on('error', reject);
      if (isStream) response.once('close', () => sent.destroy());
      sent.end(body);
    });
  }
}

/** An answer as the API server gives it, with a Status. */
export function refusal(
  status: number,
  options: { reason?: string; message?: string; retryAfter?: number } = {},
): Answer {
  const { reason = '', message = `injected ${status}`, retryAfter } = options;
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status };
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(retryAfter !== undefined && { 'retry-after': `${retryAfter}` }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A watch that breaks off after `seconds`. */
export function cut(answer: Answer, seconds: number): Answer {
  if (Buffer.isBuffer(answer.body)) return answer;
  const { body } = answer;
  setTimeout(() => body.destroy(new Error('cut')), seconds * 1000).unref();
  return answer;
}

/** A watch over which nothing comes any more after `seconds`, though the connection stays. */
export function mute(answer: Answer, seconds: number): Answer {
  if (Buffer.isBuffer(answer.body)) return answer;
  const until = performance.now() + seconds * 1000;
  const transform = new Transform({
    transform(chunk, _, done) {
      if (performance.now() < until) this.push(chunk);
      done();
    },
  });
  return { ...answer, body: answer.body.pipe(transform) };
}

/** A watch that ends after `seconds` with the word that its version is too old. */
export function expire(answer: Answer, seconds: number): Answer {
  if (Buffer.isBuffer(answer.body)) return answer;
  const { body } = answer;
  const passed = new PassThrough();
  body.pipe(passed);
  setTimeout(() => {
    body.unpipe(passed);
    const { body: status } = refusal(410, { reason: 'Expired', message: 'too old resource version' });
    passed.end(`{"type":"ERROR","object":${status}}\n`);
  }, seconds * 1000).unref();
  return { ...answer, body: passed };
}

async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `/apis/apps/v1/namespaces/shop/deployments/web` is `deployments`. */
function resourceOf(path: string): string {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  const [plural = '?', , subresource] =
    parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
  return subresource ? `${plural}/${subresource}` : plural;
}

function address({ hostname, port }: URL): { host: string; port: string } {
  return { host: hostname, port };
}

function withoutHost({ host: _host, connection: _connection, ...headers }: IncomingHttpHeaders) {
  return headers;
}

/** The body is passed on in one piece or as a stream, whatever it was before. */
function withoutLength(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    'content-length': _length,
    'transfer-encoding': _encoding,
    connection: _connection,
    ...kept
  } = headers;
  return kept;
}
