import { spawn } from 'node:child_process';
import type { Cluster } from '../cluster/index.ts';

/** Runs kubectl as the administrator; rejects with what it said on failure. */
export function runKubectl(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(cluster.bin('kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args]);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`kubectl ${args.join(' ')} ended with code ${code}: ${err || out}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
