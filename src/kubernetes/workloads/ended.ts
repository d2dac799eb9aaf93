import type { V1Pod } from '@kubernetes/client-node';

/** Whether a pod has ended: it never runs again, and is replaced where it is a workload's. */
export function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
