import { callKeeper } from './control.ts';
import { type ClusterDescription, toolPath } from './description.ts';
import { ClusterUnavailable } from './errors.ts';
import { type Behaviour, behaviours, pushImage } from './images.ts';

/** A handle of a running cluster. */
export interface Cluster {
  /** Path of the administrator's kubeconfig; its context is `test`, or the current one of an external cluster. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Path of the certificate to trust. */
  readonly caFile: string;
  /** A token in group system:masters; empty where an external cluster's user has none. */
  readonly adminToken: string;
  /** `127.0.0.1:PORT`; empty without a node. */
  readonly registry: string;
  /** The address at which pods reach this machine. */
  readonly hostAddress: string;
  readonly nodeName: string;
  /** Path of the API server's audit log, level Metadata, one JSON object a line; empty for an external cluster. */
  readonly auditLog: string;
  /** True for a cluster that was there before: SAFE_ROLLOUT_KUBECONFIG. */
  readonly external: boolean;
  /** Whether parts of the cluster may be stopped. Tests that need it skip themselves where it is false. */
  readonly canBreak: boolean;
  /** The same as plain data, for another process. */
  readonly description: ClusterDescription;
  /** Absolute path of a built tool: `kubectl`, `crane`, `etcd`… Throws for an unknown one. */
  bin(name: string): string;
  /**
   * The full reference of an image `app:TAG`. Without a behaviour the tag is one
   * of the table in `images.ts`; with one, the image is made and pushed
   * (about 0.1 s), and replaces what the tag was.
   */
  image(tag: string, behaviour?: Behaviour): Promise<string>;
  /** Path of a kubeconfig of `user-a`, `user-b` or `user-c`, who may do nothing until a test grants it. */
  userKubeconfig(name: string): string;
  /** Kills the API server. Resolves when it is gone. */
  stopApiServer(): Promise<void>;
  /** Starts it again on the same port. Resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** Kills the kubelet; containers go on. */
  stopKubelet(): Promise<void>;
  /** Starts it again. */
  startKubelet(): Promise<void>;
}

/** Makes a handle from a description; works in any process on the same machine. */
export function connect(description: ClusterDescription): Cluster {
  const { tools, control, users, ...rest } = description;
  const bin = (name: string) => toolPath(tools, name);
  return {
    kubeconfig: rest.kubeconfig,
    server: rest.server,
    caFile: rest.caFile,
    adminToken: rest.adminToken,
    registry: rest.registry,
    hostAddress: rest.hostAddress,
    nodeName: rest.nodeName,
    auditLog: rest.auditLog,
    external: rest.external,
    canBreak: rest.canBreak,
    description,
    bin,
    async image(tag, behaviour) {
      if (rest.registry === '') {
        throw new ClusterUnavailable(
          rest.external
            ? 'no registry to push images to: set SAFE_ROLLOUT_REGISTRY'
            : 'a cluster without a node has no images',
        );
      }
      if (behaviour) return await pushImage({ crane: bin('crane'), registry: rest.registry }, tag, behaviour);
      if (!(tag in behaviours)) {
        throw new Error(
          `no image "${tag}"; there are ${Object.keys(behaviours).join(', ')}, or give a behaviour`,
        );
      }
      return `${rest.registry}/app:${tag}`;
    },
    userKubeconfig(name) {
      const path = users[name];
      if (path === undefined)
        throw new Error(`no user "${name}"; there are: ${Object.keys(users).join(', ') || 'none'}`);
      return path;
    },
    stopApiServer: () => callKeeper(control, 'stopApiServer'),
    startApiServer: () => callKeeper(control, 'startApiServer'),
    stopKubelet: () => callKeeper(control, 'stopKubelet'),
    startKubelet: () => callKeeper(control, 'startKubelet'),
  };
}
