import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/**
 * How long a symptom may still heal before waiting for it is given up: seconds since it was first seen, a number of
 * crashes of the same container, or as long as the timeout lasts.
 */
export type Patience = { readonly seconds: number } | { readonly crashes: number } | 'timeout';

/** A container of a pod. */
export interface ContainerSubject {
  readonly pod: V1Pod;
  readonly status: V1ContainerStatus;
  readonly container: V1Container | undefined;
}

/** What a ReplicaSet or Job says when it cannot create pods. */
export interface CreatorSubject {
  /** As kubectl names it: `replicaset/web-7c9d`. */
  readonly object: string;
  readonly words: string;
}

/** One row: how a symptom is recognised, how long it may heal, what is said about it. */
export interface Row<Subject> {
  readonly reason: string;
  /** The cluster's own words (possibly none: ''), or undefined where the subject does not show the symptom. */
  recognise(subject: Subject): string | undefined;
  readonly patience: Patience;
  message(subject: Subject): string;
  readonly next: string;
  /** Whether the container's log tells more. */
  readonly hasLog: boolean;
}

const pullReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);

/** What the kubelet says of a failed pull that matches `pattern`; `''` patterns match what no other row did. */
function pullFailure({ status }: ContainerSubject, pattern: RegExp): string | undefined {
  const waiting = status.state?.waiting;
  if (waiting === undefined || !pullReasons.has(waiting.reason ?? '')) return undefined;
  const words = waiting.message ?? '';
  // A back-off names its cause only in newer kubelets; without it, the row that saw the cause before stays right.
  return pattern.test(words) ? words : undefined;
}

const notFound = /not found|manifest unknown|NotFound|name unknown/i;
const unauthorised = /unauthorized|forbidden|denied|authentication required|no basic auth/i;

const startErrors: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun']);

/** The last end of the container, whether it is in `state` or, when it waits to be restarted, in `lastState`. */
export function lastEnd({ state, lastState }: V1ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}

/** How often the container has ended, counting the instance that has just ended. */
export function crashes(status: V1ContainerStatus): number {
  return status.restartCount + (status.state?.terminated !== undefined ? 1 : 0);
}

/** Symptoms of a container. The first row that recognises one is taken. */
export const containerRows: readonly Row<ContainerSubject>[] = [
  {
    reason: 'image-not-found',
    recognise: (subject) => pullFailure(subject, notFound),
    patience: { seconds: 0 },
    message: ({ status }) => `the image ${status.image} does not exist in its registry`,
    next: 'Check that the build pushed this tag, and to this registry.',
    hasLog: false,
  },
  {
    reason: 'image-unauthorised',
    recognise: (subject) => pullFailure(subject, unauthorised),
    patience: { seconds: 10 },
    message: ({ status }) => `the cluster may not pull the image ${status.image}`,
    next: "Check the pod's imagePullSecrets, or the node's access to the registry.",
    hasLog: false,
  },
  {
    reason: 'image-pull-failed',
    recognise: (subject) => pullFailure(subject, /./),
    patience: { seconds: 60 },
    message: ({ status }) => `the image ${status.image} cannot be pulled`,
    next: "Check that the cluster's nodes reach the registry.",
    hasLog: false,
  },
  {
    reason: 'image-name-invalid',
    recognise: ({ status }) => waitingFor(status, 'InvalidImageName'),
    patience: { seconds: 0 },
    message: ({ status }) => `${status.image} is no valid image name`,
    next: "Correct the input 'image'.",
    hasLog: false,
  },
  {
    reason: 'config-missing',
    recognise: ({ status }) => {
      const words = waitingFor(status, 'CreateContainerConfigError');
      // The kubelet's caches lag behind a Secret that was made a moment ago.
      return words !== undefined && /failed to sync .* cache/.test(words) ? undefined : words;
    },
    patience: { seconds: 5 },
    message: () => 'it needs a ConfigMap, a Secret or a key of one that does not exist',
    next: 'Create what is missing, or correct the name in the manifest.',
    hasLog: false,
  },
  {
    reason: 'cannot-start',
    recognise: ({ status }) => {
      const end = lastEnd(status);
      if (end !== undefined && startErrors.has(end.reason ?? '')) return end.message ?? '';
      return waitingFor(status, 'CreateContainerError') ?? waitingFor(status, 'RunContainerError');
    },
    patience: { seconds: 10 },
    message: ({ container }) =>
      `its command cannot be started${container?.command ? ` (${container.command.join(' ')})` : ''}`,
    next: 'Check the command, and that the image holds it.',
    hasLog: false,
  },
  {
    reason: 'crash',
    recognise: ({ status }) => {
      const end = lastEnd(status);
      if (end === undefined || status.state?.running !== undefined || end.exitCode === 0) return undefined;
      return end.message ?? '';
    },
    // The kubelet waits 0, 10 and 20 s between starts; what heals by itself has mostly done so by the third.
    patience: { crashes: 3 },
    message: ({ status }) => {
      const end = lastEnd(status);
      const times = crashes(status);
      return `it ended with ${sayExit(end?.exitCode ?? 0, end?.reason)}${times > 1 ? `, ${times} times` : ''}`;
    },
    next: 'Read its last log lines: they say why it ended.',
    hasLog: true,
  },
];

/** Symptoms of a whole pod. */
export const podRows: readonly Row<V1Pod>[] = [
  {
    reason: 'unschedulable',
    recognise: (pod) => {
      const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
        ? (scheduled.message ?? '')
        : undefined;
    },
    // A cluster that adds nodes on demand needs a minute or two for one.
    patience: { seconds: 120 },
    message: () => 'no node takes it',
    next: "Compare its requests, node selector, affinity and tolerations with the cluster's nodes.",
    hasLog: false,
  },
  {
    reason: 'not-ready',
    recognise: (pod) => {
      const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
      return pod.status?.phase === 'Running' && ready?.status === 'False' ? (ready.message ?? '') : undefined;
    },
    patience: 'timeout',
    message: () => 'it runs, but is not ready',
    next: 'See what its readiness probe answers, and why, in its last log lines.',
    hasLog: true,
  },
];

/** Symptoms of a ReplicaSet or Job that cannot create pods: there is no pod to look at. */
export const creatorRows: readonly Row<CreatorSubject>[] = [
  {
    reason: 'quota-exceeded',
    recognise: ({ words }) => (/exceeded quota/.test(words) ? words : undefined),
    patience: { seconds: 10 },
    message: () => "the namespace's quota does not allow another pod",
    next: "Raise the ResourceQuota, lower the pod's requests, or remove what is not needed.",
    hasLog: false,
  },
  {
    reason: 'service-account-missing',
    recognise: ({ words }) => (/service ?account .*not found/i.test(words) ? words : undefined),
    patience: { seconds: 5 },
    message: () => 'its service account does not exist',
    next: 'Create the service account, or correct serviceAccountName.',
    hasLog: false,
  },
  {
    reason: 'creation-refused',
    recognise: ({ words }) => (words === '' ? undefined : words),
    patience: { seconds: 10 },
    message: () => 'the cluster refuses to create its pods',
    next: 'Read the reason below; an admission policy, a limit range or a webhook has mostly said it.',
    hasLog: false,
  },
];

/** What exit codes mean beyond 128 plus a signal's number. https://tldp.org/LDP/abs/html/exitcodes.html */
const exitWords: Readonly<Record<number, string>> = {
  126: 'the command is not executable',
  127: 'the command was not found',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV, a memory fault',
  143: 'SIGTERM, it was told to end',
};

/** `exit code 137 (SIGKILL)`, or `exit code 137 (out of memory)` where the kubelet says so. */
export function sayExit(code: number, reason?: string): string {
  const words = reason === 'OOMKilled' ? 'out of memory' : exitWords[code];
  return `exit code ${code}${words ? ` (${words})` : ''}`;
}

function waitingFor(status: V1ContainerStatus, reason: string): string | undefined {
  const waiting = status.state?.waiting;
  return waiting?.reason === reason ? (waiting.message ?? '') : undefined;
}
