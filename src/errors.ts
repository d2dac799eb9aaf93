/** What went wrong with one input, said to the person who wrote the workflow. */
export interface InputProblem {
  /** The input's name as in action.yml, e.g. `migration-timeout`. */
  readonly input: string;
  /** What is wrong with its value, and what would be right. */
  readonly problem: string;
}

/** Every bad input of a step at once; thrown before any request is sent. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems.map(({ input, problem }) => `${input}: ${problem}`).join('\n'));
    this.problems = problems;
  }
}

/** The kubeconfig, or a credential that it names, cannot be used. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/** One `details.causes` entry of a Kubernetes `Status`. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/**
 * The API server answered with an error.
 *
 * `status`, `reason` and `message` are those of the `Status` object that it sent (`reason` is `''` where it
 * sent none, as proxies in front of it do). https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly status: number;
  /** Machine-readable, e.g. `NotFound`, `Conflict`, `Forbidden`. */
  readonly reason: string;
  /** What was asked, e.g. `PATCH /apis/apps/v1/namespaces/shop/deployments/web`. */
  readonly request: string;
  readonly causes: readonly StatusCause[];
  /** Seconds that the server asked to wait, from `Retry-After` or `details.retryAfterSeconds`. */
  readonly retryAfter: number | undefined;

  constructor(init: {
    status: number;
    reason: string;
    message: string;
    request: string;
    causes?: readonly StatusCause[];
    retryAfter?: number | undefined;
  }) {
    super(init.message);
    this.status = init.status;
    this.reason = init.reason;
    this.request = init.request;
    this.causes = init.causes ?? [];
    this.retryAfter = init.retryAfter;
  }
}

/** The API server could not be reached, or the connection broke before its answer was whole. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** The server's URL. */
  readonly server: string;
  /**
   * True where the request may have reached the server, so that its effect is unknown: look before repeating a
   * change. False where it surely did not (refused, unknown host, TLS).
   */
  readonly sent: boolean;

  constructor(server: string, message: string, options: { cause?: unknown; sent: boolean }) {
    super(message, { cause: options.cause });
    this.server = server;
    this.sent = options.sent;
  }
}

/** `error`'s message, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
