import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { toolPath } from './description.ts';
import { launch, type Service, until } from './processes.ts';
import type { Slot } from './slot.ts';

export interface ControlPlaneOptions {
  slot: Slot;
  folder: string;
  logDir: string;
  tools: string[];
  /** Name of the node that may join, if any. */
  nodeName: string;
  /** Names of the feature gates that are on, beside those that are by default. */
  featureGates: readonly string[];
  onDeath: (service: Service) => void;
  signal: AbortSignal;
}

/** etcd, the API server, the controllers and the scheduler. */
export interface ControlPlane {
  readonly server: string;
  readonly caFile: string;
  readonly adminToken: string;
  readonly kubeconfig: string;
  readonly nodeKubeconfig: string;
  readonly auditLog: string;
  readonly users: Record<string, string>;
  readonly services: () => Service[];
  /** Resolves when the API server answers. */
  readonly apiReady: Promise<void>;
  /** Resolves when the controllers run and namespace `default` can hold pods. */
  readonly ready: Promise<void>;
  /** GETs a path as the administrator. */
  get(path: string): Promise<{ status: number; body: string }>;
  startApiServer(): Promise<void>;
  stopApiServer(): Promise<void>;
  stop(): Promise<void>;
}

/** Users that tests give permissions to; they have none. */
const spareUsers = ['user-a', 'user-b', 'user-c'];

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { slot, folder, logDir, tools, onDeath, signal } = options;
  const { ports } = slot;
  const file = (name: string) => join(folder, name);
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const caFile = file('pki/apiserver.crt');
  const auditLog = file('audit.log');
  await mkdir(file('pki'), { recursive: true });

  const tokens: Record<string, string> = {};
  const rows: string[] = [];
  const addUser = (name: string, group = '') => {
    const token = randomBytes(16).toString('hex');
    tokens[name] = token;
    rows.push(`${token},${name},${name},"${group}"`);
  };
  const node = `system:node:${options.nodeName}`;
  addUser('admin', 'system:masters');
  addUser('system:kube-controller-manager');
  addUser('system:kube-scheduler');
  if (options.nodeName) addUser(node, 'system:nodes');
  for (const name of spareUsers) addUser(name);
  const token = (name: string) => tokens[name] ?? '';

  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const kubeconfig = async (user: string, name: string) => {
    const path = file(`${name}.kubeconfig`);
    await writeFile(path, kubeconfigText(server, caFile, user, token(user)), { mode: 0o600 });
    return path;
  };
  const [adminConfig, managerConfig, schedulerConfig, nodeKubeconfig, userConfigs] = await Promise.all([
    kubeconfig('admin', 'admin'),
    kubeconfig('system:kube-controller-manager', 'controller-manager'),
    kubeconfig('system:kube-scheduler', 'scheduler'),
    options.nodeName ? kubeconfig(node, 'node') : '',
    Promise.all(spareUsers.map(async (name) => [name, await kubeconfig(name, name)] as const)),
    writeFile(file('tokens.csv'), `${rows.join('\n')}\n`, { mode: 0o600 }),
    writeFile(file('pki/sa.key'), keys.privateKey, { mode: 0o600 }),
    writeFile(file('pki/sa.pub'), keys.publicKey),
    writeFile(file('audit-policy.json'), JSON.stringify(auditPolicy)),
  ]);

  const gates =
    options.featureGates.length > 0
      ? [`--feature-gates=${options.featureGates.map((gate) => `${gate}=true`).join(',')}`]
      : [];

  const start = (name: string, args: string[]) =>
    launch({ name, command: toolPath(tools, name), args, logDir, onDeath });
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
  const peerUrl = `http://127.0.0.1:${ports.etcdPeer}`;
  const etcd = start('etcd', [
    `--data-dir=${file('etcd')}`,
    '--name=test',
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=test=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);

  const launchApiServer = () =>
    start('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--advertise-address=${slot.address}`,
      '--endpoint-reconciler-type=none',
      `--cert-dir=${file('pki')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('pki/sa.pub')}`,
      `--service-account-signing-key-file=${file('pki/sa.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      `--audit-policy-file=${file('audit-policy.json')}`,
      `--audit-log-path=${auditLog}`,
      '--audit-log-maxsize=4000',
      '--profiling=false',
      ...gates,
    ]);
  let apiServer = launchApiServer();

  const get = (path: string) => getJson(server, caFile, token('admin'), path);
  const answers = async (path: string) => (await get(path)).status === 200;
  const waitForApi = () =>
    until({ what: 'the API server', services: [etcd, apiServer], signal }, () => answers('/readyz'));

  let others: Service[] = [];
  const apiReady = waitForApi();
  const ready = (async () => {
    await apiReady;
    others = [
      start('kube-controller-manager', [
        `--kubeconfig=${managerConfig}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${ports.controllerManager}`,
        '--use-service-account-credentials=true',
        `--service-account-private-key-file=${file('pki/sa.key')}`,
        `--root-ca-file=${caFile}`,
        '--leader-elect=false',
        '--kube-api-qps=200',
        '--kube-api-burst=400',
        ...gates,
      ]),
      start('kube-scheduler', [
        `--kubeconfig=${schedulerConfig}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${ports.scheduler}`,
        '--leader-elect=false',
        '--kube-api-qps=200',
        '--kube-api-burst=400',
      ]),
    ];
    await until(
      { what: 'the controllers and the scheduler', services: [etcd, apiServer, ...others], signal },
      async () => {
        const found = await Promise.all([
          answers('/api/v1/namespaces/default/serviceaccounts/default'),
          answers('/api/v1/namespaces/default/configmaps/kube-root-ca.crt'),
          isHealthy(ports.scheduler),
        ]);
        return found.every(Boolean);
      },
    );
  })();
  // Both are awaited by the caller, but perhaps only after the other has failed.
  apiReady.catch(() => undefined);
  ready.catch(() => undefined);

  return {
    server,
    caFile,
    adminToken: token('admin'),
    kubeconfig: adminConfig,
    nodeKubeconfig,
    auditLog,
    users: Object.fromEntries(userConfigs),
    services: () => [etcd, apiServer, ...others],
    apiReady,
    ready,
    get,
    async startApiServer() {
      if (apiServer.ended === undefined) return;
      apiServer = launchApiServer();
      await waitForApi();
    },
    async stopApiServer() {
      await apiServer.stop('SIGKILL');
    },
    async stop() {
      await Promise.all([etcd, apiServer, ...others].map((service) => service.stop('SIGKILL')));
    },
  };
}

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

function kubeconfigText(server: string, caFile: string, user: string, token: string): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority': caFile } }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user, namespace: 'default' } }],
      'current-context': 'test',
    },
    undefined,
    2,
  )}\n`;
}

function getJson(
  server: string,
  caFile: string,
  token: string,
  path: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${server}${path}`,
      {
        ca: readFileSync(caFile),
        headers: { authorization: `Bearer ${token}`, 'user-agent': 'cluster-keeper' },
        timeout: 5_000,
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer within 5 s')));
    call.on('error', reject);
    call.end();
  });
}

/** Asks a component on loopback whose certificate is its own, made in memory. */
function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      { host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false, timeout: 2_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}
