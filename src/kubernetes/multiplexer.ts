import { STATUS_CODES } from 'node:http';
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import type { Agent } from 'node:https';
import { isIP } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Attempt } from './attempt.ts';
import { type Answer, isUp, type Outgoing } from './exchange.ts';

/** One HTTP/2 connection, and how many streams it has and may have. */
interface Session {
  readonly http2: ClientHttp2Session;
  readonly most: number;
  open: number;
}

/** Seconds. */
export interface Patience {
  /** In which a connection must come about, with its first frame. */
  readonly connect: number;
  /** Between pings. One that is not answered until the next is due ends the connection: client-go's rule, too. */
  readonly ping: number;
}

const usualPatience: Patience = { connect: 30, ping: 15 };
/** Bytes of a stream that may be on their way before they are read; the protocol's default of 64 KiB slows long lists. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Streams that share a connection by HTTP/2, as kubectl's do: however many watches there are, one connection carries
 * them, or one for each hundred where the server allows no more.
 */
export class Multiplexer {
  readonly #server: URL;
  readonly #agent: Agent;
  readonly #patience: Patience;
  readonly #sessions = new Set<Session>();
  #connecting: Promise<void> | undefined;
  #isSpoken = true;
  #isClosed = false;

  /** @param agent makes the connections: it knows the way, the authorities and the client certificate. */
  constructor(server: URL, agent: Agent, patience = usualPatience) {
    this.#server = server;
    this.#agent = agent;
    this.#patience = patience;
  }

  /**
   * Sends a request without a body, and resolves with the answer's head. An abort of the attempt ends the stream,
   * later too. Undefined where the server speaks only HTTP/1.1.
   */
  async send(outgoing: Outgoing, attempt: Attempt): Promise<Answer | undefined> {
    while (this.#isSpoken) {
      if (this.#isClosed) throw new Error('the connection was closed');
      const session = this.#withRoom();
      // Nothing may come between: its place is taken at once.
      if (session) return await this.#sendOver(session, outgoing, attempt);
      this.#connecting ??= this.#connect().finally(() => {
        this.#connecting = undefined;
      });
      await abortable(this.#connecting, attempt.signal);
    }
    return undefined;
  }

  /** Ends idle connections now and busy ones when they are done. */
  close(): void {
    this.#isClosed = true;
    for (const { http2 } of this.#sessions) http2.close();
  }

  #withRoom(): Session | undefined {
    for (const session of this.#sessions) {
      if (session.open < session.most && !session.http2.closed && !session.http2.destroyed) return session;
    }
    return undefined;
  }

  async #connect(): Promise<void> {
    const { connect } = await import('node:http2');
    const signal = AbortSignal.timeout(this.#patience.connect * 1000);
    const socket = await this.#socket(signal);
    if (socket.alpnProtocol !== 'h2') {
      this.#isSpoken = false;
      socket.destroy();
      return;
    }
    const http2 = connect(this.#server, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    // The streams that it takes along tell it.
    http2.on('error', () => {});
    await settled(http2, signal);
    const session = { http2, most: http2.remoteSettings.maxConcurrentStreams ?? 100, open: 0 };
    this.#sessions.add(session);
    const forget = () => this.#sessions.delete(session);
    http2.once('goaway', forget).once('close', forget);
    keepAsking(http2, this.#patience.ping);
    http2.unref();
    if (this.#isClosed) http2.close();
  }

  #socket(signal: AbortSignal): Promise<TLSSocket> {
    const { hostname, port } = this.#server;
    const host = hostname.replace(/^\[|\]$/g, '');
    const servername = this.#agent.options.servername ?? (isIP(host) ? '' : host);
    const options: ConnectionOptions = {
      ...this.#agent.options,
      host,
      port: Number(port || 443),
      servername,
      ALPNProtocols: ['h2', 'http/1.1'],
    };
    return new Promise((resolve, reject) => {
      const begun: Duplex[] = [];
      const fail = (error: Error) => {
        for (const each of begun) each.destroy();
        reject(error);
      };
      const tooLate = () => fail(new Error('no connection came about'));
      signal.addEventListener('abort', tooLate);
      const connected = (duplex: Duplex) => {
        const socket = duplex as TLSSocket;
        begun.push(socket);
        socket.on('error', fail);
        const done = () => {
          signal.removeEventListener('abort', tooLate);
          socket.off('error', fail);
          resolve(socket);
        };
        if (signal.aborted) tooLate();
        else if (isUp(socket, true)) done();
        else socket.once('secureConnect', done);
      };
      const first = this.#agent.createConnection(options, (error, socket) =>
        error ? fail(error) : connected(socket),
      );
      // Through a proxy, this one leads to the proxy, and the callback brings the one that leads through it.
      if (first && this.#agent.options.proxyEnv === undefined) connected(first);
      else if (first) begun.push(first);
    });
  }

  #sendOver(session: Session, { url, method, headers }: Outgoing, attempt: Attempt): Promise<Answer> {
    return new Promise((resolve, reject) => {
      attempt.signal.throwIfAborted();
      const stream = session.http2.request(
        {
          ...(headers as OutgoingHttpHeaders),
          ':method': method,
          ':authority': url.host,
          ':path': url.pathname + url.search,
        },
        { endStream: true },
      );
      attempt.sent = true;
      session.open += 1;
      session.http2.ref();
      attempt.signal.addEventListener('abort', () => hangUp(stream), { once: true });
      stream.once('response', (answer) => {
        const { ':status': status = 0, ...rest } = answer;
        resolve({ status, statusText: STATUS_CODES[status] ?? '', headers: rest, body: bodyOf(stream) });
      });
      // Stays for the stream's whole life: once the answer has begun, its reader hears of what breaks.
      stream.on('error', reject);
      stream.once('close', () => {
        session.open -= 1;
        if (session.open === 0) session.http2.unref();
        reject(new Error('the stream was closed'));
      });
    });
  }
}

/** What is read of `stream`. It fails where the stream breaks off: Node itself lets that pass for an end. */
function bodyOf(stream: ClientHttp2Stream): Readable {
  const body = new Readable({
    read: () => void stream.resume(),
    destroy(error, done) {
      hangUp(stream);
      done(error);
    },
  });
  const brokenOff = () => body.destroy(new Error('the stream broke off'));
  stream.on('data', (chunk: Buffer) => {
    if (!body.push(chunk)) stream.pause();
  });
  stream.once('end', () => {
    if (stream.rstCode === 0 && !stream.destroyed) body.push(null);
    else brokenOff();
  });
  stream.once('error', (error) => body.destroy(error));
  stream.once('close', () => {
    if (!stream.readableEnded) brokenOff();
  });
  return body;
}

const CANCEL = 8; // RFC 9113, section 7

function hangUp(stream: ClientHttp2Stream): void {
  if (!stream.closed) stream.close(CANCEL);
  stream.destroy();
}

/** Waits for the server's settings, which come first of all and say how many streams it allows. */
function settled(http2: ClientHttp2Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const tooLate = () => http2.destroy(new Error('the server sends nothing'));
    signal.addEventListener('abort', tooLate);
    http2.once('remoteSettings', () => {
      signal.removeEventListener('abort', tooLate);
      resolve();
    });
    http2.once('error', reject);
    http2.once('close', () => reject(new Error('the connection was closed')));
  });
}

/** A connection that is dead says nothing of it; all that would ever be read from it is silence. */
function keepAsking(http2: ClientHttp2Session, seconds: number): void {
  let asked = 0;
  let answered = 0;
  const timer = setInterval(() => {
    // An answer that came while this process stood still is read first.
    setImmediate(() => {
      if (http2.destroyed) return;
      if (answered < asked) {
        http2.destroy(new Error('the server has not answered a ping'));
        return;
      }
      asked += 1;
      http2.ping((error) => {
        if (!error) answered += 1;
      });
    });
  }, seconds * 1000).unref();
  http2.once('close', () => clearInterval(timer));
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    // Also where it is too late: nobody else may care for how the promise ends.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  });
}
