import { inject } from 'vitest';
import { type Cluster, connect } from './connect.ts';
import { ClusterUnavailable } from './errors.ts';
import './global-setup.ts';

/** In a test file: why there is no cluster, for `describe.skipIf`; undefined where there is one. */
export function clusterUnavailable(): string | undefined {
  const provided = inject('cluster');
  return 'unavailable' in provided ? provided.unavailable : undefined;
}

/** In a test file: the cluster that the global set-up started. Throws {@link ClusterUnavailable} where it could not. */
export function providedCluster(): Cluster {
  const provided = inject('cluster');
  if ('unavailable' in provided) throw new ClusterUnavailable(provided.unavailable);
  return connect(provided.description);
}
