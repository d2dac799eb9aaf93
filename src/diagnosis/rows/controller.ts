import type { V1Pod } from '@kubernetes/client-node';
import { sayDuration } from '../../duration.ts';
import type { Row, WorkloadSubject } from '../row.ts';

/** Pods that should be gone: their grace period is over, and something still holds them. */
function overdue({ ending, now }: WorkloadSubject): V1Pod[] {
  return ending.filter((pod) => {
    // The API server sets it to the moment at which the grace period ends.
    const end = pod.metadata?.deletionTimestamp;
    return end !== undefined && now > new Date(end).getTime();
  });
}

/** What the workload itself, or somebody else, does about the rollout. */
export const workloadRows: readonly Row<WorkloadSubject>[] = [
  {
    reason: 'paused',
    symptom: 'the rollout stands still; `spec.paused: true`',
    cause: 'Somebody paused the Deployment during the rollout.',
    next: 'Resume it (kubectl rollout resume), or find out who paused it and why.',
    patience: 'timeout',
    recognise: ({ paused }) => (paused ? '' : undefined),
    message: () => 'it was paused during the rollout, so nothing goes on',
    hasLog: false,
  },
  {
    reason: 'old-pods-ending',
    symptom: 'strategy `Recreate`, old pods `Terminating` beyond their grace period',
    cause: 'A finalizer, or a node that does not answer, holds the old pods; new ones come only after them.',
    next: "Look at the pod's finalizers and its node (kubectl get pod -o yaml).",
    patience: 'timeout',
    recognise: (subject) => {
      const [pod] = subject.recreates ? overdue(subject) : [];
      return (
        pod &&
        `finalizers: ${pod.metadata?.finalizers?.join(', ') || 'none'}; node: ${pod.spec?.nodeName ?? 'none'}`
      );
    },
    message: (subject) => {
      const pods = overdue(subject);
      const [pod] = pods;
      const late = (subject.now - new Date(pod?.metadata?.deletionTimestamp ?? subject.now).getTime()) / 1000;
      return `pod/${pod?.metadata?.name} should have ended ${sayDuration(late)} ago, and new pods wait for it`;
    },
    hasLog: false,
  },
  {
    reason: 'scaled',
    symptom: '`spec.replicas` changes during the rollout',
    cause: 'An autoscaler or a person scaled the workload; the rollout goes on with the new number.',
    next: 'Nothing, if that was meant; the number is kept, also by an undo.',
    patience: 'timeout',
    recognise: ({ replicas, replicasBefore }) =>
      replicasBefore !== undefined && replicas !== replicasBefore ? '' : undefined,
    message: ({ replicas, replicasBefore }) =>
      `it was scaled from ${replicasBefore} to ${replicas} during the rollout`,
    hasLog: false,
  },
];
