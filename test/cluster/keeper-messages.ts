import type { ClusterDescription } from './description.ts';

/** What a keeper is started for. */
export type KeeperOptions =
  | { mode: 'cluster'; node: boolean; featureGates: readonly string[] }
  | { mode: 'external'; kubeconfig: string }
  | { mode: 'build' };

/** What a keeper says, one JSON line each. */
export type KeeperMessage =
  | { log: string }
  | { ready: ClusterDescription }
  | { built: true }
  | { error: { name: string; message: string } };
