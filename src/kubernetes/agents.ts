import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import type { Connection } from './connection.ts';
import { Multiplexer } from './multiplexer.ts';

/** The connections to one API server with one client certificate. */
export interface Agents {
  readonly requests: http.Agent;
  /** A connection for each stream, where they cannot share one. */
  readonly streams: http.Agent;
  /** Undefined without TLS, in which the version of HTTP is agreed upon. */
  readonly shared: Multiplexer | undefined;
}

/** How many plain requests run at once; the rest queue, kept-alive sockets are shared. */
const MAX_REQUESTS = 6;
/**
 * A socket that was idle for longer is not used again: load balancers forget idle connections without a word, and
 * a change sent into such a one has an unknown effect.
 */
const MAX_IDLE_MILLISECONDS = 20_000;
/** TCP keep-alive starts after this; libuv then probes ten times, a second apart. */
const KEEP_ALIVE_MILLISECONDS = 15_000;

/** Watches and log follows go their own way, without a limit, so that they never starve the requests. */
export function createAgents(connection: Connection, certificate: { cert?: string; key?: string }): Agents {
  const { tls, proxyUrl } = connection;
  const secure = connection.server.startsWith('https:');
  const common: https.AgentOptions = {
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MILLISECONDS,
    // Which proxy to use has been decided; both names, since the agent looks at the one for its own scheme.
    ...(proxyUrl === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl } }),
    ...(secure ? { ...tls, ...certificate, ca: tls.ca ?? publicAuthorities(tls.rejectUnauthorized) } : {}),
  };
  const requestOptions = { ...common, maxSockets: MAX_REQUESTS, timeout: MAX_IDLE_MILLISECONDS };
  if (!secure) {
    return {
      requests: new http.Agent(requestOptions),
      streams: new http.Agent(common),
      shared: undefined,
    };
  }
  const streams = new https.Agent(common);
  return {
    requests: new https.Agent(requestOptions),
    streams,
    shared: new Multiplexer(new URL(connection.server), streams),
  };
}

/** Closes what is idle at once, and what is in use when it is done. */
export function retire({ requests, streams, shared }: Agents): void {
  shared?.close();
  for (const agent of [requests, streams]) {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) {
        socket.destroy();
      }
    }
    agent.maxFreeSockets = 0;
  }
}

/** Without a CA of its own a kubeconfig trusts the system's authorities; Node alone would know only its own. */
function publicAuthorities(needed: boolean): string[] {
  return !needed ? [] : [...getCACertificates('default'), ...getCACertificates('system')];
}
