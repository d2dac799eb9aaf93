import type { V1ControllerRevision, V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { type ResourceType, resources } from '../../src/kubernetes/resources.ts';
import { controllerRevisionOf, ownPodOf, statefulSetOf, templateOf } from './builders.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, type Fault } from './fake-cluster.ts';

/** Where statefulset/web runs. */
export interface StatefulShop {
  readonly clock: FakeClock;
  readonly cluster: FakeCluster;
  readonly client: KubernetesClient;
}

function setTo(image: string, status: NonNullable<V1StatefulSet['status']>): V1StatefulSet {
  const set = statefulSetOf({ template: templateOf(image), status });
  return { ...set, metadata: { ...set.metadata, generation: status.observedGeneration ?? 0 } };
}

/**
 * statefulset/web with v2 set over v1, and these pods. Its controller sees a change of the template, counts pods, and
 * makes those that are missing; it deletes none that is not ready.
 */
export function statefulShop(
  pods: readonly V1Pod[],
  fault: (pod: string) => Fault | undefined = () => undefined,
): StatefulShop {
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock);
  const all = ['web-0', 'web-1', 'web-2'];
  const put = <T extends { metadata?: object }>(type: ResourceType<T>, object: T) =>
    cluster.put(type, { ...object, metadata: { labels: { app: 'web' }, ...object.metadata } });
  let isPlaying = false;
  const sync = () => {
    const set = cluster.read(resources.statefulSets, 'web');
    if (set === undefined || isPlaying) return;
    isPlaying = true;
    const image = set.spec?.template.spec?.containers[0]?.image ?? '';
    const hash = image.replace('acme/web:', 'web-');
    for (const name of all) {
      if (cluster.read(resources.pods, name)) continue;
      put(resources.pods, ownPodOf(name.slice(4), hash));
    }
    const present = all.map((name) => cluster.read(resources.pods, name)).filter((pod) => pod !== undefined);
    const ready = present.filter(({ status }) => status?.containerStatuses?.[0]?.ready).length;
    const updated = present.filter(
      ({ metadata }) => metadata?.labels?.['controller-revision-hash'] === hash,
    ).length;
    const status = {
      ...set.status,
      replicas: 3,
      observedGeneration: set.metadata?.generation ?? 0,
      updateRevision: hash,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
    };
    cluster.put(resources.statefulSets, { ...set, status });
    isPlaying = false;
  };
  cluster.afterChange = (plural) => {
    if (plural === 'statefulsets') sync();
  };
  for (const revision of [controllerRevisionOf('v1', 1), controllerRevisionOf('v2', 2)])
    put<V1ControllerRevision>(resources.controllerRevisions, revision);
  for (const pod of pods) put(resources.pods, pod);
  cluster.put(
    resources.statefulSets,
    setTo('acme/web:v2', { replicas: 3, observedGeneration: 2, currentRevision: 'web-v1' }),
  );
  const client = cluster.client({
    fault: ({ verb, plural, name }) => {
      const wrong = verb === 'delete' && plural === 'pods' ? fault(name) : undefined;
      // The controller sees the pod go a moment later.
      if (verb === 'delete' && plural === 'pods' && !wrong) setImmediate(() => setImmediate(sync));
      return wrong;
    },
  });
  return { clock, cluster, client };
}
