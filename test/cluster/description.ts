import { accessSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A running cluster as plain data: it can be sent to another process, which
 * makes a handle of it with `connect`.
 */
export interface ClusterDescription {
  kubeconfig: string;
  server: string;
  caFile: string;
  adminToken: string;
  /** Folders of built tools. */
  tools: string[];
  registry: string;
  hostAddress: string;
  podRange: string;
  nodeName: string;
  auditLog: string;
  external: boolean;
  canBreak: boolean;
  runFolder: string;
  /** The keeper's socket. */
  control: string;
  /** Image layers by the program they hold. */
  layers: { app: string; pause: string } | undefined;
  /** Kubeconfigs of users without any permission, by user name. */
  users: Record<string, string>;
}

/** The absolute path of a built tool. Throws where it was not built for this cluster. */
export function toolPath(tools: readonly string[], name: string): string {
  for (const folder of tools) {
    const path = join(folder, name);
    try {
      accessSync(path);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`no tool "${name}" was built for this cluster; looked in ${tools.join(', ')}`);
}
