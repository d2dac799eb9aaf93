import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { Row } from '../row.ts';

/** A migration Job that has not ended, with its pods. */
export interface JobSubject {
  readonly job: V1Job;
  readonly pods: readonly V1Pod[];
}

/**
 * The containers that keep the Job's pod alive after all that its manifest names have ended well. They were put there
 * by somebody else: what the manifest names is the migration, however long it takes.
 */
function lingering({ job, pods }: JobSubject): string[] {
  const named = new Set(job.spec?.template.spec?.containers.map(({ name }) => name));
  return pods.flatMap((pod) => {
    const statuses = pod.status?.containerStatuses ?? [];
    const done = statuses
      .filter(({ name }) => named.has(name))
      .every(({ state }) => state?.terminated?.exitCode === 0);
    return done ? statuses.filter(({ state }) => state?.running !== undefined).map(({ name }) => name) : [];
  });
}

/** Why a migration Job does not end. How one has failed is its condition's reason; see `migration-…` in the docs. */
export const jobRows: readonly Row<JobSubject>[] = [
  {
    reason: 'job-suspended',
    symptom: 'condition `Suspended`; `spec.suspend: true`',
    cause: 'The manifest suspends the Job, or a queueing controller does.',
    next: 'Take `suspend` out of the manifest, or see that the queue lets the Job run.',
    patience: { seconds: 60 },
    recognise: ({ job }) => (job.spec?.suspend ? '' : undefined),
    message: () => 'it is suspended, so it does not run',
    hasLog: false,
  },
  {
    reason: 'sidecar-running',
    symptom: 'all containers of the manifest have ended, another of the pod runs on',
    cause:
      'A sidecar that was injected, mostly by a service mesh, does not end by itself, so the Job never does.',
    next: 'Make it a native sidecar (an init container with restartPolicy: Always), or keep it out of this pod.',
    patience: { seconds: 30 },
    recognise: (subject) => (lingering(subject).length > 0 ? '' : undefined),
    message: (subject) => `the migration has ended, but ${lingering(subject).join(', ')} keeps its pod alive`,
    hasLog: false,
  },
];
