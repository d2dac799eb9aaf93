import { migrationIn } from '../../kubernetes/workloads/init-containers.ts';
import { sayExit } from '../exit-code.ts';
import { killedBy } from '../last-end.ts';
import { probeAnswer, sayProbe } from '../probe.ts';
import { type ContainerSubject, crashes, lastEnd, type Patience, type Row } from '../row.ts';

/**
 * The kubelet waits 0, then 10, then 20 s between starts, and not at all the first times after a probe killed it. What
 * heals by itself, such as a database that is not up yet, has mostly done so by the third.
 */
const threeCrashes: Patience = { crashes: 3, seconds: 10 };

/** The end of a container that should run on; a container that runs again is looked at by its probes. */
function unwantedEnd({ status, init, container, pod }: ContainerSubject) {
  if (status.state?.running !== undefined) return undefined;
  const end = lastEnd(status);
  if (end === undefined) return undefined;
  const mayEnd =
    (init && container?.restartPolicy !== 'Always') || (pod.spec?.restartPolicy ?? 'Always') !== 'Always';
  return mayEnd && end.exitCode === 0 ? undefined : end;
}

/** What the probe that killed it last heard: `: connection refused from :8080/live`. */
function answer({ events, status, container }: ContainerSubject, probe: 'liveness' | 'startup'): string {
  const words = probeAnswer(events, status.name, probe === 'liveness' ? 'Liveness' : 'Startup');
  const target = sayProbe(
    probe === 'liveness' ? container?.livenessProbe : container?.startupProbe,
    container,
  );
  return `: ${words === '' ? 'no good answer' : words} from ${target}`;
}

/** `; it ended with exit code 137 (SIGKILL)`. */
function exit({ status }: ContainerSubject): string {
  const end = lastEnd(status);
  return end ? `; it ended with ${sayExit(end.exitCode)}` : '';
}

function times({ status }: ContainerSubject): string {
  const count = crashes(status);
  return count > 1 ? `, ${count} times` : '';
}

/** What the container itself wrote as its last word; the kubelet's "back-off" adds nothing to it. */
function lastWord({ status }: ContainerSubject): string {
  return lastEnd(status)?.message ?? '';
}

/** What shows that the container is a migration. */
function migration({ init, container }: ContainerSubject) {
  return init && container ? migrationIn(container) : undefined;
}

/** Containers that end. */
export const crashRows: readonly Row<ContainerSubject>[] = [
  {
    reason: 'init-migration-failed',
    symptom:
      '`Init:Error` or `Init:CrashLoopBackOff` of an init container that migrates by its command or name',
    cause: 'The migration that the workload runs in an init container ended with an error.',
    next: 'Mend what its last log lines say. The schema may be half migrated, and the version before runs on it: look at it before you deploy again.',
    patience: threeCrashes,
    recognise: (subject) => (migration(subject) && unwantedEnd(subject) ? lastWord(subject) : undefined),
    message: (subject) => {
      const end = lastEnd(subject.status);
      const memory = end?.reason === 'OOMKilled' ? ', out of memory' : '';
      return `the migration in init container ${subject.status.name} failed: ${sayExit(end?.exitCode ?? 0)}${memory}${times(subject)} (it is known by ${migration(subject)?.evidence})`;
    },
    hasLog: true,
  },
  {
    reason: 'out-of-memory',
    symptom: '`OOMKilled`, exit code 137',
    cause: 'The container used more memory than its limit.',
    next: 'Raise resources.limits.memory, or find out what needs so much.',
    patience: threeCrashes,
    recognise: (subject) => (unwantedEnd(subject)?.reason === 'OOMKilled' ? lastWord(subject) : undefined),
    message: (subject) => {
      const limit = subject.container?.resources?.limits?.['memory'];
      return `it was killed for using more memory than ${limit ? `its limit of ${limit}` : 'the node has'}${times(subject)}`;
    },
    hasLog: true,
  },
  {
    reason: 'killed-by-startup-probe',
    symptom: '`CrashLoopBackOff`, event "failed startup probe, will be restarted"',
    cause: 'It does not come up within what its startup probe allows (periodSeconds × failureThreshold).',
    next: 'See in its log what it waits for; give the startup probe more time if it is only slow.',
    patience: threeCrashes,
    recognise: (subject) =>
      unwantedEnd(subject) && killedBy(subject, 'startup') ? lastWord(subject) : undefined,
    message: (subject) =>
      `the kubelet killed it, for its startup probe failed${answer(subject, 'startup')}${times(subject)}${exit(subject)}`,
    hasLog: true,
  },
  {
    reason: 'killed-by-liveness-probe',
    symptom: '`CrashLoopBackOff`, event "failed liveness probe, will be restarted"',
    cause: 'It did not end by itself: the kubelet killed it, since its liveness probe failed.',
    next: 'See in its log why it does not answer; check the probe, and use a startup probe if it only starts slowly.',
    patience: threeCrashes,
    recognise: (subject) =>
      unwantedEnd(subject) && killedBy(subject, 'liveness') ? lastWord(subject) : undefined,
    message: (subject) =>
      `the kubelet killed it, for its liveness probe failed${answer(subject, 'liveness')}${times(subject)}${exit(subject)}`,
    hasLog: true,
  },
  {
    reason: 'exited',
    symptom: '`Completed`, then `CrashLoopBackOff`, exit code 0',
    cause: 'Its program ended well, though it should go on serving.',
    next: 'Check that the command is the server and not a one-off, and that it stays in the foreground.',
    patience: threeCrashes,
    recognise: (subject) => (unwantedEnd(subject)?.exitCode === 0 ? lastWord(subject) : undefined),
    message: (subject) => `it ended by itself with exit code 0, though it should run on${times(subject)}`,
    hasLog: true,
  },
  {
    reason: 'command-not-found',
    symptom: '`CrashLoopBackOff`, exit code 127',
    cause: 'A shell did not find a command that it was to run.',
    next: 'Check the command and the path, and that the image holds it.',
    patience: threeCrashes,
    recognise: (subject) => (unwantedEnd(subject)?.exitCode === 127 ? lastWord(subject) : undefined),
    message: (subject) => `it ended with ${sayExit(127)}${times(subject)}`,
    hasLog: true,
  },
  {
    reason: 'command-not-executable',
    symptom: '`CrashLoopBackOff`, exit code 126',
    cause: 'A shell could not execute a command: it lacks the executable bit, or is no program.',
    next: 'Set the executable bit when the image is built (COPY --chmod=755 …), and check the path.',
    patience: threeCrashes,
    recognise: (subject) => (unwantedEnd(subject)?.exitCode === 126 ? lastWord(subject) : undefined),
    message: (subject) => `it ended with ${sayExit(126)}${times(subject)}`,
    hasLog: true,
  },
  {
    reason: 'crash',
    symptom: '`Error`, `CrashLoopBackOff`, `Init:Error` or `Init:CrashLoopBackOff`',
    cause: 'Its program ended with an error.',
    next: 'Mend what its last log lines say, and deploy again.',
    patience: threeCrashes,
    recognise: (subject) => (unwantedEnd(subject) ? lastWord(subject) : undefined),
    message: (subject) => `it ended with ${sayExit(lastEnd(subject.status)?.exitCode ?? 0)}${times(subject)}`,
    hasLog: true,
  },
];
