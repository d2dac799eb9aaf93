import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Cluster } from '../../cluster/connect.ts';
import { kubectl } from './kubectl.ts';

export interface Answer {
  readonly status: number;
  /** JSON */
  readonly body: string;
}

const agents = new Map<string, Agent>();

/**
 * Asks the API server as the administrator. What tests look at again and again is asked so: each kubectl costs a
 * tenth of a second of a processor, and a TLS handshake.
 */
export async function ask(
  cluster: Cluster,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Answer> {
  if (cluster.adminToken === '') {
    return await askByKubectl(cluster, method, path, body);
  }
  try {
    return await askDirectly(cluster, method, path, body);
  } catch (error) {
    // An idle connection that had ended, as when the API server was restarted.
    if (method === 'GET' && (error as { reused?: boolean }).reused) {
      return await askDirectly(cluster, method, path, body);
    }
    throw error;
  }
}

function askDirectly(cluster: Cluster, method: string, path: string, body?: object): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(cluster.server + path, {
    method,
    agent: agentOf(cluster),
    headers: { authorization: `Bearer ${cluster.adminToken}`, 'content-type': 'application/json' },
  });
  const fail = (error: Error) => reject(Object.assign(error, { reused: sent.reusedSocket }));
  sent.on('error', fail);
  sent.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    response.on('error', fail);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

function agentOf({ server, caFile }: Cluster): Agent {
  let agent = agents.get(server);
  if (agent === undefined) {
    agent = new Agent({ keepAlive: true, timeout: 20_000, ca: readFileSync(caFile) });
    agents.set(server, agent);
  }
  return agent;
}

/** For a cluster whose administrator has a certificate or a plugin, and no token. */
async function askByKubectl(cluster: Cluster, method: string, path: string, body?: object): Promise<Answer> {
  const args = method === 'GET' ? ['get', '--raw', path] : ['create', '--raw', path, '-f', '-'];
  try {
    return {
      status: 200,
      body: await kubectl(cluster, args, body === undefined ? '' : JSON.stringify(body)),
    };
  } catch (error) {
    if (`${error}`.includes('(NotFound)')) return { status: 404, body: '' };
    throw error;
  }
}
