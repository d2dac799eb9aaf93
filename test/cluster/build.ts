import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { ensurePackages } from './debian.ts';
import { ClusterUnavailable } from './errors.ts';
import { layerOf } from './layer.ts';
import { withLock } from './lock.ts';
import { guard } from './processes.ts';

const here = import.meta.dirname;

interface Target {
  /** Folder of the go.mod, beside this file. */
  module: string;
  /** What is built, for the progress lines. */
  what: string;
  /** How long it may take from cold, for the progress lines. */
  duration: string;
  /** Go packages; `tool` is every command that the go.mod names. */
  packages: string[];
  cgo?: boolean;
  tags?: string;
  ldflags?: string;
  /** Commands whose package name says too little, by that name. */
  rename?: Record<string, string>;
  /** Files besides the commands: image layers that hold one of them. */
  layers?: Record<string, string>;
  /** Debian packages without which it does not build. */
  debian?: ('libseccomp-dev' | 'pkg-config' | 'gcc')[];
}

const kubernetesVersion = '1.36.3';
const stamp = (name: string, value: string) => `-X k8s.io/component-base/version.git${name}=${value}`;
const kubernetesFlags = [
  '-s -w',
  stamp('Version', `v${kubernetesVersion}`),
  stamp('Major', '1'),
  stamp('Minor', '36'),
].join(' ');

/** What can be built. A row more is a tool more. */
const targets = {
  kubernetes: {
    module: 'kubernetes',
    what: `Kubernetes ${kubernetesVersion} and etcd`,
    duration: 'about 7 minutes on 2 cores',
    packages: ['tool'],
    ldflags: kubernetesFlags,
    rename: { server: 'etcd' },
  },
  kubectl: {
    module: 'kubernetes',
    what: `kubectl ${kubernetesVersion}`,
    duration: 'about 2 minutes on 2 cores',
    packages: ['k8s.io/kubernetes/cmd/kubectl'],
    ldflags: kubernetesFlags,
  },
  runtime: {
    module: 'runtime',
    what: 'containerd, runc, the pod network and crane',
    duration: 'about 2 minutes on 2 cores',
    packages: ['tool'],
    cgo: true,
    tags: 'seccomp,no_btrfs,no_devmapper,no_zfs',
    ldflags: '-s -w',
    debian: ['gcc', 'pkg-config', 'libseccomp-dev'],
  },
  crane: {
    module: 'runtime',
    what: 'crane',
    duration: 'about 30 seconds',
    packages: ['github.com/google/go-containerregistry/cmd/crane'],
    ldflags: '-s -w',
  },
  app: {
    module: 'app',
    what: 'the sample application',
    duration: 'about 20 seconds',
    packages: ['.', './pause'],
    ldflags: '-s -w',
    layers: { app: 'app.tar', pause: 'pause.tar' },
  },
} satisfies Record<string, Target>;

/** Something that {@link build} builds. */
export type TargetName = keyof typeof targets;

/** The folder that built binaries are kept in, outside the clone. */
export function cacheRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'safe-rollout');
}

/**
 * Builds what is not in the cache yet, one after another, and returns the
 * folder of each. Rejects with the compiler's last lines, or with
 * {@link ClusterUnavailable} where Go or a system package is missing.
 */
export async function build(
  names: readonly TargetName[],
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<Partial<Record<TargetName, string>>> {
  const folders: Partial<Record<TargetName, string>> = {};
  for (const name of names) folders[name] = await buildOne(name, targets[name], log, signal);
  return folders;
}

async function buildOne(
  name: string,
  target: Target,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const source = join(here, target.module);
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', target.ldflags ?? ''];
  if (target.tags) flags.push('-tags', target.tags);
  const key = await hashOf(source, [process.platform, process.arch, ...flags, ...target.packages]);
  const folder = join(cacheRoot(), `${name}-${key}`);
  if (await exists(folder)) return folder;
  const onWait = () => log(`waiting for another process that is building ${target.what}`);
  return await withLock({ file: `${folder}.lock`, onWait, signal }, async () => {
    if (await exists(folder)) return folder;
    if (spawnSync('go', ['version']).status !== 0) {
      throw new ClusterUnavailable(
        `building ${target.what} needs Go 1.26 or newer as "go" on the PATH. Install it from go.dev/dl.`,
      );
    }
    await ensurePackages(target.debian ?? [], log);
    await removeUnfinished(folder);
    const unfinished = await mkdtemp(`${folder}.unfinished-`);
    try {
      const started = Date.now();
      log(`building ${target.what} from source: ${target.duration}, once`);
      const temporary = join(unfinished, 'temporary');
      await mkdir(temporary);
      const args = [...flags, '-o', `${unfinished}/`, ...target.packages];
      await goBuild(target, { source, temporary, args, log, signal });
      await rm(temporary, { recursive: true });
      for (const [from, to] of Object.entries(target.rename ?? {})) {
        await rename(join(unfinished, from), join(unfinished, to));
      }
      for (const [command, file] of Object.entries(target.layers ?? {})) {
        await writeFile(join(unfinished, file), layerOf(command, await readFile(join(unfinished, command))));
      }
      await rename(unfinished, folder);
      log(`built ${target.what} in ${elapsed(started)}`);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return folder;
  });
}

interface GoBuild {
  source: string;
  /** Go's own temporary files, which it does not remove when it is killed. */
  temporary: string;
  args: string[];
  log: (line: string) => void;
  signal: AbortSignal | undefined;
}

function goBuild(target: Target, { source, temporary, args, log, signal }: GoBuild): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const started = Date.now();
    // A process group of its own, so that the compilers end with it.
    const [command, ...rest] = guard('go', ['build', '-v', ...args]);
    const child = spawn(command, rest, {
      cwd: source,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CGO_ENABLED: target.cgo ? '1' : '0', GOWORK: 'off', GOTMPDIR: temporary },
    });
    let packages = 0;
    let tail: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = text.split('\n').filter((line) => line !== '');
      packages += lines.filter((line) => !line.startsWith('go: ')).length;
      tail = [...tail, ...lines].slice(-20);
    });
    const heartbeat = setInterval(
      () => log(`still building ${target.what}: ${packages} packages so far, ${elapsed(started)}`),
      15_000,
    );
    const abort = () => {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    };
    signal?.addEventListener('abort', abort);
    const settle = (error?: Error) => {
      clearInterval(heartbeat);
      signal?.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    };
    child.on('error', settle);
    child.on('close', (code) => {
      if (signal?.aborted) settle(new Error('the build was stopped'));
      else if (code === 0) settle();
      else settle(new Error(`building ${target.what} failed:\n${tail.join('\n')}`));
    });
  });
}

/** Whoever holds the lock knows that nobody else is still at it. */
async function removeUnfinished(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.unfinished-`;
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function hashOf(folder: string, extra: string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    hash.update(`\0${relative(folder, file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
