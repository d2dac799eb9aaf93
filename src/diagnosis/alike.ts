import type { V1Pod } from '@kubernetes/client-node';
import type { EventFact } from './row.ts';

/** What the cluster told of each pod of a scene, by uid, newest first. */
type EventsByPod = ReadonlyMap<string, readonly EventFact[]>;

/** Events that tell of what many pods wait for alike: a volume, the sandbox, a node that is being added. */
const sharedReasons: ReadonlySet<string> = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'TriggeredScaleUp',
]);

/**
 * Only a few pods' events are followed. A pod whose are not, and that waits in the same state as one whose are, takes
 * what was told of that one for its own; so that hundreds of pods without their ConfigMap are as lost as three are.
 *
 * @returns the events of a pod.
 */
export function eventsOfAlike(
  pods: readonly V1Pod[],
  events: EventsByPod,
): (pod: V1Pod) => readonly EventFact[] {
  const shared = new Map<string, readonly EventFact[]>();
  for (const pod of pods) {
    const state = waitingState(pod);
    const told = events.get(uidOf(pod))?.filter(({ reason }) => sharedReasons.has(reason)) ?? [];
    if (state !== undefined && told.length > 0 && !shared.has(state)) shared.set(state, told);
  }
  return (pod) => events.get(uidOf(pod)) ?? shared.get(waitingState(pod) ?? '') ?? [];
}

/** What the pod waits for, as far as its status tells; undefined where its containers have been created. */
function waitingState({ status, spec }: V1Pod): string | undefined {
  if (status?.phase !== 'Pending') return undefined;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const reasons = new Set(containers.map(({ state }) => state?.waiting?.reason));
  if (containers.length > 0 && [...reasons].some((each) => !creating.has(each))) return undefined;
  const conditions = (status.conditions ?? [])
    .filter(({ type }) => type === 'PodScheduled' || type === 'PodReadyToStartContainers')
    .map(({ type, status: value }) => `${type}=${value}`)
    .sort();
  // Without that condition, before Kubernetes 1.29, a pod may pull its image by now: not all nodes are alike.
  const node = conditions.some((each) => each.startsWith('PodReady')) ? '' : (spec?.nodeName ?? '');
  return `${conditions.join()} ${node}`;
}

/** Why a container waits that has not been created yet. */
const creating: ReadonlySet<string | undefined> = new Set(['ContainerCreating', 'PodInitializing']);

function uidOf({ metadata }: V1Pod): string {
  return metadata?.uid ?? '';
}
