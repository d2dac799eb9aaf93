import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterDescription } from './description.ts';
import { run } from './processes.ts';

/**
 * Describes a cluster that one already has. `SAFE_ROLLOUT_REGISTRY` names a
 * registry that this machine pushes to and the cluster pulls from,
 * `SAFE_ROLLOUT_HOST_ADDRESS` the address at which its pods reach this machine.
 */
export async function describeExternal(
  kubeconfig: string,
  folder: string,
  kubectl: string,
): Promise<Omit<ClusterDescription, 'tools' | 'layers' | 'control' | 'runFolder'>> {
  const ask = (...args: string[]) => run(kubectl, ['--kubeconfig', kubeconfig, ...args]);
  const view = parse(await ask('config', 'view', '--minify', '--raw', '--flatten', '-o', 'yaml')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
    users: { user: { token?: string } }[];
  };
  const nodes = await ask('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
  const cluster = view.clusters[0]?.cluster;
  const caFile = join(folder, 'external-ca.crt');
  await writeFile(caFile, Buffer.from(cluster?.['certificate-authority-data'] ?? '', 'base64'));
  return {
    kubeconfig,
    server: cluster?.server ?? '',
    caFile,
    adminToken: view.users[0]?.user.token ?? '',
    registry: process.env['SAFE_ROLLOUT_REGISTRY'] ?? '',
    hostAddress: process.env['SAFE_ROLLOUT_HOST_ADDRESS'] ?? '',
    podRange: '',
    nodeName: nodes.trim(),
    auditLog: '',
    external: true,
    canBreak: false,
    users: {},
  };
}
