import type { Clock } from '../clock.ts';

/** Lets a loop sleep until something has changed, however many watches may tell it so. */
export class Pulse {
  #beats = 0;
  #wake: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  beat(): void {
    this.#beats += 1;
    this.#wake?.();
  }

  /** Makes this and every later {@link Pulse.wait} throw `error`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.beat();
  }

  /** How many beats there were; pass it to {@link Pulse.wait} so that none is missed in between. */
  get beats(): number {
    return this.#beats;
  }

  /**
   * Waits until there was a beat after `seen`, or `seconds` have passed.
   *
   * @throws what {@link Pulse.fail} was given, or the signal's reason.
   */
  async wait(seen: number, seconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
    if (this.#beats !== seen) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    try {
      await clock.sleep(seconds, AbortSignal.any([signal, woken.signal]));
    } catch (error) {
      if (!woken.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
    signal.throwIfAborted();
    if (this.#failure) throw (this.#failure as { error: unknown }).error;
  }
}
