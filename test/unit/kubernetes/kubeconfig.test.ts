import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KubeconfigError } from '../../../src/errors.ts';
import type { Connection } from '../../../src/kubernetes/connection.ts';
import { loadConnection } from '../../../src/kubernetes/kubeconfig/load.ts';
import type { KubeconfigSource } from '../../../src/kubernetes/kubeconfig/source.ts';
import { selfSigned } from './support/certificate.ts';
import { hastyClock } from './support/clock.ts';

const root = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

/** Writes `files` into a new folder and gives its path. */
function folderWith(files: Record<string, string>): string {
  const folder = join(root, `${++folders}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Parts {
  cluster?: object;
  user?: object;
  context?: object;
  current?: string;
}

function config({ cluster, user, context, current = 'main' }: Parts = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://kube.test:6443/', ...cluster } }],
    users: [{ name: 'u', user: { token: 'sesame', ...user } }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': current,
  });
}

function load(more: Partial<KubeconfigSource>, secrets: string[] = []): Promise<Connection> {
  return loadConnection({
    kubeconfig: '',
    context: '',
    env: {},
    onSecret: (secret) => secrets.push(secret),
    serviceAccountFolder: join(root, 'nowhere'),
    ...more,
  });
}

async function headersOf(connection: Connection) {
  return (await connection.credentials.current(new AbortController().signal)).headers;
}

async function refusal(more: Partial<KubeconfigSource>): Promise<string> {
  const error = await load(more).then(
    () => expect.fail('it should have been refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KubeconfigError);
  return (error as Error).message;
}

describe('where the kubeconfig comes from', () => {
  const expected = { server: 'https://kube.test:6443', contextName: 'main', namespace: 'default' };

  it.each([
    ['content', () => config()],
    ['JSON', () => JSON.stringify({ ...JSON.parse(JSON.stringify({})), ...parsed() })],
    ['base64', () => base64(config())],
    ['base64 in lines', () => base64(config()).replace(/(.{76})/g, '$1\n')],
    ['a path', () => join(folderWith({ kubeconfig: config() }), 'kubeconfig')],
  ])('the input: %s', async (_, input) => {
    const connection = await load({ kubeconfig: input(), env: { KUBECONFIG: '/ignored' } });
    expect(connection).toMatchObject(expected);
    expect(await headersOf(connection)).toEqual({ authorization: 'Bearer sesame' });
  });

  it('the input: a path under the home folder', async () => {
    const home = folderWith({ 'my/kube': config() });
    const connection = await load({ kubeconfig: '~/my/kube', env: { HOME: home } });
    expect(connection).toMatchObject({ ...expected, origin: join(home, 'my/kube') });
  });

  it('$KUBECONFIG before ~/.kube/config, and that before the service account', async () => {
    const home = folderWith({ '.kube/config': config({ context: { namespace: 'home' } }) });
    const other = join(folderWith({ config: config({ context: { namespace: 'variable' } }) }), 'config');
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const serviceAccountFolder = folderWith({ token: 'pod token\n', namespace: 'runners\n' });
    const from = (env: Record<string, string>) => load({ env: { ...pod, ...env }, serviceAccountFolder });
    expect((await from({ HOME: home, KUBECONFIG: other })).namespace).toBe('variable');
    expect((await from({ HOME: home })).namespace).toBe('home');
    const inCluster = await from({ HOME: root });
    expect(inCluster).toMatchObject({
      server: 'https://10.0.0.1',
      namespace: 'runners',
      origin: 'the in-cluster service account',
    });
    expect(await headersOf(inCluster)).toEqual({ authorization: 'Bearer pod token' });
  });

  it('passes over an empty ~/.kube/config', async () => {
    const home = folderWith({ '.kube/config': 'apiVersion: v1\nkind: Config\nclusters: null\n' });
    expect(await refusal({ env: { HOME: home } })).toContain('There is no kubeconfig');
  });

  it('reads an IPv6 service address', async () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const connection = await load({ env, serviceAccountFolder: folderWith({ token: 't' }) });
    expect(connection.server).toBe('https://[fd00::1]:6443');
  });

  it('says what to do where there is none', async () => {
    expect(await refusal({})).toContain('Set the `kubeconfig` input');
    expect(await refusal({ kubeconfig: './missing' })).toContain(join(process.cwd(), 'missing'));
    expect(await refusal({ env: { KUBECONFIG: '/missing/a' } })).toContain('/missing/a');
  });

  function parsed(): object {
    return {
      clusters: [{ name: 'c', cluster: { server: 'https://kube.test:6443' } }],
      users: [{ name: 'u', user: { token: 'sesame' } }],
      contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'main',
    };
  }
});

describe('merging', () => {
  const file = (server: string, current?: string, more: object = {}) =>
    stringify({
      clusters: [{ name: 'c', cluster: { server: `https://${server}` } }],
      users: [{ name: 'u', user: { token: server } }],
      contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', namespace: server } }],
      ...(current === undefined ? {} : { 'current-context': current }),
      ...more,
    });
  const only = (name: string) =>
    stringify({ contexts: [{ name, context: { cluster: 'c', user: 'u', namespace: `of-${name}` } }] });

  it.each<[string, string[], string, { server: string; namespace: string }]>([
    [
      'the first file wins for a name',
      [file('a', 'main'), file('b', 'main')],
      '',
      { server: 'https://a', namespace: 'a' },
    ],
    [
      'the first current-context wins',
      [only('x'), file('b', 'x')],
      '',
      { server: 'https://b', namespace: 'of-x' },
    ],
    [
      'a later file adds names',
      [file('a', 'main'), only('x')],
      'x',
      { server: 'https://a', namespace: 'of-x' },
    ],
    ['an empty file adds nothing', ['', file('b', 'main')], '', { server: 'https://b', namespace: 'b' }],
  ])('%s', async (_, files, context, expected) => {
    const folder = folderWith(Object.fromEntries(files.map((text, index) => [`${index}`, text])));
    const paths = [join(folder, 'missing'), ...files.map((__, index) => join(folder, `${index}`)), ''];
    const connection = await load({ context, env: { KUBECONFIG: paths.join(delimiter) } });
    expect(connection).toMatchObject(expected);
  });

  it('resolves relative paths against the file that they stand in', async () => {
    const folder = folderWith({
      'a/config': stringify({ 'current-context': 'main' }),
      'b/config': config({ user: { token: undefined, tokenFile: 'tokens/one' } }),
      'b/tokens/one': 'from b\n',
    });
    const env = { KUBECONFIG: [join(folder, 'a/config'), join(folder, 'b/config')].join(delimiter) };
    expect(await headersOf(await load({ env }))).toEqual({ authorization: 'Bearer from b' });
  });
});

describe('what is wrong is said with its name', () => {
  it.each<[string, Partial<KubeconfigSource>, string[]]>([
    ['no such context', { kubeconfig: config(), context: 'prod' }, ['prod', 'It has: main.']],
    ['no current context', { kubeconfig: config({ current: '' }) }, ['`context` input', 'It has: main.']],
    ['no such cluster', { kubeconfig: config({ context: { cluster: 'gone' } }) }, ['main', 'gone']],
    ['no such user', { kubeconfig: config({ context: { user: 'gone' } }) }, ['main', 'gone']],
    ['no server', { kubeconfig: config({ cluster: { server: '' } }) }, ['Cluster c', '`server`']],
    ['another scheme', { kubeconfig: config({ cluster: { server: 'ftp://x' } }) }, ['Cluster c', '`server`']],
    ['socks', { kubeconfig: config({ cluster: { 'proxy-url': 'socks5://x' } }) }, ['proxy-url', 'http://']],
    [
      'no base64',
      { kubeconfig: config({ user: { 'client-key-data': '???' } }) },
      ['client-key-data', 'user u'],
    ],
    [
      'no PEM',
      { kubeconfig: config({ cluster: { 'certificate-authority-data': base64('-----BEGIN nonsense') } }) },
      ['certificate-authority', 'cluster c'],
    ],
    ['no file', { kubeconfig: config({ user: { 'client-key': '/missing' } }) }, ['client-key', '/missing']],
    [
      'a provider of old',
      { kubeconfig: config({ user: { token: '', 'auth-provider': { name: 'gcp' } } }) },
      ['gcp', 'gke-gcloud-auth-plugin'],
    ],
    [
      'a plugin with questions',
      {
        kubeconfig: config({ user: { exec: { command: 'x', apiVersion: 'v', interactiveMode: 'Always' } } }),
      },
      ['terminal'],
    ],
    ['a list', { kubeconfig: '- a\n- b\n' }, ['not a kubeconfig']],
    ['clusters that are no list', { kubeconfig: 'clusters:\n  a: b\n' }, ['`clusters` is not a list']],
  ])('%s', async (_, source, parts) => {
    const message = await refusal(source);
    for (const part of parts) {
      expect(message).toContain(part);
    }
  });

  it('never quotes a text that it cannot read', async () => {
    const message = await refusal({ kubeconfig: 'users:\n- name: u\n  user: {token: sesame\n' });
    expect(message).toMatch(/not valid YAML \(line \d\)/);
    expect(message).not.toContain('sesame');
    expect(await refusal({ kubeconfig: base64('sesame'.repeat(500)) })).not.toContain(base64('sesame'));
  });
});

describe('what is in it', () => {
  const { cert, key } = selfSigned('someone', ['DNS:someone']);

  it('certificates, as data or in files, and every secret told', async () => {
    const secrets: string[] = [];
    const data = config({
      cluster: { 'certificate-authority-data': base64(cert), 'tls-server-name': 'kube' },
      user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) },
    });
    const tls = { ca: cert, cert, key, servername: 'kube', rejectUnauthorized: true };
    expect((await load({ kubeconfig: data }, secrets)).tls).toEqual(tls);
    expect(secrets).toEqual(expect.arrayContaining([base64(key), key, 'sesame']));

    const folder = folderWith({
      'cert.pem': cert,
      'key.pem': key,
      config: config({
        cluster: { 'certificate-authority': 'cert.pem', 'tls-server-name': 'kube' },
        user: { 'client-certificate': 'cert.pem', 'client-key': './key.pem' },
      }),
    });
    expect((await load({ kubeconfig: join(folder, 'config') })).tls).toEqual(tls);
  });

  it('insecure-skip-tls-verify', async () => {
    const cluster = { 'insecure-skip-tls-verify': true, 'certificate-authority': '/missing' };
    const { tls } = await load({ kubeconfig: config({ cluster }) });
    expect(tls).toEqual({ rejectUnauthorized: false });
  });

  it('base64 of a kubeconfig is itself a secret', async () => {
    const secrets: string[] = [];
    await load({ kubeconfig: base64(config()) }, secrets);
    expect(secrets).toContain(base64(config()));
  });

  it('user name and password', async () => {
    const secrets: string[] = [];
    const user = { token: undefined, username: 'me', password: 'open' };
    const connection = await load({ kubeconfig: config({ user }) }, secrets);
    expect(await headersOf(connection)).toEqual({ authorization: `Basic ${base64('me:open')}` });
    expect(secrets).toEqual(['open', base64('me:open')]);
  });

  it('impersonation', async () => {
    const user = { as: 'jane', 'as-uid': '7', 'as-groups': ['dev'], 'as-user-extra': { 'a/b': ['c'] } };
    expect(await headersOf(await load({ kubeconfig: config({ user }) }))).toEqual({
      authorization: 'Bearer sesame',
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-group': ['dev'],
      'impersonate-extra-a%2Fb': ['c'],
    });
  });

  it('a token file, read again after a minute or a 401', async () => {
    const folder = folderWith({ token: 'one' });
    const clock = hastyClock();
    const secrets: string[] = [];
    const user = { tokenFile: join(folder, 'token') };
    const connection = await load({ kubeconfig: config({ user }), clock }, secrets);
    const { signal } = new AbortController();
    const first = await connection.credentials.current(signal);
    expect(first.headers).toEqual({ authorization: 'Bearer one' });
    writeFileSync(join(folder, 'token'), 'two');
    expect(await connection.credentials.current(signal)).toBe(first);
    await clock.sleep(61, signal);
    const second = await connection.credentials.current(signal);
    expect(second.headers).toEqual({ authorization: 'Bearer two' });
    writeFileSync(join(folder, 'token'), 'three');
    expect(connection.credentials.renew(second)).toBe(true);
    expect(await headersOf(connection)).toEqual({ authorization: 'Bearer three' });
    expect(secrets).toEqual(['one', 'two', 'three']);
  });

  it('proxy-url before the environment, its password told', async () => {
    const secrets: string[] = [];
    const env = { HTTPS_PROXY: 'http://environment:1', NO_PROXY: 'other.test' };
    const cluster = { 'proxy-url': 'http://me:s%20t@proxy:2' };
    expect((await load({ kubeconfig: config({ cluster }), env }, secrets)).proxyUrl).toBe(
      'http://me:s%20t@proxy:2',
    );
    expect(secrets).toEqual(expect.arrayContaining(['s%20t', 's t']));
    expect((await load({ kubeconfig: config(), env })).proxyUrl).toBe('http://environment:1');
    const plain = { 'proxy-url': 'http://me:50%off@proxy:2' };
    await load({ kubeconfig: config({ cluster: plain }), env }, secrets);
    expect(secrets).toContain('50%off');
    const exempt = await load({ kubeconfig: config(), env: { ...env, NO_PROXY: 'kube.test' } });
    expect(exempt.proxyUrl).toBeUndefined();
  });
});
