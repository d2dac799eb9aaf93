import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Clock, systemClock } from '../clock.ts';
import { ApiError, ConnectionError, KubeconfigError } from '../errors.ts';
import { type Agents, createAgents, retire } from './agents.ts';
import type { Connection } from './connection.ts';
import { connectionFailure, isCertificateFailure, timeoutFailure } from './connection-failure.ts';
import type { Credential } from './credentials.ts';
import { errorFromAnswer } from './status-error.ts';
import { upgradeRequest } from './websocket.ts';

/** One request to the API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the server's root, e.g. `/api/v1/namespaces/shop/pods`. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` where there is a body and nothing else is said. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
  /** True where doing it twice is as good as once. Default: GETs are. */
  readonly repeatable?: boolean;
  /** Seconds after the first failure for which to go on trying; Infinity: until `signal` aborts. */
  readonly patience?: number;
  /** Seconds until one attempt is given up: the whole answer, or a stream's head. Default 30. */
  readonly timeoutSeconds?: number;
  /** Milliseconds since the epoch: no attempt is sent later. */
  readonly notAfter?: number;
}

/** An attempt failed, and another one follows. */
export interface Retry {
  /** e.g. `GET /api/v1/namespaces/shop/pods` */
  readonly request: string;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  readonly waitSeconds: number;
  readonly error: Error;
}

export interface TransportOptions {
  /** This action's version, for the User-Agent. */
  readonly version: string;
  /** Seconds: the `patience` of calls that name none. Default 15. */
  readonly patience?: number;
  /** Before each wait. */
  readonly onRetry?: (retry: Retry) => void;
  /** The server (not one request) does not answer: told once, however many requests wait for it. */
  readonly onOutage?: (outage: { readonly error: Error }) => void;
  /** The server answers again, `seconds` after the outage was told. */
  readonly onRecovered?: (recovery: { readonly seconds: number }) => void;
  readonly clock?: Clock;
}

/** What the client needs of a transport. */
export interface Requests {
  request<T>(call: Call): Promise<T>;
  stream(call: Call): Promise<Readable>;
  upgrade(call: Call, protocol: string): Promise<Duplex>;
}

const DEFAULT_PATIENCE_SECONDS = 15;
const DEFAULT_TIMEOUT_SECONDS = 30;
const FIRST_WAIT_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 8;
const LONGEST_RETRY_AFTER_SECONDS = 30;
/** An error's body is read up to here. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Seconds after an outage in which a 403 may be no more than that. */
const FORBIDDEN_SECONDS = 10;
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

const gunzipped = promisify(gunzip);

/** Requests over kept-alive connections, repeated where repeating is safe. See `Call` and `Retry`. */
export class Transport implements Requests {
  readonly #connection: Connection;
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  #agents: Agents | undefined;
  /** The certificate that `#agents` were made with, where a credential brought one. */
  #certificate: string | undefined;
  /** True once the server has answered anything: from then on a failure is taken for an outage, not a mistake. */
  #known = false;
  /** When the server last did not answer as one does that is up, in milliseconds since the epoch. */
  #troubledAt = Number.NEGATIVE_INFINITY;
  /** When the present outage was told, in milliseconds since the epoch. */
  #outageSince: number | undefined;

  constructor(connection: Connection, options: TransportOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Sends `call` and gives the answer's JSON (undefined for an empty one).
   *
   * An attempt is repeated, with growing waits: any method after a 429 or a connection that never came about, since
   * the server has not begun it; GETs and `repeatable` calls also after a broken connection, a time-out, 500, 502,
   * 503 and 504. A 403 within seconds of an outage is asked again too. A 401 gets one more attempt where the credentials can be renewed.
   *
   * @throws {ApiError} what the server answered
   * @throws {ConnectionError} `sent` says whether a change may have happened all the same
   * @throws {KubeconfigError} no credential could be had
   * @throws `call.signal.reason` once it aborts, whatever a change that is under way may come to
   */
  async request<T>(call: Call): Promise<T> {
    return this.#persist(call, async (credential) => {
      const attempt = new Attempt(call);
      try {
        const agents = this.#agentsFor(credential);
        const response = await this.#send(call, credential, agents.requests, attempt);
        const body = await read(response);
        if (!isSuccess(response)) {
          throw this.#errorFrom(call, response, body);
        }
        return parseJson<T>(body, call, response);
      } catch (error) {
        throw this.#failure(error, attempt);
      } finally {
        attempt.end();
      }
    });
  }

  /**
   * Sends `call` and gives the answer's body as it comes. Destroy it to hang up; an abort does so, and reading then
   * fails. Only opening it is repeated. Errors as for `request`.
   */
  async stream(call: Call): Promise<Readable> {
    return this.#persist(call, async (credential) => {
      const attempt = new Attempt(call);
      try {
        const response = await this.#send(call, credential, this.#agentsFor(credential).streams, attempt);
        if (!isSuccess(response)) {
          throw this.#errorFrom(call, response, await read(response, MAX_ERROR_BYTES));
        }
        attempt.clearTimeout();
        // The default would be an uncaught exception where the connection breaks while nobody reads.
        response.on('error', () => {});
        response.once('close', () => attempt.end());
        return response;
      } catch (error) {
        attempt.end();
        throw this.#failure(error, attempt);
      }
    });
  }

  /**
   * Sends `call` to be upgraded to a WebSocket, and gives the connection: what is read and written are its frames.
   * An abort closes it. Only opening it is repeated. Errors as for `request`.
   *
   * @param protocol the one that is to be spoken over it.
   */
  async upgrade(call: Call, protocol: string): Promise<Duplex> {
    return this.#persist(call, async (credential) => {
      const attempt = new Attempt(call);
      const { headers, accept } = upgradeRequest(protocol);
      try {
        const agent = this.#agentsFor(credential).streams;
        const response = await this.#send(call, credential, agent, attempt, headers);
        if (response.statusCode !== 101) {
          throw this.#errorFrom(call, response, await read(response, MAX_ERROR_BYTES));
        }
        const { socket } = response;
        if (response.headers['sec-websocket-accept'] !== accept) {
          socket.destroy();
          throw new Error('the answer is no WebSocket; is there a proxy in between?');
        }
        attempt.clearTimeout();
        socket.on('error', () => {});
        const hangUp = () => socket.destroy();
        attempt.signal.addEventListener('abort', hangUp, { once: true });
        socket.once('close', () => attempt.end());
        return socket;
      } catch (error) {
        attempt.end();
        throw this.#failure(error, attempt);
      }
    });
  }

  /** Closes idle connections now and busy ones when they are done. */
  close(): void {
    if (this.#agents !== undefined) {
      retire(this.#agents);
      this.#agents = undefined;
    }
  }

  async #persist<R>(call: Call, attemptOnce: (credential: Credential) => Promise<R>): Promise<R> {
    const patience = call.patience ?? this.#options.patience ?? DEFAULT_PATIENCE_SECONDS;
    let firstFailure: number | undefined;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      call.signal.throwIfAborted();
      let credential: Credential | undefined;
      let failure: Error;
      try {
        credential = await this.#connection.credentials.current(call.signal);
        const result = await attemptOnce(credential);
        this.#answered();
        return result;
      } catch (error) {
        call.signal.throwIfAborted();
        if (!(error instanceof Error)) {
          throw error;
        }
        failure = error;
      }
      if (failure instanceof ApiError) {
        if (failure.status < 500) {
          this.#answered();
        }
        if (
          failure.status === 401 &&
          !renewed &&
          credential &&
          this.#connection.credentials.renew(credential)
        ) {
          renewed = true;
          continue;
        }
      }
      if (isDown(failure)) {
        this.#troubledAt = this.#clock.now();
      }
      if (!this.#mayRepeat(call, failure)) {
        throw failure;
      }
      const now = this.#clock.now();
      firstFailure ??= now;
      const waitSeconds = waitBefore(attempt + 1, failure);
      if ((now - firstFailure) / 1000 + waitSeconds > patience) {
        throw failure;
      }
      this.#tell(call, attempt, waitSeconds, failure);
      await this.#clock.sleep(waitSeconds, call.signal);
    }
  }

  #mayRepeat(call: Call, failure: Error): boolean {
    const repeatable = call.repeatable ?? call.method === 'GET';
    if (failure instanceof ApiError) {
      // An API server that has just come back does not know its roles yet, and refuses what it will allow.
      if (failure.status === 403) {
        return this.#clock.now() - this.#troubledAt < FORBIDDEN_SECONDS * 1000;
      }
      return failure.status === 429 || (repeatable && TRANSIENT_STATUSES.has(failure.status));
    }
    if (failure instanceof ConnectionError) {
      if (isCertificateFailure(failure)) {
        return this.#known;
      }
      return repeatable || !failure.sent;
    }
    // A plugin that has brought a working credential before fails for reasons that pass, such as its own network.
    return failure instanceof KubeconfigError && this.#known;
  }

  #tell(call: Call, attempt: number, waitSeconds: number, error: Error): void {
    this.#options.onRetry?.({ request: nameOf(call), attempt, waitSeconds, error });
    // A first failure is often no more than an idle connection that was closed.
    if (isDown(error) && attempt > 1 && this.#outageSince === undefined) {
      this.#outageSince = this.#clock.now();
      this.#options.onOutage?.({ error });
    }
  }

  #answered(): void {
    this.#known = true;
    if (this.#outageSince !== undefined) {
      const seconds = (this.#clock.now() - this.#outageSince) / 1000;
      this.#outageSince = undefined;
      this.#options.onRecovered?.({ seconds });
    }
  }

  #agentsFor(credential: Credential): Agents {
    if (this.#agents === undefined || this.#certificate !== credential.cert) {
      this.close();
      const { cert, key } = credential;
      this.#agents = createAgents(this.#connection, cert && key ? { cert, key } : {});
      this.#certificate = cert;
    }
    return this.#agents;
  }

  /** Resolves with the answer's head. */
  #send(
    call: Call,
    credential: Credential,
    agent: http.Agent,
    attempt: Attempt,
    more: OutgoingHttpHeaders = {},
  ): Promise<IncomingMessage> {
    const secure = this.#connection.server.startsWith('https:');
    const url = new URL(this.#connection.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(key, `${value}`);
      }
    }
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers: OutgoingHttpHeaders = {
      accept: 'application/json, */*',
      // Lists of thousands of pods shrink tenfold; streams are read as they come.
      ...(agent === this.#agents?.requests ? { 'accept-encoding': 'gzip' } : {}),
      'user-agent': `safe-rollout/${this.#options.version}`,
      ...(body === undefined
        ? {}
        : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
      ...(credential.headers as OutgoingHttpHeaders),
      ...more,
    };
    // Looked at last, since a credential may have taken long to come.
    if (call.notAfter !== undefined && this.#clock.now() > call.notAfter) {
      return Promise.reject(new Error('there was no time left to send it'));
    }
    return new Promise((resolve, reject) => {
      attempt.signal.throwIfAborted();
      const request = (secure ? https : http).request(url, { method: call.method, headers, agent });
      attempt.signal.addEventListener('abort', () => request.destroy(), { once: true });
      request.once('response', resolve);
      request.once('upgrade', (response, socket, head) => {
        // What came with the answer's head belongs to what is read of the connection.
        if (head.length > 0) socket.unshift(head);
        resolve(response);
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

  #errorFrom(call: Call, response: IncomingMessage, body: string): ApiError {
    return errorFromAnswer({
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      body,
      request: nameOf(call),
      retryAfter: response.headers['retry-after'],
      now: this.#clock.now(),
    });
  }

  #failure(error: unknown, attempt: Attempt): unknown {
    // A TypeError is a mistake in the request, such as a token that no header can hold: nothing heals it.
    if (error instanceof ApiError || error instanceof TypeError) {
      return error;
    }
    return attempt.timedOut
      ? timeoutFailure(this.#connection, attempt.seconds, attempt.sent)
      : connectionFailure(error, this.#connection, attempt.sent);
  }
}

/** One attempt's time limit, tied to the call's signal. */
class Attempt {
  readonly seconds: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;
  timedOut = false;
  /** True from the moment that bytes of the request may have left. */
  sent = false;

  constructor(call: Call) {
    this.seconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#outer = call.signal;
    this.#onAbort = () => this.#controller.abort(this.#outer.reason);
    this.#outer.addEventListener('abort', this.#onAbort, { once: true });
    if (Number.isFinite(this.seconds)) {
      this.#timer = setTimeout(() => {
        this.timedOut = true;
        this.#controller.abort();
      }, this.seconds * 1000);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clearTimeout(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.clearTimeout();
    this.#outer.removeEventListener('abort', this.#onAbort);
  }
}

/** A kept-alive socket, and one that a proxy's agent hands over, is connected already. */
function isUp(socket: Socket, secure: boolean): boolean {
  return secure
    ? !(socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting
    : !socket.connecting;
}

function isSuccess(response: IncomingMessage): boolean {
  const status = response.statusCode ?? 0;
  return status >= 200 && status < 300;
}

async function read(response: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) {
      break;
    }
  }
  const body = Buffer.concat(chunks);
  return (response.headers['content-encoding'] === 'gzip' ? await gunzipped(body) : body).toString('utf8');
}

function parseJson<T>(body: string, call: Call, response: IncomingMessage): T {
  if (body === '') {
    return undefined as T;
  }
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new ApiError({
      status: response.statusCode ?? 0,
      reason: '',
      message: `the answer is not JSON; is there a proxy in between? It begins: ${body.trim().slice(0, 200)}`,
      request: nameOf(call),
    });
  }
}

/** Exponential, with the upper half drawn by lot so that many clients do not come back together. */
function isDown(failure: Error): boolean {
  return failure instanceof ConnectionError || (failure instanceof ApiError && failure.status >= 500);
}

function waitBefore(attempt: number, failure: Error): number {
  const full = Math.min(FIRST_WAIT_SECONDS * 2 ** (attempt - 2), LONGEST_WAIT_SECONDS);
  const drawn = full * (0.5 + Math.random() / 2);
  const asked = failure instanceof ApiError ? failure.retryAfter : undefined;
  return asked === undefined ? drawn : Math.max(drawn, Math.min(asked, LONGEST_RETRY_AFTER_SECONDS));
}

function nameOf(call: Call): string {
  return `${call.method} ${call.path}`;
}
