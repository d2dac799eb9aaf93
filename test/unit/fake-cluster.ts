import { Readable } from 'node:stream';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { ApiError, ConnectionError } from '../../src/errors.ts';
import type { JsonPatchOperation, KubernetesClient, Selection } from '../../src/kubernetes/client.ts';
import type { ResourceType } from '../../src/kubernetes/resources.ts';
import type { FakeClock } from './fake-clock.ts';

/** One request, as a test may want to look at it, or to disturb it. */
export interface FakeCall {
  readonly verb: 'get' | 'list' | 'create' | 'patch' | 'delete' | 'watch';
  readonly plural: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly body: unknown;
}

/** What goes wrong with a request. */
export interface Fault {
  /** Whether the server has done what was asked for all the same. */
  readonly applied: boolean;
  readonly error: Error;
}

/** The connection broke: before the request was sent, before the server had it, or before its answer came. */
export const unsent = fault(false, false);
export const dropped = fault(false, true);
export const answerLost = fault(true, true);

function fault(applied: boolean, sent: boolean): Fault {
  return { applied, error: new ConnectionError('https://k8s', 'https://k8s does not answer', { sent }) };
}

/** The server answers with an error. */
export function refused(status: number, reason: string, message = reason, applied = false): Fault {
  return { applied, error: apiError(status, reason, message) };
}

export function apiError(status: number, reason: string, message = reason): ApiError {
  return new ApiError({ status, reason, message, request: 'TEST' });
}

interface Stored {
  metadata?: V1ObjectMeta;
  spec?: object;
  [field: string]: unknown;
}

interface Watcher {
  readonly plural: string;
  readonly selection: Selection;
  readonly stream: Readable;
}

/** How requests of one client fare. */
export interface FakeClientOptions {
  /** Asked at each request; undefined lets it through. */
  readonly fault?: (call: FakeCall) => Fault | undefined;
  /** Seconds from here to the server, and back. */
  readonly latency?: () => number;
}

/**
 * An API server in memory, as far as this program uses one: versions, conflicts, preconditions, dry runs, watches.
 * `afterChange` may play a controller.
 */
export class FakeCluster {
  readonly calls: FakeCall[] = [];
  /** What containers wrote, by `pod/container`; their instances before, by `pod/container/previous`. */
  readonly logs = new Map<string, string>();
  afterChange: (plural: string, object: Stored) => void = () => {};
  readonly #objects = new Map<string, Stored>();
  readonly #history: { version: number; plural: string; type: string; object: Stored }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #clock: FakeClock | undefined;
  #version = 100;

  constructor(clock?: FakeClock) {
    this.#clock = clock;
  }

  /** The object as it is; undefined where there is none. */
  read<T>(type: ResourceType<T>, name: string): T | undefined {
    const found = this.#objects.get(`${type.plural}/${name}`);
    return found && (structuredClone(found) as T);
  }

  /** Puts an object there, new or in place of the one before, as somebody else would. */
  put<T>(type: ResourceType<T>, object: T): void {
    this.#store(type.plural, structuredClone(object) as Stored);
  }

  remove(type: ResourceType<unknown>, name: string): void {
    const key = `${type.plural}/${name}`;
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#tell(type.plural, 'DELETED', object);
  }

  /** How often this was asked for, dry runs aside. */
  count(verb: FakeCall['verb'], plural: string): number {
    return this.calls.filter((call) => call.verb === verb && call.plural === plural && !call.dryRun).length;
  }

  client({ fault = () => undefined, latency }: FakeClientOptions = {}): KubernetesClient {
    const travel = async (signal: AbortSignal) => {
      if (latency && this.#clock) await this.#clock.sleep(latency(), signal);
      else await Promise.resolve();
      signal.throwIfAborted();
    };
    const send = async <R>(call: FakeCall, signal: AbortSignal, serve: () => R): Promise<R> => {
      signal.throwIfAborted();
      this.calls.push(call);
      const wrong = fault(call);
      if (wrong && !wrong.applied) {
        await travel(signal);
        throw wrong.error;
      }
      await travel(signal);
      const answer = structuredClone(serve());
      await travel(signal);
      if (wrong) throw wrong.error;
      return answer;
    };
    const call = (
      verb: FakeCall['verb'],
      { plural }: ResourceType<unknown>,
      name = '',
      body: unknown = undefined,
      dryRun = false,
    ): FakeCall => ({ verb, plural, name, body, dryRun });

    return {
      get: <T>(type: ResourceType<T>, { name }: { name: string }, { signal }: { signal: AbortSignal }) =>
        send(call('get', type, name), signal, () => this.#get(type, name) as T),
      list: <T>(type: ResourceType<T>, selection: Selection, { signal }: { signal: AbortSignal }) =>
        send(call('list', type), signal, () => ({
          items: this.#select(type.plural, selection) as T[],
          resourceVersion: `${this.#version}`,
        })),
      create: <T>(
        type: ResourceType<T>,
        _: object,
        body: T,
        { signal, dryRun = false }: { signal: AbortSignal; dryRun?: boolean },
      ) =>
        send(
          call('create', type, (body as Stored).metadata?.name, body, dryRun),
          signal,
          () => this.#create(type, body as Stored, dryRun) as T,
        ),
      patch: <T>(
        type: ResourceType<T>,
        { name }: { name: string },
        patch: unknown,
        { signal, dryRun = false }: { signal: AbortSignal; dryRun?: boolean },
      ) =>
        send(
          call('patch', type, name, patch, dryRun),
          signal,
          () => this.#patch(type, name, patch, dryRun) as T,
        ),
      delete: (
        type: ResourceType<unknown>,
        { name }: { name: string },
        { signal }: { signal: AbortSignal },
      ) =>
        send(call('delete', type, name), signal, () => {
          this.#get(type, name);
          this.remove(type, name);
        }),
      serverVersion: () => Promise.reject(new Error('Nobody asks for it.')),
      askService: () => Promise.reject(new Error('There is no Service.')),
      watch: async (type, query, { signal }) => {
        signal.throwIfAborted();
        return this.#watch(type.plural, query, Number(query.resourceVersion));
      },
      log: async ({ pod, container, previous }) => {
        const text = this.logs.get(`${pod}/${container}${previous ? '/previous' : ''}`);
        if (previous && text === undefined) {
          const words = `previous terminated container "${container}" in pod "${pod}" not found`;
          throw apiError(400, 'BadRequest', words);
        }
        return Readable.from([Buffer.from(text ?? '')]);
      },
      portForward: () => Promise.reject(new Error('Nobody asks for it.')),
    };
  }

  #get({ plural }: ResourceType<unknown>, name: string): Stored {
    const found = this.#objects.get(`${plural}/${name}`);
    if (found === undefined) throw apiError(404, 'NotFound', `${plural} "${name}" not found`);
    return found;
  }

  #create({ plural }: ResourceType<unknown>, body: Stored, dryRun: boolean): Stored {
    const name = body.metadata?.name ?? '';
    if (this.#objects.has(`${plural}/${name}`)) {
      throw apiError(409, 'AlreadyExists', `${plural} "${name}" already exists`);
    }
    return dryRun ? body : this.#store(plural, body);
  }

  #patch(type: ResourceType<unknown>, name: string, patch: unknown, dryRun: boolean): Stored {
    const before = this.#get(type, name);
    const after = Array.isArray(patch)
      ? jsonPatched(before, patch as JsonPatchOperation[])
      : (merged(before, patch) as Stored);
    const { resourceVersion } = before.metadata ?? {};
    if (after.metadata?.resourceVersion !== resourceVersion) {
      throw apiError(409, 'Conflict', 'the object has been modified');
    }
    const isNewSpec = JSON.stringify(after.spec) !== JSON.stringify(before.spec);
    const { generation } = before.metadata ?? {};
    if (after.metadata && generation !== undefined && isNewSpec) after.metadata.generation = generation + 1;
    return dryRun ? after : this.#store(type.plural, after);
  }

  #store(plural: string, object: Stored): Stored {
    const name = object.metadata?.name ?? '';
    const key = `${plural}/${name}`;
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    const stored = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata?.uid ?? `uid-${plural}-${name}`,
        resourceVersion: `${this.#version}`,
      },
    };
    this.#objects.set(key, stored);
    this.#tell(plural, type, stored);
    this.afterChange(plural, structuredClone(stored));
    return stored;
  }

  #select(plural: string, selection: Selection): Stored[] {
    return [...this.#objects]
      .filter(([key, object]) => key.startsWith(`${plural}/`) && matches(object, selection))
      .map(([, object]) => object);
  }

  #tell(plural: string, type: string, object: Stored): void {
    const event = { version: Number(object.metadata?.resourceVersion), plural, type, object };
    this.#history.push(event);
    for (const watcher of this.#watchers) this.#push(watcher, event);
  }

  #push(
    { plural, selection, stream }: Watcher,
    event: { plural: string; type: string; object: Stored },
  ): void {
    if (event.plural !== plural || !matches(event.object, selection)) return;
    stream.push(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
  }

  #watch(plural: string, selection: Selection, from: number): Readable {
    const stream = new Readable({ read: () => {} });
    const watcher = { plural, selection, stream };
    for (const event of this.#history) if (event.version > from) this.#push(watcher, event);
    this.#watchers.add(watcher);
    stream.once('close', () => this.#watchers.delete(watcher));
    return stream;
  }
}

function matches(object: Stored, { labelSelector = '', fieldSelector = '' }: Selection): boolean {
  const pairs = (text: string) => text.split(',').flatMap((part) => (part === '' ? [] : [part.split('=')]));
  return (
    pairs(labelSelector).every(([key = '', value]) => {
      const label = object.metadata?.labels?.[key];
      return value === undefined ? label !== undefined : label === value;
    }) && pairs(fieldSelector).every(([path = '', value]) => `${at(object, path.split('.'))}` === value)
  );
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return structuredClone(patch);
  const result: Record<string, unknown> = isMapping(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}

/** RFC 6902, without `move` and `copy`. */
function jsonPatched(object: Stored, patch: readonly JsonPatchOperation[]): Stored {
  const result = structuredClone(object);
  for (const operation of patch) {
    const path = operation.path
      .split('/')
      .slice(1)
      .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
    const key = path.at(-1) ?? '';
    const parent = at(result, path.slice(0, -1)) as Record<string, unknown> | undefined;
    if (parent === undefined) throw apiError(422, 'Invalid', 'the server rejected our request');
    if (operation.op === 'test') {
      if (JSON.stringify(parent[key]) !== JSON.stringify(operation.value))
        throw apiError(422, 'Invalid', 'the server rejected our request');
    } else if (operation.op === 'remove') delete parent[key];
    else if ('value' in operation) parent[key] = structuredClone(operation.value);
  }
  return result;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
