import type { V1Pod, V1PodCondition } from '@kubernetes/client-node';
import type { PodSubject, Row } from '../row.ts';
import { nodeVerdicts } from '../scheduling.ts';

function unscheduled({ pod }: PodSubject): string | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
    ? (scheduled.message ?? '')
    : undefined;
}

/** What the kubelet tells only once the volumes are mounted and the sandbox is there. */
const laterSteps: ReadonlySet<string> = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

/**
 * The last event of one of the reasons, where the pod still waits for its containers to be created. Undefined where
 * what it tells of has healed: the pod is then in a later step, such as the pull of a large image.
 */
function eventWhileCreating(
  { pod, events }: PodSubject,
  reasons: readonly string[],
  pattern: RegExp,
): string | undefined {
  if (pod.status?.phase !== 'Pending') return undefined;
  // Since Kubernetes 1.29. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions
  if (conditionOf(pod, 'PodReadyToStartContainers')?.status === 'True') return undefined;
  const failure = events.find(({ reason, message }) => reasons.includes(reason) && pattern.test(message));
  // An event's time is in whole seconds: what comes only after a success may bear the second of the last failure.
  const hasHealed = events.some(
    ({ reason, lastSeen }) =>
      failure !== undefined &&
      (laterSteps.has(reason)
        ? lastSeen >= failure.lastSeen
        : reason === 'SuccessfulAttachVolume' && lastSeen > failure.lastSeen),
  );
  return hasHealed ? undefined : failure?.message;
}

function conditionOf({ status }: V1Pod, type: string): V1PodCondition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

/** Pods that no node takes, or whose node cannot prepare them. */
export const placementRows: readonly Row<PodSubject>[] = [
  {
    reason: 'scheduling-gated',
    symptom: '`SchedulingGated`; `spec.schedulingGates`',
    cause: 'Whoever put the gate there, such as a queue or quota controller, has not opened it.',
    next: 'Look at the controller that opens the gate, or take the gate out of the pod template.',
    patience: 'timeout',
    recognise: ({ pod }) => {
      const scheduled = conditionOf(pod, 'PodScheduled');
      return scheduled?.reason === 'SchedulingGated' ? (scheduled.message ?? '') : undefined;
    },
    message: ({ pod }) => {
      const gates = pod.spec?.schedulingGates?.map(({ name }) => name).join(', ');
      return `no node is looked for yet, for its scheduling gates are shut${gates ? ` (${gates})` : ''}`;
    },
    hasLog: false,
  },
  {
    reason: 'volume-unbound',
    symptom: '`Pending`, "unbound immediate PersistentVolumeClaims" or "persistentvolumeclaim not found"',
    cause: 'A claim of the pod does not exist, or no volume could be made for it.',
    next: 'Look at the claim (kubectl describe pvc) and its storage class.',
    patience: { seconds: 30 },
    recognise: (subject) => {
      const words = unscheduled(subject);
      return words !== undefined && /persistentvolumeclaim/i.test(words) ? words : undefined;
    },
    message: () => 'no node takes it, for its volume claim has no volume',
    hasLog: false,
  },
  {
    reason: 'volume-zone',
    symptom: '`Pending`, "didn\'t match PersistentVolume\'s node affinity", "volume node affinity conflict"',
    cause: "The pod's volume is bound to a zone or node that does not take the pod.",
    next: "Free or add a node in the volume's zone, or move the data.",
    patience: { seconds: 120 },
    recognise: (subject) => {
      const words = unscheduled(subject);
      return words !== undefined &&
        /volume node affinity conflict|didn't match PersistentVolume's node affinity|no available volume zone/.test(
          words,
        )
        ? words
        : undefined;
    },
    message: () => 'no node takes it, for none that is free is where its volume is',
    hasLog: false,
  },
  {
    reason: 'unschedulable',
    symptom: '`Pending`, "0/N nodes are available", event `TriggeredScaleUp`',
    cause: 'No node has room, and the cluster autoscaler is adding one.',
    next: 'Wait for the node; raise the timeout if nodes take longer than that.',
    patience: 'timeout',
    recognise: (subject) =>
      subject.events.some(({ reason }) => reason === 'TriggeredScaleUp') ? unscheduled(subject) : undefined,
    message: () => 'no node takes it yet; the cluster autoscaler is adding one',
    hasLog: false,
  },
  {
    reason: 'unschedulable',
    symptom: '`Pending`, "0/N nodes are available"',
    cause: "The nodes lack room, or the pod's selector, affinity or missing tolerations exclude them.",
    next: "Compare its requests, node selector, affinity and tolerations with the cluster's nodes.",
    // A cluster that adds nodes on demand needs a minute or two for one.
    patience: { seconds: 120 },
    needsRoom: true,
    recognise: unscheduled,
    message: (subject) => {
      const why = nodeVerdicts(unscheduled(subject) ?? '').map((each) => `${each.nodes}: ${each.why}`);
      return `no node takes it${why.length > 0 ? ` (nodes ${why.join('; ')})` : ''}`;
    },
    hasLog: false,
  },
  {
    reason: 'volume-in-use',
    symptom: '`ContainerCreating`, event `FailedAttachVolume` "Multi-Attach"',
    cause: 'The volume can be attached to one node only, and the pod before still holds it.',
    next: 'Use the strategy Recreate, a StatefulSet, or a volume that several nodes may attach.',
    patience: { seconds: 60 },
    needsRoom: true,
    recognise: (subject) => eventWhileCreating(subject, ['FailedAttachVolume'], /Multi-Attach/),
    message: () => 'its volume is still attached to another node',
    hasLog: false,
  },
  {
    reason: 'volume-not-mounted',
    symptom: '`ContainerCreating`, event `FailedAttachVolume`',
    cause: 'The volume cannot be attached to the node: its storage is slow or throttled, or it is gone.',
    next: "Look at the volume (kubectl describe pv), and at the storage driver's pods.",
    // Storage may need a while to take it from the node before, and the attach controller backs off in between.
    patience: { seconds: 60 },
    needsRoom: true,
    recognise: (subject) => eventWhileCreating(subject, ['FailedAttachVolume'], /(?:)/),
    message: ({ pod }) => `a volume of it cannot be attached to node ${pod.spec?.nodeName ?? '?'}`,
    hasLog: false,
  },
  {
    reason: 'volume-not-mounted',
    symptom: '`ContainerCreating`, event `FailedMount`',
    cause: 'A ConfigMap, Secret or volume that it mounts does not exist or cannot be mounted.',
    next: 'Create what is missing, or correct the name in the manifest.',
    patience: { seconds: 20 },
    recognise: (subject) => eventWhileCreating(subject, ['FailedMount'], /(?:)/),
    message: (subject) => {
      const words = eventWhileCreating(subject, ['FailedMount'], /(?:)/) ?? '';
      const [, volume, kind, name] =
        /volume "([^"]+)" : (configmap|secret) "([^"]+)" not found/.exec(words) ?? [];
      if (volume && kind && name)
        return `its volume ${volume} needs the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}, which does not exist`;
      return 'a volume of it cannot be mounted';
    },
    hasLog: false,
  },
  {
    reason: 'sandbox-failed',
    symptom: '`ContainerCreating`, event `FailedCreatePodSandBox`',
    cause: "The node's network or container runtime is in trouble.",
    next: 'Look at the node and its network plugin; the image is not at fault.',
    patience: { seconds: 60 },
    recognise: (subject) => eventWhileCreating(subject, ['FailedCreatePodSandBox'], /(?:)/),
    message: ({ pod }) => `node ${pod.spec?.nodeName ?? '?'} cannot set up the pod's sandbox`,
    hasLog: false,
  },
];

/** Why the cluster takes the pod away, where it is for one of `reasons`. */
export function disruption(pod: V1Pod, reasons: readonly string[]): string | undefined {
  const target = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  return target && reasons.includes(target.reason ?? '') ? (target.message ?? '') : undefined;
}

/** Pods that the cluster took away. */
export const disruptionRows: readonly Row<PodSubject>[] = [
  {
    reason: 'evicted',
    symptom:
      'phase `Failed`, reason `Evicted`; or condition `DisruptionTarget`; or phase `Succeeded`, event `Evicted`',
    cause: 'The node ran short of memory or disk or was drained, or the pod used more than it may.',
    next: "Look at the node's conditions, and at the pod's requests and ephemeral-storage limits.",
    patience: 'timeout',
    recognise: (subject) => {
      const { phase, reason, message } = subject.pod.status ?? {};
      if (phase === 'Failed' && reason === 'Evicted') return message ?? '';
      const target = disruption(subject.pod, ['EvictionByEvictionAPI', 'TerminationByKubelet']);
      if (target !== undefined || phase !== 'Succeeded') return target;
      // Where the containers end with 0 when they are told to, the kubelet may call it a success.
      return subject.events.find((event) => event.reason === 'Evicted')?.message;
    },
    message: ({ pod }) => `it was evicted from node ${pod.spec?.nodeName ?? '?'}`,
    hasLog: false,
  },
  {
    reason: 'preempted',
    symptom: 'condition `DisruptionTarget`, reason `PreemptionByScheduler`',
    cause: 'The scheduler removed it for a pod of higher priority.',
    next: 'Add room, or give the workload a higher priority class.',
    patience: 'timeout',
    recognise: (subject) => disruption(subject.pod, ['PreemptionByScheduler']),
    message: () => 'it had to make room for a pod of higher priority',
    hasLog: false,
  },
  {
    reason: 'node-lost',
    symptom: 'event `NodeNotReady`, or reason `NodeLost`',
    cause: "The pod's node no longer answers.",
    next: 'Look at the node; its pods are replaced after five minutes, or once it is removed.',
    patience: 'timeout',
    recognise: ({ pod, events }) => {
      const isReady = pod.status?.conditions?.some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      );
      if (isReady) return undefined;
      if (pod.status?.reason === 'NodeLost') return pod.status.message ?? '';
      const tainted = disruption(pod, ['DeletionByTaintManager']);
      if (tainted !== undefined) return tainted;
      return events[0]?.reason === 'NodeNotReady' ? events[0].message : undefined;
    },
    message: ({ pod }) => `its node ${pod.spec?.nodeName ?? '?'} does not answer`,
    hasLog: false,
  },
];
