import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KubeconfigError } from '../../../src/errors.ts';
import { loadConnection } from '../../../src/kubernetes/kubeconfig/load.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { hastyClock } from './support/clock.ts';
import { answer, answerStatus, serverCertificate, startServer, type TestServer } from './support/server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const v1 = 'client.authentication.k8s.io/v1';
const { signal } = new AbortController();

/**
 * Writes a plugin that notes its start and its KUBERNETES_EXEC_INFO, then runs `body`. It reads all of its stdin
 * first, as some logins do.
 */
function plugin(body: string): string {
  const path = join(folder, 'plugin');
  const script = `#!/bin/sh\ncat >/dev/null\necho start >>'${folder}/starts'\nN=$(wc -l <'${folder}/starts' | tr -d ' ')\nprintf %s "$KUBERNETES_EXEC_INFO" >'${folder}/info'\n${body}\n`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

function starts(): number {
  return readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length;
}

/** An echo of an ExecCredential whose token is `token-` and the number of the start. */
function issue(status: Record<string, string> = {}): string {
  const credential = { apiVersion: v1, kind: 'ExecCredential', status: { token: 'token-N', ...status } };
  return `cat <<EOF\n${JSON.stringify(credential).replace('token-N', 'token-$N')}\nEOF`;
}

async function load(
  exec: object,
  more: { server?: TestServer; secrets?: string[]; clock?: ReturnType<typeof hastyClock> } = {},
) {
  const cluster = {
    server: more.server?.url ?? 'https://kube.test',
    'certificate-authority-data': Buffer.from(serverCertificate.cert).toString('base64'),
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'us' } }],
  };
  const text = stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'robot', user: { exec: { apiVersion: v1, ...exec } } }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'robot' } }],
    'current-context': 'main',
  });
  writeFileSync(join(folder, 'config'), text);
  return loadConnection({
    kubeconfig: join(folder, 'config'),
    context: '',
    env: { PATH: process.env['PATH'] },
    onSecret: (secret) => more.secrets?.push(secret),
    ...(more.clock === undefined ? {} : { clock: more.clock }),
  });
}

describe('a credential plugin', () => {
  it('is started once for three parallel requests, and again after a 401', async () => {
    let accepted = 'Bearer token-1';
    const server = await startServer((request, response) => {
      if (request.headers.authorization === accepted) {
        answer(response, { ok: true });
      } else {
        answerStatus(response, 401, 'Unauthorized');
      }
    });
    try {
      const secrets: string[] = [];
      const connection = await load({ command: plugin(`sleep 0.2\n${issue()}`) }, { server, secrets });
      const transport = new Transport(connection, { version: '1' });
      const ask = () => transport.request({ method: 'GET', path: '/x', signal });
      await Promise.all([ask(), ask(), ask()]);
      expect(starts()).toBe(1);
      expect(secrets).toContain('token-1');

      accepted = 'Bearer token-2';
      await Promise.all([ask(), ask(), ask()]);
      expect(starts()).toBe(2);

      accepted = 'Bearer none';
      await expect(ask()).rejects.toMatchObject({ status: 401 });
      expect(starts()).toBe(3);
      transport.close();
    } finally {
      await server.close();
    }
  });

  it('gets its arguments, its environment and KUBERNETES_EXEC_INFO; a path is relative to the kubeconfig', async () => {
    plugin(`[ "$1 $EXTRA" = "login more" ] || exit 9\n${issue()}`);
    const connection = await load({
      command: './plugin',
      args: ['login'],
      env: [{ name: 'EXTRA', value: 'more' }],
      provideClusterInfo: true,
    });
    await connection.credentials.current(signal);
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toEqual({
      apiVersion: v1,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: 'https://kube.test',
          'certificate-authority-data': Buffer.from(serverCertificate.cert).toString('base64'),
          config: { audience: 'us' },
        },
      },
    });
  });

  it('is asked again shortly before its credential expires', async () => {
    const clock = hastyClock();
    const expirationTimestamp = new Date(clock.now() + 900_000).toISOString();
    const connection = await load({ command: plugin(issue({ expirationTimestamp })) }, { clock });
    const token = async () => (await connection.credentials.current(signal)).headers['authorization'];
    expect(await token()).toBe('Bearer token-1');
    await clock.sleep(820, signal);
    expect(await token()).toBe('Bearer token-1');
    await clock.sleep(30, signal);
    expect(await token()).toBe('Bearer token-2');
  });

  it('may bring a client certificate', async () => {
    const { cert, key } = serverCertificate;
    const status = { token: '', clientCertificateData: cert, clientKeyData: key };
    const secrets: string[] = [];
    const connection = await load(
      { command: plugin(issue(status).replace('<<EOF', "<<'EOF'")) },
      { secrets },
    );
    expect(await connection.credentials.current(signal)).toEqual({ headers: {}, cert, key });
    expect(secrets).toEqual([key]);
  });

  it('is ended when nobody waits for it any more, and can be started anew at once', async () => {
    const connection = await load({ command: plugin(`[ $N = 1 ] && exec sleep 100\n${issue()}`) });
    const controller = new AbortController();
    const pending = connection.credentials.current(controller.signal);
    while (!readable()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    controller.abort(new Error('cancelled'));
    await expect(pending).rejects.toThrow('cancelled');
    const { headers } = await connection.credentials.current(signal);
    expect(headers['authorization']).toBe('Bearer token-2');
  });

  function readable(): boolean {
    try {
      return readFileSync(join(folder, 'info'), 'utf8') !== '';
    } catch {
      return false;
    }
  }

  it.each<[string, string, string]>([
    ['fails', 'echo no session >&2; exit 3', 'failed with exit code 3: no session'],
    ['prints no JSON', 'echo secret', 'not an ExecCredential in JSON'],
    ['prints null', 'echo null', 'no apiVersion'],
    ['prints another version', issue().replace(v1, `${v1}beta1`), `${v1}beta1 ExecCredential`],
    ['prints no credential', issue({ token: '' }), 'neither a token nor a client certificate'],
    ['prints half a certificate', issue({ clientKeyData: 'k' }), 'without its key'],
  ])('that %s is named', async (_, body, message) => {
    const connection = await load({ command: plugin(body) });
    const error = await connection.credentials.current(signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KubeconfigError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toContain('user robot');
    expect((error as Error).message).not.toContain('secret');
  });

  it('that is not installed: its own hint', async () => {
    const connection = await load({ command: 'no-such-plugin', installHint: 'Get it at example.test.' });
    await expect(connection.credentials.current(signal)).rejects.toThrow(
      'The credential plugin no-such-plugin (user robot) is not installed on this runner. Get it at example.test.',
    );
  });
});
