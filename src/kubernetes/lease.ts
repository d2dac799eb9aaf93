import type { V1Lease } from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { ApiError, ConnectionError } from '../errors.ts';
import type { KubernetesClient } from './client.ts';
import { fieldManager, marks } from './marks.ts';
import { resources } from './resources.ts';

/** Who holds, or asks for, a lock. */
export interface Holder {
  /** Unique to one step of one run: `acme/shop/4711/1/deploy/3f2c1ab9`. */
  readonly identity: string;
  /** The run's page, or ''. */
  readonly url: string;
}

/** A lock that another run holds, as the Lease says it. */
export interface HeldLock {
  readonly identity: string;
  readonly url: string;
  /** Milliseconds since the epoch, by the holder's clock: for telling a person, never for judging. */
  readonly since: number;
}

/** The lock was taken over by another run, or its Lease is gone: nothing more may be changed. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

/** What became of asking for a lock. */
export type LockAttempt =
  | {
      readonly kind: 'acquired';
      readonly lock: LeaseLock;
      /** What former holders wrote into the Lease. */
      readonly notes: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'held'; readonly by: HeldLock };

/** A holder that has not renewed for so many seconds has lost the lock. */
export const leaseSeconds = 30;

/** Seconds between two renewals: two may fail, and the event loop may stand still for a while, before the lock is lost. */
const renewSeconds = 8;

/** Seconds that must be left of the lock before a change; with less, it is renewed first. */
const freshSeconds = 18;

/** How often a renewal may take so long that little is left of it. */
const mostRenewals = 5;

/** Seconds before expiry at which a change must be over. */
const marginSeconds = 5;

/** How often taking a free lock may fail, by a race or a server in trouble, before it is given up. */
const mostFailures = 40;

/** Seconds between two looks at a Lease that another run holds. */
const lookSeconds = 2;

/** A lock that is to be had. */
export interface LockRequest {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** The Lease's name. */
  readonly name: string;
  readonly holder: Holder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds to wait for another holder; 0 asks once. */
  readonly timeout: number;
  /** Called when another run is found to hold the lock, once for each. */
  readonly onWait: (by: HeldLock) => void;
}

/**
 * Takes the lock as client-go's leader election does: where nobody holds it, where it is ours already, or once the
 * same renewal has been seen for as long as the holder promised to renew. So the clocks of runner and cluster need not
 * agree. Every step is a compare-and-swap on the Lease's `resourceVersion`.
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
 *
 * @throws ApiError, ConnectionError; the signal's reason.
 */
export async function acquireLock(request: LockRequest): Promise<LockAttempt> {
  const { clock, holder, signal } = request;
  const deadline = clock.now() + request.timeout * 1000;
  let seen:
    | {
        readonly version: string;
        readonly renewal: string;
        readonly identity: string | undefined;
        readonly since: number;
      }
    | undefined;
  let isAlive = false;
  let told = '';
  let failures = 0;
  for (;;) {
    const lease = await read(request);
    const version = lease?.metadata?.resourceVersion ?? '';
    const by = lease && heldBy(lease);
    // A holder that was seen to renew is alive, whatever its clock says.
    const renewal = `${by?.identity} ${lease?.spec?.renewTime}`;
    const isSame = seen?.identity === by?.identity;
    isAlive = isSame && (isAlive || (seen !== undefined && seen.renewal !== renewal));
    if (seen === undefined || seen.version !== version)
      seen = { version, renewal, identity: by?.identity, since: clock.now() };
    const promised = (lease?.spec?.leaseDurationSeconds ?? leaseSeconds) * 1000;
    const isFree =
      by === undefined || by.identity === holder.identity || clock.now() - seen.since >= promised;
    if (isFree) {
      const taken = await take(request, lease);
      if (taken) {
        const notes = lease?.metadata?.annotations ?? {};
        return { kind: 'acquired', lock: new LeaseLock(request, taken), notes };
      }
      failures += 1;
      if (failures >= mostFailures) throw new Error(`The Lease ${request.name} could not be written.`);
      await clock.sleep(retrySeconds, signal);
      continue;
    }
    if (told !== by.identity) {
      request.onWait(by);
      told = by.identity;
    }
    // A holder that seems to be lost is watched to the end: else a short timeout would never get past it.
    const silent = clock.now() - new Date(lease?.spec?.renewTime ?? 0).getTime();
    const seemsLost = !isAlive && silent > promised && promised <= leaseSeconds * 1000;
    if (clock.now() >= deadline && !(seemsLost && clock.now() - seen.since < promised))
      return { kind: 'held', by };
    const pause =
      clock.now() < deadline ? Math.min(lookSeconds, (deadline - clock.now()) / 1000) : lookSeconds;
    await clock.sleep(pause, signal);
  }
}

/** A lock that is held, and renewed until it is released. */
export class LeaseLock {
  readonly #request: LockRequest;
  readonly #stop = new AbortController();
  readonly #lost = new AbortController();
  #version: string;
  /** When the last renewal was sent that the server took, in milliseconds. */
  #renewedAt: number;
  /** Changes of the Lease are made one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(request: LockRequest, taken: { readonly lease: V1Lease; readonly at: number }) {
    this.#request = request;
    this.#version = taken.lease.metadata?.resourceVersion ?? '';
    this.#renewedAt = taken.at;
    this.#renewing().catch(() => {});
  }

  /** Aborts with {@link LockLost} once the lock is another's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Writes notes into the Lease, for whoever holds it next.
   *
   * @throws LockLost; ApiError, ConnectionError where it could not be written.
   */
  async note(notes: Readonly<Record<string, string>>): Promise<void> {
    await this.#change({ metadata: { annotations: notes } });
  }

  /**
   * Makes sure that the lock is held for a while yet; to be called before each attempt to change something.
   *
   * @returns seconds for which nobody else can have the lock: no attempt may take longer.
   * @throws LockLost; ApiError, ConnectionError where it cannot be told.
   */
  async ensure(): Promise<number> {
    this.#lost.signal.throwIfAborted();
    const left = () => leaseSeconds - (this.#request.clock.now() - this.#renewedAt) / 1000;
    for (let attempt = 0; left() < freshSeconds; attempt++) {
      if (attempt >= mostRenewals) throw new Error('The API server is too slow for the lock to be held.');
      await this.#change({});
    }
    return left() - marginSeconds;
  }

  /** Stops renewing, so that the lock expires, or is taken on by post. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Gives the lock up and leaves these notes, null taking one away. Never throws: a Lease that cannot be released
   * expires by itself.
   */
  async release(notes: Readonly<Record<string, string | null>>): Promise<void> {
    this.#stop.abort();
    if (this.#lost.signal.aborted) return;
    try {
      await this.#change(
        {
          spec: { holderIdentity: null, acquireTime: null },
          metadata: { annotations: { [marks.run]: null, ...notes } },
        },
        releaseSeconds,
      );
    } catch {
      // It expires.
    }
  }

  async #renewing(): Promise<void> {
    const { clock, signal } = this.#request;
    const ending = AbortSignal.any([signal, this.#stop.signal, this.#lost.signal]);
    for (;;) {
      await clock.sleep(renewSeconds, ending);
      // A server that does not answer is asked again; the next change finds out whether the lock is still ours.
      await this.#change({}).catch(() => {});
    }
  }

  /** Patches the Lease and renews it by that. */
  #change(
    patch: { readonly spec?: object; readonly metadata?: { readonly annotations?: object } },
    patience = leaseSeconds,
  ): Promise<void> {
    const change = this.#queue.then(() => this.#changeNow(patch, patience));
    this.#queue = change.catch(() => {});
    return change;
  }

  async #changeNow(
    patch: { readonly spec?: object; readonly metadata?: object },
    patience: number,
  ): Promise<void> {
    this.#lost.signal.throwIfAborted();
    const { clock, holder, signal } = this.#request;
    const began = clock.now();
    for (;;) {
      const at = clock.now();
      try {
        const body = { ...patch, spec: { renewTime: microTime(at), ...patch.spec } };
        const lease = await write(this.#request, this.#version, body, patience);
        this.#version = lease.metadata?.resourceVersion ?? '';
        this.#renewedAt = at;
        return;
      } catch (error) {
        if (!mayHaveHappened(error)) throw error;
        if ((clock.now() - began) / 1000 >= patience) throw error;
        // Our own change may have been made though its answer was lost; then the Lease is still ours.
        const lease = await read(this.#request);
        if (lease === undefined || heldBy(lease)?.identity !== holder.identity) throw this.#lose(lease);
        this.#version = lease.metadata?.resourceVersion ?? '';
        await clock.sleep(retrySeconds, signal);
      }
    }
  }

  #lose(lease: V1Lease | undefined): LockLost {
    const by = lease && heldBy(lease);
    const who = by ? `${by.identity}${by.url ? ` (${by.url})` : ''} has taken it over` : 'its Lease is gone';
    const error = new LockLost(`The lock ${this.#request.name} was lost: ${who}.`);
    this.#lost.abort(error);
    return error;
  }
}

/** Seconds for one attempt: a connection that is dead must not outlast the lock. */
const attemptSeconds = 8;

/** Seconds between two attempts at a Lease. */
const retrySeconds = 0.5;

/** Whether a change that ended with `error` may have been made, or may be made by trying again: look at the Lease. */
function mayHaveHappened(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.sent;
  return (
    error instanceof ApiError &&
    (error.status === 409 || error.status === 404 || error.status === 429 || error.status >= 500)
  );
}

/** Seconds for releasing: nobody waits for it longer, since it expires by itself. */
const releaseSeconds = 3;

/** Who holds the Lease; undefined where nobody does. */
export function heldBy({ spec, metadata }: V1Lease): HeldLock | undefined {
  if (!spec?.holderIdentity) return undefined;
  return {
    identity: spec.holderIdentity,
    url: metadata?.annotations?.[marks.run] ?? '',
    since: new Date(spec.acquireTime ?? 0).getTime(),
  };
}

async function read({ client, namespace, name, signal }: LockRequest): Promise<V1Lease | undefined> {
  try {
    return await client.get(
      resources.leases,
      { namespace, name },
      { signal, timeoutSeconds: attemptSeconds },
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Makes the Lease ours, or answers undefined where somebody else was quicker. */
async function take(
  request: LockRequest,
  lease: V1Lease | undefined,
): Promise<{ lease: V1Lease; at: number } | undefined> {
  const { client, namespace, name, holder, clock, signal } = request;
  const at = clock.now();
  const spec = {
    holderIdentity: holder.identity,
    leaseDurationSeconds: leaseSeconds,
    acquireTime: microTime(at),
    renewTime: microTime(at),
    leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + 1,
  };
  const annotations = { [marks.run]: holder.url };
  try {
    if (lease !== undefined) {
      return {
        lease: await write(request, lease.metadata?.resourceVersion ?? '', {
          spec,
          metadata: { annotations },
        }),
        at,
      };
    }
    // client-node's model takes dates; the API takes, and gives, microsecond texts.
    const body = { metadata: { name, namespace, annotations }, spec } as unknown as V1Lease;
    return {
      lease: await client.create(resources.leases, { namespace }, body, {
        fieldManager,
        signal,
        timeoutSeconds: attemptSeconds,
      }),
      at,
    };
  } catch (error) {
    // To be read again: it is ours where only the answer was lost.
    if (mayHaveHappened(error)) return undefined;
    throw error;
  }
}

function write(
  { client, namespace, name, signal }: LockRequest,
  resourceVersion: string,
  patch: { readonly spec?: object; readonly metadata?: object },
  patience?: number,
): Promise<V1Lease> {
  const body = { ...patch, metadata: { ...patch.metadata, resourceVersion } };
  return client.patch(resources.leases, { namespace, name }, body, {
    fieldManager,
    signal,
    timeoutSeconds: attemptSeconds,
    ...(patience !== undefined && { patience }),
  });
}

/** A moment as Lease fields have it: RFC 3339 with exactly six digits of a second. */
function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
