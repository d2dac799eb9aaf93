/** What GitHub says about the run, from its default environment variables. */
export interface GitHubRun {
  /** `owner/name` */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
  readonly job: string;
  readonly actor: string;
  /** Full commit SHA. */
  readonly sha: string;
  /** The run's page, or empty outside of Actions. */
  readonly url: string;
}
