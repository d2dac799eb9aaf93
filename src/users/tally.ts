import type { ErrorLimit } from './limit.ts';

/**
 * When a request was sent: before the image was set, during the rollout, after it until the end of the bake, or while
 * it was undone.
 */
export type UserPhase = 'before' | 'during' | 'after' | 'undo';

/** What became of one request. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number }
  /** No answer came, or not all of it; `what` in a word or two. */
  | { readonly kind: 'failure'; readonly what: string }
  /** It says nothing of the workload: the runner, or the API server on the way, was in trouble. */
  | { readonly kind: 'set-aside'; readonly why: string };

/** One request as it went. Times are in milliseconds; `at` is when it was sent, since the epoch. */
export interface Sample {
  readonly phase: UserPhase;
  readonly at: number;
  readonly took: number;
  readonly outcome: Outcome;
}

/** What users saw in one phase. */
export interface PhaseTally {
  readonly phase: UserPhase;
  readonly seconds: number;
  /** Those that count; what was set aside is not among them. */
  readonly requests: number;
  readonly errors: number;
  /** Milliseconds of the slowest request that was answered; undefined where none was. */
  readonly slowest: number | undefined;
  /** How often each status, or failure in words, was met. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many were set aside, by why. */
  readonly setAside: Readonly<Record<string, number>>;
  /** Requests and errors of each stretch of `UsersSaw.stretch` seconds. */
  readonly timeline: readonly (readonly [requests: number, errors: number])[];
}

/** What users saw of a deploy. */
export interface UsersSaw {
  /** The address, without what is secret of it. */
  readonly address: string;
  readonly limit: ErrorLimit;
  /** The phases that the limit is of. */
  readonly judgedIn: readonly UserPhase[];
  /** Seconds that one step of the time lines stands for. */
  readonly stretch: number;
  readonly phases: readonly PhaseTally[];
}

/** From when to when a phase lasted, in milliseconds since the epoch. */
export interface Span {
  readonly phase: UserPhase;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether a user would call it an error: no whole answer, or a status of 400 or more. The 4xx count too, since an
 * address that answered so before anything was changed was refused: one that begins to during the rollout is news.
 */
export function isError(outcome: Outcome): boolean {
  return outcome.kind === 'failure' || (outcome.kind === 'answer' && outcome.status >= 400);
}

/** Milliseconds under which a phase without a request is left out. */
const shortest = 500;

/** Steps that all time lines together have at the most, and how many seconds a step may be. */
const mostSteps = 60;
const stretches = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** Folds samples into what users saw. Pure. */
export function tally(
  { address, limit, judgedIn }: Pick<UsersSaw, 'address' | 'limit' | 'judgedIn'>,
  spans: readonly Span[],
  samples: readonly Sample[],
): UsersSaw {
  const total = spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
  const stretch = stretches.find((each) => total / each <= mostSteps) ?? Math.ceil(total / mostSteps);
  const phases = spans.flatMap((span) => {
    const own = samples.filter(({ phase }) => phase === span.phase);
    // One that was over before anything could be asked is no phase to speak of.
    return own.length === 0 && span.to - span.from < shortest ? [] : [tallyPhase(span, own, stretch)];
  });
  return { address, limit, judgedIn, stretch, phases };
}

function tallyPhase({ phase, from, to }: Span, all: readonly Sample[], stretch: number): PhaseTally {
  const counted = all.filter(({ outcome }) => outcome.kind !== 'set-aside');
  const answered = counted.filter(({ outcome }) => outcome.kind === 'answer');
  // What is left over at the end counts for the last step.
  const steps = Math.max(1, Math.round((to - from) / 1000 / stretch));
  const timeline = Array.from({ length: steps }, (): [number, number] => [0, 0]);
  for (const { at, outcome } of counted) {
    const step = timeline[Math.min(steps - 1, Math.max(0, Math.floor((at - from) / 1000 / stretch)))];
    if (step === undefined) continue;
    step[0] += 1;
    if (isError(outcome)) step[1] += 1;
  }
  return {
    phase,
    seconds: (to - from) / 1000,
    requests: counted.length,
    errors: counted.filter(({ outcome }) => isError(outcome)).length,
    slowest: answered.length > 0 ? answered.reduce((most, { took }) => Math.max(most, took), 0) : undefined,
    statuses: countBy(counted.map(({ outcome }) => labelOf(outcome))),
    setAside: countBy(all.flatMap(({ outcome }) => (outcome.kind === 'set-aside' ? [outcome.why] : []))),
    timeline,
  };
}

/** An outcome in a word or two: `200`, `connection refused`. */
export function labelOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return String(outcome.status);
  return outcome.kind === 'failure' ? outcome.what : outcome.why;
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** The phase in which users saw too much, and how much that is. */
export interface Excess {
  readonly phase: UserPhase;
  readonly errors: number;
  readonly requests: number;
}

/**
 * Whether users saw more errors than the limit lets pass, whatever may still come. Pure.
 *
 * A share is of one phase that is judged: it is exceeded once the errors are more than it lets pass of all the
 * requests that the phase has, and may still have (`toCome`); one error alone never exceeds it, since of the few
 * requests of a short phase it would be many per cent. A count is of all judged phases together. What failed before the
 * image was set is taken off at its rate unless it does not excuse: it is not this deploy's doing.
 */
export function excessOf(
  { limit, phases, judgedIn }: Pick<UsersSaw, 'limit' | 'phases' | 'judgedIn'>,
  toCome: Readonly<Partial<Record<UserPhase, number>>>,
  isExcused = true,
): Excess | undefined {
  if (limit.kind === 'off') return undefined;
  const usual = isExcused ? rateOf(phases.find(({ phase }) => phase === 'before')) : 0;
  const judged = phases.filter(({ phase }) => judgedIn.includes(phase));
  if (limit.kind === 'share') {
    const found = judged.find(
      ({ phase, requests, errors }) =>
        errors > Math.max(1, Math.min(1, limit.share + usual) * (requests + (toCome[phase] ?? 0))),
    );
    return found && { phase: found.phase, errors: found.errors, requests: found.requests };
  }
  const errors = judged.reduce((sum, each) => sum + each.errors, 0);
  const requests = judged.reduce((sum, each) => sum + each.requests, 0);
  if (errors <= limit.count) return undefined;
  const worst = judged.findLast((each) => each.errors > 0);
  return worst && { phase: worst.phase, errors, requests };
}

function rateOf(phase: PhaseTally | undefined): number {
  // One of the few requests before may fail by chance; then nothing is usual.
  return phase === undefined || phase.errors < 2 ? 0 : phase.errors / phase.requests;
}
