import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Attempt } from './attempt.ts';

/** A request as it goes over the wire. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer | undefined;
}

/** An answer whose head is there. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** An answer to a request for an upgrade; nothing is read of the body where it was granted (101). */
export interface UpgradeAnswer extends Answer {
  readonly socket: Socket;
}

const gunzipped = promisify(gunzip);

/** Sends a request over HTTP/1.1. Resolves with the answer's head; whoever reads the body hears of what breaks later. */
export function exchange(outgoing: Outgoing, agent: http.Agent, attempt: Attempt): Promise<UpgradeAnswer> {
  const { url, method, headers, body } = outgoing;
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    attempt.signal.throwIfAborted();
    const request = (secure ? https : http).request(url, { method, headers, agent });
    attempt.signal.addEventListener('abort', () => request.destroy(), { once: true });
    const answer = (response: http.IncomingMessage, socket: Socket) =>
      resolve({
        status: response.statusCode ?? 0,
        statusText: response.statusMessage ?? '',
        headers: response.headers,
        body: response,
        socket,
      });
    request.once('response', (response) => answer(response, response.socket));
    request.once('upgrade', (response, socket, head) => {
      // What came with the answer's head belongs to what is read of the connection.
      if (head.length > 0) socket.unshift(head);
      answer(response, socket as Socket);
    });
    request.once('socket', (socket) => {
      if (isUp(socket, secure)) {
        attempt.sent = true;
      } else {
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          attempt.sent = true;
        });
      }
    });
    // Stays for the request's whole life: once the answer has begun, its reader hears of what breaks.
    request.on('error', reject);
    request.on('close', () => reject(new Error('the connection was closed')));
    request.end(body);
  });
}

/** A kept-alive socket, and one that a proxy's agent hands over, is connected already. */
export function isUp(socket: Socket, secure: boolean): boolean {
  return secure
    ? !(socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting
    : !socket.connecting;
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** The body, or its first `limit` bytes. */
export async function readText({ headers, body }: Answer, limit = Number.POSITIVE_INFINITY): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) {
      break;
    }
  }
  const whole = Buffer.concat(chunks);
  return (headers['content-encoding'] === 'gzip' ? await gunzipped(whole) : whole).toString('utf8');
}
