import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterStartFailed, hasCode } from './errors.ts';

/** A long-running program, its log in a file. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** How it ended, once it has: `code 1`, `signal SIGKILL`. */
  readonly ended: string | undefined;
  /** Settles when it has ended. */
  readonly exited: Promise<void>;
  /** Sends a signal, then SIGKILL after `grace` milliseconds (default 5,000), and waits for the end. */
  stop(signal?: NodeJS.Signals, grace?: number): Promise<void>;
}

export interface ServiceOptions {
  name: string;
  command: string;
  args: readonly string[];
  logDir: string;
  env?: NodeJS.ProcessEnv;
  /** Called when it ends without having been stopped. */
  onDeath?: (service: Service) => void;
}

const canGuard = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;

/**
 * The command line that runs a program so that, on Linux, the kernel kills it
 * when the process that started it is gone, however that ended.
 */
export function guard(command: string, args: readonly string[]): [string, ...string[]] {
  return canGuard ? ['setpriv', '--pdeathsig', 'KILL', command, ...args] : [command, ...args];
}

const running = new Set<Service>();

/** Kills every program that still runs, and waits for their ends. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((service) => service.stop('SIGKILL')));
}

/** Starts a program; its output is appended to `logDir/name.log`. */
export function launch(options: ServiceOptions): Service {
  mkdirSync(options.logDir, { recursive: true });
  const logPath = join(options.logDir, `${options.name}.log`);
  const log = openSync(logPath, 'a');
  const [command, ...args] = guard(options.command, options.args);
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  });
  closeSync(log);
  let ended: string | undefined;
  let stopping = false;
  const exited = new Promise<void>((resolve) => {
    const end = (how: string) => {
      if (ended !== undefined) return;
      ended = how;
      running.delete(service);
      if (!stopping) options.onDeath?.(service);
      resolve();
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(signal ? `signal ${signal}` : `code ${code}`));
  });
  const service: Service = {
    name: options.name,
    pid: child.pid ?? 0,
    logPath,
    exited,
    get ended() {
      return ended;
    },
    async stop(signal = 'SIGTERM', grace = 5_000) {
      stopping = true;
      if (ended !== undefined) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), grace);
      await exited;
      clearTimeout(timer);
    },
  };
  running.add(service);
  return service;
}

/** The last lines of a log, or a note where there are none. */
export function tailOf(logPath: string, lines = 15): string {
  try {
    return readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') || '(empty)';
  } catch {
    return '(no log)';
  }
}

export interface UntilOptions {
  /** What is waited for, for the error. */
  what: string;
  /** Programs without which waiting is in vain. */
  services: readonly Service[];
  /** Milliseconds, default 60,000. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Asks every 50 ms until the condition holds. A condition that throws does not
 * hold yet. Rejects with {@link ClusterStartFailed} when a program ends or time is up.
 */
export async function until(
  options: UntilOptions,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = Date.now() + (options.timeout ?? 60_000);
  let last = '';
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      if (await condition()) return;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    const dead = options.services.find((service) => service.ended !== undefined);
    if (dead) {
      throw new ClusterStartFailed(
        `${dead.name} ended with ${dead.ended} while waiting for ${options.what}. ` +
          `The end of its log, ${dead.logPath}:\n${tailOf(dead.logPath)}`,
      );
    }
    if (Date.now() > deadline) {
      const logs = options.services.map((service) => `${service.logPath}:\n${tailOf(service.logPath)}`);
      throw new ClusterStartFailed(
        [`timed out waiting for ${options.what}${last ? ` (${last})` : ''}`, ...logs].join('\n'),
      );
    }
    await sleep(50, undefined, { signal: options.signal });
  }
}

/** The process ids of a process's children. Linux only. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/**
 * Kills what a service's program has started, and waits for the program to
 * end of that, as `nsenter` and `unshare --fork` do.
 */
export async function stopChildren(service: Service): Promise<void> {
  if (service.ended !== undefined) return;
  for (const pid of await childrenOf(service.pid)) kill(pid);
  await service.stop('SIGCONT', 20_000);
}

/** Kills a process that may be gone already. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Runs a short program to its end; rejects with what it said on failure. */
export function run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`"${command} ${args.join(' ')}" ended with code ${code}: ${err || out}`));
    });
  });
}
