import { setTimeout as delay } from 'node:timers/promises';
import { exec } from '@actions/exec';
import { messageOf } from './errors.ts';
import { LineSplitter } from './kubernetes/lines.ts';

/** How a script ended. */
export type ScriptEnd =
  /** By its own code, or that of the signal that ended it: 137 for SIGKILL. */
  | { readonly kind: 'exited'; readonly code: number }
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

/** Each as it is started, and as it runs the script: as a `run:` step is with `shell: bash`, or without any. */
const shells: readonly { readonly program: string; readonly start: string[]; readonly run: string[] }[] = [
  // Without --norc, a bash whose standard input is a socket would read the user's settings.
  { program: 'bash', start: ['--noprofile', '--norc'], run: ['--noprofile', '--norc', '-eo', 'pipefail'] },
  { program: 'sh', start: [], run: ['-e'] },
];

/**
 * Runs its arguments as a process group of their own, which says on its first line which it is, and ends as they do.
 * @actions/exec can end nothing that it has started; by the group (a negative number, as kill(2) takes it) all of it
 * can be ended at once. Where the shell can make none, the line names the process. What the shell itself says of a child
 * that was killed is of no interest. With setsid the child is not in the background, where it could not heed SIGINT.
 */
const inGroup = `
begin='echo "$1$$"; shift; exec "$@"'
exec 3>&1 4>&2 >/dev/null 2>&1
if command -v setsid
then
  setsid "$0" -c "$begin" "$0" - "$@" </dev/null >&3 2>&4 3>&- 4>&-
else
  set -m
  case $- in *m*) sign=- ;; *) sign= ;; esac
  "$0" -c "$begin" "$0" "$sign" "$@" </dev/null >&3 2>&4 3>&- 4>&- &
  wait "$!"
fi
exit "$?"
`;

/**
 * Runs a shell script, with nothing on its standard input, and ends whatever it has started with it.
 *
 * @throws the signal's reason, once the script has ended, or has not for some seconds after it was killed.
 */
export async function runScript(script: string, options: ScriptOptions): Promise<ScriptEnd> {
  options.signal.throwIfAborted();
  let failure: ScriptEnd = { kind: 'not-started', message: 'there is no shell' };
  for (const { program, start, run } of shells) {
    const { BASH_ENV, ...env } = options.env;
    // Only the script is to read that file, whose output would else be taken for the group's number.
    const withSettings = BASH_ENV ? ['env', `BASH_ENV=${BASH_ENV}`] : [];
    const words = [...start, '-c', inGroup, program, ...withSettings, program, ...run, '-c', script];
    const end = await runShell(program, words, { ...options, env });
    if (end.kind !== 'not-started') return end;
    failure = end;
  }
  return failure;
}

async function runShell(
  program: string,
  words: string[],
  { env, timeout, signal, onLine }: ScriptOptions,
): Promise<ScriptEnd> {
  const over = new AbortController();
  const group = Promise.withResolvers<number>();
  let isFirst = true;
  const tell = (line: string) => {
    if (!over.signal.aborted) onLine(line);
  };
  const errors = new LineSplitter(tell, longestLine);
  const output = new LineSplitter((line) => {
    if (!isFirst) return tell(line);
    isFirst = false;
    // Whatever else it may be: 0 and -1 would be this process's own group, and everything.
    if (/^-?[1-9]\d*$/.test(line) && Math.abs(Number(line)) > 1) group.resolve(Number(line));
  }, longestLine);
  const ended = exec(program, words, {
    env: Object.fromEntries(
      Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined),
    ),
    silent: true,
    ignoreReturnCode: true,
    delay: drainSeconds * 1000,
    listeners: { stdout: (chunk) => output.write(chunk), stderr: (chunk) => errors.write(chunk) },
  }).then(
    (code): ScriptEnd => ({ kind: 'exited', code }),
    (error: unknown): ScriptEnd => ({ kind: 'not-started', message: messageOf(error) }),
  );
  const late = AbortSignal.timeout(timeout * 1000);
  const stop = AbortSignal.any([signal, late]);
  const stopped = Promise.withResolvers<ScriptEnd>();
  const onStop = () =>
    void endGently(group.promise, over.signal).then(() => stopped.resolve({ kind: 'timeout' }));
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const end = await Promise.race([ended, stopped.promise]);
  stop.removeEventListener('abort', onStop);
  for (const splitter of [output, errors]) splitter.end();
  over.abort();
  if (end.kind === 'not-started') return end;
  // What it has left behind in the background would outlive the verdict. A process that has ended is left alone: its
  // number may be another's by now.
  void group.promise.then((id) => id < 0 && kill(id, 'SIGKILL'));
  signal.throwIfAborted();
  return late.aborted ? { kind: 'timeout' } : end;
}

/** Tells a group, or a process, to end, and makes it end where it has not until `ended` aborts; then it is given up. */
async function endGently(group: Promise<number>, ended: AbortSignal): Promise<void> {
  const wait = (seconds: number) => delay(seconds * 1000, undefined, { signal: ended }).catch(() => {});
  void group.then((id) => kill(id, 'SIGTERM'));
  await wait(endSeconds);
  void group.then((id) => kill(id, 'SIGKILL'));
  await wait(drainSeconds);
}

/** As kill(2) does; where nothing of it runs any longer, nothing happens. */
function kill(id: number, signal: NodeJS.Signals): void {
  // There, the numbers of a shell's processes are not the system's.
  if (process.platform === 'win32') return;
  try {
    process.kill(id, signal);
  } catch {
    // It has ended already.
  }
}
