import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { KubeconfigError, messageOf } from '../errors.ts';

/** What proves our identity on one request. */
export interface Credential {
  /** Request headers: `authorization`, `impersonate-user`, … */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A client certificate (PEM) in place of the connection's own. */
  readonly cert?: string;
  readonly key?: string;
}

/** Where credentials come from. Every source caches what it may. */
export interface Credentials {
  /**
   * The credential to use now.
   * @throws {KubeconfigError} when there is none to be had.
   */
  current(signal: AbortSignal): Promise<Credential>;
  /**
   * Told that the server answered 401 to `rejected`. True where the next `current()` may bring another one, so
   * that asking again makes sense.
   */
  renew(rejected: Credential): boolean;
}

/** A credential that stays as it is: a token, a password, a client certificate, or nothing at all. */
export function fixedCredentials(headers: Credential['headers']): Credentials {
  const credential: Credential = { headers };
  return { current: async () => credential, renew: () => false };
}

/** How long a token read from a file is used before it is read again: client-go's period. */
const TOKEN_FILE_SECONDS = 60;

/** A bearer token in a file that somebody rotates, as the kubelet does with service account tokens. */
export function tokenFileCredentials(init: {
  path: string;
  headers: Credential['headers'];
  onSecret: (value: string) => void;
  clock: Clock;
}): Credentials {
  let cached: { credential: Credential; readAt: number } | undefined;
  return {
    async current() {
      if (cached !== undefined && init.clock.now() - cached.readAt < TOKEN_FILE_SECONDS * 1000) {
        return cached.credential;
      }
      let token: string;
      try {
        token = (await readFile(init.path, 'utf8')).trim();
      } catch (error) {
        throw new KubeconfigError(`Cannot read the token file ${init.path}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      if (token === '') {
        throw new KubeconfigError(`The token file ${init.path} is empty`);
      }
      init.onSecret(token);
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      cached = { credential: { headers }, readAt: init.clock.now() };
      return cached.credential;
    },
    renew(rejected) {
      if (cached?.credential === rejected) {
        cached = undefined;
      }
      return true;
    },
  };
}
