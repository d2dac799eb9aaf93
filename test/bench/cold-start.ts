import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { selfSigned } from '../unit/kubernetes/support/certificate.ts';
import type { Bench, Figure } from './figure.ts';
import { inTurn, median, ratios } from './statistics.ts';

const node = path.resolve(import.meta.dirname, '../../node_modules/node/bin/node');

/** Processes are short, and the machine is noisy. */
const times = 3;

/** How long it takes main to send its first request, against a Node that does nothing. */
export async function coldStart({ dist, runs, progress }: Bench): Promise<Figure[]> {
  const { cert, key } = selfSigned('localhost', ['IP:127.0.0.1']);
  let onRequest = () => {};
  const server = createServer({ cert, key }, () => onRequest());
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await listening;
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf((server.address() as AddressInfo).port, cert));

  const toFirstRequest = () =>
    new Promise<number>((resolve, reject) => {
      let requested = 0;
      const began = performance.now();
      const child = spawn(node, [path.join(dist, 'index.js')], {
        env: environment(folder, { INPUT_KUBECONFIG: kubeconfig }),
        stdio: 'ignore',
      });
      onRequest = () => {
        requested ||= performance.now();
        child.kill('SIGKILL');
      };
      child.on('error', reject);
      child.on('close', (code) => {
        if (requested > 0) resolve(requested - began);
        else reject(new Error(`main ended with code ${code} before it had sent a request`));
      });
    });

  try {
    progress('cold start of main');
    const measured = await inTurn(runs * times, toFirstRequest, emptyNode);
    return [ratioTo('cold start to the first request', measured, 4)];
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** How long post takes when main has come to its verdict. */
export async function happyPost({ dist, runs, progress }: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const post = () => processTime([path.join(dist, 'post.js')], environment(folder, { STATE_ended: 'true' }));
  try {
    progress('post with nothing to do');
    return [ratioTo('post with nothing to do', await inTurn(runs * times, post, emptyNode), 1.5)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ratioTo(what: string, measured: { ours: number[]; peer: number[] }, aim: number): Figure {
  const { ofMedians, ofPairs } = ratios(measured);
  const [ours, peer] = [median(measured.ours), median(measured.peer)].map((value) => value.toFixed(0));
  const note = `${ours} ms against ${peer} ms of node -e 0; by pairs ${ofPairs.toFixed(2)}; ${measured.ours.length} runs`;
  return { what, value: ofMedians, unit: '×', aim, note };
}

const emptyNode = () => processTime(['-e', '0'], environment(tmpdir(), {}));

/** Milliseconds from the start of a Node process to its end. */
function processTime(args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(node, args, { env, stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve(performance.now() - began);
      else reject(new Error(`node ${args.join(' ')} ended with code ${code}`));
    });
  });
}

/** As small an environment as main needs. */
function environment(folder: string, more: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GITHUB_WORKSPACE: folder,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '1',
    INPUT_DEPLOYMENT: 'web',
    INPUT_IMAGE: 'acme/web:v2',
    ...more,
  };
}

function kubeconfigOf(port: number, certificate: string): string {
  const ca = Buffer.from(certificate).toString('base64');
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster }],
    users: [{ name: 'bench', user: { token: 'bench-token' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench', namespace: 'default' } }],
    'current-context': 'bench',
  });
}
