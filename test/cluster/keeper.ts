/**
 * The keeper: a process of its own that owns everything a cluster is made of.
 * Whoever wants the cluster holds the other end of its standard input; when
 * that closes, for whatever reason, the keeper ends everything and removes
 * every trace. It is started by `index.ts` and speaks JSON lines on standard output.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type TargetName } from './build.ts';
import { cleanUp, folderPrefix, sweep } from './cleanup.ts';
import { type Arguments, type Operation, serveControl } from './control.ts';
import { startControlPlane } from './control-plane.ts';
import { ensurePackages } from './debian.ts';
import { type ClusterDescription, toolPath } from './description.ts';
import { ClusterUnavailable, messageOf } from './errors.ts';
import { describeExternal } from './external.ts';
import { behaviours, pushBases, pushImage } from './images.ts';
import type { KeeperMessage, KeeperOptions } from './keeper-messages.ts';
import { type ClusterNode, startNode } from './node.ts';
import { type PostgresServer, startPostgresServer } from './postgres-server.ts';
import { launch, type Service, stopAll, tailOf, until } from './processes.ts';
import { type Slot, takeSlot } from './slot.ts';

const attempts = 3;

const stopping = new AbortController();
const { signal } = stopping;
process.stdin.on('end', () => stopping.abort()).on('error', () => stopping.abort());
process.stdin.resume();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
// A mistake in here must not leave anything behind either.
process.on('uncaughtException', (error) => {
  say({ log: `the keeper gives up: ${error.stack ?? error.message}` });
  stopping.abort();
});
// Whoever listened may be gone.
process.stdout.on('error', () => undefined);

/** What one attempt has begun: work under way, and things to end, in reverse order. */
class Belongings {
  readonly #work: Promise<unknown>[] = [];
  readonly #ends: (() => Promise<unknown>)[] = [];

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  /** Work that has to settle before anything is ended, lest it begins more. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#work.push(work);
    return work;
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#work);
    for (const end of this.#ends.reverse()) {
      await end().catch((error: unknown) => say({ log: `while stopping: ${messageOf(error)}` }));
    }
  }
}

function say(message: KeeperMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const log = (line: string) => say({ log: line });

let isUp = false;
const onDeath = (service: Service) => {
  // Before, whoever waits for it tells.
  if (signal.aborted || !isUp) return;
  log(
    `${service.name} ended by itself with ${service.ended}; the end of ${service.logPath}:\n${tailOf(service.logPath)}`,
  );
};

async function main(options: KeeperOptions): Promise<void> {
  if (options.mode === 'build') {
    await build(['kubernetes', 'runtime', 'app'], log, signal);
    say({ built: true });
    return;
  }
  const withNode = options.mode === 'cluster' && options.node;
  if (withNode) await ensurePackages(['iproute2'], log);
  const tools = await build(targetsOf(options), log, signal);
  await sweep(log);
  let after = -1;
  for (let attempt = 1; ; attempt++) {
    const slot = await takeSlot(undefined, after);
    if (!slot) throw new Error('no slot');
    after = slot.index;
    const belongings = new Belongings();
    const over = new AbortController();
    let failed = true;
    // A bridge may have outlived its folder.
    await cleanUp(slot);
    const folder = await mkdtemp(folderPrefix(slot.index));
    try {
      const logDir = join(folder, 'logs');
      const ended = AbortSignal.any([signal, over.signal]);
      const context: Context = { options, slot, folder, logDir, tools, belongings, signal: ended };
      const description = options.mode === 'external' ? await startBeside(context) : await startOwn(context);
      failed = false;
      isUp = true;
      say({ ready: description });
      await new Promise((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener('abort', resolve);
      });
      return;
    } catch (error) {
      if (signal.aborted) return;
      const taken = await lostPortRace(join(folder, 'logs'));
      if (!taken || attempt === attempts) throw error;
      log('a port was taken in the meantime; trying others');
      failed = false;
    } finally {
      over.abort();
      await belongings.end();
      await stopAll();
      // After a failure the logs stay, for whoever reads the error.
      if (failed && !signal.aborted) await keepOnlyLogs(folder);
      await cleanUp(slot, failed && !signal.aborted);
      await slot.release();
    }
  }
}

function targetsOf(options: KeeperOptions): TargetName[] {
  if (options.mode === 'external') return ['kubectl', 'crane', 'app'];
  return options.mode === 'cluster' && options.node ? ['kubernetes', 'runtime', 'app'] : ['kubernetes'];
}

interface Context {
  options: KeeperOptions;
  slot: Slot;
  folder: string;
  logDir: string;
  tools: Partial<Record<TargetName, string>>;
  belongings: Belongings;
  /** Aborted when this attempt is over. */
  signal: AbortSignal;
}

async function startOwn(context: Context): Promise<ClusterDescription> {
  const { options, slot, folder, logDir, belongings, signal } = context;
  const withNode = options.mode === 'cluster' && options.node;
  const folders = Object.values(context.tools);
  const nodeName = withNode ? `node-${slot.index}` : '';
  const registry = withNode ? `127.0.0.1:${slot.ports.registry}` : '';
  const layers = layersIn(context.tools.app);
  const postgres = postgresServers(context, withNode ? slot.address : '127.0.0.1', slot.podRange);
  belongings.add(() => postgres.stop());

  const plane = await startControlPlane({
    ...{ slot, folder, logDir, nodeName, signal, onDeath },
    tools: folders,
    featureGates: options.mode === 'cluster' ? options.featureGates : [],
  });
  belongings.add(() => plane.stop());
  let node: ClusterNode | undefined;
  const startWorkers = async () => {
    const pauseImage = `${registry}/pause:pause`;
    node = await startNode({
      ...{ slot, folder, logDir, nodeName, pauseImage, signal, onDeath },
      tools: folders,
    });
    belongings.add(node.stop);
    await node.join(plane);
  };
  const parts: Promise<unknown>[] = [plane.ready];
  if (withNode) parts.push(startWorkers());
  if (layers) parts.push(startRegistry(context, registry, layers));
  await Promise.all(parts.map((part) => belongings.track(part)));
  const control = await openControl(context, (operation, args) => {
    switch (operation) {
      case 'startApiServer':
        return plane.startApiServer();
      case 'stopApiServer':
        return plane.stopApiServer();
      case 'startKubelet':
        return node?.startKubelet() ?? Promise.resolve();
      case 'stopKubelet':
        return node?.stopKubelet() ?? Promise.resolve();
      default:
        return postgres.handle(operation, args);
    }
  });
  return {
    kubeconfig: plane.kubeconfig,
    server: plane.server,
    caFile: plane.caFile,
    adminToken: plane.adminToken,
    tools: folders,
    registry,
    hostAddress: withNode ? slot.address : '127.0.0.1',
    podRange: slot.podRange,
    nodeName,
    auditLog: plane.auditLog,
    external: false,
    canBreak: true,
    runFolder: folder,
    control,
    layers,
    users: plane.users,
  };
}

/** Nothing but what tests need beside a cluster that someone else runs. */
async function startBeside(context: Context): Promise<ClusterDescription> {
  const { options, folder, tools, belongings } = context;
  if (options.mode !== 'external') throw new Error('not an external cluster');
  const folders = Object.values(tools);
  const layers = layersIn(tools.app);
  const description = await describeExternal(options.kubeconfig, folder, toolPath(folders, 'kubectl'));
  const postgres = postgresServers(context, description.hostAddress, '0.0.0.0/0');
  belongings.add(() => postgres.stop());
  if (layers && description.registry) {
    const source = { crane: toolPath(folders, 'crane'), registry: description.registry, layers };
    await pushBases(source);
    await pushAll(source);
  }
  const control = await openControl(context, (operation, args) => postgres.handle(operation, args));
  return { ...description, tools: folders, layers, control, runFolder: folder };
}

async function startRegistry(
  { tools, logDir, belongings, signal }: Context,
  registry: string,
  layers: { app: string; pause: string },
): Promise<void> {
  const crane = toolPath(Object.values(tools), 'crane');
  const service = launch({
    name: 'registry',
    command: crane,
    args: ['registry', 'serve', '--address', registry],
    logDir,
    onDeath,
  });
  belongings.add(() => service.stop('SIGKILL'));
  await until({ what: 'the registry', services: [service], signal }, async () => {
    return (await fetch(`http://${registry}/v2/`)).ok;
  });
  const source = { crane, registry, layers };
  await pushBases(source);
  await pushAll(source);
}

async function pushAll(source: Parameters<typeof pushImage>[0]): Promise<void> {
  await Promise.all(Object.entries(behaviours).map(([tag, behaviour]) => pushImage(source, tag, behaviour)));
}

function layersIn(folder: string | undefined): ClusterDescription['layers'] {
  return folder === undefined
    ? undefined
    : { app: join(folder, 'app.tar'), pause: join(folder, 'pause.tar') };
}

function postgresServers({ slot, folder, logDir, signal }: Context, hostAddress: string, podRange: string) {
  const running = new Map<number, PostgresServer>();
  const starting = new Set<number>();
  const start = async () => {
    if (hostAddress === '') {
      throw new ClusterUnavailable(
        'where the pods of this cluster reach this machine is not known: set SAFE_ROLLOUT_HOST_ADDRESS',
      );
    }
    const port = slot.sparePorts.find((spare) => !running.has(spare) && !starting.has(spare));
    if (port === undefined) throw new Error(`all ${slot.sparePorts.length} PostgreSQL servers are running`);
    starting.add(port);
    try {
      const server = await startPostgresServer({
        ...{ logDir, port, hostAddress, podRange, signal },
        folder: join(folder, `postgres-${port}`),
      });
      running.set(port, server);
      return server.description;
    } finally {
      starting.delete(port);
    }
  };
  const stop = async (port: number) => {
    await running.get(port)?.stop();
    await rm(join(folder, `postgres-${port}`), { recursive: true, force: true });
    running.delete(port);
  };
  return {
    async handle(operation: Operation, args: Arguments): Promise<unknown> {
      if (operation === 'startPostgres') return await start();
      if (operation === 'stopPostgres') return await stop(Number(args['port']));
      throw new ClusterUnavailable(
        `${operation}: this cluster was not started here, so it is not broken here`,
      );
    },
    stop: async () => await Promise.all([...running.keys()].map(stop)),
  };
}

async function openControl(
  { folder, belongings }: Context,
  handle: (operation: Operation, args: Arguments) => Promise<unknown>,
): Promise<string> {
  const socket = join(folder, 'keeper.sock');
  const server = await serveControl(socket, (operation, args) => belongings.track(handle(operation, args)));
  belongings.add(async () => server.close());
  return socket;
}

async function lostPortRace(logDir: string): Promise<boolean> {
  const files = await readdir(logDir).catch(() => []);
  return files.some((file) => /address already in use/i.test(tailOf(join(logDir, file), 50)));
}

async function keepOnlyLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== 'logs') await rm(join(folder, name), { recursive: true, force: true });
  }
}

try {
  await main(JSON.parse(process.argv[2] ?? '{}') as KeeperOptions);
} catch (error) {
  if (!signal.aborted) {
    const name = error instanceof Error ? error.name : 'Error';
    say({ error: { name, message: messageOf(error) } });
  }
  process.exitCode = 1;
}
// What was said is written out first.
process.stdout.write('', () => process.exit());
