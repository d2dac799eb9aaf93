import { setTimeout as delay } from 'node:timers/promises';

/** Time as everything that waits sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `seconds`; rejects with `signal.reason` as soon as `signal` aborts. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  // The start by the wall clock, and from there a clock that nobody sets.
  now: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(seconds, signal) {
    signal.throwIfAborted();
    try {
      await delay(seconds * 1000, undefined, { signal });
    } catch (error) {
      // The timer rejects with an AbortError of its own; everyone else here throws the signal's reason.
      signal.throwIfAborted();
      throw error;
    }
  },
};
