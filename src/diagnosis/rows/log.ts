import type { V1Container } from '@kubernetes/client-node';
import type { Patience } from '../row.ts';

/** What only a container's own log tells of its crash. */
export interface LogRow {
  readonly reason: string;
  readonly symptom: string;
  readonly cause: string;
  readonly next: string;
  /** When the crash itself is given up. */
  readonly patience: Patience;
  readonly pattern: RegExp;
  /** To follow how it ended and a colon. `container` as the pod's spec has it, where that is known. */
  readonly message: (container: V1Container | undefined) => string;
}

/** Read when a crash has been given up: the log of the crashed container may name a plainer cause. */
export const logRows: readonly LogRow[] = [
  {
    reason: 'wrong-architecture',
    symptom: '`CrashLoopBackOff`, "exec format error" in the log',
    cause: "The image was not built for the nodes' processor.",
    next: 'Build the image for the platform of the nodes (docker buildx build --platform …).',
    patience: { crashes: 3, seconds: 10 },
    pattern: /exec format error/,
    message: () => "its program is not built for this node's processor (exec format error)",
  },
  {
    reason: 'read-only-file-system',
    symptom: '`CrashLoopBackOff`, "read-only file system" in the log',
    cause:
      '`readOnlyRootFilesystem: true`, and the program writes to its image; or it writes to a volume that is read-only, as those of ConfigMaps and Secrets are.',
    next: 'Mount an emptyDir where the program writes, or write elsewhere.',
    patience: { crashes: 3, seconds: 10 },
    pattern: /read-only file system|EROFS/i,
    message: (container) =>
      container?.securityContext?.readOnlyRootFilesystem
        ? 'it writes to its root file system, which is read-only'
        : 'it writes to a file system that is read-only',
  },
];
