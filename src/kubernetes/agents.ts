import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import type { Connection } from './connection.ts';

/** The two pools of sockets to one API server with one client certificate. */
export interface Agents {
  readonly requests: http.Agent;
  readonly streams: http.Agent;
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

/** Watches and log follows get a pool without a limit, so that they never starve the requests. */
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
  const Agent = secure ? https.Agent : http.Agent;
  return {
    requests: new Agent({ ...common, maxSockets: MAX_REQUESTS, timeout: MAX_IDLE_MILLISECONDS }),
    streams: new Agent(common),
  };
}

/** Closes what is idle at once, and what is in use when it is done. */
export function retire(agents: Agents): void {
  for (const agent of [agents.requests, agents.streams]) {
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
