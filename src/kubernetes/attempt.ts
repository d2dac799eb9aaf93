import type { Call } from './transport.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;

/** One attempt's time limit, tied to the call's signal. */
export class Attempt {
  readonly seconds: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;
  timedOut = false;
  /** True from the moment that bytes of the request may have left. */
  sent = false;

  constructor(call: Call) {
    this.seconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#outer = call.signal;
    this.#onAbort = () => this.#controller.abort(this.#outer.reason);
    this.#outer.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#outer.aborted) this.#onAbort();
    else if (Number.isFinite(this.seconds)) {
      this.#timer = setTimeout(() => {
        this.timedOut = true;
        this.#controller.abort();
      }, this.seconds * 1000);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clearTimeout(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.clearTimeout();
    this.#outer.removeEventListener('abort', this.#onAbort);
  }
}
