import type { GitHubRun } from '../github/run.ts';

/** The field manager of every change that this program makes; it shows in `metadata.managedFields`. */
export const fieldManager = 'safe-rollout';

/** Labels and annotations that tie objects to the run that made or changed them. */
export const marks = {
  /** Label of a migration Job and its pods: the workload that it migrates for. */
  workload: 'safe-rollout/workload',
  /** Label of a migration Job and its pods: the run's id. */
  runId: 'safe-rollout/run-id',
  /** Annotation: the run's page. */
  run: 'safe-rollout/run',
  /** Annotation of a Lease: what its holder has set out to change. */
  intent: 'safe-rollout/intent',
  /** Annotation of a migration Job: digest of what it runs, by which the same migration is known again. */
  migration: 'safe-rollout/migration',
  /** Annotation: the full commit SHA. */
  commit: 'safe-rollout/commit',
  /** Annotation that `kubectl rollout history` shows. */
  changeCause: 'kubernetes.io/change-cause',
} as const;

/** The annotations that tie a workload to the run that set its image; the first shows in `kubectl rollout history`. */
export function traces({ sha, url, actor }: GitHubRun, image: string): Record<string, string> {
  const parts = [`safe-rollout: ${image}`, sha && `commit ${sha.slice(0, 12)}`, actor && `by ${actor}`, url];
  return {
    [marks.changeCause]: parts.filter((part) => part !== '').join(', '),
    ...(url && { [marks.run]: url }),
    ...(sha && { [marks.commit]: sha }),
  };
}
