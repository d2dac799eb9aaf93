import { addAbortSignal, type Readable } from 'node:stream';
import type { KubernetesObject } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { ApiError } from '../errors.ts';
import type { KubernetesClient, Selection } from './client.ts';
import { LineSplitter } from './lines.ts';
import type { ResourceType } from './resources.ts';

/** A change of a mirror. `deleted` carries the object as it was last known. */
export type Change<K> =
  | { readonly type: 'applied' | 'deleted'; readonly object: K }
  /** A list is complete: the first, or the one after the server had forgotten where our watch was. */
  | { readonly type: 'synced' };

/** The objects of a selection, kept up to date. */
export interface Mirror<K> {
  items(): K[];
  get(name: string): K | undefined;
  /** Resolves after the first list; rejects as `done` does, or with the signal's reason, where that never comes. */
  readonly synced: Promise<void>;
  /** Rejects on an error that waiting cannot heal (400; 401, 403 and 404 where they come first, or last a minute); resolves once the signal aborts. */
  readonly done: Promise<void>;
}

export interface MirrorOptions<T, K> {
  readonly signal: AbortSignal;
  /** Called after the mirror itself has changed. What it throws ends the mirror. */
  readonly onChange: (change: Change<K>) => void;
  /** Keep only what is needed: there may be thousands. */
  readonly project?: (object: T) => K;
  readonly clock?: Clock;
  /** Seconds without a sign of life (servers send a bookmark about every minute) until a watch counts as dead. */
  readonly idleSeconds?: number;
}

const IDLE_SECONDS = 75;
/** The server ends each watch after a random while in this range, so that clients spread over its replicas. */
const WATCH_SECONDS = { least: 240, most: 300 };
const FIRST_PAUSE_SECONDS = 0.2;
const LONGEST_PAUSE_SECONDS = 10;
/** Refusals that may pass where the same was allowed before, and how many seconds they are waited out. */
const PASSING_REFUSALS: ReadonlySet<number> = new Set([401, 403, 404]);
const REFUSED_SECONDS = 60;

/**
 * Lists, then watches from there; resumes after the last version heard of when the connection breaks, and lists
 * anew where that version is gone (410). A server that is down is waited for until `signal` aborts.
 *
 * A name that was deleted and created again while we were away is one `applied` with another uid.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function mirror<T extends KubernetesObject, K = T>(
  client: KubernetesClient,
  type: ResourceType<T>,
  selection: Selection,
  options: MirrorOptions<T, K>,
): Mirror<K> {
  const kept = new Map<string, { version: string; object: K }>();
  const synced = Promise.withResolvers<void>();
  const { signal, onChange } = options;
  const clock = options.clock ?? systemClock;
  const patiently = { signal, patience: Number.POSITIVE_INFINITY };
  // Without a projection, K is T.
  const project = options.project ?? ((object: T) => object as unknown as K);
  let pause = FIRST_PAUSE_SECONDS;

  function apply(object: T): void {
    const name = object.metadata?.name ?? '';
    const version = object.metadata?.resourceVersion ?? '';
    if (version !== '' && kept.get(name)?.version === version) {
      return;
    }
    const entry = { version, object: project(object) };
    kept.set(name, entry);
    onChange({ type: 'applied', object: entry.object });
  }

  function remove(name: string, last?: T): void {
    const entry = kept.get(name);
    if (kept.delete(name) && entry !== undefined) {
      onChange({ type: 'deleted', object: last === undefined ? entry.object : project(last) });
    }
  }

  async function list(): Promise<string> {
    const { items, resourceVersion } = await client.list(type, selection, patiently);
    const present = new Set(items.map((item) => item.metadata?.name ?? ''));
    for (const name of [...kept.keys()]) {
      if (!present.has(name)) {
        remove(name);
      }
    }
    for (const item of items) {
      apply(item);
    }
    onChange({ type: 'synced' });
    synced.resolve();
    return resourceVersion;
  }

  /** Watches once from `from`; gives the version to go on from, or undefined where only a list helps. */
  async function watchFrom(from: string): Promise<string | undefined> {
    let version = from;
    let stream: Readable;
    try {
      const timeoutSeconds = WATCH_SECONDS.least + Math.random() * (WATCH_SECONDS.most - WATCH_SECONDS.least);
      stream = await client.watch(type, { ...selection, resourceVersion: from, timeoutSeconds }, patiently);
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) {
        return undefined;
      }
      throw error;
    }
    let expired = false;
    let heard = false;
    addAbortSignal(signal, stream);
    const ended = await consume(stream, options.idleSeconds ?? IDLE_SECONDS, (line) => {
      const event = JSON.parse(line) as { type: string; object: T };
      if (event.type === 'ERROR') {
        // Mostly 410. Whatever it is, the list that follows succeeds, waits, or throws what cannot heal.
        expired = true;
        return;
      }
      heard = true;
      version = event.object.metadata?.resourceVersion ?? version;
      if (event.type === 'DELETED') {
        remove(event.object.metadata?.name ?? '', event.object);
      } else if (event.type !== 'BOOKMARK') {
        apply(event.object);
      }
    });
    if (ended !== undefined) {
      throw ended;
    }
    if (heard) {
      pause = FIRST_PAUSE_SECONDS;
    }
    return expired ? undefined : version;
  }

  async function run(): Promise<void> {
    let version: string | undefined;
    let isSynced = false;
    let refusedSince: number | undefined;
    for (;;) {
      try {
        version = version === undefined ? await list() : version;
        isSynced = true;
        version = await watchFrom(version);
        refusedSince = undefined;
      } catch (error) {
        // An API server that starts up refuses for a while what it allowed before.
        if (!isSynced || !(error instanceof ApiError) || !PASSING_REFUSALS.has(error.status)) throw error;
        refusedSince ??= clock.now();
        if (clock.now() - refusedSince > REFUSED_SECONDS * 1000) throw error;
      }
      // A watch that ends at once, again and again, must not become a storm.
      await clock.sleep(pause, signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS);
    }
  }

  const done = run().catch((error: unknown) => {
    synced.reject(signal.aborted ? signal.reason : error);
    if (!signal.aborted) {
      throw error;
    }
  });
  // Whoever cares awaits them; an abort with nobody waiting is no unhandled rejection.
  done.catch(() => {});
  synced.promise.catch(() => {});
  return {
    items: () => Array.from(kept.values(), (entry) => entry.object),
    get: (name) => kept.get(name)?.object,
    synced: synced.promise,
    done,
  };
}

/**
 * Reads lines until the stream ends, breaks, stays silent for too long, or sends something that is not JSON.
 * Gives what `onLine` threw, if it did; that the connection broke is the expected end and no error.
 */
async function consume(
  stream: Readable,
  idleSeconds: number,
  onLine: (line: string) => void,
): Promise<Error | undefined> {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const idle = setTimeout(() => stream.destroy(), idleSeconds * 1000);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      idle.refresh();
      splitter.write(chunk);
      for (const line of lines.splice(0)) {
        try {
          onLine(line);
        } catch (error) {
          if (!(error instanceof SyntaxError)) {
            return error instanceof Error ? error : new Error(String(error));
          }
          return undefined;
        }
      }
    }
  } catch {
    // Dropped, hung up on for its silence, or aborted, which the caller's next wait notices. Half a line is lost
    // with it, and sent again.
  } finally {
    clearTimeout(idle);
    stream.destroy();
  }
  return undefined;
}
