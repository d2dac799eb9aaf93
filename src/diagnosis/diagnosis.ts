/** Why something does not become healthy. */
export interface Diagnosis {
  /** One stable, machine-readable word, such as `image-not-found`. */
  readonly reason: string;
  /** What shows it: a pod, what creates pods, a pod that has ended and been replaced, or the workload itself. */
  readonly about: 'pod' | 'creator' | 'ended-pod' | 'workload';
  /** An example, as kubectl names it: `pod/web-7c9d-x2x`, `replicaset/web-7c9d`, `job/web-migrate-1`. */
  readonly object: string;
  /** More examples; three in all. */
  readonly others: readonly string[];
  /** How many objects show the same. */
  readonly count: number;
  readonly container?: string | undefined;
  /** What is wrong, to follow the object's name and a colon. */
  readonly message: string;
  /** The cluster's own words, or empty. */
  readonly said: string;
  /** What to do about it. */
  readonly next: string;
  /** When it was first seen, in milliseconds since the epoch. */
  readonly since: number;
  /** True once waiting cannot help: it cannot heal, or its grace period is over. */
  readonly hopeless: boolean;
  /** Whether the container's log tells more. */
  readonly hasLog: boolean;
  /** Whether it is about the container's instance before the present one, where there is one by now. */
  readonly previous?: boolean | undefined;
}

/** `pod/web-7c9d-x2x, container app`. */
export function sayObject({ object, container }: Diagnosis): string {
  return container === undefined ? object : `${object}, container ${container}`;
}
