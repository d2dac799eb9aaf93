import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** A container that has ended, how often, and how it last did. */
export interface Restart {
  readonly container: string;
  /** How often it has ended. */
  readonly count: number;
  readonly end: V1ContainerStateTerminated | undefined;
  /** Whether it runs again, so that its log is another instance's. */
  readonly runs: boolean;
}

/** A pod as it is observed: of one that is ready its containers' status is left out, but not their restarts. */
export interface ObservedPod extends V1Pod {
  readonly restarts?: readonly Restart[];
}

/** The pod's containers that have ended since it started; an init container that has done its work is none of them. */
export function restartsOf(pod: ObservedPod): readonly Restart[] {
  if (pod.restarts) return pod.restarts;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [
    ...initContainerStatuses.map((status) => restartOf(status, true)),
    ...containerStatuses.map((status) => restartOf(status, false)),
  ].filter(({ count }) => count > 0);
}

function restartOf({ name, restartCount, state, lastState }: V1ContainerStatus, init: boolean): Restart {
  const hasEnded = !init && state?.terminated !== undefined;
  return {
    container: name,
    // The count is of the starts after the first: an end that was not followed by one yet is not in it.
    count: restartCount + (hasEnded ? 1 : 0),
    end: state?.terminated ?? lastState?.terminated,
    runs: state?.running !== undefined,
  };
}
