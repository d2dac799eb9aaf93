import type {
  V1Container,
  V1ContainerStatus,
  V1ObjectMeta,
  V1Pod,
  V1PodSpec,
  V1PodStatus,
} from '@kubernetes/client-node';
import type { Clock } from '../../clock.ts';
import { ApiError } from '../../errors.ts';
import type { KubernetesClient } from '../client.ts';
import { Pulse } from '../pulse.ts';
import { resources } from '../resources.ts';
import { type Change, mirror } from '../watch.ts';
import { revisionHash } from './controller-revisions.ts';
import { hasEnded } from './ended.ts';
import type { WorkloadKind, WorkloadObject, WorkloadView } from './kind.ts';
import { kinds } from './kinds.ts';
import type { WorkloadName } from './names.ts';
import { type ObservedPod, restartsOf } from './restarts.ts';

/** One workload with its revisions and pods, kept current by watches until it is closed. */
export interface Observation {
  readonly kind: WorkloadKind;
  /** Whether there is no workload of that name, as far as the credentials may know. */
  readonly missing: boolean;
  /** As it is now; undefined once the workload is gone, or another of its name has taken its place. */
  view(): WorkloadView | undefined;
  /** Counts changes; pass it to {@link Observation.changed} so that none is missed in between. */
  readonly changes: number;
  /**
   * Waits until something has changed after `seen`, or `seconds` have passed.
   *
   * @throws ApiError where the server refuses to go on showing it, or the signal's reason.
   */
  changed(seen: number, seconds: number): Promise<void>;
  close(): void;
}

/**
 * Begins to observe a workload. It returns once everything about it is known.
 *
 * @throws ApiError, among them `NotFound` where there is no such workload; ConnectionError.
 */
export async function observe(
  client: KubernetesClient,
  name: WorkloadName,
  namespace: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Observation> {
  const kind = kinds[name.kind];
  const first = await client.get(kind.resource, { namespace, name: name.name }, { signal });
  const uid = first.metadata?.uid;
  const closing = new AbortController();
  const ending = AbortSignal.any([signal, closing.signal]);
  const pulse = new Pulse();
  const options = { signal: ending, onChange: () => pulse.beat() };
  const labelSelector = kind.selector(first);

  const workloads = mirror<WorkloadObject>(
    client,
    kind.resource,
    { namespace, fieldSelector: `metadata.name=${name.name}` },
    options,
  );
  const holders = mirror(client, kind.holders, { namespace, labelSelector }, options);
  const lost: { readonly pod: ObservedPod; readonly at: number }[] = [];
  const onPod = (change: Change<ObservedPod>) => {
    if (change.type === 'deleted' && hasEnded(change.object)) {
      lost.push({ pod: change.object, at: clock.now() });
      lost.splice(0, lost.length - mostLost);
    }
    pulse.beat();
  };
  const pods = mirror<V1Pod, ObservedPod>(
    client,
    resources.pods,
    { namespace, labelSelector },
    { signal: ending, onChange: onPod, project: slim },
  );
  const all = [workloads, holders, pods];
  for (const each of all) each.done.catch((error: unknown) => pulse.fail(error));
  try {
    await Promise.race([Promise.all(all.map(({ synced }) => synced)), tooLong(clock, ending)]);
  } catch (error) {
    closing.abort();
    throw error;
  }

  return {
    kind,
    missing: false,
    view() {
      const workload = workloads.get(name.name);
      if (workload === undefined || workload.metadata?.uid !== uid) return undefined;
      const recently = lost.filter(({ at }) => clock.now() - at < lostSeconds * 1000);
      return {
        workload,
        holders: holders.items(),
        pods: pods.items(),
        ...(recently.length > 0 && { lost: recently.map(({ pod }) => pod) }),
      };
    },
    get changes() {
      return pulse.beats;
    },
    changed: (seen, seconds) => pulse.wait(seen, seconds, clock, ending),
    close: () => closing.abort(),
  };
}

/** As {@link observe}, but with nothing to be seen where there is no such workload, or it may not be read. */
export async function observeIfThere(run: {
  readonly client: KubernetesClient;
  readonly workload: WorkloadName;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<Observation> {
  const { client, workload, namespace, clock, signal } = run;
  try {
    return await observe(client, workload, namespace, clock, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) throw error;
    return {
      kind: kinds[workload.kind],
      missing: error.status === 404,
      view: () => undefined,
      changes: 0,
      changed: (_, seconds) => clock.sleep(seconds, signal),
      close: () => {},
    };
  }
}

/** Seconds for which pods that have ended and are gone are remembered, and how many of them. */
const lostSeconds = 60;
const mostLost = 10;

/** Seconds for the first look at everything: an API server that is lost in the middle of it is lost for now. */
const firstLookSeconds = 60;

async function tooLong(clock: Clock, signal: AbortSignal): Promise<never> {
  await clock.sleep(firstLookSeconds, signal);
  throw new Error(`The API server did not show the workload within ${firstLookSeconds} s.`);
}

/**
 * What is kept of a pod: there may be thousands, and nothing more is asked of one that is ready than that it is, and
 * which images it runs, and how often its containers have ended. Of the others, their containers and status are.
 */
export function slim(pod: V1Pod): ObservedPod {
  const { name, uid, resourceVersion, ownerReferences, creationTimestamp } = pod.metadata ?? {};
  const { deletionTimestamp, deletionGracePeriodSeconds, labels } = pod.metadata ?? {};
  const hash = labels?.[revisionHash];
  const metadata = {
    name,
    uid,
    resourceVersion,
    ...(hash !== undefined && { labels: { [revisionHash]: hash } }),
    ownerReferences,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
  } as V1ObjectMeta;
  const { phase, conditions } = pod.status ?? {};
  const ready = conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  if (ready && deletionTimestamp === undefined) {
    const status = { ...(phase && { phase }), conditions: [ready], ...statusImages(pod) };
    return { metadata, spec: specImages(pod), status, restarts: restartsOf(pod) };
  }
  const { containers = [], initContainers, nodeName, restartPolicy } = pod.spec ?? {};
  const { readinessGates, schedulingGates } = pod.spec ?? {};
  const gates = { readinessGates, schedulingGates };
  const spec = { containers, initContainers, nodeName, restartPolicy, ...gates } as V1PodSpec;
  return { metadata, spec, ...(pod.status && { status: pod.status }) };
}

/** The images of a pod that is ready: as its spec names them, */
function specImages({ spec }: V1Pod): V1PodSpec {
  const slimmed = ({ name, image }: V1Container) => ({ name, ...(image && { image }) });
  return {
    containers: (spec?.containers ?? []).map(slimmed),
    ...(spec?.initContainers && { initContainers: spec.initContainers.map(slimmed) }),
  };
}

/** and as its containers report them. */
function statusImages({ status }: V1Pod): Pick<V1PodStatus, 'containerStatuses' | 'initContainerStatuses'> {
  const slimmed = ({ name, imageID }: V1ContainerStatus) => ({ name, imageID }) as V1ContainerStatus;
  return {
    ...(status?.containerStatuses && { containerStatuses: status.containerStatuses.map(slimmed) }),
    ...(status?.initContainerStatuses && {
      initContainerStatuses: status.initContainerStatuses.map(slimmed),
    }),
  };
}
