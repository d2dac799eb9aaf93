import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { LineSplitter } from './kubernetes/lines.ts';

/** How a script ended. */
export type ScriptEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timeout' }
  /** There is no shell, or it cannot be started. */
  | { readonly kind: 'not-started'; readonly message: string };

/** What a script is run with. */
export interface ScriptOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Seconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Called with each line of its output, whichever stream it is on. */
  readonly onLine: (line: string) => void;
}

/** Seconds that a script which is told to end has for it. A cancelled step itself has 7.5. */
const endSeconds = 2;
/** Seconds that its output may go on after its end, where something that it started still holds it open. */
const drainSeconds = 1;
const longestLine = 16 * 1024;

/** As a `run:` step with `shell: bash` is; and where there is no bash, as one is without. */
const shells: readonly { readonly program: string; readonly options: readonly string[] }[] = [
  { program: 'bash', options: ['--noprofile', '--norc', '-eo', 'pipefail', '-c'] },
  { program: 'sh', options: ['-e', '-c'] },
];

/**
 * Runs a shell script, with nothing on its standard input, and ends whatever it has started with it.
 *
 * By node:child_process and not @actions/exec, which can neither be told to stop nor end what a script has started.
 *
 * @throws the signal's reason, once the script has ended.
 */
export async function runScript(script: string, options: ScriptOptions): Promise<ScriptEnd> {
  options.signal.throwIfAborted();
  let failure: ScriptEnd = { kind: 'not-started', message: 'there is no shell' };
  for (const { program, options: flags } of shells) {
    const end = await runShell(program, [...flags, script], options);
    if (end.kind !== 'not-started') return end;
    failure = end;
  }
  return failure;
}

async function runShell(
  program: string,
  words: readonly string[],
  { env, timeout, signal, onLine }: ScriptOptions,
): Promise<ScriptEnd> {
  const child = spawn(program, words, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended at once.
    detached: isPosix,
    windowsHide: true,
  });
  const splitters = [child.stdout, child.stderr].map((stream) => {
    const splitter = new LineSplitter(onLine, longestLine);
    stream.on('data', (chunk: Buffer) => splitter.write(chunk));
    stream.on('error', () => {});
    return splitter;
  });
  const { promise: ended, resolve } = Promise.withResolvers<ScriptEnd>();
  child.once('error', ({ message }) => resolve({ kind: 'not-started', message }));
  child.once('exit', (code, by) =>
    resolve(code === null ? { kind: 'killed', signal: by ?? '?' } : { kind: 'exited', code }),
  );
  const closed = new Promise((done) => child.once('close', done));
  const late = AbortSignal.timeout(timeout * 1000);
  const stop = AbortSignal.any([signal, late]);
  const onStop = () => void endGently(child, ended);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    if (stop.aborted) onStop();
    const end = await ended;
    if (end.kind === 'not-started') return end;
    await Promise.race([closed, delay(drainSeconds * 1000, undefined, { ref: false })]);
    for (const splitter of splitters) splitter.end();
    signal.throwIfAborted();
    return late.aborted ? { kind: 'timeout' } : end;
  } finally {
    stop.removeEventListener('abort', onStop);
    // What it has left behind in the background would outlive the verdict.
    kill(child, 'SIGKILL');
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

async function endGently(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  kill(child, 'SIGTERM');
  const over = new AbortController();
  await Promise.race([ended, delay(endSeconds * 1000, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
  kill(child, 'SIGKILL');
}

const isPosix = process.platform !== 'win32';

/** Ends the script with all that it has started; where nothing of it runs any longer, nothing happens. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (isPosix) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended already.
  }
}
