import { randomInt } from 'node:crypto';

/** `CHAOS=full`: everything, instead of a sample that takes a minute. */
export const isFull = process.env['CHAOS'] === 'full';

/** `CHAOS_SEED`: repeats the draws of an earlier run. */
export const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1, 1_000_000));

/** `CHAOS_ROUNDS`: how often everything is tried, each time with other draws. */
export const rounds = Number(process.env['CHAOS_ROUNDS'] ?? 1);

/** `CHAOS_ONLY`: a text that the name of what is tried must contain. */
export const only = process.env['CHAOS_ONLY'] ?? '';

/** Draws that depend on the seed and on what they are for alone, whatever was drawn before. */
export class Draws {
  #state: number;

  constructor(purpose: string, round = 0) {
    this.#state = hash(`${seed + round}/${purpose}`);
  }

  /** From 0 up to, but not, 1. (mulberry32) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)] as T;
  }

  /** `count` of them, in an order by lot. */
  sample<T>(from: readonly T[], count = from.length): T[] {
    const rest = [...from];
    return Array.from({ length: Math.min(count, rest.length) }, () => {
      const [one] = rest.splice(Math.floor(this.next() * rest.length), 1);
      return one as T;
    });
  }
}

/** FNV-1a */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
