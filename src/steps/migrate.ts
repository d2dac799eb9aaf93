import type {
  CoreV1Event,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Job,
  V1Pod,
} from '@kubernetes/client-node';
import { diagnose, Sightings } from '../diagnosis/diagnose.ts';
import { type CreatorSubject, sayExit } from '../diagnosis/table.ts';
import { sayDuration } from '../duration.ts';
import { ApiError } from '../errors.ts';
import type { Cause, Evidence } from '../journal.ts';
import { jobEnd } from '../kubernetes/jobs.ts';
import { followLog } from '../kubernetes/logs.ts';
import { fieldManager, marks } from '../kubernetes/marks.ts';
import { Pulse } from '../kubernetes/pulse.ts';
import { resources } from '../kubernetes/resources.ts';
import { mirror } from '../kubernetes/watch.ts';
import type { Run } from '../run.ts';

/** How a migration ended. */
export interface MigrationEnd {
  /** Why it failed; undefined where it succeeded. */
  readonly cause: Cause | undefined;
  /** Whether the Job is still there to be looked at. */
  readonly kept: boolean;
}

/** Log lines of a container that are kept for the report. */
const keptLines = 50;

/** Seconds that the log streams may take to end after the Job has. */
const drainSeconds = 5;

/** Seconds that the controller may need, beyond the deadline and the pod's grace period, to end the Job. */
const controllerSeconds = 30;

/**
 * Creates the Job, streams the logs of all its containers, and waits for its end.
 *
 * A Job that cannot start is told within seconds and removed, so that it cannot start later with nobody watching.
 * Once a container has run, the Job is left to its own end, also when this run is interrupted.
 *
 * @throws ApiError, ConnectionError where the Job cannot be created or followed; the signal's reason.
 */
export async function migrate(run: Run, job: V1Job): Promise<MigrationEnd> {
  const created = await create(run, job);
  const watching = new AbortController();
  const signal = AbortSignal.any([run.signal, watching.signal]);
  const follower = new JobFollower(run, created, signal);
  try {
    return await follower.toEnd();
  } finally {
    watching.abort();
  }
}

/** The Job's name is unique to this run, so creating it may be repeated: one that is there already is ours. */
async function create(run: Run, job: V1Job): Promise<V1Job> {
  const { client, namespace, signal } = run;
  try {
    return await client.create(resources.jobs, { namespace }, job, {
      fieldManager,
      signal,
      repeatable: true,
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    const fieldSelector = `metadata.name=${job.metadata?.name}`;
    const [there] = (await client.list(resources.jobs, { namespace, fieldSelector }, { signal })).items;
    if (
      there === undefined ||
      there.metadata?.labels?.[marks.runId] !== job.metadata?.labels?.[marks.runId]
    ) {
      throw error;
    }
    return there;
  }
}

/** Follows one Job: its conditions, pods, events and logs. */
class JobFollower {
  readonly #run: Run;
  readonly #signal: AbortSignal;
  readonly #name: string;
  readonly #timeout: number;
  readonly #pulse = new Pulse();
  readonly #sightings = new Sightings();
  /** Each pod as last seen, also those that are gone. */
  readonly #pods = new Map<string, V1Pod>();
  readonly #events = new Map<string, CoreV1Event>();
  readonly #logs = new Map<string, ContainerLog>();
  readonly #streams = new Set<Promise<void>>();
  #job: V1Job;
  #gone = false;

  constructor(run: Run, job: V1Job, signal: AbortSignal) {
    this.#run = run;
    this.#job = job;
    this.#signal = signal;
    this.#name = job.metadata?.name ?? '';
    this.#timeout = job.spec?.activeDeadlineSeconds ?? run.inputs.migrationTimeout;
    const { client, namespace } = run;
    const uid = job.metadata?.uid;
    const mirrors = [
      mirror(
        client,
        resources.jobs,
        { namespace, fieldSelector: `metadata.name=${this.#name}` },
        {
          signal,
          onChange: (change) => {
            if (change.type !== 'synced' && change.object.metadata?.uid === uid) {
              this.#job = change.object;
              this.#gone = change.type === 'deleted';
            }
            this.#pulse.beat();
          },
        },
      ),
      mirror(
        client,
        resources.pods,
        { namespace, labelSelector: `batch.kubernetes.io/controller-uid=${uid}` },
        {
          signal,
          onChange: (change) => {
            if (change.type !== 'synced') this.#pods.set(change.object.metadata?.uid ?? '', change.object);
            if (change.type === 'applied') this.#startLogs(change.object);
            this.#pulse.beat();
          },
        },
      ),
      mirror(
        client,
        resources.events,
        { namespace, fieldSelector: `involvedObject.uid=${uid}` },
        {
          signal,
          onChange: (change) => {
            if (change.type === 'applied') this.#events.set(change.object.metadata?.uid ?? '', change.object);
            this.#pulse.beat();
          },
        },
      ),
    ];
    for (const each of mirrors) {
      each.synced.catch(() => {});
      each.done.catch((error: unknown) => this.#pulse.fail(error));
    }
  }

  async toEnd(): Promise<MigrationEnd> {
    const { clock } = this.#run;
    const grace = this.#job.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
    const deadline = clock.now() + (this.#timeout + grace + controllerSeconds) * 1000;
    for (;;) {
      const seen = this.#pulse.beats;
      const end = jobEnd(this.#job);
      if (end?.complete || (this.#gone && this.#wasSeenToSucceed())) {
        await this.#drain();
        return { cause: undefined, kept: !this.#gone };
      }
      if (end !== undefined) {
        await this.#drain();
        return { cause: this.#failure(end), kept: !this.#gone };
      }
      if (this.#gone) return { cause: this.#deleted(), kept: false };
      const hopeless = this.#hopeless();
      if (hopeless) return { cause: hopeless, kept: !(await this.#remove()) };
      if (clock.now() >= deadline) return { cause: this.#overdue(), kept: !(await this.#remove()) };
      await this.#pulse.wait(seen, 1, clock, this.#signal);
    }
  }

  /** A Job may be gone, by its time to live, before its last change was seen; its pods or its event then tell. */
  #wasSeenToSucceed(): boolean {
    return (
      [...this.#pods.values()].some(({ status }) => status?.phase === 'Succeeded') ||
      [...this.#events.values()].some(({ reason }) => reason === 'Completed')
    );
  }

  #hopeless(): Cause | undefined {
    const pods = [...this.#pods.values()];
    const started = pods.some((pod) => statuses(pod).some(hasStarted));
    // Once something of it has run, it is for the Job's own rules to say when it has failed.
    if (started) return undefined;
    const creator = pods.length === 0 ? this.#creator() : undefined;
    const verdict = diagnose({ pods, creator }, this.#sightings, this.#run.clock.now());
    const [worst] = verdict.diagnoses;
    if (!verdict.hopeless || worst === undefined) return undefined;
    return {
      reason: worst.reason,
      message: `The migration cannot start: ${worst.object}${worst.container ? `, container ${worst.container}` : ''}: ${worst.message}.`,
      diagnoses: verdict.diagnoses.map((each) => ({ ...each, log: [] })),
    };
  }

  #creator(): CreatorSubject | undefined {
    const refusal = [...this.#events.values()].findLast(({ reason }) => reason === 'FailedCreate');
    return refusal && { object: `job/${this.#name}`, words: refusal.message ?? '' };
  }

  #failure(end: { reason: string; message: string }): Cause {
    const evidence = this.#evidence(end.message);
    const [first] = evidence;
    const what = first ? `${first.object}, container ${first.container}: ${first.message}` : end.message;
    if (end.reason === 'DeadlineExceeded') {
      return {
        reason: 'migration-timeout',
        message: `The migration did not end within ${sayDuration(this.#timeout)} and was stopped by the cluster.`,
        diagnoses: evidence,
      };
    }
    return { reason: 'migration-failed', message: `The migration failed: ${what}.`, diagnoses: evidence };
  }

  #overdue(): Cause {
    return {
      reason: 'migration-timeout',
      message: `The migration did not end within ${sayDuration(this.#timeout)}, and the cluster did not stop it.`,
      diagnoses: this.#evidence(''),
    };
  }

  #deleted(): Cause {
    return {
      reason: 'migration-deleted',
      message: `Job ${this.#name} was deleted by somebody else before it had ended, so nobody knows how far it came.`,
      diagnoses: this.#evidence(''),
    };
  }

  /** One for each container that did not end well, with its last lines. */
  #evidence(said: string): Evidence[] {
    return [...this.#pods.values()].flatMap((pod) =>
      statuses(pod)
        .filter(
          (status) =>
            hasStarted(status) && (status.state?.terminated ?? status.lastState?.terminated)?.exitCode !== 0,
        )
        .map((status): Evidence => {
          const end = status.state?.terminated ?? status.lastState?.terminated;
          return {
            reason: end ? 'migration-failed' : 'migration-timeout',
            object: `pod/${pod.metadata?.name}`,
            container: status.name,
            message: end ? `it ended with ${sayExit(end.exitCode, end.reason)}` : 'it was still running',
            said: end?.message ?? (end ? '' : said),
            next: 'Read its last log lines, correct the migration, and run this again.',
            hopeless: true,
            hasLog: true,
            log: this.#logs.get(logKey(pod, status))?.tail ?? [],
            count: 1,
          };
        }),
    );
  }

  #startLogs(pod: V1Pod): void {
    const several = (pod.spec?.containers.length ?? 0) + (pod.spec?.initContainers?.length ?? 0) > 1;
    for (const status of statuses(pod)) {
      const key = logKey(pod, status);
      if (!hasStarted(status) || this.#logs.has(key)) continue;
      const log: ContainerLog = { tail: [] };
      this.#logs.set(key, log);
      const stream = followLog(
        this.#run.client,
        { namespace: this.#run.namespace, pod: pod.metadata?.name ?? '', container: status.name },
        {
          signal: this.#signal,
          ended: () => this.#hasEnded(pod.metadata?.uid ?? '', status),
          onLine: (line) => {
            log.tail.push(line);
            if (log.tail.length > keptLines) log.tail.shift();
            this.#run.log.line(several ? `[${status.name}] ${line}` : line);
          },
        },
      ).catch((error: unknown) => {
        // A log that cannot be read does not make the migration fail; only the reader is told.
        if (!this.#signal.aborted)
          this.#run.log.line(`(the log of ${status.name} cannot be read: ${String(error)})`);
      });
      this.#streams.add(stream);
    }
  }

  #hasEnded(podUid: string, { name, containerID }: V1ContainerStatus): boolean {
    const pod = this.#pods.get(podUid);
    const status = pod && statuses(pod).find((each) => each.name === name);
    return this.#gone || status?.state?.running === undefined || status.containerID !== containerID;
  }

  async #drain(): Promise<void> {
    const done = new AbortController();
    const limit = this.#run.clock
      .sleep(drainSeconds, AbortSignal.any([done.signal, this.#signal]))
      .catch(() => {});
    await Promise.race([Promise.all(this.#streams), limit]);
    done.abort();
    this.#signal.throwIfAborted();
  }

  /** Removes a Job of which nothing has run. Answers whether it is gone. */
  async #remove(): Promise<boolean> {
    const { client, namespace, signal } = this.#run;
    const uid = this.#job.metadata?.uid;
    try {
      await client.delete(
        resources.jobs,
        { namespace, name: this.#name },
        { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }), signal },
      );
      return true;
    } catch (error) {
      if (error instanceof ApiError) return error.reason === 'NotFound';
      throw error;
    }
  }
}

interface ContainerLog {
  readonly tail: string[];
}

function statuses(pod: V1Pod): V1ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

/** Whether some instance of the container has run, be it for a millisecond. One that cannot start "ends" in 1970. */
function hasStarted({ state, lastState }: V1ContainerStatus): boolean {
  const ran = (end: V1ContainerStateTerminated | undefined) =>
    end !== undefined && new Date(end.startedAt ?? 0).getTime() > 0;
  return state?.running !== undefined || ran(state?.terminated) || ran(lastState?.terminated);
}

function logKey(pod: V1Pod, { name, containerID }: V1ContainerStatus): string {
  return `${pod.metadata?.uid}/${name}/${containerID}`;
}
