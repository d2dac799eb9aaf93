import { type ContainerSubject, lastEnd, type Row, waitingFor } from '../row.ts';

const startErrors: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun']);

/** What the container runtime said when it could not start the container. */
function startFailure({ status }: ContainerSubject): string | undefined {
  if (status.state?.running !== undefined) return undefined;
  const waiting = waitingFor(status, 'RunContainerError');
  if (waiting !== undefined) return waiting;
  const end = lastEnd(status);
  return end !== undefined && startErrors.has(end.reason ?? '') ? (end.message ?? '') : undefined;
}

function startFailureOf(subject: ContainerSubject, pattern: RegExp): string | undefined {
  const words = startFailure(subject);
  return words !== undefined && pattern.test(words) ? words : undefined;
}

/**
 * What the runtime says of the command itself, not of a mount or the working directory: `exec: "/app": permission
 * denied` is runc's way, "executable file … not found" and "open executable: …" are crun's.
 */
const ofCommand = String.raw`(?:\bexec:|\bexec "|executable file\b|\bopen executable\b|\bexec container process\b)`;
const notFound = new RegExp(
  String.raw`${ofCommand}.*(?:no such file or directory|executable file not found|not found in \$PATH)`,
  'is',
);
const notExecutable = new RegExp(
  `${ofCommand}.*(?:permission denied|is a directory|exec format error)`,
  'is',
);

/** What the kubelet says where the container would run as root, or might, and must not. */
function rootFailure({ status }: ContainerSubject): string | undefined {
  const words = waitingFor(status, 'CreateContainerConfigError');
  return words !== undefined && /runAsNonRoot|non-root policy/.test(words) ? words : undefined;
}

function command({ container }: ContainerSubject): string {
  const words = [...(container?.command ?? []), ...(container?.args ?? [])];
  return words.length > 0 ? words.join(' ') : "the image's own command";
}

/** Containers that cannot be created or started. */
export const startRows: readonly Row<ContainerSubject>[] = [
  {
    reason: 'runs-as-root',
    symptom: '`CreateContainerConfigError`, "runAsNonRoot" or "non-root policy"',
    cause:
      "The pod's security context forbids root, and the image runs as root or as a user without a number.",
    next: 'Set a numeric USER in the image, or runAsUser in the security context.',
    patience: { seconds: 0 },
    recognise: rootFailure,
    message: (subject) => {
      const words = rootFailure(subject) ?? '';
      if (/non-numeric user/.test(words))
        return 'its security context forbids to run as root, and its image names its user without a number, so nobody knows whether that is root';
      return `its security context forbids to run as root, and ${/runAsUser breaks/.test(words) ? 'names root as its user itself' : 'its image would'}`;
    },
    hasLog: false,
  },
  {
    reason: 'config-missing',
    symptom: '`CreateContainerConfigError`',
    cause: 'A ConfigMap, a Secret or a key of one that the container names does not exist.',
    next: 'Create what is missing, or correct the name in the manifest.',
    // The kubelet looks again only after 10 s.
    patience: { seconds: 15 },
    recognise: ({ status }) => {
      const words = waitingFor(status, 'CreateContainerConfigError');
      // The kubelet's caches lag behind a Secret that was made a moment ago.
      return words !== undefined && /failed to sync .* cache/.test(words) ? undefined : words;
    },
    message: ({ status }) => {
      const words = waitingFor(status, 'CreateContainerConfigError') ?? '';
      const [, kind, name] = /(configmap|secret) "([^"]+)" not found/i.exec(words) ?? [];
      if (kind && name)
        return `it needs the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}, which does not exist`;
      const [, key, owner, path] = /find key (\S+) in (ConfigMap|Secret) (\S+)/.exec(words) ?? [];
      if (key && owner && path)
        return `it needs the key ${key} of ${owner} ${path.split('/').pop()}, which does not have it`;
      return 'its configuration cannot be put together';
    },
    hasLog: false,
  },
  {
    reason: 'command-not-found',
    symptom: '`RunContainerError`, `StartError` "no such file or directory"',
    cause: 'The command is not in the image, or its interpreter is not.',
    next: 'Check the command and the path, and that the image holds it.',
    patience: { seconds: 0 },
    recognise: (subject) => startFailureOf(subject, notFound),
    message: (subject) => `its command is not in the image (${command(subject)})`,
    hasLog: false,
  },
  {
    reason: 'command-not-executable',
    symptom: '`RunContainerError`, `StartError` "permission denied" or "is a directory"',
    cause: 'The command is no program: it lacks the executable bit, or is a directory.',
    next: 'Set the executable bit when the image is built (COPY --chmod=755 …), and check the path.',
    patience: { seconds: 0 },
    recognise: (subject) => startFailureOf(subject, notExecutable),
    message: (subject) => `its command cannot be executed (${command(subject)})`,
    hasLog: false,
  },
  {
    reason: 'cannot-start',
    symptom: '`CreateContainerError`, `RunContainerError` or `StartError` for another reason',
    cause: "The container runtime's message says.",
    next: "Read the cluster's words: they are the container runtime's.",
    patience: { seconds: 15 },
    recognise: (subject) => waitingFor(subject.status, 'CreateContainerError') ?? startFailure(subject),
    message: (subject) => `it cannot be started (${command(subject)})`,
    hasLog: false,
  },
];
