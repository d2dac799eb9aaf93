import { sayDuration } from '../duration.ts';
import { sayLimit, sayPercent } from './limit.ts';
import type { Excess, PhaseTally, UserPhase, UsersSaw } from './tally.ts';

/** When a phase is, in words. */
export const phaseWords: Readonly<Record<UserPhase, string>> = {
  before: 'before the image was set',
  during: 'during the rollout',
  after: 'after the rollout',
  undo: 'during the undo',
};

/** One phase as a line of the log: `During the rollout: 40 requests, 12 errors (30 %), slowest 0.2 s: 200 ×28, 503 ×12`. */
export function sayPhase(tally: PhaseTally): string {
  const { requests, slowest } = tally;
  const told = [
    `${requests} ${requests === 1 ? 'request' : 'requests'}`,
    sayErrors(tally),
    ...(slowest === undefined ? [] : [`slowest ${saySlowest(slowest)}`]),
  ].join(', ');
  const statuses = requests > 0 ? `: ${sayCounts(tally.statuses)}` : '';
  const aside = Object.keys(tally.setAside).length > 0 ? ` (set aside: ${sayCounts(tally.setAside)})` : '';
  return `${phaseStart(tally.phase)}: ${told}${statuses}${aside}  ${picture(tally)}`;
}

/** `no errors`, `12 errors (30 %)`; `nothing known` where no request counts. */
export function sayErrors({ requests, errors }: PhaseTally): string {
  if (requests === 0) return 'nothing known';
  if (errors === 0) return 'no errors';
  return `${errors} ${errors === 1 ? 'error' : 'errors'} (${sayPercent(errors / requests)})`;
}

/** `200 ×28, 503 ×12`, the most frequent first. */
export function sayCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ×${count}`)
    .join(', ');
}

/** Milliseconds, to be read at a glance. */
export function saySlowest(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** From none to all. */
const heights = '▁▂▃▄▅▆▇█';

/** A phase's time line: the higher, the larger the share of requests that failed; `·` where none was asked. */
export function picture({ timeline }: Pick<PhaseTally, 'timeline'>): string {
  return timeline
    .map(([requests, errors]) => {
      if (requests === 0) return '·';
      return heights[Math.ceil((errors / requests) * (heights.length - 1))] ?? '';
    })
    .join('');
}

/** Why a rollout is given up that hurt users, in one sentence or two. */
export function sayExcess({ address, limit, phases }: UsersSaw, { phase, errors, requests }: Excess): string {
  const before = phases.find((each) => each.phase === 'before');
  const seen = phases.find((each) => each.phase === phase)?.statuses ?? {};
  const usual =
    before === undefined || before.requests === 0
      ? ''
      : ` ${phaseStart('before')}, ${before.errors === 0 ? 'none' : before.errors} of ${before.requests} failed.`;
  return `${errors} of ${requests} requests to ${address} failed ${phaseWords[phase]} (${sayPercent(errors / requests)}; ${sayLimit(limit)}): ${sayCounts(seen)}.${usual}`;
}

/** Of which phases that are judged nothing is known, in a sentence each: they prove nothing. */
export function sayUnseen({ address, phases, judgedIn, limit }: UsersSaw): string[] {
  if (limit.kind === 'off') return [];
  return phases
    .filter(({ phase, requests }) => judgedIn.includes(phase) && requests === 0)
    .map(({ phase, setAside }) => {
      const aside = Object.keys(setAside).length > 0 ? ` (set aside: ${sayCounts(setAside)})` : '';
      return `What users of ${address} saw ${phaseWords[phase]} is not known: no request counts${aside}. Look for yourself.`;
    });
}

/** The phases that the limit is not of, though users saw something in them; '' where it is of all. */
export function sayUnjudged({ judgedIn }: Pick<UsersSaw, 'judgedIn'>): string {
  return judgedIn.includes('during')
    ? ''
    : ' Only what comes after a rollback is judged: until then, users also meet what is rolled back from.';
}

function phaseStart(phase: UserPhase): string {
  const words = phaseWords[phase];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What one step of the pictures stands for. */
export function sayStretch({ stretch }: Pick<UsersSaw, 'stretch'>): string {
  return `Each bar stands for ${sayDuration(stretch)}; the higher it is, the more of the requests failed (▁ none, █ all, · none asked).`;
}
