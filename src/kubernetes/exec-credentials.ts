import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import { KubeconfigError, messageOf } from '../errors.ts';
import type { Credential, Credentials } from './credentials.ts';

/** The `exec` part of a kubeconfig user. */
export interface ExecConfig {
  readonly apiVersion: string;
  /** A name to look up in PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint: string;
}

/** How long a plugin may take: logins over the network are slow, but nobody is there to answer a prompt. */
const PLUGIN_SECONDS = 60;
/** A credential is renewed this long before it expires. */
const EXPIRY_MARGIN_SECONDS = 60;
const MAX_STDERR_CHARACTERS = 2_000;

interface Issued {
  readonly credential: Credential;
  /** Milliseconds since the epoch from which on another one is asked for. */
  readonly staleAt: number;
}

/**
 * Credentials that a plugin prints: `aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`, …
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * The process is started here and not by client-node's `ExecAuth`, which leaves the plugin's stdin open (one that
 * reads it never ends), has no time limit, and keeps the expiry time to itself.
 */
export function execCredentials(init: {
  config: ExecConfig;
  /** The kubeconfig user, for messages. */
  user: string;
  headers: Credential['headers'];
  /** The environment that the plugin inherits. */
  env: Readonly<Record<string, string | undefined>>;
  /** `spec.cluster` of the ExecCredential, where `provideClusterInfo` asks for it. */
  cluster: object | undefined;
  onSecret: (value: string) => void;
  clock: Clock;
}): Credentials {
  const { config, clock } = init;
  let issued: Issued | undefined;
  let running: Run | undefined;

  async function issue(signal: AbortSignal): Promise<Issued> {
    const info = {
      apiVersion: config.apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(init.cluster === undefined ? {} : { cluster: init.cluster }) },
    };
    const env = { ...init.env, ...config.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const output = await runPlugin(config, init.user, env, signal);
    return readCredential(output);
  }

  function readCredential(output: string): Issued {
    const name = `The credential plugin ${config.command} (user ${init.user})`;
    let answer: PluginAnswer;
    try {
      answer = JSON.parse(output) as PluginAnswer;
    } catch {
      // The parser's message would quote the output, which may be half a token.
      throw new KubeconfigError(`${name} printed something that is not an ExecCredential in JSON`);
    }
    const {
      token,
      clientCertificateData: cert,
      clientKeyData: key,
      expirationTimestamp,
    } = answer?.status ?? {};
    for (const secret of [token, key]) {
      if (typeof secret === 'string' && secret !== '') {
        init.onSecret(secret);
      }
    }
    if (answer?.kind !== 'ExecCredential' || answer.apiVersion !== config.apiVersion) {
      throw new KubeconfigError(
        `${name} printed ${answer?.apiVersion ?? 'no apiVersion'} ${answer?.kind ?? 'without a kind'}; ` +
          `the kubeconfig asks for ${config.apiVersion} ExecCredential`,
      );
    }
    if ((cert === undefined || cert === '') !== (key === undefined || key === '')) {
      throw new KubeconfigError(`${name} printed a client certificate without its key, or a key alone`);
    }
    if (!token && !cert) {
      throw new KubeconfigError(`${name} printed neither a token nor a client certificate`);
    }
    const now = clock.now();
    const expiry = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp);
    // A credential that lives but seconds is still used for most of its life.
    const margin = Math.min(EXPIRY_MARGIN_SECONDS * 1000, (expiry - now) / 10);
    return {
      credential: {
        headers: token ? { ...init.headers, authorization: `Bearer ${token}` } : init.headers,
        ...(cert && key ? { cert, key } : {}),
      },
      staleAt: Number.isNaN(expiry) ? Number.POSITIVE_INFINITY : expiry - margin,
    };
  }

  function share(): Run {
    const run: Run = shared(
      async (processSignal) => {
        issued = await issue(processSignal);
        return issued.credential;
      },
      () => {
        if (running === run) {
          running = undefined;
        }
      },
    );
    return run;
  }

  return {
    async current(signal) {
      signal.throwIfAborted();
      if (issued !== undefined && clock.now() < issued.staleAt) {
        return issued.credential;
      }
      running ??= share();
      return running.wait(signal);
    },
    renew(rejected) {
      // Only whoever was refused with the newest credential drops it: parallel 401s start one process.
      if (issued?.credential === rejected) {
        issued = undefined;
      }
      return true;
    },
  };
}

interface PluginAnswer {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

interface Run {
  wait(signal: AbortSignal): Promise<Credential>;
}

/**
 * One piece of work that several callers wait for; it is aborted once none of them waits any more.
 * @param onOver called when nobody may join it any longer
 */
function shared(work: (signal: AbortSignal) => Promise<Credential>, onOver: () => void): Run {
  const controller = new AbortController();
  const result = work(controller.signal).finally(onOver);
  result.catch(() => {});
  let waiting = 0;
  return {
    async wait(signal) {
      waiting++;
      let onAbort = () => {};
      const aborted = new Promise<never>((_, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
      });
      try {
        return await Promise.race([result, aborted]);
      } finally {
        signal.removeEventListener('abort', onAbort);
        waiting--;
        if (waiting === 0) {
          onOver();
          controller.abort();
        }
      }
    },
  };
}

function runPlugin(
  config: ExecConfig,
  user: string,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<string> {
  const name = `The credential plugin ${config.command} (user ${user})`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PLUGIN_SECONDS * 1000)]);
  return new Promise((resolve, reject) => {
    const child = spawn(config.command, config.args, {
      env,
      signal: limit,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR_CHARACTERS);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') {
        const why = error.code === 'ENOENT' ? 'is not installed on this runner' : 'cannot be executed';
        const hint = config.installHint === '' ? 'Install it in an earlier step.' : config.installHint;
        reject(new KubeconfigError(`${name} ${why}. ${hint}`, { cause: error }));
      } else if (limit.aborted) {
        reject(new KubeconfigError(`${name} did not end within ${PLUGIN_SECONDS} s`, { cause: error }));
      } else {
        reject(new KubeconfigError(`${name} failed: ${messageOf(error)}`, { cause: error }));
      }
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
      const said = stderr.trim();
      reject(new KubeconfigError(`${name} ${how}${said === '' ? '' : `: ${said}`}`));
    });
  });
}
