import type { OutgoingHttpHeaders } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { ApiError, ConnectionError, KubeconfigError } from '../errors.ts';
import { type Agents, createAgents, retire } from './agents.ts';
import { Attempt } from './attempt.ts';
import type { Connection } from './connection.ts';
import { connectionFailure, isCertificateFailure, timeoutFailure } from './connection-failure.ts';
import type { Credential } from './credentials.ts';
import { type Answer, exchange, isSuccess, type Outgoing, readText } from './exchange.ts';
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
  /** Whether a stream shall not share its connection, so that it breaks for no other reason than its own. */
  readonly alone?: boolean;
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
const FIRST_WAIT_SECONDS = 0.25;
const LONGEST_WAIT_SECONDS = 8;
const LONGEST_RETRY_AFTER_SECONDS = 30;
/** An error's body is read up to here. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Seconds after an outage in which a 403 may be no more than that. */
const FORBIDDEN_SECONDS = 10;
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

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
        const { requests } = this.#agentsFor(credential);
        // Lists of thousands of pods shrink tenfold; streams are read as they come.
        const outgoing = this.#outgoing(call, credential, { 'accept-encoding': 'gzip' });
        const answer = await exchange(outgoing, requests, attempt);
        const body = await readText(answer);
        if (!isSuccess(answer)) {
          throw this.#errorFrom(call, answer, body);
        }
        return parseJson<T>(body, call, answer);
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
        const { shared, streams } = this.#agentsFor(credential);
        const outgoing = this.#outgoing(call, credential);
        const answer =
          (call.alone ? undefined : await shared?.send(outgoing, attempt)) ??
          (await exchange(outgoing, streams, attempt));
        if (!isSuccess(answer)) {
          throw this.#errorFrom(call, answer, await readText(answer, MAX_ERROR_BYTES));
        }
        const { body } = answer;
        attempt.clearTimeout();
        // The default would be an uncaught exception where the connection breaks while nobody reads.
        body.on('error', () => {});
        body.once('close', () => attempt.end());
        return body;
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
        const outgoing = this.#outgoing(call, credential, headers);
        const answer = await exchange(outgoing, this.#agentsFor(credential).streams, attempt);
        if (answer.status !== 101) {
          throw this.#errorFrom(call, answer, await readText(answer, MAX_ERROR_BYTES));
        }
        const { socket } = answer;
        if (answer.headers['sec-websocket-accept'] !== accept) {
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

  /** What is to be sent. Throws where it would be too late. */
  #outgoing(call: Call, credential: Credential, more: OutgoingHttpHeaders = {}): Outgoing {
    const url = new URL(this.#connection.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(key, `${value}`);
      }
    }
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers: OutgoingHttpHeaders = {
      accept: 'application/json, */*',
      'user-agent': `safe-rollout/${this.#options.version}`,
      ...(body === undefined
        ? {}
        : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
      ...(credential.headers as OutgoingHttpHeaders),
      ...more,
    };
    // Looked at last, since a credential may have taken long to come.
    if (call.notAfter !== undefined && this.#clock.now() > call.notAfter) {
      throw new Error('there was no time left to send it');
    }
    return { url, method: call.method, headers, body };
  }

  #errorFrom(call: Call, { status, statusText, headers }: Answer, body: string): ApiError {
    return errorFromAnswer({
      status,
      statusText,
      body,
      request: nameOf(call),
      retryAfter: headers['retry-after'],
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

function parseJson<T>(body: string, call: Call, { status }: Answer): T {
  if (body === '') {
    return undefined as T;
  }
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new ApiError({
      status,
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
