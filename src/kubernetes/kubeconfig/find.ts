import { delimiter, join, resolve } from 'node:path';
import { KubeconfigError } from '../../errors.ts';
import { folderOf, type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './file.ts';
import { type KubeconfigSource, readIfThere } from './source.ts';

/** A kubeconfig, and what to call the place that it comes from. */
export interface Found {
  readonly config: Kubeconfig;
  readonly origin: string;
}

/**
 * The first of the input, `$KUBECONFIG` and `~/.kube/config` that there is.
 * @throws {KubeconfigError} saying what is wrong, where, and what to do.
 */
export async function findKubeconfig(source: KubeconfigSource): Promise<Found | undefined> {
  if (source.kubeconfig.trim() !== '') {
    return fromInput(source);
  }
  const { env } = source;
  if (env['KUBECONFIG']) {
    const paths = env['KUBECONFIG'].split(delimiter).filter((path) => path !== '');
    const files: Kubeconfig[] = [];
    for (const path of paths) {
      const text = await readIfThere(path);
      if (text !== undefined) {
        files.push(parseKubeconfig(text, path, folderOf(path)));
      }
    }
    if (files.length === 0) {
      throw new KubeconfigError(
        `$KUBECONFIG names ${paths.join(', ') || 'no file'}, which does not exist. Write the file in an earlier ` +
          'step, or set the `kubeconfig` input.',
      );
    }
    return { config: mergeKubeconfigs(files), origin: paths.join(delimiter) };
  }
  const home = env['HOME'] || env['USERPROFILE'];
  if (home) {
    const path = join(home, '.kube', 'config');
    const text = await readIfThere(path);
    const config = text === undefined ? undefined : parseKubeconfig(text, path, folderOf(path));
    // An empty file is what a stray `kubectl config` leaves behind; kubectl looks further, too.
    if (config !== undefined && (config.contexts.size > 0 || config.clusters.size > 0)) {
      return { config, origin: path };
    }
  }
  return undefined;
}

async function fromInput(source: KubeconfigSource): Promise<Found> {
  const input = source.kubeconfig.trim();
  const origin = 'the kubeconfig input';
  const packed = input.replace(/\s+/g, '');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
    const decoded = Buffer.from(packed, 'base64').toString('utf8');
    if (/\b(clusters|contexts|apiVersion)\b/.test(decoded)) {
      source.onSecret(input);
      return { config: parseKubeconfig(decoded, origin, process.cwd()), origin };
    }
  }
  if (
    input.includes('\n') ||
    input.startsWith('{') ||
    /^(apiVersion|kind|clusters|contexts|users)\s*:/.test(input)
  ) {
    return { config: parseKubeconfig(input, origin, process.cwd()), origin };
  }
  // A base64 text that was cut or mangled must not be quoted as if it were a path.
  if (input.length > 1_000) {
    throw new KubeconfigError('The kubeconfig input is neither a kubeconfig, nor base64 of one, nor a path');
  }
  const home = source.env['HOME'] || source.env['USERPROFILE'] || '';
  const path = resolve(input.replace(/^~(?=[/\\])/, () => home));
  const text = await readIfThere(path);
  if (text === undefined) {
    throw new KubeconfigError(
      `The kubeconfig input is taken for a path, and ${path} does not exist. Give the kubeconfig's content, base64 ` +
        'of it, or the path of a file that an earlier step wrote.',
    );
  }
  return { config: parseKubeconfig(text, path, folderOf(path)), origin: path };
}
