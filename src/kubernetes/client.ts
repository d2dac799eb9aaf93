import type { Duplex, Readable } from 'node:stream';
import type { VersionInfo } from '@kubernetes/client-node';
import { ApiError } from '../errors.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';
import type { Requests } from './transport.ts';

/** One object. `namespace` is needed for namespaced types and ignored for the others. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** The objects of a namespace that the selectors match. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** For every request: when to stop, and how long to go on trying (seconds after the first failure). */
export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly patience?: number;
  /** Seconds for one attempt; 30 without it. */
  readonly timeoutSeconds?: number;
  /** Milliseconds since the epoch: no attempt is sent later. */
  readonly notAfter?: number;
}

export interface ChangeOptions extends RequestOptions {
  /** Ask the server to check the change without making it. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** True where doing it twice is as good as once, so that it may be repeated after a broken connection. */
  readonly repeatable?: boolean;
}

export interface DeleteOptions extends RequestOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly repeatable?: boolean;
}

/** RFC 6902, as far as the API server takes it. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** RFC 7396: what to lay over the object; null removes. */
export type MergePatch = Readonly<Record<string, unknown>>;

export interface WatchQuery extends Selection {
  /** Changes after this version are sent. */
  readonly resourceVersion: string;
  /** Seconds after which the server ends the watch. */
  readonly timeoutSeconds: number;
}

export interface LogQuery {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow?: boolean;
  /** Of the container's instance before the present one. */
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  /** RFC 3339 */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A Service, asked through the API server's proxy. */
export interface ServiceQuery {
  readonly namespace: string;
  /** `SCHEME:NAME:PORT` */
  readonly id: string;
  /** From the Service's root, with its query. */
  readonly path: string;
}

export interface ObjectList<T> {
  readonly items: T[];
  /** Of the whole list: where a watch goes on from. */
  readonly resourceVersion: string;
}

/**
 * Everything that this action asks of a cluster. All of it throws what `Transport.request` does.
 * Objects are as the server sent them; see `resources` on dates.
 */
export interface KubernetesClient {
  get<T>(type: ResourceType<T>, target: ObjectName, options: RequestOptions): Promise<T>;
  /** All of them, page by page. `limit` is the size of a page. */
  list<T>(
    type: ResourceType<T>,
    selection: Selection & { readonly limit?: number },
    options: RequestOptions,
  ): Promise<ObjectList<T>>;
  /** `apiVersion` and `kind` are filled in. */
  create<T>(
    type: ResourceType<T>,
    target: { namespace?: string },
    body: T,
    options: ChangeOptions,
  ): Promise<T>;
  /** A list of operations is a JSON patch (with its `test`s as preconditions), an object a merge patch. */
  patch<T>(
    type: ResourceType<T>,
    target: ObjectName,
    patch: readonly JsonPatchOperation[] | MergePatch,
    options: ChangeOptions,
  ): Promise<T>;
  delete<T>(type: ResourceType<T>, target: ObjectName, options: DeleteOptions): Promise<void>;
  serverVersion(options: RequestOptions): Promise<VersionInfo>;
  /** Newline-separated watch events, bookmarks included. `mirror` is what to use. */
  watch<T>(type: ResourceType<T>, query: WatchQuery, options: RequestOptions): Promise<Readable>;
  /** A container's log. `followLog` and `readLog` are what to use. */
  log(query: LogQuery, options: RequestOptions): Promise<Readable>;
  /** A connection to a pod's port, as frames of a WebSocket. `forwardPort` is what to use. */
  portForward(target: PodPort, options: RequestOptions): Promise<Duplex>;
  /**
   * What one of a Service's ready pods answers to a GET: the body of a 2xx. Any other answer is an ApiError, whose
   * `reason` is empty where it is the pod's own and not the API server's.
   */
  askService(query: ServiceQuery, options: RequestOptions): Promise<Readable>;
}

const PAGE_SIZE = 500;

interface ListAnswer<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

export class Client implements KubernetesClient {
  readonly #transport: Requests;

  constructor(transport: Requests) {
    this.#transport = transport;
  }

  get<T>(type: ResourceType<T>, target: ObjectName, options: RequestOptions): Promise<T> {
    return this.#transport.request<T>({ method: 'GET', path: pathOf(type, target), ...common(options) });
  }

  async list<T>(
    type: ResourceType<T>,
    selection: Selection & { readonly limit?: number },
    options: RequestOptions,
  ): Promise<ObjectList<T>> {
    try {
      return await this.#pages(type, selection, selection.limit ?? PAGE_SIZE, options);
    } catch (error) {
      // The snapshot that the pages are cut from was compacted meanwhile; in one piece it cannot be.
      if (error instanceof ApiError && error.status === 410) {
        return this.#pages(type, selection, undefined, options);
      }
      throw error;
    }
  }

  async #pages<T>(
    type: ResourceType<T>,
    selection: Selection,
    limit: number | undefined,
    options: RequestOptions,
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let next: string | undefined;
    let resourceVersion: string;
    do {
      const page: ListAnswer<T> = await this.#transport.request({
        method: 'GET',
        path: pathOf(type, selection),
        query: { ...selectors(selection), limit, continue: next },
        ...common(options),
      });
      for (const item of page.items ?? []) {
        items.push({ ...item, apiVersion: apiVersionOf(type), kind: type.kind });
      }
      resourceVersion = page.metadata?.resourceVersion ?? '';
      next = page.metadata?.continue || undefined;
    } while (next !== undefined);
    return { items, resourceVersion };
  }

  create<T>(
    type: ResourceType<T>,
    target: { namespace?: string },
    body: T,
    options: ChangeOptions,
  ): Promise<T> {
    return this.#transport.request<T>({
      method: 'POST',
      path: pathOf(type, target),
      query: changeQuery(options),
      body: { ...body, apiVersion: apiVersionOf(type), kind: type.kind },
      ...changeCommon(options),
    });
  }

  patch<T>(
    type: ResourceType<T>,
    target: ObjectName,
    patch: readonly JsonPatchOperation[] | MergePatch,
    options: ChangeOptions,
  ): Promise<T> {
    return this.#transport.request<T>({
      method: 'PATCH',
      path: pathOf(type, target),
      query: changeQuery(options),
      body: patch,
      contentType: Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json',
      ...changeCommon(options),
    });
  }

  async delete<T>(type: ResourceType<T>, target: ObjectName, options: DeleteOptions): Promise<void> {
    const { propagationPolicy, preconditions } = options;
    await this.#transport.request({
      method: 'DELETE',
      path: pathOf(type, target),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, preconditions },
      ...common(options),
      ...(options.repeatable === undefined ? {} : { repeatable: options.repeatable }),
    });
  }

  serverVersion(options: RequestOptions): Promise<VersionInfo> {
    return this.#transport.request<VersionInfo>({ method: 'GET', path: '/version', ...common(options) });
  }

  watch<T>(type: ResourceType<T>, query: WatchQuery, options: RequestOptions): Promise<Readable> {
    return this.#transport.stream({
      method: 'GET',
      path: pathOf(type, query),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        ...selectors(query),
        resourceVersion: query.resourceVersion,
        timeoutSeconds: Math.round(query.timeoutSeconds),
      },
      ...common(options),
    });
  }

  log(query: LogQuery, options: RequestOptions): Promise<Readable> {
    const { namespace, pod, ...rest } = query;
    return this.#transport.stream({
      method: 'GET',
      path: podPath(namespace, pod, 'log'),
      query: rest,
      ...common(options),
      // The kubelet sends no head before the first line, which a silent container never writes.
      ...(query.follow ? { timeoutSeconds: Number.POSITIVE_INFINITY } : {}),
    });
  }

  portForward({ namespace, pod, port }: PodPort, options: RequestOptions): Promise<Duplex> {
    return this.#transport.upgrade(
      {
        method: 'GET',
        path: podPath(namespace, pod, 'portforward'),
        query: { ports: port },
        ...common(options),
      },
      'v4.channel.k8s.io',
    );
  }

  askService({ namespace, id, path }: ServiceQuery, options: RequestOptions): Promise<Readable> {
    // The colons stay as they are: what is judged and proxied is the decoded path.
    const service = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${id}`;
    const call = { method: 'GET', path: `${service}/proxy${path}`, ...common(options) } as const;
    // What breaks the connection of others is not the Service's error.
    return this.#transport.stream({ ...call, alone: true });
  }
}

function podPath(namespace: string, pod: string, subresource: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
}

function pathOf(type: ResourceType<unknown>, target: { namespace?: string; name?: string }): string {
  const parts = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version];
  if (type.namespaced) {
    if (!target.namespace) {
      throw new TypeError(`A namespace is needed for ${type.plural}`);
    }
    parts.push('namespaces', target.namespace);
  }
  parts.push(type.plural);
  if (target.name !== undefined) {
    if (target.name === '') {
      // Without this, one object's path would be that of them all.
      throw new TypeError(`A name is needed for one of ${type.plural}`);
    }
    parts.push(target.name);
  }
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

function selectors(selection: Selection): {
  labelSelector: string | undefined;
  fieldSelector: string | undefined;
} {
  return {
    labelSelector: selection.labelSelector || undefined,
    fieldSelector: selection.fieldSelector || undefined,
  };
}

function common(options: RequestOptions): RequestOptions {
  const { signal, patience, timeoutSeconds, notAfter } = options;
  return {
    signal,
    ...(patience === undefined ? {} : { patience }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(notAfter === undefined ? {} : { notAfter }),
  };
}

function changeCommon(options: ChangeOptions): ReturnType<typeof common> & { repeatable?: boolean } {
  const repeatable = options.repeatable ?? (options.dryRun ? true : undefined);
  return { ...common(options), ...(repeatable === undefined ? {} : { repeatable }) };
}

function changeQuery(options: ChangeOptions) {
  return {
    dryRun: options.dryRun ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  };
}
