import type { GitHubRun } from '../github/run.ts';

/** The field manager of every change that this program makes; it shows in `metadata.managedFields`. */
export const fieldManager = 'safe-rollout';

/** Labels and annotations that tie objects to the run that made or changed them. */
export const marks = {
  /** Label of a migration Job and its pods: the workload that it migrates for. */
  workload: 'safe-rollout/workload',
  /** Annotation of a migration Job: all the workloads that it migrates for, where they are several. */
  workloads: 'safe-rollout/workloads',
  /** Label of a `verify-job` and its pods: the workload that it verifies. It is none of the migrations. */
  verifies: 'safe-rollout/verifies',
  /** Label of a Job of ours and its pods: the run's id. */
  runId: 'safe-rollout/run-id',
  /** Annotation: the run's page. */
  run: 'safe-rollout/run',
  /** Annotation of a Lease: what its holder has set out to change. */
  intent: 'safe-rollout/intent',
  /** Annotation of a Lease: what became of the revisions that runs rolled out, and which migrations they ran. */
  history: 'safe-rollout/history',
  /** Annotation of a migration Job: digest of what it runs, by which the same migration is known again. */
  migration: 'safe-rollout/migration',
  /** Annotation: the full commit SHA. */
  commit: 'safe-rollout/commit',
  /** Annotation that `kubectl rollout history` shows. */
  changeCause: 'kubernetes.io/change-cause',
} as const;

/** The annotations that this program writes on a workload with each revision. */
export const ownMarks = [marks.changeCause, marks.run, marks.commit];

/** The annotations that tie a workload to the run that set its image; the first shows in `kubectl rollout history`. */
export function traces({ sha, url, actor }: GitHubRun, image: string): Record<string, string> {
  return tracesOf(`safe-rollout: ${image}`, { sha, url, actor });
}

/** The annotations of a rollback; the commit is that of the revision itself. */
export function tracesOfRollback(
  { url, actor }: GitHubRun,
  revision: number,
  images: string,
): Record<string, string> {
  return tracesOf(`safe-rollout: rollback to revision ${revision} (${images})`, { sha: '', url, actor });
}

function tracesOf(
  what: string,
  { sha, url, actor }: Pick<GitHubRun, 'sha' | 'url' | 'actor'>,
): Record<string, string> {
  const parts = [what, sha && `commit ${sha.slice(0, 12)}`, actor && `by ${actor}`, url];
  return {
    [marks.changeCause]: parts.filter((part) => part !== '').join(', '),
    ...(url && { [marks.run]: url }),
    ...(sha && { [marks.commit]: sha }),
  };
}
