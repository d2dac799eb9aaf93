import { spawn } from 'node:child_process';
import type { Cluster } from '../../cluster/connect.ts';

/** Runs kubectl as the administrator; rejects with what it said. */
export function kubectl(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(cluster.bin('kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args]);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let out = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  child.on('error', reject);
  child.on('close', (code) =>
    code === 0 ? resolve(out) : reject(new Error(`kubectl ${args.join(' ')}: ${complaints || out}`)),
  );
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return promise;
}
