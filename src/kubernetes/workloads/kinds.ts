import { daemonSet } from './daemonset.ts';
import { deployment } from './deployment.ts';
import type { WorkloadKind } from './kind.ts';
import type { WorkloadKindName } from './names.ts';
import { statefulSet } from './statefulset.ts';

/** Every kind that can be rolled out. A new one is a file beside this one, and a row here and in `names.ts`. */
export const kinds: Readonly<Record<WorkloadKindName, WorkloadKind>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
};
