/** Why something does not become healthy. */
export interface Diagnosis {
  /** One stable, machine-readable word, such as `image-not-found`. */
  readonly reason: string;
  /** What it is about, as kubectl names it: `pod/web-7c9d-x2x`, `replicaset/web-7c9d`, `job/web-migrate-1`. */
  readonly object: string;
  readonly container?: string | undefined;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** The cluster's own words, or empty. */
  readonly said: string;
  /** What to do about it. */
  readonly next: string;
  /** True once waiting cannot help: it cannot heal, or its grace period is over. */
  readonly hopeless: boolean;
  /** Whether the container's log tells more. */
  readonly hasLog: boolean;
  /** How many objects show the same. */
  readonly count: number;
}
