import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { diagnose, judgeJob, Sightings } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { CreatorSubject } from '../diagnosis/row.ts';
import { ApiError, messageOf } from '../errors.ts';
import type { Cause } from '../journal.ts';
import { ObjectEvents, type ToldEvent, told } from '../kubernetes/events.ts';
import { jobEnd } from '../kubernetes/jobs.ts';
import { fieldManager, marks } from '../kubernetes/marks.ts';
import { Pulse } from '../kubernetes/pulse.ts';
import { resources } from '../kubernetes/resources.ts';
import { mirror } from '../kubernetes/watch.ts';
import { hasEnded } from '../kubernetes/workloads/ended.ts';
import type { WorkloadRun } from '../run.ts';
import { withEvents } from './collect.ts';
import { containerStatuses, hasStarted, JobLogs } from './job-logs.ts';
import {
  cannotStart,
  deleted,
  failureOf,
  heldBy,
  type JobPurpose,
  type JobSeen,
  overdue,
} from './migration-cause.ts';

/** How a Job of ours ended. */
export interface MigrationEnd {
  /** Why it failed; undefined where it succeeded. */
  readonly cause: Cause | undefined;
  /** Whether the Job is still there to be looked at. */
  readonly kept: boolean;
  /** Whether anything of it has run, or may have, or may still. */
  readonly began: boolean;
}

/** Seconds that the controller may need, beyond the deadline and the pod's grace period, to end the Job. */
const controllerSeconds = 30;

/** Seconds for which the end of a Job's pods is waited for once the Job's own is seen. */
const catchUpSeconds = 3;

/** Seconds for one attempt to create the Job. */
const attemptSeconds = 10;

/**
 * Creates the Job. Its name is unique to this run, so creating it may be repeated: one that is there already is ours.
 *
 * @throws ApiError, ConnectionError where it cannot be created, or nobody knows.
 */
export async function createJob(run: WorkloadRun, job: V1Job): Promise<V1Job> {
  const { client, namespace, signal } = run;
  try {
    const held = await run.ensureLock();
    return await client.create(resources.jobs, { namespace }, job, {
      fieldManager,
      signal,
      timeoutSeconds: Math.min(attemptSeconds, held / 2),
      patience: Math.min(attemptSeconds, held / 2),
      notAfter: run.clock.now() + (held / 2) * 1000,
      repeatable: true,
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    const there = await readJob(run, job.metadata?.name ?? '');
    if (there?.metadata?.labels?.[marks.runId] !== job.metadata?.labels?.[marks.runId]) throw error;
    return there as V1Job;
  }
}

/** The Job as the server has it now. By a list, which needs no permission that the watch does not. */
async function readJob({ client, namespace, signal }: WorkloadRun, name: string): Promise<V1Job | undefined> {
  const fieldSelector = `metadata.name=${name}`;
  const { items } = await client.list(resources.jobs, { namespace, fieldSelector }, { signal });
  return items[0];
}

/**
 * Follows a Job to its end, and streams the logs of all its containers.
 *
 * A Job that cannot start is told within seconds and removed, so that it cannot start later with nobody watching. Once
 * something of it runs, the Job is left to its own end, also when this run is interrupted.
 *
 * @throws ApiError, ConnectionError where the Job cannot be followed; the signal's reason.
 */
export async function followJob(
  run: WorkloadRun,
  job: V1Job,
  purpose: JobPurpose = migration,
): Promise<MigrationEnd> {
  const watching = new AbortController();
  const follower = new JobFollower(run, job, purpose, AbortSignal.any([run.signal, watching.signal]));
  try {
    const { cause, kept } = await follower.toEnd();
    const began = cause === undefined || follower.mayHaveRun;
    return { cause: cause && (await withEvents(run, cause)), kept, began };
  } finally {
    watching.abort();
  }
}

const migration: JobPurpose = { reason: 'migration', noun: 'migration' };

/** Follows one Job: its conditions, pods, events and logs. */
class JobFollower {
  readonly #run: WorkloadRun;
  readonly #purpose: JobPurpose;
  readonly #signal: AbortSignal;
  readonly #name: string;
  readonly #timeout: number;
  readonly #pulse = new Pulse();
  readonly #sightings = new Sightings();
  /** Each pod as last seen, also those that are gone. */
  readonly #pods = new Map<string, V1Pod>();
  readonly #gonePods = new Set<string>();
  readonly #events: () => ToldEvent[];
  readonly #podEvents: ObjectEvents;
  readonly #logs: JobLogs;
  #job: V1Job;
  #gone = false;
  /** Whether this run has removed it. */
  #isRemoved = false;
  /** What was last wrong while nothing of the Job had run. */
  #standstill: readonly Diagnosis[] = [];

  constructor(run: WorkloadRun, job: V1Job, purpose: JobPurpose, signal: AbortSignal) {
    this.#run = run;
    this.#purpose = purpose;
    this.#job = job;
    this.#signal = signal;
    this.#name = job.metadata?.name ?? '';
    this.#timeout = job.spec?.activeDeadlineSeconds ?? run.inputs.migrationTimeout;
    this.#logs = new JobLogs(run, signal, (uid) => (this.#gone ? undefined : this.#pods.get(uid)));
    const { client, namespace } = run;
    const beat = () => this.#pulse.beat();
    this.#podEvents = new ObjectEvents(client, namespace, signal, beat);
    const uid = job.metadata?.uid;
    const jobs = mirror(
      client,
      resources.jobs,
      { namespace, fieldSelector: `metadata.name=${this.#name}` },
      {
        signal,
        onChange: (change) => {
          if (change.type === 'synced') this.#gone = jobs.get(this.#name)?.metadata?.uid !== uid;
          else if (change.object.metadata?.uid === uid) {
            this.#job = change.object;
            this.#gone = change.type === 'deleted';
          }
          beat();
        },
      },
    );
    const pods = mirror(
      client,
      resources.pods,
      { namespace, labelSelector: `batch.kubernetes.io/controller-uid=${uid}` },
      {
        signal,
        onChange: (change) => {
          if (change.type !== 'synced') this.#pods.set(change.object.metadata?.uid ?? '', change.object);
          if (change.type === 'applied') this.#logs.follow(change.object);
          if (change.type === 'deleted') this.#gonePods.add(change.object.metadata?.uid ?? '');
          beat();
        },
      },
    );
    const events = mirror(
      client,
      resources.events,
      { namespace, fieldSelector: `involvedObject.uid=${uid}` },
      { signal, onChange: beat, project: told },
    );
    this.#events = () => events.items().sort((a, b) => b.lastSeen - a.lastSeen);
    for (const each of [jobs, pods]) each.done.catch((error: unknown) => this.#pulse.fail(error));
  }

  /** Whether anything of it has run, or may have: it was not seen to its end, nor were all of its pods. */
  get mayHaveRun(): boolean {
    const { failed = 0, succeeded = 0 } = this.#job.status ?? {};
    const pods = [...this.#pods.values()];
    const isSeen = this.#isRemoved || (jobEnd(this.#job) !== undefined && pods.length >= failed + succeeded);
    return !isSeen || pods.some((pod) => containerStatuses(pod).some(hasStarted));
  }

  async toEnd(): Promise<Omit<MigrationEnd, 'began'>> {
    const { clock } = this.#run;
    const grace = this.#job.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
    const deadline = clock.now() + (this.#timeout + grace + controllerSeconds) * 1000;
    for (;;) {
      const seen = this.#pulse.beats;
      const end = jobEnd(this.#job);
      if (end?.complete || (this.#gone && this.#wasSeenToSucceed())) {
        await this.#hearOut();
        return { cause: undefined, kept: !this.#gone };
      }
      if (end !== undefined) {
        await this.#hearOut();
        return { cause: failureOf(this.#seen(), end), kept: !this.#gone };
      }
      if (this.#gone) return { cause: deleted(this.#seen()), kept: false };
      const stuck = this.#stuck();
      if (stuck) return { cause: stuck, kept: !(await this.#removeUnlessRunning()) };
      if (clock.now() >= deadline) {
        const late = await this.#lastLook();
        if (late) return late;
        return { cause: overdue(this.#seen()), kept: !(await this.#removeUnlessRunning()) };
      }
      await this.#pulse.wait(seen, 1, clock, this.#signal);
    }
  }

  /** Once the Job has ended: what its pods still have to say. That it has ended is known, whatever happens meanwhile. */
  async #hearOut(): Promise<void> {
    try {
      await this.#catchUp();
      await this.#logs.drain();
    } catch {
      // Interrupted, which the next step notices; or nothing can be watched any more.
    }
  }

  /** The watch of the pods may be behind that of the Job, and a pod's end is why the Job's came; a few seconds at most. */
  async #catchUp(): Promise<void> {
    const { clock } = this.#run;
    const deadline = clock.now() + catchUpSeconds * 1000;
    for (;;) {
      const seen = this.#pulse.beats;
      const left = (deadline - clock.now()) / 1000;
      if (this.#gone || left <= 0 || this.#isEveryPodsEndSeen()) return;
      await this.#pulse.wait(seen, left, clock, this.#signal);
    }
  }

  #isEveryPodsEndSeen(): boolean {
    const { failed = 0, succeeded = 0 } = this.#job.status ?? {};
    const pods = [...this.#pods].filter(([uid]) => !this.#gonePods.has(uid));
    return this.#pods.size >= Math.min(failed + succeeded, 1) && pods.every(([, pod]) => hasEnded(pod));
  }

  /** A Job may be gone, by its time to live, before its last change was seen; its own event, or state, then tells. */
  #wasSeenToSucceed(): boolean {
    const meets = this.#job.status?.conditions?.some(
      ({ type, status }) => type === 'SuccessCriteriaMet' && status === 'True',
    );
    return meets === true || this.#events().some(({ reason }) => reason === 'Completed');
  }

  /** The watch may have been blind for a while; before the Job is given up, the server is asked once more. */
  async #lastLook(): Promise<Omit<MigrationEnd, 'began'> | undefined> {
    const job = await readJob(this.#run, this.#name);
    const end = job && jobEnd(job);
    if (end === undefined) return undefined;
    await this.#hearOut();
    return { cause: end.complete ? undefined : failureOf(this.#seen(), end), kept: true };
  }

  /** Why the Job will never end well, though it has not ended: nothing of it can start, or something holds it. */
  #stuck(): Cause | undefined {
    const now = this.#run.clock.now();
    const { failFast } = this.#run.inputs;
    const pods = [...this.#pods.values()];
    const held = judgeJob({ job: this.#job, pods }, `job/${this.#name}`, this.#sightings, now, failFast);
    if (held?.hopeless) return heldBy(held, this.#purpose);
    // Once the program itself has run, it is for the Job's own rules to say when it has failed.
    if (pods.some((pod) => pod.status?.containerStatuses?.some(hasStarted))) {
      this.#standstill = [];
      return undefined;
    }
    this.#podEvents.follow(pods);
    const creator = pods.length === 0 ? this.#creator() : undefined;
    const scene = { pods, creator, events: this.#podEvents.facts() };
    const verdict = diagnose(scene, this.#sightings, now, failFast);
    // A pod that is being removed, at the Job's deadline, is no longer judged.
    if (verdict.diagnoses.length > 0) this.#standstill = verdict.diagnoses;
    return verdict.hopeless ? cannotStart(this.#seen(), verdict.diagnoses) : undefined;
  }

  #creator(): CreatorSubject | undefined {
    const refusal = this.#events().find(({ reason }) => reason === 'FailedCreate');
    return refusal && { object: `job/${this.#name}`, words: refusal.message };
  }

  #seen(): JobSeen {
    return {
      purpose: this.#purpose,
      job: this.#job,
      pods: [...this.#pods.values()],
      standstill: this.#standstill,
      timeout: this.#timeout,
      tail: (pod, status) => this.#logs.tail(pod, status),
      now: this.#run.clock.now(),
    };
  }

  /**
   * Removes a Job that has nothing running, so that it does not start later with nobody watching. Answers whether it
   * is gone. A migration is never killed half-way; only sidecars may be.
   */
  async #removeUnlessRunning(): Promise<boolean> {
    const { client, namespace, signal, log } = this.#run;
    const there = [...this.#pods].filter(([podUid]) => !this.#gonePods.has(podUid));
    if (there.some(([, pod]) => isWorking(pod, this.#job))) return false;
    const uid = this.#job.metadata?.uid;
    try {
      await client.delete(
        resources.jobs,
        { namespace, name: this.#name },
        { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }), signal, repeatable: true },
      );
      this.#isRemoved = true;
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.reason === 'NotFound') return true;
      log.line(`Job ${this.#name} could not be removed and may still start: ${messageOf(error)}`);
      return false;
    }
  }
}

/** Whether a container that the Job's manifest names runs in the pod, native sidecars aside. */
function isWorking(pod: V1Pod, { spec }: V1Job): boolean {
  const { containers = [], initContainers = [] } = spec?.template.spec ?? {};
  const named = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always')];
  return containerStatuses(pod).some(
    ({ name, state }) => state?.running !== undefined && named.some((each) => each.name === name),
  );
}
