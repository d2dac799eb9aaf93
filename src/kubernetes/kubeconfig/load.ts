import { KubeconfigError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { proxyFor } from '../proxy.ts';
import { capital, type Entry, type Kubeconfig, stringIn } from './file.ts';
import { findKubeconfig } from './find.ts';
import { inClusterConnection } from './in-cluster.ts';
import { checkedProxy } from './proxy-url.ts';
import type { KubeconfigSource } from './source.ts';
import { tlsOf } from './tls.ts';
import { credentialsOf } from './user.ts';

/**
 * The connection that the inputs and the environment describe: the first of the `kubeconfig` input, `$KUBECONFIG`,
 * `~/.kube/config` and the in-cluster service account that there is. Sends nothing, and starts no plugin.
 * @throws {KubeconfigError} saying which file, context or user is at fault, and what to do.
 */
export async function loadConnection(source: KubeconfigSource): Promise<Connection> {
  const found = await findKubeconfig(source);
  if (found !== undefined) {
    return connectionFrom(found.config, found.origin, source);
  }
  const inCluster = await inClusterConnection(source);
  if (inCluster !== undefined) {
    return inCluster;
  }
  throw new KubeconfigError(
    'There is no kubeconfig: the `kubeconfig` input and $KUBECONFIG are empty, ~/.kube/config does not exist, and ' +
      'this runner is not a pod with a service account. Set the `kubeconfig` input, or log in to the cluster in an ' +
      'earlier step.',
  );
}

async function connectionFrom(
  config: Kubeconfig,
  origin: string,
  source: KubeconfigSource,
): Promise<Connection> {
  const contextName = source.context || config.currentContext;
  const known = [...config.contexts.keys()].sort();
  const contexts = known.length === 0 ? 'It has no contexts.' : `It has: ${known.join(', ')}.`;
  if (contextName === '') {
    throw new KubeconfigError(
      `${capital(origin)} has no current context. ${contexts} Choose one with the \`context\` input.`,
    );
  }
  const context = config.contexts.get(contextName);
  if (context === undefined) {
    throw new KubeconfigError(`${capital(origin)} has no context ${contextName}. ${contexts}`);
  }
  const clusterName = stringIn(context, 'cluster');
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined) {
    throw new KubeconfigError(
      `Context ${contextName} of ${context.origin} names the cluster ${clusterName || '(none)'}, which is not defined`,
    );
  }
  const userName = stringIn(context, 'user');
  const user = config.users.get(userName) ?? { value: {}, folder: context.folder, origin: context.origin };
  if (userName !== '' && !config.users.has(userName)) {
    throw new KubeconfigError(
      `Context ${contextName} of ${context.origin} names the user ${userName}, which is not defined`,
    );
  }
  const server = serverOf(cluster, clusterName);
  const proxyUrl = proxyOf(cluster, clusterName, server, source);
  const tls = await tlsOf(cluster, clusterName, user, userName, source);
  return {
    server: server.href.replace(/\/+$/, ''),
    contextName,
    namespace: stringIn(context, 'namespace') || 'default',
    tls,
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    credentials: await credentialsOf({ user, userName, cluster, server, tls, proxyUrl, source }),
    origin,
  };
}

function serverOf(cluster: Entry, clusterName: string): URL {
  const server = stringIn(cluster, 'server');
  const url = URL.parse(server.includes('://') ? server : `https://${server}`);
  if (server === '' || url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new KubeconfigError(
      `Cluster ${clusterName} of ${cluster.origin} has no usable \`server\`: it must be an https:// (or http://) URL`,
    );
  }
  return url;
}

function proxyOf(
  cluster: Entry,
  clusterName: string,
  server: URL,
  source: KubeconfigSource,
): string | undefined {
  const fromCluster = stringIn(cluster, 'proxy-url');
  const proxy = fromCluster || proxyFor(server, source.env);
  if (!proxy) {
    return undefined;
  }
  const where = fromCluster
    ? `Cluster ${clusterName} of ${cluster.origin}: its \`proxy-url\``
    : 'The proxy variable';
  return checkedProxy(proxy, where, source);
}
