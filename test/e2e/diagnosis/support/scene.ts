import type { AddressInfo, Server } from 'node:net';
import type { V1Node } from '@kubernetes/client-node';
import type { Cluster } from '../../../cluster/connect.ts';
import type { Behaviour } from '../../../cluster/images.ts';
import { kubectl } from '../../support/kubectl.ts';
import type { Manifest, Namespace, WorkloadKinds } from '../../support/namespace.ts';

/** An image: a tag that every cluster has, one that is made for the case, or how to come by a reference. */
export type Image = string | readonly [tag: string, Behaviour] | ((scene: Scene) => Promise<string>);

/** Where a case is played: a namespace, what it needs beyond that, and the way to be rid of it. */
export class Scene {
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  readonly #clearing: (() => Promise<unknown>)[] = [];

  constructor(cluster: Cluster, namespace: Namespace) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  /** The image's full reference; a tag that nobody has made stays one that does not exist. */
  async reference(image: Image): Promise<string> {
    if (typeof image === 'function') return await image(this);
    const { cluster } = this;
    if (typeof image !== 'string') return await cluster.image(...image);
    return image.startsWith(':') ? `${cluster.registry}/app${image}` : await cluster.image(image);
  }

  /** Has `work` done when the case is over. */
  afterwards(work: () => Promise<unknown>): void {
    this.#clearing.push(work);
  }

  async clear(): Promise<void> {
    for (const work of this.#clearing.reverse()) await work();
  }

  /** Makes an object that belongs to no namespace; it goes when the case is over. Name it after the namespace. */
  async applyGlobal(object: Manifest): Promise<void> {
    const name = object.metadata?.name ?? '';
    this.afterwards(() =>
      kubectl(this.cluster, ['delete', object.kind ?? '', name, '--ignore-not-found', '--wait=false']),
    );
    await kubectl(this.cluster, ['apply', '-f', '-'], JSON.stringify(object));
  }

  /** Listens on loopback, at `port` or any that is free, until the case is over. */
  async listen(server: Server, port = 0): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
    await promise;
    this.afterwards(async () => {
      if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
        server.closeAllConnections();
      }
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  /** Waits until the cluster refuses a pod of the workload in `words`: what forbids it may need a moment. */
  async untilPodsAreRefused(words: RegExp): Promise<void> {
    await this.namespace.until(`pods are refused: ${words}`, () =>
      this.#dryRunPod().then(
        () => false,
        (error: Error) => words.test(error.message),
      ),
    );
  }

  /** What a new pod of the workload would be, without its being made. */
  async #dryRunPod(kind: keyof WorkloadKinds = 'deployment'): Promise<string> {
    const template = (await this.namespace.workload('web', kind)).object.spec?.template;
    const metadata = { name: 'probe', labels: template?.metadata?.labels };
    const pod = { apiVersion: 'v1', kind: 'Pod', ...template, metadata };
    const create = ['-n', this.namespace.name, 'create', '--dry-run=server', '-o', 'json', '-f', '-'];
    return await kubectl(this.cluster, create, JSON.stringify(pod));
  }

  /** Waits until the cluster adds a container of that name to new pods. */
  async untilPodsGet(container: string): Promise<void> {
    await this.namespace.until(`pods get the container ${container}`, async () =>
      (await this.#dryRunPod()).includes(`"name": "${container}"`),
    );
  }

  /** Waits until the cluster gives new pods that image. */
  async untilPodsRun(image: string, kind: keyof WorkloadKinds = 'deployment'): Promise<void> {
    await this.namespace.until(`pods run the image ${image}`, async () =>
      (await this.#dryRunPod(kind)).includes(`"image": "${image}"`),
    );
  }

  /** A share of what the node can give, such as 60 of its cpu, in thousandths. */
  async shareOfNode(resource: 'cpu' | 'memory', percent: number): Promise<string> {
    const node = JSON.parse(
      await kubectl(this.cluster, ['get', 'node', this.cluster.nodeName, '-o', 'json']),
    ) as V1Node;
    const text = node.status?.allocatable?.[resource] ?? '';
    const amount = Number.parseInt(text, 10);
    return resource === 'cpu' && !text.endsWith('m')
      ? `${amount * 10 * percent}m`
      : `${Math.floor((amount * percent) / 100)}${text.replace(/^\d+/, '')}`;
  }
}
