import type { V1Pod } from '@kubernetes/client-node';
import { sayDuration } from '../../duration.ts';
import { hasEnded } from '../../kubernetes/workloads/ended.ts';
import type { Row, WorkloadSubject } from '../row.ts';

/** Seconds that a pod may take to end before it is worth a word. */
const usualEnding = 10;

/** Pods that are still ending after a while, with programs that still run: those the controller waits for. */
function endingSlowly({ ending, now }: WorkloadSubject): V1Pod[] {
  return ending.filter((pod) => {
    if (hasEnded(pod)) return false;
    const { metadata } = pod;
    // The API server sets deletionTimestamp to the moment at which the grace period ends.
    const end = new Date(metadata?.deletionTimestamp ?? now).getTime();
    const began = end - (metadata?.deletionGracePeriodSeconds ?? 0) * 1000;
    return now - began > usualEnding * 1000;
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
    symptom: '`Recreate`, a StatefulSet, or a DaemonSet without surge: old pods `Terminating` for long',
    cause:
      'The old program ignores SIGTERM, has a long grace period, or its node does not answer; new pods come only after it.',
    next: 'Let the program end on SIGTERM, shorten terminationGracePeriodSeconds, or look at the node.',
    patience: 'timeout',
    recognise: (subject) => {
      const [pod] = subject.recreates ? endingSlowly(subject) : [];
      return pod && `node: ${pod.spec?.nodeName ?? 'none'}`;
    },
    message: (subject) => {
      const [pod] = endingSlowly(subject);
      const grace = pod?.metadata?.deletionGracePeriodSeconds ?? 0;
      return `pod/${pod?.metadata?.name} is still ending (it may take ${sayDuration(grace)}), and new pods wait for it`;
    },
    hasLog: false,
  },
  {
    reason: 'scaled',
    symptom: '`spec.replicas`, or the number of nodes that a DaemonSet is for, changes during the rollout',
    cause:
      'An autoscaler or a person scaled the workload, or nodes came or went; the rollout goes on with the new number.',
    next: 'Nothing, if that was meant; the number is kept, also by an undo.',
    patience: 'timeout',
    recognise: ({ replicas, replicasBefore }) =>
      replicasBefore !== undefined && replicas !== replicasBefore ? '' : undefined,
    message: ({ object, replicas, replicasBefore }) =>
      object.startsWith('daemonset/')
        ? `the number of nodes that it is for changed from ${replicasBefore} to ${replicas} during the rollout`
        : `it was scaled from ${replicasBefore} to ${replicas} during the rollout`,
    hasLog: false,
  },
];
