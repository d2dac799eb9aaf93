import { sayDuration } from '../../duration.ts';
import { migrationIn } from '../../kubernetes/workloads/init-containers.ts';
import { sayEarlierEnds } from '../last-end.ts';
import { earliestReady, probeAnswer, sayProbe } from '../probe.ts';
import type { ContainerSubject, PodSubject, Row } from '../row.ts';

function mayEnd({ init, container }: ContainerSubject): boolean {
  return init && container?.restartPolicy !== 'Always';
}

/** Containers that run, but do not become ready. */
export const readinessRows: readonly Row<ContainerSubject>[] = [
  {
    reason: 'init-migration-running',
    symptom: '`Init:N/M` for long, of an init container that migrates by its command or name',
    cause: 'The migration that the workload runs in an init container takes longer than the timeout.',
    next: "Raise the input 'timeout', or let this step migrate first ('migration-command'): an undo ends a migration in an init container half-way.",
    patience: 'timeout',
    recognise: ({ init, container, status }) =>
      init && container && migrationIn(container) && status.state?.running ? '' : undefined,
    message: (subject) => `the migration in ${initNotEnded(subject)}`,
    hasLog: true,
  },
  {
    reason: 'init-waiting',
    symptom: '`Init:N/M` for long',
    cause: 'An init container waits for something: a database, another service, a lock.',
    next: 'See in its log what it waits for, and whether that is there.',
    patience: 'timeout',
    recognise: (subject) => (mayEnd(subject) && subject.status.state?.running ? '' : undefined),
    message: initNotEnded,
    hasLog: true,
  },
  {
    reason: 'startup-probe-failing',
    symptom: 'running, not started; event "Startup probe failed"',
    cause: 'It has not come up yet; its startup probe still waits for it.',
    next: 'See in its log what it waits for; give the startup probe more time if it is only slow.',
    patience: 'timeout',
    recognise: (subject) =>
      subject.status.state?.running && subject.status.started === false && subject.container?.startupProbe
        ? ''
        : undefined,
    message: (subject) => unready(subject, 'Startup'),
    hasLog: true,
  },
  {
    reason: 'not-ready',
    symptom: 'running, not ready; event "Readiness probe failed"',
    cause:
      'Its readiness probe fails: it is not up, waits for a dependency, or the probe asks the wrong thing.',
    next: 'See what its readiness probe answers, and why, in its last log lines.',
    patience: 'timeout',
    recognise: (subject) =>
      subject.status.state?.running && !subject.status.ready && !mayEnd(subject) ? '' : undefined,
    message: (subject) => unready(subject, 'Readiness'),
    hasLog: true,
  },
];

/** Pods that are not ready though their containers are. */
export const podReadinessRows: readonly Row<PodSubject>[] = [
  {
    reason: 'readiness-gate',
    symptom: 'all containers ready, the pod not; condition of a readiness gate False',
    cause: 'A readiness gate is not met; a load balancer mostly sets it once the pod is registered.',
    next: "Look at the controller that sets the pod's readiness gate.",
    patience: 'timeout',
    recognise: ({ pod }) => {
      const isTrue = (type: string) =>
        pod.status?.conditions?.some((each) => each.type === type && each.status === 'True');
      if (!isTrue('ContainersReady')) return undefined;
      const gate = pod.spec?.readinessGates?.find(({ conditionType }) => !isTrue(conditionType));
      return (
        gate &&
        (pod.status?.conditions?.find(({ type }) => type === gate.conditionType)?.message ??
          gate.conditionType)
      );
    },
    message: ({ pod }) =>
      `its containers are ready, but not its readiness gates (${pod.spec?.readinessGates?.map(({ conditionType }) => conditionType).join(', ')})`,
    hasLog: false,
  },
];

function initNotEnded(subject: ContainerSubject): string {
  const { pod, status } = subject;
  const all = pod.status?.initContainerStatuses ?? [];
  const done = all.filter(({ state }) => state?.terminated?.exitCode === 0).length;
  return `init container ${status.name} has not ended yet (Init:${done}/${all.length})${sayEarlierEnds(subject)}`;
}

function unready(subject: ContainerSubject, kind: 'Readiness' | 'Startup'): string {
  const { events, status, container, timeout } = subject;
  const probe = kind === 'Startup' ? container?.startupProbe : container?.readinessProbe;
  const answer = probeAnswer(events, status.name, kind);
  const target = sayProbe(probe, container);
  const delay = earliestReady(container);
  const late =
    timeout !== undefined && delay >= timeout
      ? `; by its probes' own settings it cannot be ready before ${sayDuration(delay)}, and the timeout is ${sayDuration(timeout)}`
      : '';
  const what = kind === 'Startup' ? 'it is not started' : 'it is not ready';
  const before = sayEarlierEnds(subject);
  if (probe === undefined) return `${what}${before}`;
  return `${what}: ${answer === '' ? `no good answer yet from ${target}` : `${answer} from ${target}`}${late}${before}`;
}
