import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import { KubeconfigError, messageOf } from '../errors.ts';
import type { Connection, TlsSettings } from './connection.ts';
import { type Credential, type Credentials, fixedCredentials, tokenFileCredentials } from './credentials.ts';
import { execCredentials } from './exec-credentials.ts';
import {
  capital,
  type Entry,
  folderOf,
  isMapping,
  type Kubeconfig,
  mergeKubeconfigs,
  parseKubeconfig,
  pathIn,
  stringIn,
  textOf,
} from './kubeconfig-file.ts';
import { proxyFor } from './proxy.ts';

/** What there is to build a connection from. */
export interface KubeconfigSource {
  /** The `kubeconfig` input: content, base64 of content, or a path; `''` for none. */
  readonly kubeconfig: string;
  /** The `context` input; `''` for the kubeconfig's current context. */
  readonly context: string;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT, the proxy variables; credential plugins inherit it all. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with every token, password and private key the moment it is read, encoded and decoded. */
  readonly onSecret: (value: string) => void;
  readonly clock?: Clock;
  /** Where a pod's service account is mounted. */
  readonly serviceAccountFolder?: string;
}

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

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

interface Found {
  readonly config: Kubeconfig;
  readonly origin: string;
}

async function findKubeconfig(source: KubeconfigSource): Promise<Found | undefined> {
  if (source.kubeconfig.trim() !== '') {
    return fromInput(source);
  }
  const { env } = source;
  if (env['KUBECONFIG']) {
    const paths = env['KUBECONFIG'].split(delimiter).filter((path) => path !== '');
    const files: Kubeconfig[] = [];
    for (const path of paths) {
      const text = await readIfThere(path);
      if (text !== undefined) {
        files.push(parseKubeconfig(text, path, folderOf(path)));
      }
    }
    if (files.length === 0) {
      throw new KubeconfigError(
        `$KUBECONFIG names ${paths.join(', ') || 'no file'}, which does not exist. Write the file in an earlier ` +
          'step, or set the `kubeconfig` input.',
      );
    }
    return { config: mergeKubeconfigs(files), origin: paths.join(delimiter) };
  }
  const home = env['HOME'] || env['USERPROFILE'];
  if (home) {
    const path = join(home, '.kube', 'config');
    const text = await readIfThere(path);
    const config = text === undefined ? undefined : parseKubeconfig(text, path, folderOf(path));
    // An empty file is what a stray `kubectl config` leaves behind; kubectl looks further, too.
    if (config !== undefined && (config.contexts.size > 0 || config.clusters.size > 0)) {
      return { config, origin: path };
    }
  }
  return undefined;
}

async function fromInput(source: KubeconfigSource): Promise<Found> {
  const input = source.kubeconfig.trim();
  const origin = 'the kubeconfig input';
  const packed = input.replace(/\s+/g, '');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
    const decoded = Buffer.from(packed, 'base64').toString('utf8');
    if (/\b(clusters|contexts|apiVersion)\b/.test(decoded)) {
      source.onSecret(input);
      return { config: parseKubeconfig(decoded, origin, process.cwd()), origin };
    }
  }
  if (
    input.includes('\n') ||
    input.startsWith('{') ||
    /^(apiVersion|kind|clusters|contexts|users)\s*:/.test(input)
  ) {
    return { config: parseKubeconfig(input, origin, process.cwd()), origin };
  }
  // A base64 text that was cut or mangled must not be quoted as if it were a path.
  if (input.length > 1_000) {
    throw new KubeconfigError('The kubeconfig input is neither a kubeconfig, nor base64 of one, nor a path');
  }
  const home = source.env['HOME'] || source.env['USERPROFILE'] || '';
  const path = resolve(input.replace(/^~(?=[/\\])/, () => home));
  const text = await readIfThere(path);
  if (text === undefined) {
    throw new KubeconfigError(
      `The kubeconfig input is taken for a path, and ${path} does not exist. Give the kubeconfig's content, base64 ` +
        'of it, or the path of a file that an earlier step wrote.',
    );
  }
  return { config: parseKubeconfig(text, path, folderOf(path)), origin: path };
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

function checkedProxy(proxy: string, where: string, source: KubeconfigSource): string {
  const url = URL.parse(proxy);
  // Node's agent silently connects directly where it does not understand the proxy's scheme.
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new KubeconfigError(
      `${where} must be an http:// or https:// URL; other kinds of proxy cannot be used`,
    );
  }
  if (url.password !== '') {
    source.onSecret(url.password);
    source.onSecret(decodeURIComponent(url.password));
  }
  return proxy;
}

async function tlsOf(
  cluster: Entry,
  clusterName: string,
  user: Entry,
  userName: string,
  source: KubeconfigSource,
): Promise<TlsSettings> {
  const insecure = cluster.value['insecure-skip-tls-verify'] === true;
  const ca = insecure ? '' : await pemOf(cluster, 'certificate-authority', `cluster ${clusterName}`);
  const cert = await pemOf(user, 'client-certificate', `user ${userName}`);
  const key = await pemOf(user, 'client-key', `user ${userName}`, source.onSecret);
  const servername = stringIn(cluster, 'tls-server-name');
  const tls: TlsSettings = {
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
    ...(servername === '' ? {} : { servername }),
    rejectUnauthorized: !insecure,
  };
  if ((cert === '') !== (key === '')) {
    throw new KubeconfigError(
      `User ${userName} of ${user.origin} has a client ${cert === '' ? 'key without a certificate' : 'certificate without a key'}`,
    );
  }
  // A bad PEM would otherwise show only at the first request, and then without a name.
  checkPem(`the certificate-authority of cluster ${clusterName} in ${cluster.origin}`, () => {
    if (tls.ca !== undefined) {
      new X509Certificate(tls.ca);
    }
  });
  checkPem(`the client certificate of user ${userName} in ${user.origin}`, () => {
    createSecureContext({ cert: tls.cert, key: tls.key });
  });
  return tls;
}

function checkPem(what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw new KubeconfigError(`OpenSSL cannot read ${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** `KEY-data` decoded, else the content of the file `KEY` names; `''` for neither. */
async function pemOf(
  entry: Entry,
  key: string,
  owner: string,
  onSecret: (value: string) => void = () => {},
): Promise<string> {
  const data = stringIn(entry, `${key}-data`);
  if (data !== '') {
    onSecret(data);
    const decoded = Buffer.from(data, 'base64').toString('utf8');
    if (!decoded.includes('-----BEGIN')) {
      throw new KubeconfigError(`\`${key}-data\` of ${owner} in ${entry.origin} is not base64 of a PEM text`);
    }
    onSecret(decoded);
    return decoded;
  }
  const path = pathIn(entry, key);
  if (path === '') {
    return '';
  }
  try {
    const text = await readFile(path, 'utf8');
    onSecret(text);
    return text;
  } catch (error) {
    throw new KubeconfigError(`Cannot read the ${key} of ${owner} in ${entry.origin}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function credentialsOf(init: {
  user: Entry;
  userName: string;
  cluster: Entry;
  server: URL;
  tls: TlsSettings;
  proxyUrl: string | undefined;
  source: KubeconfigSource;
}): Promise<Credentials> {
  const { user, userName, source } = init;
  const clock = source.clock ?? systemClock;
  const headers = impersonation(user);

  const exec = user.value['exec'];
  if (isMapping(exec)) {
    const command = textOf(exec['command']);
    const apiVersion = textOf(exec['apiVersion']);
    if (command === '' || apiVersion === '') {
      throw new KubeconfigError(
        `\`exec\` of user ${userName} in ${user.origin} needs a command and an apiVersion`,
      );
    }
    if (textOf(exec['interactiveMode']) === 'Always') {
      throw new KubeconfigError(
        `The credential plugin ${command} (user ${userName}) wants a terminal (interactiveMode: Always), and a ` +
          'runner has none. Use a login that needs no answers.',
      );
    }
    const list = (key: string): unknown[] => (Array.isArray(exec[key]) ? exec[key] : []);
    return execCredentials({
      config: {
        apiVersion,
        // As kubectl does: a path is relative to the kubeconfig, a bare name is looked up in PATH.
        command: /[/\\]/.test(command) ? resolve(user.folder, command) : command,
        args: list('args').map(textOf),
        env: Object.fromEntries(
          list('env')
            .filter(isMapping)
            .map((variable) => [textOf(variable['name']), textOf(variable['value'])]),
        ),
        installHint: textOf(exec['installHint']).trim(),
      },
      user: userName,
      headers,
      env: source.env,
      cluster: exec['provideClusterInfo'] === true ? clusterInfo(init) : undefined,
      onSecret: source.onSecret,
      clock,
    });
  }

  const tokenFile = pathIn(user, 'tokenFile');
  if (tokenFile !== '') {
    return tokenFileCredentials({ path: tokenFile, headers, onSecret: source.onSecret, clock });
  }
  const token = stringIn(user, 'token').trim();
  if (token !== '') {
    source.onSecret(token);
    return fixedCredentials({ ...headers, authorization: `Bearer ${token}` });
  }
  const password = stringIn(user, 'password');
  const username = stringIn(user, 'username');
  if (username !== '' || password !== '') {
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    for (const secret of [password, basic]) {
      if (secret !== '') {
        source.onSecret(secret);
      }
    }
    return fixedCredentials({ ...headers, authorization: `Basic ${basic}` });
  }
  const provider = user.value['auth-provider'];
  if (isMapping(provider)) {
    throw new KubeconfigError(
      `User ${userName} in ${user.origin} uses the auth-provider ${textOf(provider['name'])}, which Kubernetes ` +
        'removed in 1.26. Write the kubeconfig anew with the exec plugin that replaced it (gke-gcloud-auth-plugin ' +
        'for gcp, kubelogin for azure).',
    );
  }
  return fixedCredentials(headers);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonation(user: Entry): Credential['headers'] {
  const headers: Record<string, string | readonly string[]> = {};
  const as = stringIn(user, 'as');
  const uid = stringIn(user, 'as-uid');
  const groups = user.value['as-groups'];
  const extra = user.value['as-user-extra'];
  if (as !== '') {
    headers['impersonate-user'] = as;
  }
  if (uid !== '') {
    headers['impersonate-uid'] = uid;
  }
  if (Array.isArray(groups) && groups.length > 0) {
    headers['impersonate-group'] = groups.map(textOf);
  }
  if (isMapping(extra)) {
    for (const [key, values] of Object.entries(extra)) {
      headers[`impersonate-extra-${encodeURIComponent(key)}`] = Array.isArray(values)
        ? values.map(textOf)
        : [];
    }
  }
  return headers;
}

/** `spec.cluster` for the plugin, client.authentication.k8s.io/v1. */
function clusterInfo(init: {
  cluster: Entry;
  server: URL;
  tls: TlsSettings;
  proxyUrl: string | undefined;
}): object {
  const { cluster, tls } = init;
  const extensions = cluster.value['extensions'];
  const config = (Array.isArray(extensions) ? extensions : [])
    .filter(isMapping)
    .find((extension) => extension['name'] === 'client.authentication.k8s.io/exec')?.['extension'];
  return {
    server: init.server.href.replace(/\/+$/, ''),
    ...(tls.servername === undefined ? {} : { 'tls-server-name': tls.servername }),
    ...(tls.rejectUnauthorized ? {} : { 'insecure-skip-tls-verify': true }),
    ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
    ...(init.proxyUrl === undefined ? {} : { 'proxy-url': init.proxyUrl }),
    ...(config === undefined ? {} : { config }),
  };
}

/** The service account that a pod runs under, as self-hosted runners in a cluster do. */
async function inClusterConnection(source: KubeconfigSource): Promise<Connection | undefined> {
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

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw new KubeconfigError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
