import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import { sayExit } from './exit-code.ts';
import { type ContainerSubject, crashes, lastEnd } from './row.ts';

/** Milliseconds by which the kubelet's event may be later than the end that it tells of. */
const late = 5_000;

/** How a program ends that was told or forced to: well, by SIGKILL, by SIGTERM. */
const signalled: ReadonlySet<number> = new Set([0, 137, 143]);

/** Whether it was for a failed probe that the kubelet ended the container's last instance. */
export function killedBy({ events, status }: ContainerSubject, probe: 'liveness' | 'startup'): boolean {
  const end = lastEnd(status);
  if (end === undefined || end.reason === 'OOMKilled') return false;
  const killed = events.filter(
    ({ reason, message, container }) =>
      reason === 'Killing' &&
      message.includes(`failed ${probe} probe`) &&
      (container === '' || container === status.name),
  );
  // The kubelet sends 25 events about a pod and then one every five minutes, so that of a later kill may be missing.
  // https://github.com/kubernetes/client-go/blob/master/tools/record/events_cache.go
  return killed.some(({ lastSeen }) => isWithin(end, lastSeen) || signalled.has(end.exitCode));
}

function isWithin({ startedAt, finishedAt }: V1ContainerStateTerminated, time: number): boolean {
  const from = startedAt === undefined ? Number.NEGATIVE_INFINITY : new Date(startedAt).getTime();
  const to = finishedAt === undefined ? Number.POSITIVE_INFINITY : new Date(finishedAt).getTime();
  return time >= from && time <= to + late;
}

/**
 * Of a container that runs again, how it ended before: `; it has ended 4 times, last with exit code 1`. Empty where it
 * never has.
 */
export function sayEarlierEnds(subject: ContainerSubject): string {
  const { status } = subject;
  const end = lastEnd(status);
  const count = crashes(status);
  if (status.state?.running === undefined || end === undefined || count === 0) return '';
  const probe = (['startup', 'liveness'] as const).find((each) => killedBy(subject, each));
  const last = probe
    ? `${sayExit(end.exitCode)}, killed since its ${probe} probe failed`
    : `${sayExit(end.exitCode)}${end.reason === 'OOMKilled' ? ', killed for using too much memory' : ''}`;
  return `; it has ended ${count === 1 ? 'once' : `${count} times, last`} with ${last}`;
}
