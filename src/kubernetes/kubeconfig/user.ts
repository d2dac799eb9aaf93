import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { KubeconfigError } from '../../errors.ts';
import type { TlsSettings } from '../connection.ts';
import { type Credential, type Credentials, fixedCredentials, tokenFileCredentials } from '../credentials.ts';
import { execCredentials } from '../exec-credentials.ts';
import { type Entry, isMapping, pathIn, stringIn, textOf } from './file.ts';
import type { KubeconfigSource } from './source.ts';

/**
 * How a user proves who they are: by plugin, token, password or client certificate.
 * @throws {KubeconfigError} saying what is wrong, where, and what to do.
 */
export async function credentialsOf(init: {
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
