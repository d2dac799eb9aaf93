import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { KubeconfigError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { tokenFileCredentials } from '../credentials.ts';
import { proxyFor } from '../proxy.ts';
import { checkedProxy } from './proxy-url.ts';
import { type KubeconfigSource, readIfThere } from './source.ts';

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account that a pod runs under, as self-hosted runners in a cluster do. */
export async function inClusterConnection(source: KubeconfigSource): Promise<Connection | undefined> {
  const host = source.env['KUBERNETES_SERVICE_HOST'];
  const port = source.env['KUBERNETES_SERVICE_PORT'];
  const folder = source.serviceAccountFolder ?? SERVICE_ACCOUNT_FOLDER;
  const path = join(folder, 'token');
  if (!host || !port || (await readIfThere(path)) === undefined) {
    return undefined;
  }
  if (source.context !== '') {
    throw new KubeconfigError(
      `There is no kubeconfig to find the context ${source.context} in: only the in-cluster service account.`,
    );
  }
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const ca = await readIfThere(join(folder, 'ca.crt'));
  const namespace = (await readIfThere(join(folder, 'namespace')))?.trim();
  const proxy = proxyFor(server, source.env);
  return {
    server: server.href.replace(/\/+$/, ''),
    contextName: 'in-cluster',
    namespace: namespace || 'default',
    tls: { ...(ca === undefined ? {} : { ca }), rejectUnauthorized: true },
    ...(proxy === undefined ? {} : { proxyUrl: checkedProxy(proxy, 'The proxy variable', source) }),
    credentials: tokenFileCredentials({
      path,
      headers: {},
      onSecret: source.onSecret,
      clock: source.clock ?? systemClock,
    }),
    origin: 'the in-cluster service account',
  };
}
