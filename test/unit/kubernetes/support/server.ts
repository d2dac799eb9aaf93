import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Connection } from '../../../../src/kubernetes/connection.ts';
import { fixedCredentials } from '../../../../src/kubernetes/credentials.ts';
import { selfSigned } from './certificate.ts';

export const serverCertificate = selfSigned('kube-apiserver', ['IP:127.0.0.1', 'DNS:kube.test']);

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Handler = (
  request: SeenRequest,
  response: ServerResponse,
  socket: Socket,
) => void | Promise<void>;

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** How many (TLS) connections were made. */
  connections: number;
  readonly requests: SeenRequest[];
  readonly sockets: Set<Socket>;
  handler: Handler;
  close(): Promise<void>;
}

/** A real server on loopback; `handler` may be exchanged between requests. */
export async function startServer(
  handler: Handler,
  options: https.ServerOptions & { plain?: boolean; port?: number; http2?: http2.Settings } = {},
): Promise<TestServer> {
  const listener: RequestListener = async (message, response) => {
    const request = await readRequest(message);
    seen.requests.push(request);
    await seen.handler(request, response, message.socket);
  };
  const server = serverOf(options, listener);
  server.on('connection', (socket: Socket) => {
    seen.sockets.add(socket);
    socket.on('close', () => seen.sockets.delete(socket)).on('error', () => {});
  });
  server.on(options.plain ? 'connection' : 'secureConnection', () => {
    seen.connections++;
  });
  server.on('tlsClientError', () => {});
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const seen: TestServer = {
    url: `${options.plain ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    connections: 0,
    requests: [],
    sockets: new Set(),
    handler,
    async close() {
      server.close();
      for (const socket of seen.sockets) {
        socket.destroy();
      }
      if (server.listening) {
        await once(server, 'close');
      }
    },
  };
  return seen;
}

function serverOf(
  options: https.ServerOptions & { plain?: boolean; http2?: http2.Settings },
  listener: RequestListener,
): http.Server | https.Server | http2.Http2SecureServer {
  if (options.plain) return http.createServer(listener);
  if (!options.http2) return https.createServer({ ...serverCertificate, ...options }, listener);
  // Node's own compatibility layer; with HTTP/1.1 beside it, as API servers have it.
  const settings = { ...serverCertificate, allowHTTP1: true, settings: options.http2 };
  return http2.createSecureServer(settings, listener as unknown as Http2Listener);
}

type Http2Listener = Parameters<typeof http2.createSecureServer>[1];

async function readRequest(message: IncomingMessage): Promise<SeenRequest> {
  let body = '';
  for await (const chunk of message) {
    body += chunk;
  }
  const url = new URL(message.url ?? '/', 'http://server');
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: message.headers,
    body,
  };
}

/** How to reach `server`, trusting its certificate. */
export function connectionTo(server: { url: string }, more: Partial<Connection> = {}): Connection {
  return {
    server: server.url,
    contextName: 'test',
    namespace: 'default',
    tls: { ca: serverCertificate.cert, rejectUnauthorized: true },
    credentials: fixedCredentials({ authorization: 'Bearer test' }),
    origin: 'a test',
    ...more,
  };
}

export function answer(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function answerStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  message = reason,
  headers = {},
): void {
  answer(
    response,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
    code,
    headers,
  );
}
