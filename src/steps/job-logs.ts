import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { messageOf } from '../errors.ts';
import { followLog, isKubeletsWord } from '../kubernetes/logs.ts';
import type { Run } from '../run.ts';

/** Log lines of a container that are kept for the report. */
const keptLines = 50;

/** Seconds that the streams may take to end after the Job has. */
const drainSeconds = 5;

/** Streams the logs of pods that end, such as a Job's, into the step's log, each instance of a container once. */
export class JobLogs {
  readonly #run: Run;
  readonly #signal: AbortSignal;
  /** The pod as last seen; undefined once the Job is gone. */
  readonly #podOf: (uid: string) => V1Pod | undefined;
  /** The containers that are of interest; undefined: all. */
  readonly #names: ReadonlySet<string> | undefined;
  readonly #tails = new Map<string, string[]>();
  readonly #streams: Promise<void>[] = [];

  constructor(
    run: Run,
    signal: AbortSignal,
    podOf: (uid: string) => V1Pod | undefined,
    names?: ReadonlySet<string>,
  ) {
    this.#run = run;
    this.#signal = signal;
    this.#podOf = podOf;
    this.#names = names;
  }

  /** Begins to stream those containers of `pod` that have started and are not streamed yet. */
  follow(pod: V1Pod): void {
    const several = (pod.spec?.containers.length ?? 0) + (pod.spec?.initContainers?.length ?? 0) > 1;
    for (const status of containerStatuses(pod)) {
      const key = keyOf(pod, status);
      if (this.#names?.has(status.name) === false) continue;
      if (!hasStarted(status) || this.#tails.has(key)) continue;
      const tail: string[] = [];
      this.#tails.set(key, tail);
      const stream = followLog(
        this.#run.client,
        { namespace: this.#run.namespace, pod: pod.metadata?.name ?? '', container: status.name },
        {
          signal: this.#signal,
          ended: () => this.#hasEnded(pod.metadata?.uid ?? '', status),
          onLine: (line) => {
            if (isKubeletsWord(line)) return;
            tail.push(line);
            if (tail.length > keptLines) tail.shift();
            this.#run.log.line(several ? `[${status.name}] ${line}` : line);
          },
        },
      ).catch((error: unknown) => {
        // A log that cannot be read does not make the migration fail; only the reader is told.
        if (!this.#signal.aborted) {
          this.#run.log.line(`(The log of ${status.name} cannot be read: ${messageOf(error)})`);
        }
      });
      this.#streams.push(stream);
    }
  }

  /** The last lines of the container's present instance; of the one before where it has written nothing yet. */
  tail(pod: V1Pod, status: V1ContainerStatus): readonly string[] {
    const lines = this.#tails.get(keyOf(pod, status)) ?? [];
    const containerID = status.lastState?.terminated?.containerID;
    if (lines.length > 0 || containerID === undefined) return lines;
    return this.#tails.get(keyOf(pod, { ...status, containerID })) ?? [];
  }

  /** Waits for the streams of a Job that has ended, a few seconds at the most. */
  async drain(): Promise<void> {
    const done = new AbortController();
    const limit = this.#run.clock
      .sleep(drainSeconds, AbortSignal.any([done.signal, this.#signal]))
      .catch(() => {});
    await Promise.race([Promise.all(this.#streams), limit]);
    done.abort();
    this.#signal.throwIfAborted();
  }

  #hasEnded(uid: string, { name, containerID }: V1ContainerStatus): boolean {
    const pod = this.#podOf(uid);
    const status = pod && containerStatuses(pod).find((each) => each.name === name);
    return status?.state?.running === undefined || status.containerID !== containerID;
  }
}

/** The statuses of all containers, init containers first. */
export function containerStatuses(pod: V1Pod): V1ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Whether some instance of the container has run, be it for a millisecond. One that cannot start "ends" in 1970. */
export function hasStarted({ state, lastState }: V1ContainerStatus): boolean {
  const ran = (end: V1ContainerStateTerminated | undefined) =>
    end !== undefined && new Date(end.startedAt ?? 0).getTime() > 0;
  return state?.running !== undefined || ran(state?.terminated) || ran(lastState?.terminated);
}

function keyOf(pod: V1Pod, { name, containerID }: V1ContainerStatus): string {
  return `${pod.metadata?.uid}/${name}/${containerID}`;
}
