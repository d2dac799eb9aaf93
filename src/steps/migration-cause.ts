import type { V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node';
import { clip } from '../clip.ts';
import { whyNotStarted, whyTakenAway } from '../diagnosis/diagnose.ts';
import { type Diagnosis, sayObject } from '../diagnosis/diagnosis.ts';
import { sayExit } from '../diagnosis/exit-code.ts';
import { crashes, lastEnd } from '../diagnosis/row.ts';
import { sayDuration } from '../duration.ts';
import type { Cause, Evidence } from '../journal.ts';
import type { JobEnd } from '../kubernetes/jobs.ts';
import { containerStatuses, hasStarted } from './job-logs.ts';

/** What a Job is for, as its reasons and messages name it. */
export interface JobPurpose {
  /** What the reasons begin with: `migration-failed`, `migration-timeout`, `migration-deleted`. */
  readonly reason: 'migration' | 'verify-job';
  readonly noun: 'migration' | 'verification';
}

/** All that was seen of a Job. */
export interface JobSeen {
  readonly purpose: JobPurpose;
  readonly job: V1Job;
  /** Each pod as last seen, also those that are gone. */
  readonly pods: readonly V1Pod[];
  /** What was last wrong while nothing of the Job had run. */
  readonly standstill: readonly Diagnosis[];
  /** Seconds that it had: `activeDeadlineSeconds`. */
  readonly timeout: number;
  /** The last log lines of a container's present instance. */
  readonly tail: (pod: V1Pod, status: V1ContainerStatus) => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Failure = Exclude<JobEnd, { complete: true }>;

/** Why a Job that has ended badly did. Pure, as all of these. */
export function failureOf(seen: JobSeen, end: Failure): Cause {
  if (end.reason !== 'DeadlineExceeded') return crashOf(seen, end);
  const time = sayDuration(seen.timeout);
  const [standstill] = seen.standstill;
  if (standstill) {
    const message = `The ${seen.purpose.noun} could not start within ${time}: ${sayObject(standstill)}: ${standstill.message}.`;
    const reason = startReason(seen.purpose, standstill);
    return { reason, message, diagnoses: seen.standstill.map((each) => withTail(seen, each)) };
  }
  const diagnoses = evidenceOf(seen, end.message, true);
  const where = diagnoses[0] ? ` (${sayObject(diagnoses[0])})` : '';
  const message = `The ${seen.purpose.noun} did not end within ${time} and was stopped by the cluster${where}.`;
  return { reason: `${seen.purpose.reason}-timeout`, message, diagnoses };
}

function crashOf(seen: JobSeen, end: Failure): Cause {
  const diagnoses = evidenceOf(seen, end.message, false);
  const [first] = diagnoses;
  const unstarted = first === undefined && cannotStart(seen, startFailures(seen));
  if (unstarted) return unstarted;
  const what = first ? `${sayObject(first)}: ${first.message}${lastLine(first)}` : end.message;
  const policy = end.reason === 'PodFailurePolicy' ? ` (by the Job's podFailurePolicy: ${end.message})` : '';
  const tried = seen.pods.reduce(
    (sum, pod) => sum + Math.max(1, ...(pod.status?.containerStatuses ?? []).map(crashes)),
    0,
  );
  const tries = tried > 1 ? ` It was tried ${tried} times: ${end.message}.` : '';
  return {
    // What the cluster took away has not failed by itself.
    reason: first?.about === 'ended-pod' ? startReason(seen.purpose, first) : `${seen.purpose.reason}-failed`,
    message: `The ${seen.purpose.noun} failed: ${what}${policy}.${tries}`,
    diagnoses,
  };
}

/** ` (its last line: no database)`, or nothing. */
function lastLine({ logs }: Evidence): string {
  const line = logs[0]?.lines.findLast((each) => each.trim() !== '');
  return line ? ` (its last line: ${clip(line, 200)})` : '';
}

/** Why nothing of a Job that has ended had started, by its pods as they ended, or else as they stood before. */
function startFailures({ pods, standstill, now }: JobSeen): readonly Diagnosis[] {
  const found = pods.flatMap((pod) => whyNotStarted(pod, now));
  return found.length > 0 ? found : standstill;
}

/** A Job of which nothing can start, for these reasons; undefined where there are none. */
export function cannotStart(seen: JobSeen, reasons: readonly Diagnosis[]): Cause | undefined {
  const diagnoses = reasons.map((each) => withTail(seen, each));
  const [worst] = diagnoses;
  if (worst === undefined) return undefined;
  const message = `The ${seen.purpose.noun} cannot start: ${sayObject(worst)}: ${worst.message}${lastLine(worst)}.`;
  return { reason: startReason(seen.purpose, worst), message, diagnoses };
}

/** What keeps a migration from its end is why the step ends; a workload that is to be verified has started well. */
function startReason({ reason }: JobPurpose, { reason: own }: Diagnosis): string {
  return reason === 'migration' ? own : `${reason}-failed`;
}

/** A Job that something holds, though nothing of it runs. */
export function heldBy(diagnosis: Diagnosis, purpose: JobPurpose): Cause {
  const { object, message } = diagnosis;
  return {
    reason: startReason(purpose, diagnosis),
    message: `${object}: ${message}.`,
    diagnoses: [{ ...diagnosis, logs: [], events: [] }],
  };
}

/** A Job that has not ended though its deadline is long over. */
export function overdue(seen: JobSeen): Cause {
  return {
    reason: `${seen.purpose.reason}-timeout`,
    message: `The ${seen.purpose.noun} did not end within ${sayDuration(seen.timeout)}, and the cluster did not stop it.`,
    diagnoses: evidenceOf(seen, '', false),
  };
}

/** A Job that somebody deleted. */
export function deleted(seen: JobSeen): Cause {
  return {
    reason: `${seen.purpose.reason}-deleted`,
    message: `Job ${seen.job.metadata?.name} was deleted by somebody else before it had ended, so nobody knows how far it came.`,
    diagnoses: evidenceOf(seen, '', false),
  };
}

const advice = {
  migration: 'Read its last log lines, correct the migration, and run this again.',
  'verify-job': 'Read its last log lines; mend the image, or the Job.',
} as const;

/**
 * One for each container that did not end well, or was stopped, with its last lines; then one for each pod that the
 * cluster took away, which is no fault of its program.
 */
function evidenceOf(seen: JobSeen, said: string, wasStopped: boolean): Evidence[] {
  const isAtFault = (status: V1ContainerStatus) =>
    hasStarted(status) &&
    (lastEnd(status)?.exitCode !== 0 || (wasStopped && ranToDeadline(seen.job, status)));
  const found = seen.pods.map((pod) => {
    const statuses = containerStatuses(pod).filter(isAtFault);
    const takenAway = whyTakenAway(pod, seen.now);
    if (takenAway) return { takenAway: [interrupted(seen, takenAway, pod, statuses)], failed: [] };
    const failed = statuses.map((status) => failedContainer(seen, pod, status, said, wasStopped));
    return { takenAway: [], failed };
  });
  return [...found.flatMap(({ failed }) => failed), ...found.flatMap(({ takenAway }) => takenAway)];
}

function interrupted(
  { purpose, tail }: JobSeen,
  diagnosis: Diagnosis,
  pod: V1Pod,
  statuses: readonly V1ContainerStatus[],
): Evidence {
  const { object, next } = diagnosis;
  const logs = statuses.map((status) => ({ object, lines: tail(pod, status) }));
  return {
    ...diagnosis,
    next:
      purpose.reason === 'migration'
        ? `${next} Find out how far the migration came before it is run again.`
        : next,
    hopeless: true,
    logs: logs.filter(({ lines }) => lines.length > 0),
    events: [],
  };
}

function failedContainer(
  { purpose, tail, now }: JobSeen,
  pod: V1Pod,
  status: V1ContainerStatus,
  said: string,
  wasStopped: boolean,
): Evidence {
  const end = lastEnd(status);
  const object = `pod/${pod.metadata?.name}`;
  return {
    reason: `${purpose.reason}-${end ? 'failed' : 'timeout'}`,
    about: 'pod',
    object,
    others: [],
    count: 1,
    container: status.name,
    message: end ? howItEnded(end.exitCode, end.reason, wasStopped) : 'it was still running',
    said: end?.message ?? (end ? '' : said),
    next: advice[purpose.reason],
    since: now,
    hopeless: true,
    hasLog: true,
    logs: [{ object, lines: tail(pod, status) }],
    events: [],
  };
}

/** Whether the container ended only when the Job's deadline was over. */
function ranToDeadline({ status, spec }: V1Job, container: V1ContainerStatus): boolean {
  const deadline = new Date(status?.startTime ?? 0).getTime() + (spec?.activeDeadlineSeconds ?? 0) * 1000;
  const finishedAt = lastEnd(container)?.finishedAt;
  // The cluster's times are whole seconds.
  return finishedAt === undefined || new Date(finishedAt).getTime() >= deadline - 1000;
}

function howItEnded(code: number, reason: string | undefined, wasStopped: boolean): string {
  if (reason === 'OOMKilled') return 'it was killed for using more memory than its limit';
  return wasStopped
    ? `it was still running, and was stopped (${sayExit(code)})`
    : `it ended with ${sayExit(code)}`;
}

/** With the last log lines of the containers that show it, such as an init container that crashes or waits. */
function withTail({ pods, tail }: JobSeen, diagnosis: Diagnosis): Evidence {
  const logs = [diagnosis.object, ...diagnosis.others].flatMap((object) =>
    pods
      .filter(({ metadata }) => object === `pod/${metadata?.name}`)
      .flatMap((pod) =>
        containerStatuses(pod)
          .filter(({ name }) => name === diagnosis.container)
          .map((status) => ({ object, lines: tail(pod, status) })),
      ),
  );
  const told = diagnosis.hasLog ? logs.filter(({ lines }) => lines.length > 0) : [];
  return { ...diagnosis, logs: told, events: [] };
}
