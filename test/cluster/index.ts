import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Cluster, connect } from './connect.ts';
import { ClusterStartFailed, ClusterUnavailable } from './errors.ts';
import type { KeeperMessage, KeeperOptions } from './keeper-messages.ts';

export type { Cluster } from './connect.ts';
export type { ClusterDescription } from './description.ts';
export { ClusterUnavailable } from './errors.ts';
export type { Behaviour } from './images.ts';
export { type Database, type Postgres, startPostgres } from './postgres.ts';

export interface ClusterOptions {
  /** Whether containers run: a node, a registry, a pod network. Default true. Needs Linux and root. */
  node?: boolean;
  /** Gets progress, one line each. Default: standard error. */
  log?: (line: string) => void;
  /** Names of the feature gates of the control plane that are on, beside those that are by default. */
  featureGates?: readonly string[];
}

/** A cluster that this process started; it ends with this process at the latest. */
export interface StartedCluster extends Cluster {
  /** Ends every process and removes every trace. Resolves when that is done; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a one-node Kubernetes, building it first if need be. With
 * SAFE_ROLLOUT_KUBECONFIG set nothing is started, and the cluster is that one.
 *
 * Throws {@link ClusterUnavailable} where this machine cannot, and
 * {@link ClusterStartFailed} where it should have.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<StartedCluster> {
  const { node = true, log = toStandardError, featureGates = [] } = options;
  const kubeconfig = process.env['SAFE_ROLLOUT_KUBECONFIG'];
  if (!kubeconfig && node) checkMachine();
  const keeper = startKeeper(
    kubeconfig ? { mode: 'external', kubeconfig } : { mode: 'cluster', node, featureGates },
    log,
  );
  const message = await keeper.outcome;
  if (!('ready' in message)) throw new ClusterStartFailed('the keeper ended without a cluster');
  return { ...connect(message.ready), stop: keeper.stop };
}

/** Only builds what {@link startCluster} needs. */
export async function buildCluster(log: (line: string) => void = toStandardError): Promise<void> {
  const keeper = startKeeper({ mode: 'build' }, log);
  await keeper.outcome;
  await keeper.stop();
}

function checkMachine(): void {
  const without = 'The control plane alone (startCluster({ node: false })) runs here.';
  const elsewhere = 'Or set SAFE_ROLLOUT_KUBECONFIG and SAFE_ROLLOUT_REGISTRY to use a cluster you have.';
  if (process.platform !== 'linux') {
    throw new ClusterUnavailable(
      `running containers needs Linux, and this is ${process.platform}. ${without} ${elsewhere}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new ClusterUnavailable(
      `running containers needs root: run the same command with "sudo -E env PATH=$PATH". ${without} ${elsewhere}`,
    );
  }
}

interface Keeper {
  /** The first message that is not progress. */
  outcome: Promise<KeeperMessage>;
  stop: () => Promise<void>;
}

function startKeeper(options: KeeperOptions, log: (line: string) => void): Keeper {
  if (!process.features.typescript) {
    throw new Error(
      `this needs Node 24 (npm scripts have it; else npx node …), and this is ${process.version}`,
    );
  }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts'), JSON.stringify(options)], {
    // A session of its own: Ctrl-C reaches only us, and the keeper sees the pipe close.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => undefined);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  const outcome = new Promise<KeeperMessage>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as KeeperMessage;
      if ('log' in message) log(message.log);
      else if ('error' in message) reject(toError(message.error));
      else resolve(message);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      reject(new ClusterStartFailed(`the keeper ended with code ${code}: ${complaints}`)),
    );
  }).then(
    (message) => {
      // From here on it must not hold this process up: when this one ends, so does the keeper.
      for (const part of [child, child.stdin, child.stdout, child.stderr]) unref(part);
      return message;
    },
    async (error: unknown) => {
      child.stdin.end();
      await gone;
      throw error;
    },
  );
  let stopping = false;
  outcome.then(
    () => child.on('close', () => stopping || log('the keeper has ended by itself, and the cluster with it')),
    () => undefined,
  );
  return {
    outcome,
    stop: async () => {
      stopping = true;
      child.ref();
      child.stdin.end();
      // Should it hang, the kernel ends what it started, and the next start removes the rest.
      const patience = setTimeout(() => child.kill('SIGKILL'), 45_000);
      await gone;
      clearTimeout(patience);
    },
  };
}

function unref(part: object): void {
  if ('unref' in part && typeof part.unref === 'function') part.unref();
}

function toError({ name, message }: { name: string; message: string }): Error {
  return name === 'ClusterUnavailable' ? new ClusterUnavailable(message) : new ClusterStartFailed(message);
}

function toStandardError(line: string): void {
  process.stderr.write(`cluster: ${line}\n`);
}
