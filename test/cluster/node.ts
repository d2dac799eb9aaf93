import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createCgroups } from './cgroups.ts';
import type { ControlPlane } from './control-plane.ts';
import { toolPath } from './description.ts';
import { isolate } from './isolation.ts';
import { launch, run, type Service, stopChildren, until } from './processes.ts';
import type { Slot } from './slot.ts';

export interface NodeOptions {
  slot: Slot;
  folder: string;
  logDir: string;
  tools: string[];
  nodeName: string;
  pauseImage: string;
  onDeath: (service: Service) => void;
  signal: AbortSignal;
}

/** A kubelet with containerd. */
export interface ClusterNode {
  /** Starts the kubelet once the API server answers; resolves when pods can be scheduled. */
  join(controlPlane: ControlPlane): Promise<void>;
  stopKubelet(): Promise<void>;
  startKubelet(): Promise<void>;
  /** Ends everything that runs on it, pods included. */
  stop(): Promise<void>;
}

export async function startNode(options: NodeOptions): Promise<ClusterNode> {
  const { slot, folder, logDir, tools, onDeath, signal } = options;
  const file = (name: string) => join(folder, name);
  const socket = file('containerd.sock');
  const binaries = toolPath(tools, 'containerd').replace(/\/containerd$/, '');
  await Promise.all([
    createBridge(slot),
    createCgroups(slot.cgroup),
    mkdir(file('cni'), { recursive: true }),
  ]);
  await Promise.all([
    writeFile(file('cni/10-pods.conflist'), podNetwork(slot, file('ipam'))),
    writeFile(file('resolv.conf'), 'nameserver 127.0.0.1\n'),
    writeRegistryConfig(file('registries'), `127.0.0.1:${slot.ports.registry}`),
    containerdConfig(options, socket, binaries).then((text) => writeFile(file('containerd.toml'), text)),
    writeFile(file('kubelet.json'), JSON.stringify(kubeletConfig(options, socket), undefined, 2)),
  ]);
  const isolation = await isolate({ folder, logDir, keep: tools, signal });
  const inside = (name: string, args: string[]) =>
    launch({
      name,
      command: isolation.enter[0],
      args: [...isolation.enter.slice(1), toolPath(tools, name), ...args],
      logDir,
      env: { PATH: `${binaries}:${process.env['PATH']}` },
      onDeath,
    });
  const containerd = inside('containerd', ['--config', file('containerd.toml')]);
  let kubelet: Service | undefined;
  let kubeconfig = '';
  const launchKubelet = () =>
    inside('kubelet', [
      `--config=${file('kubelet.json')}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${options.nodeName}`,
      `--node-ip=${slot.address}`,
      `--root-dir=${file('kubelet')}`,
      `--cert-dir=${file('kubelet/pki')}`,
    ]);
  return {
    async join(controlPlane) {
      await until({ what: 'containerd', services: [containerd], signal }, () => canConnect(socket));
      await controlPlane.apiReady;
      kubeconfig = controlPlane.nodeKubeconfig;
      kubelet = launchKubelet();
      await until({ what: 'the node to be ready', services: [containerd, kubelet], signal }, async () => {
        const { status, body } = await controlPlane.get(`/api/v1/nodes/${options.nodeName}`);
        return status === 200 && canTakePods(JSON.parse(body));
      });
    },
    async stopKubelet() {
      if (kubelet) await stopChildren(kubelet);
    },
    async startKubelet() {
      if (kubelet?.ended !== undefined) kubelet = launchKubelet();
    },
    async stop() {
      const entered = [containerd, kubelet].map((service) => service?.stop('SIGCONT', 20_000));
      await Promise.all([isolation.stop(), ...entered]);
    },
  };
}

function canTakePods(node: {
  spec?: { taints?: unknown[] };
  status?: { conditions?: { type: string; status: string }[] };
}): boolean {
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return Boolean(ready) && (node.spec?.taints ?? []).length === 0;
}

async function createBridge({ bridge, address }: Slot): Promise<void> {
  await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await run('ip', ['address', 'add', `${address}/22`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);
}

/**
 * Pods reach one another and this machine, and nothing else: the bridge
 * neither forwards nor translates, so no setting of the machine is changed.
 */
function podNetwork({ index, bridge, address, podRange }: Slot, dataDir: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: `safe-rollout-${index}`,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: false,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir,
          ranges: [[{ subnet: podRange, gateway: address }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}

async function writeRegistryConfig(folder: string, registry: string): Promise<void> {
  await mkdir(join(folder, registry), { recursive: true });
  const text = [
    `server = "http://${registry}"`,
    `[host."http://${registry}"]`,
    'capabilities = ["pull", "resolve"]',
    '',
  ];
  await writeFile(join(folder, registry, 'hosts.toml'), text.join('\n'));
}

async function containerdConfig(options: NodeOptions, socket: string, binaries: string): Promise<string> {
  const file = (name: string) => join(options.folder, name);
  const snapshotter = (await isOverlay(options.folder)) ? 'native' : 'overlayfs';
  return `version = 3
root = '${file('containerd')}'
state = '${file('containerd-state')}'
disabled_plugins = ['io.containerd.nri.v1.nri', 'io.containerd.tracing.processor.v1.otlp']

[grpc]
address = '${socket}'

[plugins.'io.containerd.cri.v1.images']
snapshotter = '${snapshotter}'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${options.pauseImage}'

[plugins.'io.containerd.cri.v1.images'.registry]
config_path = '${file('registries')}'

[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
disable_apparmor = true
netns_mounts_under_state_dir = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['${binaries}']
conf_dir = '${file('cni')}'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = '${join(binaries, 'runc')}'
Root = '${file('runc')}'
`;
}

/** An overlay on an overlay does not mount. */
async function isOverlay(folder: string): Promise<boolean> {
  return (await run('stat', ['-f', '-c', '%T', folder])).trim() === 'overlayfs';
}

/** What the tests time (back-offs of crashes and image pulls) is left as it is. */
function kubeletConfig({ slot, folder }: NodeOptions, socket: string): object {
  const file = (name: string) => join(folder, name);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: slot.address,
    port: slot.ports.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: slot.ports.kubeletHealth,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${slot.cgroup}`,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    evictionHard: {},
    // What a pod fills is noticed, and evicted for, within some 40 s; with the default of 1 min it takes up to 4 min.
    volumeStatsAggPeriod: '10s',
    imageGCHighThresholdPercent: 100,
    maxPods: 250,
    makeIPTablesUtilChains: false,
    nodeStatusUpdateFrequency: '2s',
    podLogsDir: file('pod-logs'),
    volumePluginDir: file('volume-plugins'),
    staticPodPath: '',
    resolvConf: file('resolv.conf'),
    clusterDNS: [slot.address],
    clusterDomain: 'cluster.local',
    registryPullQPS: 0,
    serializeImagePulls: false,
  };
}

function canConnect(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on('error', () => resolve(false));
  });
}
