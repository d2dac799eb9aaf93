import { type ContainerSubject, type Row, waitingFor } from '../row.ts';

const pullReasons: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);

/** What the kubelet says of a pull that failed, where `pattern` is in it. Since 1.30 a back-off names its cause too. */
function pullFailure({ status }: ContainerSubject, pattern: RegExp): string | undefined {
  const waiting = status.state?.waiting;
  if (waiting === undefined || !pullReasons.has(waiting.reason ?? '')) return undefined;
  const words = waiting.message ?? '';
  return pattern.test(words) ? words : undefined;
}

/** The registry's own "not found"; not the resolver's, nor that of a certificate. */
const notFound =
  /^(?!.*\b(?:lookup|dial|x509|media type)\b).*(?:: not found|manifest unknown|name unknown|repository \S* ?not found|code = NotFound)/is;

/** Images that cannot be had. */
export const imageRows: readonly Row<ContainerSubject>[] = [
  {
    reason: 'wrong-architecture',
    symptom: '`ErrImagePull`, "no match for platform"; or a crash with "exec format error" in the log',
    cause: "The image was not built for the nodes' processor.",
    next: 'Build the image for the platform of the nodes (docker buildx build --platform …).',
    patience: { seconds: 0 },
    recognise: (subject) => pullFailure(subject, /no match for platform|no matching manifest/i),
    message: ({ status }) => `the image ${status.image} is not built for this node's platform`,
    hasLog: false,
  },
  {
    reason: 'image-not-found',
    symptom: '`ErrImagePull` or `ImagePullBackOff`, "not found"',
    cause: 'The tag or digest was never pushed, or the repository is misspelt.',
    next: 'Check that the build pushed this tag, and to this registry.',
    patience: { seconds: 0 },
    recognise: (subject) => pullFailure(subject, notFound),
    message: ({ status }) => `the image ${status.image} does not exist in its registry`,
    hasLog: false,
  },
  {
    reason: 'image-unauthorised',
    symptom: '`ErrImagePull` or `ImagePullBackOff`, "unauthorized", "denied"',
    cause: 'The cluster has no, or no longer valid, credentials for the registry.',
    next: "Check the pod's imagePullSecrets, or the nodes' access to the registry.",
    // The kubelet pulls again only after 10 s.
    patience: { seconds: 20 },
    recognise: (subject) =>
      pullFailure(subject, /unauthorized|forbidden|denied|authentication required|no basic auth/i),
    message: ({ status }) => `the cluster may not pull the image ${status.image}`,
    hasLog: false,
  },
  {
    reason: 'image-registry-unreachable',
    symptom: '`ErrImagePull` or `ImagePullBackOff`, "connection refused", "i/o timeout", "no such host"',
    cause: 'The registry is down, or the nodes do not reach it.',
    next: "Check the registry's state and the nodes' way to it, then run this again.",
    patience: { seconds: 60 },
    recognise: (subject) =>
      pullFailure(
        subject,
        /dial tcp|connection refused|timeout|no such host|lookup|x509|TLS handshake|EOF|status: 5\d\d|: 5\d\d |service unavailable|bad gateway|gateway time-?out|too many requests/i,
      ),
    message: ({ status }) => `the registry of ${status.image} cannot be reached`,
    hasLog: false,
  },
  {
    reason: 'image-pull-failed',
    symptom: '`ErrImagePull` or `ImagePullBackOff` for another reason',
    cause: "The registry's answer says.",
    next: "Read the cluster's words: they are the registry's answer.",
    patience: { seconds: 60 },
    recognise: (subject) => pullFailure(subject, /(?:)/),
    message: ({ status }) => `the image ${status.image} cannot be pulled`,
    hasLog: false,
  },
  {
    reason: 'image-name-invalid',
    symptom: '`InvalidImageName`',
    cause: 'What stands as the image is no image reference, such as one with upper-case letters.',
    next: 'Correct the image name.',
    patience: { seconds: 0 },
    recognise: ({ status }) => waitingFor(status, 'InvalidImageName'),
    message: ({ status }) => `${status.image} is no valid image name`,
    hasLog: false,
  },
  {
    reason: 'image-unreadable',
    symptom: '`ImageInspectError`',
    cause: "The node's container runtime cannot read the image that it has, or does not take its short name.",
    next: "Read the cluster's words; look at the node's disk and container runtime, and name the registry in the image.",
    patience: { seconds: 60 },
    recognise: ({ status }) => waitingFor(status, 'ImageInspectError'),
    message: ({ status }) => `the node cannot read the image ${status.image}`,
    hasLog: false,
  },
  {
    reason: 'image-never-pulled',
    symptom: '`ErrImageNeverPull`',
    cause: '`imagePullPolicy: Never`, and the node does not have the image.',
    next: 'Set imagePullPolicy to IfNotPresent, or load the image onto the nodes.',
    patience: { seconds: 0 },
    recognise: ({ status }) => waitingFor(status, 'ErrImageNeverPull'),
    message: ({ status }) =>
      `the image ${status.image} is not on the node, and imagePullPolicy: Never forbids to pull it`,
    hasLog: false,
  },
];
