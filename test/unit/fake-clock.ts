import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** Rounds of the event loop after which whatever can go on without time passing has done so. */
const quietRounds = 8;

/** Time that passes only while a test runs it: from one sleeper to the next, once nothing else can go on. */
export class FakeClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now = Date.parse('2026-11-20T10:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
        reject(signal.reason);
      };
      const timer: Timer = {
        at: this.#now + seconds * 1000,
        ring: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#timers.push(timer);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Lets time pass until `work` has settled. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      for (let round = 0; round < quietRounds && !settled; round++) await breathe();
      if (settled) return work;
      this.#ringNext();
    }
  }

  /** Lets `seconds` pass, whoever wakes up meanwhile. */
  async pass(seconds: number): Promise<void> {
    await this.run(this.sleep(seconds, never));
  }

  /** Moves on without waking anybody, as where this process was stopped for a while. */
  jump(seconds: number): void {
    this.#now += seconds * 1000;
  }

  #ringNext(): void {
    const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (next === undefined) throw new Error('Nothing can go on: nobody sleeps, and the work is not done.');
    this.#timers = this.#timers.filter((each) => each !== next);
    this.#now = Math.max(this.#now, next.at);
    next.ring();
  }
}

/** A signal that never aborts. */
export const never = new AbortController().signal;
