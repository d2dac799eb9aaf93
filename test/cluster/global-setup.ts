import type { TestProject } from 'vitest/node';
import { type ClusterDescription, ClusterUnavailable, startCluster } from './index.ts';

/** What test files get: a cluster, or why there is none. */
export type ProvidedCluster = { description: ClusterDescription } | { unavailable: string };

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ProvidedCluster;
  }
}

/** Vitest's global set-up: one cluster for all files of a project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const cluster = await startCluster();
    project.provide('cluster', { description: cluster.description });
    return () => cluster.stop();
  } catch (error) {
    // Skipped tests prove nothing, and nobody reads why in CI.
    if (!(error instanceof ClusterUnavailable) || process.env['CI'] === 'true') throw error;
    console.error(`tests that need a cluster with containers are skipped: ${error.message}`);
    project.provide('cluster', { unavailable: error.message });
    return async () => undefined;
  }
}
