import { dirname, isAbsolute, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { KubeconfigError } from '../../errors.ts';

/** A mapping read from YAML. Nothing about its values is known until it has been looked at. */
export type Mapping = Readonly<Record<string, unknown>>;

/** A cluster, context or user of a kubeconfig, with the place that its relative paths start from. */
export interface Entry {
  readonly value: Mapping;
  readonly folder: string;
  readonly origin: string;
}

/** One or several kubeconfig files as one. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

/**
 * Reads one kubeconfig's text.
 * @param origin what to call it in messages, e.g. its path
 * @param folder where its relative paths start
 * @throws {KubeconfigError} when it is not YAML or not a kubeconfig. The message never quotes the text, which holds
 * secrets.
 */
export function parseKubeconfig(text: string, origin: string, folder: string): Kubeconfig {
  let root: unknown;
  try {
    root = parse(text, { prettyErrors: true, logLevel: 'error' });
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new KubeconfigError(`${capital(origin)} is not valid YAML${line ? ` (line ${line})` : ''}`);
  }
  if (root === null || root === undefined) {
    return { currentContext: '', clusters: new Map(), contexts: new Map(), users: new Map() };
  }
  if (!isMapping(root)) {
    throw new KubeconfigError(
      `${capital(origin)} is not a kubeconfig: it has no clusters, contexts and users`,
    );
  }
  const named = (list: string, key: string) => {
    const entries = new Map<string, Entry>();
    const items = root[list] ?? [];
    if (!Array.isArray(items)) {
      throw new KubeconfigError(`${capital(origin)}: \`${list}\` is not a list`);
    }
    for (const item of items) {
      const name = isMapping(item) ? textOf(item['name']) : '';
      if (name !== '' && !entries.has(name)) {
        const value = item[key];
        entries.set(name, { value: isMapping(value) ? value : {}, folder, origin });
      }
    }
    return entries;
  };
  return {
    currentContext: textOf(root['current-context']),
    clusters: named('clusters', 'cluster'),
    contexts: named('contexts', 'context'),
    users: named('users', 'user'),
  };
}

/**
 * Several kubeconfigs as one, by kubectl's rule: the first file to name a cluster, context, user or the current
 * context wins.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  const first = (pick: (file: Kubeconfig) => ReadonlyMap<string, Entry>) =>
    new Map([...files].reverse().flatMap((file) => [...pick(file)]));
  return {
    currentContext: files.find((file) => file.currentContext !== '')?.currentContext ?? '',
    clusters: first((file) => file.clusters),
    contexts: first((file) => file.contexts),
    users: first((file) => file.users),
  };
}

/** `entry`'s string under `key`; numbers as YAML read them become strings; `''` where there is none. */
export function stringIn(entry: Entry, key: string): string {
  return textOf(entry.value[key]);
}

/** `entry`'s path under `key`, resolved against the kubeconfig's folder; `''` where there is none. */
export function pathIn(entry: Entry, key: string): string {
  const path = stringIn(entry, key);
  return path === '' || isAbsolute(path) ? path : resolve(entry.folder, path);
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `${value}`
    : '';
}

/** The folder that relative paths of the kubeconfig at `path` start from. */
export function folderOf(path: string): string {
  return dirname(resolve(path));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
