import { addAbortSignal, type Readable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { ApiError, ConnectionError } from '../errors.ts';
import type { KubernetesClient, LogQuery, RequestOptions } from './client.ts';
import { LineSplitter } from './lines.ts';

/** Which container's log, and how much of it. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the container's instance before the present one. */
  readonly previous?: boolean;
  /** Only this many lines of what is there already. */
  readonly tailLines?: number;
  /** RFC 3339; nothing older. */
  readonly sinceTime?: string;
  /** End after about so many bytes. */
  readonly limitBytes?: number;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** @param timestamp RFC 3339 with nanoseconds; `''` where the kubelet itself speaks instead of the container */
  readonly onLine: (line: string, timestamp: string) => void;
  /** Whether the container is known to be terminated: until it is, a stream's end is only an interruption. */
  readonly ended: () => boolean;
  readonly clock?: Clock;
  /** How long a stream may stay open and silent once the container is known to have ended. Default 5. */
  readonly lingerSeconds?: number;
}

const MAX_LINE_CHARACTERS = 16 * 1024;
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 2;
const LINGER_SECONDS = 5;
/** How long to try for the rest of an ended container's log. */
const LAST_READ_SECONDS = 15;
/** Lines of stdout and stderr may come slightly out of order, so a resumed read starts this much earlier. */
const OVERLAP_SECONDS = 1;

const NOT_YET = /waiting to start|ContainerCreating|PodInitializing|does not have a host assigned/;

/** Whether the kubelet speaks, in the place of a log that is gone: such a line is not the container's. */
export function isKubeletsWord(line: string): boolean {
  return /^(?:unable to retrieve container logs for |failed to try resolving symlinks in path )/.test(line);
}

/**
 * Hands over every line of a container's log, once, as it is written; ends with the container or its pod.
 *
 * A stream that ends while the container runs was cut by log rotation or for being idle
 * (https://github.com/kubernetes/kubernetes/issues/115701) and is resumed where it was.
 *
 * @throws {ApiError} what waiting cannot heal, such as 403, or what kept the last lines of an ended container away
 * @throws {Error} the latter, too: a ConnectionError, or what broke the stream
 * @throws `signal.reason` once it aborts
 */
export async function followLog(
  client: KubernetesClient,
  source: LogSource,
  options: FollowOptions,
): Promise<void> {
  const { signal, ended } = options;
  const clock = options.clock ?? systemClock;
  const position = new Position();
  let received = 0;
  let pause = FIRST_PAUSE_SECONDS;
  let endedAt: number | undefined;
  const isFull = () => source.limitBytes !== undefined && received >= source.limitBytes;

  for (;;) {
    signal.throwIfAborted();
    // A read that starts after the container's end holds all of the rest, so it is the last one needed.
    const last = ended();
    endedAt ??= last ? clock.now() : undefined;
    let progressed = false;
    let broken: unknown;
    try {
      const left = source.limitBytes === undefined ? undefined : source.limitBytes - received;
      const query = { ...resumed(source, position, left), follow: !last, timestamps: true };
      const stream = await client.log(query, { signal, patience: 0 });
      position.resume();
      const splitter = new LineSplitter((line) => {
        const { timestamp, text } = split(line);
        if (position.advance(timestamp, line)) {
          progressed = true;
          options.onLine(text, timestamp);
        }
      }, MAX_LINE_CHARACTERS);
      addAbortSignal(signal, stream);
      broken = await drain(stream, ended, options.lingerSeconds ?? LINGER_SECONDS, (chunk) => {
        received += chunk.length;
        splitter.write(chunk);
      });
      if (broken === undefined && (last || isFull())) {
        splitter.end();
      }
    } catch (error) {
      signal.throwIfAborted();
      // The pod is gone, or the container ended without ever having started.
      if (error instanceof ApiError && (isGone(error) || (last && isNotYet(error)))) {
        return;
      }
      if (!isPassing(error)) {
        throw error;
      }
      broken = error;
    }
    if ((broken === undefined && last) || isFull()) {
      return;
    }
    if (broken !== undefined && endedAt !== undefined && clock.now() - endedAt > LAST_READ_SECONDS * 1000) {
      throw broken;
    }
    pause = progressed ? FIRST_PAUSE_SECONDS : pause;
    await clock.sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS);
  }
}

/**
 * The last lines of a container's log as they are now, without timestamps; none where the pod is gone or the
 * container has not started. For diagnosis: asked once, and tried again for no longer than `patience` (default 5 s).
 * @throws as `KubernetesClient.log`; a container without a previous instance is an `ApiError` 400
 */
export async function readLog(
  client: KubernetesClient,
  source: LogSource & { readonly tailLines: number },
  options: RequestOptions,
): Promise<string[]> {
  const lines: string[] = [];
  try {
    const stream = await client.log(source, { patience: 5, ...options });
    const splitter = new LineSplitter((line) => lines.push(line), MAX_LINE_CHARACTERS);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      splitter.write(chunk);
    }
    splitter.end();
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof ApiError)) {
      // What has come is better than nothing: a broken read ends here.
      if (lines.length > 0) {
        return lines;
      }
      throw error;
    }
    if (!isGone(error) && !isNotYet(error)) {
      throw error;
    }
  }
  return lines;
}

/** `source` from where `position` is on. */
function resumed(source: LogSource, position: Position, left: number | undefined): LogQuery {
  const { tailLines, sinceTime, limitBytes: _, ...rest } = source;
  const since = position.resumeTime();
  return {
    ...rest,
    ...(since === undefined && tailLines !== undefined ? { tailLines } : {}),
    ...((since ?? sinceTime) === undefined ? {} : { sinceTime: since ?? (sinceTime as string) }),
    ...(left === undefined ? {} : { limitBytes: left }),
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) {
    return true;
  }
  if (!(error instanceof ApiError)) {
    return false;
  }
  // The kubelet says so of a container that it has started but has no status of yet.
  const isUnknown = error.status === 400 && /is not available$/.test(error.message);
  return error.status >= 500 || error.status === 429 || isNotYet(error) || isUnknown;
}

/**
 * The pod does not exist: the API server itself says so. A pod that has just been scheduled is a 404 as well, sent
 * by a kubelet that has not heard of it yet ("the server could not find the requested resource").
 */
function isGone(error: ApiError): boolean {
  return error.status === 404 && /^pods "[^"]*" not found/.test(error.message);
}

function isNotYet(error: ApiError): boolean {
  return error.status === 404 || (error.status === 400 && NOT_YET.test(error.message));
}

/** Reads `stream` to its end. Gives what broke it, be it that nothing came for long after the container's end. */
async function drain(
  stream: Readable,
  ended: () => boolean,
  lingerSeconds: number,
  onChunk: (chunk: Buffer) => void,
): Promise<unknown> {
  let silentSince: number | undefined;
  const check = setInterval(() => {
    if (!ended()) {
      return;
    }
    silentSince ??= performance.now();
    if (performance.now() - silentSince > lingerSeconds * 1000) {
      stream.destroy(new Error('The log went on in silence after its container had ended'));
    }
  }, lingerSeconds * 200);
  let thrown: { error: unknown } | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silentSince = undefined;
      try {
        onChunk(chunk);
      } catch (error) {
        thrown = { error };
        break;
      }
    }
  } catch (error) {
    return error;
  } finally {
    clearInterval(check);
    stream.destroy();
  }
  if (thrown !== undefined) {
    throw thrown.error;
  }
  return undefined;
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

function split(line: string): { timestamp: string; text: string } {
  const match = TIMESTAMP.exec(line);
  return match === null
    ? { timestamp: '', text: line }
    : { timestamp: match[1] ?? '', text: line.slice(match[0].length) };
}

/**
 * Which lines have been handed over. The kubelet resumes at whole seconds, so the lines of the last ones come again;
 * they are told by timestamp and text together, and counted, since a program may write one line twice in an instant.
 */
class Position {
  /** By second since the epoch: how often each line was handed over. Only those that can come again are kept. */
  readonly #seen = new Map<number, Map<string, number>>();
  /** What of it the present read has not yet repeated. */
  #repeats = new Map<string, number>();
  /** What the kubelet says for itself has no timestamp; it is handed over once. */
  readonly #untimed = new Set<string>();
  #latest: number | undefined;
  /** Where the present read begins: what is older was handed over by an earlier one. */
  #from = Number.NEGATIVE_INFINITY;

  /** RFC 3339, to a whole second; undefined before the first line. */
  resumeTime(): string | undefined {
    return this.#latest === undefined
      ? undefined
      : new Date((this.#latest - OVERLAP_SECONDS) * 1000).toISOString().replace('.000Z', 'Z');
  }

  /** A new read begins, from `resumeTime()` on. */
  resume(): void {
    this.#from = this.#latest === undefined ? this.#from : this.#latest - OVERLAP_SECONDS;
    this.#repeats = new Map([...this.#seen.values()].flatMap((lines) => [...lines]));
  }

  /** True where the line is new. */
  advance(timestamp: string, line: string): boolean {
    const second = Math.floor(Date.parse(timestamp) / 1000);
    if (Number.isNaN(second)) {
      const isNew = !this.#untimed.has(line);
      this.#untimed.add(line);
      return isNew;
    }
    if (second < this.#from) {
      return false;
    }
    const repeats = this.#repeats.get(line) ?? 0;
    if (repeats > 0) {
      this.#repeats.set(line, repeats - 1);
      return false;
    }
    if (this.#latest === undefined || second > this.#latest) {
      this.#latest = second;
      for (const old of this.#seen.keys()) {
        if (old < second - OVERLAP_SECONDS) {
          this.#seen.delete(old);
        }
      }
    }
    const lines = this.#seen.get(second) ?? new Map<string, number>();
    lines.set(line, (lines.get(line) ?? 0) + 1);
    this.#seen.set(second, lines);
    return true;
  }
}
