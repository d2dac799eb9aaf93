import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../../../../src/clock.ts';

/** A clock on which waiting takes no time; `waits` tells for how long it would have (seconds). */
export function hastyClock(onSleep: (seconds: number) => unknown = () => {}): Clock & { waits: number[] } {
  let now = Date.now();
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    async sleep(seconds, signal) {
      signal.throwIfAborted();
      waits.push(seconds);
      await onSleep(seconds);
      await breathe();
      signal.throwIfAborted();
      now += seconds * 1000;
    },
  };
}

/** Resolves once `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
