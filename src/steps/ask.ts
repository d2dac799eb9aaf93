import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { ApiError, messageOf } from '../errors.ts';
import type { Run } from '../run.ts';
import type { ServiceAddress, UrlAddress } from '../users/address.ts';
import type { WatchInput } from '../users/input.ts';
import type { Outcome } from '../users/tally.ts';
import { version } from '../version.ts';

/**
 * Asks an address once, and answers what became of it; rejects only with the signal's reason, once that aborts.
 * `doubtful`: the failure may be the runner's own, or the API server's, and has to be looked into.
 */
export type Ask = (signal: AbortSignal) => Promise<{ readonly outcome: Outcome; readonly doubtful: boolean }>;

/** Seconds for one request, to the end of its answer. */
const askSeconds = 2;

/** Bytes of an answer that are read; the rest is of no interest. */
const mostBytes = 256 * 1024;

/** How the address is asked: each time as by a new user, over a connection of its own. */
export function askerFor(run: Pick<Run, 'client' | 'namespace'>, { address, proxyUrl }: WatchInput): Ask {
  const ask = address.kind === 'service' ? serviceAsker(run, address) : urlAsker(address, proxyUrl);
  const judge = address.kind === 'service' ? judgeServiceError : judgeUrlError;
  return async (signal) => {
    const timeout = AbortSignal.timeout(askSeconds * 1000);
    let begun: number | undefined;
    try {
      const { status, body } = await ask(AbortSignal.any([signal, timeout]));
      begun = status;
      await drain(body);
      return { outcome: outcomeOf(status), doubtful: false };
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) {
        // What has begun and does not end, as a stream of events, is an answer all the same.
        if (begun !== undefined) return { outcome: outcomeOf(begun), doubtful: false };
        return { outcome: { kind: 'failure', what: `no answer in ${askSeconds} s` }, doubtful: true };
      }
      if (begun !== undefined)
        return { outcome: { kind: 'failure', what: 'answer broken off' }, doubtful: true };
      return judge(error);
    }
  };
}

/** An answer's head, and what follows it. */
interface Answer {
  readonly status: number;
  readonly body: Readable;
}

/** A 429 is about the one who asks so often, and no user does. */
function outcomeOf(status: number): Outcome {
  return status === 429 ? { kind: 'set-aside', why: 'asked too often (429)' } : { kind: 'answer', status };
}

function serviceAsker({ client, namespace }: Pick<Run, 'client' | 'namespace'>, address: ServiceAddress) {
  const { id, path } = address;
  return async (signal: AbortSignal): Promise<Answer> => {
    const body = await client.askService({ namespace, id, path }, { signal, patience: 0 });
    return { status: 'statusCode' in body ? Number(body.statusCode) : 200, body };
  };
}

/** What the API server says by itself of a Service whose pods it cannot reach. */
const unreachable: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  // By its whole name where the port is not among those of its pods: `no endpoints available for service "http:web:x"`.
  { pattern: /^no endpoints available for service "[^"]*:/, what: 'no ready pod with that port' },
  { pattern: /^no endpoints available/, what: 'no ready pod' },
  { pattern: /^no service port/, what: 'no such port' },
  { pattern: /^error trying to reach service: .*connection refused/, what: 'connection refused' },
  { pattern: /^error trying to reach service: .*(reset|EOF)/, what: 'connection closed' },
  { pattern: /^error trying to reach service/, what: 'pod not reached' },
];

function judgeServiceError(error: unknown): Awaited<ReturnType<Ask>> {
  // Between the runner and the API server, or for want of a credential: the request never came to a pod.
  if (!(error instanceof ApiError))
    return { outcome: { kind: 'set-aside', why: 'API server not reached' }, doubtful: false };
  const { status, reason, message } = error;
  // A load balancer before the API server answers by itself where that is away.
  if (reason === '') return { outcome: outcomeOf(status), doubtful: status >= 502 && status <= 504 };
  const what =
    reason === 'NotFound'
      ? 'no such Service'
      : unreachable.find(({ pattern }) => pattern.test(message))?.what;
  return what === undefined
    ? { outcome: { kind: 'set-aside', why: `API server answered ${status}` }, doubtful: false }
    : { outcome: { kind: 'failure', what }, doubtful: false };
}

function urlAsker(
  { url }: UrlAddress,
  proxyUrl: string | undefined,
): (signal: AbortSignal) => Promise<Answer> {
  const secure = url.startsWith('https:');
  const proxy = proxyUrl === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } };
  const agent = secure
    ? new https.Agent({
        keepAlive: false,
        maxCachedSessions: 0,
        ca: [...getCACertificates('default'), ...getCACertificates('system')],
        ...proxy,
      })
    : new http.Agent({ keepAlive: false, ...proxy });
  const headers = { accept: '*/*', 'cache-control': 'no-cache', 'user-agent': `safe-rollout/${version}` };
  return async (signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = (secure ? https : http).get(url, { agent, headers, signal }, resolve);
    request.on('error', reject);
    const body = await promise;
    return { status: body.statusCode ?? 0, body };
  };
}

/** Node's codes in words. */
const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'host not looked up',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

function judgeUrlError(error: unknown): Awaited<ReturnType<Ask>> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|INVALID_CA/.test(code);
  const what = failures[code] ?? (isCertificate ? 'certificate refused' : code || messageOf(error));
  return { outcome: { kind: 'failure', what }, doubtful: true };
}

/** Reads an answer to its end, or as far as is of interest; fails where it breaks off before. */
async function drain(body: Readable): Promise<void> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes > mostBytes) return;
  }
}
