import { test as base, describe } from 'vitest';
import type { Cluster } from '../../cluster/connect.ts';
import { clusterUnavailable, providedCluster } from '../../cluster/provided.ts';
import { Namespace } from './namespace.ts';

/** A test with the cluster and a namespace of its own, which goes when the test has ended. */
export const test = base.extend<{ cluster: Cluster; namespace: Namespace }>({
  cluster: async ({ task: _ }, use) => use(providedCluster()),
  namespace: async ({ cluster }, use) => {
    const namespace = await Namespace.create(cluster);
    await use(namespace);
    await namespace.remove();
  },
});

/** Tests that wait for the cluster more than they compute, so they run at the same time; skipped without a cluster. */
export function describeOnCluster(name: string, tests: () => void): void {
  const unavailable = clusterUnavailable();
  if (unavailable === undefined) describe.concurrent(name, tests);
  else describe.skip(`${name} (skipped: ${unavailable})`, tests);
}
