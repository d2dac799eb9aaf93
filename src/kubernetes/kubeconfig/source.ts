import { readFile } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { KubeconfigError, messageOf } from '../../errors.ts';

/** What there is to build a connection from. */
export interface KubeconfigSource {
  /** The `kubeconfig` input: content, base64 of content, or a path; `''` for none. */
  readonly kubeconfig: string;
  /** The `context` input; `''` for the kubeconfig's current context. */
  readonly context: string;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT, the proxy variables; credential plugins inherit it all. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with every token, password and private key the moment it is read, encoded and decoded. */
  readonly onSecret: (value: string) => void;
  readonly clock?: Clock;
  /** Where a pod's service account is mounted. */
  readonly serviceAccountFolder?: string;
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw new KubeconfigError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
