import type { CoreV1Event, V1ObjectMeta } from '@kubernetes/client-node';
import type { KubernetesClient } from './client.ts';
import { resources } from './resources.ts';
import { mirror } from './watch.ts';

/** What the cluster told of an object; alike ones are merged by whoever sent them. */
export interface ToldEvent {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number;
  /** The container that it is about, or ''. */
  readonly container: string;
}

/** An Event object in few words. */
export function told(event: CoreV1Event): ToldEvent {
  const { lastTimestamp, eventTime, series, metadata, involvedObject } = event;
  const seen = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0;
  return {
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: series?.count ?? event.count ?? 1,
    lastSeen: new Date(seen).getTime(),
    container: /\{(.+)\}/.exec(involvedObject.fieldPath ?? '')?.[1] ?? '',
  };
}

/** Objects whose events are followed at a time: enough for examples, and few requests however many pods there are. */
export const mostObjects = 3;

/** Follows the events of a few objects, each asked for by its uid: a namespace's events are never listed. */
export class ObjectEvents {
  readonly #client: KubernetesClient;
  readonly #namespace: string;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #followed = new Map<
    string,
    { readonly stop: AbortController; readonly events: () => ToldEvent[] }
  >();

  constructor(client: KubernetesClient, namespace: string, signal: AbortSignal, onChange: () => void) {
    this.#client = client;
    this.#namespace = namespace;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Follows the first few of `objects`, and lets go of those that are no longer among them. */
  follow(objects: readonly { readonly metadata?: V1ObjectMeta }[]): void {
    const uids = new Set(objects.map(({ metadata }) => metadata?.uid ?? ''));
    for (const [uid, { stop }] of this.#followed) {
      if (uids.has(uid)) continue;
      stop.abort();
      this.#followed.delete(uid);
    }
    for (const uid of uids) {
      if (this.#followed.size >= mostObjects) return;
      if (!this.#followed.has(uid)) this.#begin(uid);
    }
  }

  /** The events by the objects' uids, newest first. */
  facts(): Map<string, ToldEvent[]> {
    return new Map([...this.#followed].map(([uid, { events }]) => [uid, events()]));
  }

  #begin(uid: string): void {
    const stop = new AbortController();
    const events = mirror(
      this.#client,
      resources.events,
      { namespace: this.#namespace, fieldSelector: `involvedObject.uid=${uid}` },
      { signal: AbortSignal.any([this.#signal, stop.signal]), onChange: this.#onChange, project: told },
    );
    // What the events tell only adds to a diagnosis; where they may not be read, it goes without.
    events.synced.catch(() => {});
    events.done.catch(() => {});
    this.#followed.set(uid, { stop, events: () => events.items().sort((a, b) => b.lastSeen - a.lastSeen) });
  }
}
