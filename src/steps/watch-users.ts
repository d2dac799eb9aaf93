import { ConnectionError } from '../errors.ts';
import type { UnwellAddress } from '../preflight/rule.ts';
import type { Run } from '../run.ts';
import type { WatchInput } from '../users/input.ts';
import { phaseWords, sayExcess, sayPhase, sayUnseen } from '../users/say.ts';
import {
  excessOf,
  isError,
  labelOf,
  type Outcome,
  type Sample,
  type Span,
  tally,
  type UserPhase,
  type UsersSaw,
} from '../users/tally.ts';
import { type Ask, askerFor } from './ask.ts';
import { standardsOf } from './standards.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/** An address that is asked all the time, as users would. It goes on by itself until it is stopped. */
export interface UserWatch {
  /**
   * From here on, what is asked counts for `phase`, which may last for `longest` seconds at the most.
   * While that is not over, a share of its errors is judged as if all that may still be asked went well.
   */
  phase(phase: UserPhase, longest: number): void;
  /** Why the rollout is to be given up, once users saw more errors than are allowed, whatever may still come. */
  exceeded(): RolloutTrouble | undefined;
  /** Waits for `seconds` after the rollout and for the answers of that time, or until {@link exceeded}. Answers as that. */
  after(seconds: number): Promise<RolloutTrouble | undefined>;
  /** Why it has not helped, where users still see more errors than are allowed, though no more than before. */
  stillFailing(): RolloutTrouble | undefined;
  /** What is to be told where it all went well, though of some phase nothing is known. */
  unseen(): string[];
  /**
   * Ends it: waits for the answers that are still to come unless the run was interrupted, says what users saw, and
   * writes it into the journal. May be called again.
   */
  stop(): Promise<void>;
}

/** Requests a second, and how many may wait for their answers at once. */
const perSecond = 4;
const mostInFlight = 8;

/** Seconds for which the address is asked before anything is set. */
const beforeSeconds = 1.5;

/**
 * Seconds for which the address is asked after the rollout at the least: by kubectl's rule a rollout is complete while
 * its old pods are still ending, which is when requests are dropped.
 */
export const tailSeconds = 3;

/** A request without an answer after this many seconds makes the API server be asked too, and for how long. */
const doubtSeconds = 1;

/**
 * Begins to ask an address, and resolves once it has been asked for the phase before. Without `ask`, the address of
 * `watch` is asked for real.
 *
 * @throws the signal's reason.
 */
export async function startWatching(
  run: Run,
  watch: WatchInput,
  ask: Ask = askerFor(run, watch),
): Promise<UserWatch> {
  const watcher = new Watcher(run, watch, ask);
  try {
    await run.clock.sleep(beforeSeconds, run.signal);
  } catch (error) {
    await watcher.stop();
    throw error;
  }
  return watcher;
}

class Watcher implements UserWatch {
  readonly #run: Run;
  readonly #watch: WatchInput;
  readonly #ask: Ask;
  readonly #samples: Sample[] = [];
  readonly #spans: { readonly phase: UserPhase; readonly from: number; to: number | undefined }[] = [];
  readonly #inFlight = new Map<Promise<void>, UserPhase>();
  readonly #ending = new AbortController();
  #longest = 0;
  #check: Promise<boolean> | undefined;
  /** When the API server was last found out of reach, in milliseconds. */
  #cutOffAt = Number.NEGATIVE_INFINITY;
  #trouble: RolloutTrouble | undefined;
  #stopped: Promise<void> | undefined;
  #saidIn: UserPhase | undefined;

  constructor(run: Run, watch: WatchInput, ask: Ask) {
    this.#run = run;
    this.#watch = watch;
    this.#ask = ask;
    this.phase('before', beforeSeconds);
    void this.#loop(AbortSignal.any([run.signal, this.#ending.signal]));
  }

  phase(phase: UserPhase, longest: number): void {
    const now = this.#run.clock.now();
    const last = this.#spans.at(-1);
    if (last?.phase === phase && last.to === undefined) {
      this.#longest = (now - last.from) / 1000 + longest;
      return;
    }
    if (last) last.to = now;
    this.#spans.push({ phase, from: now, to: undefined });
    this.#longest = longest;
  }

  exceeded(): RolloutTrouble | undefined {
    if (this.#trouble) return this.#trouble;
    const saw = this.#saw();
    const excess = excessOf(saw, this.#toCome());
    if (excess === undefined) return undefined;
    this.#trouble = { reason: 'users-saw-errors', message: sayExcess(saw, excess), diagnoses: [] };
    return this.#trouble;
  }

  async after(seconds: number): Promise<RolloutTrouble | undefined> {
    const { clock, signal } = this.#run;
    this.phase('after', seconds);
    const end = clock.now() + seconds * 1000;
    while (clock.now() < end && this.exceeded() === undefined)
      await clock.sleep(Math.min(1 / perSecond, (end - clock.now()) / 1000), signal);
    if (!this.#trouble) await Promise.allSettled(this.#inFlight.keys());
    signal.throwIfAborted();
    return this.exceeded();
  }

  stillFailing(): RolloutTrouble | undefined {
    if (standardsOf(this.#run.inputs).usualIsWell) return undefined;
    const saw = this.#saw();
    const excess = excessOf(saw, this.#toCome(), false);
    return excess && { reason: 'users-saw-errors', message: sayExcess(saw, excess), diagnoses: [] };
  }

  unseen(): string[] {
    return sayUnseen(this.#saw());
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    const { log, journal, clock } = this.#run;
    const last = this.#spans.at(-1);
    if (last) last.to = clock.now();
    this.#ending.abort();
    await Promise.allSettled(this.#inFlight.keys());
    const saw = this.#saw();
    log.line(`What users of ${saw.address} saw:`);
    for (const phase of saw.phases) log.line(`  ${sayPhase(phase)}`);
    journal.add({ type: 'users', saw });
  }

  async #loop(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        if (this.#inFlight.size < mostInFlight) this.#askNow();
        await this.#run.clock.sleep(1 / perSecond, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #askNow(): void {
    const phase = this.#spans.at(-1)?.phase ?? 'before';
    const at = this.#run.clock.now();
    const asking = this.#askOnce(phase, at)
      // Hung up: nothing was learned.
      .catch(() => {})
      .finally(() => this.#inFlight.delete(asking));
    this.#inFlight.set(asking, phase);
  }

  async #askOnce(phase: UserPhase, at: number): Promise<void> {
    const { clock, signal } = this.#run;
    const answered = new AbortController();
    const late = this.#doubtWhenLate(AbortSignal.any([signal, answered.signal]));
    const { outcome, doubtful } = await this.#ask(signal);
    const took = clock.now() - at;
    answered.abort();
    const isCutOff = doubtful && ((await late) ?? (await this.#cutOff()));
    signal.throwIfAborted();
    this.#note({ phase, at, took, outcome: isCutOff ? nothingReached : outcome });
  }

  /** Asks the API server too as soon as an answer is late: what was cut off then may not be any more at the timeout. */
  async #doubtWhenLate(answered: AbortSignal): Promise<boolean | undefined> {
    try {
      await this.#run.clock.sleep(doubtSeconds, answered);
    } catch {
      return undefined;
    }
    return this.#cutOff();
  }

  /**
   * Whether the API server cannot be reached either, so that the trouble is the runner's. One asks for all. That it
   * was out of reach a moment ago is enough: between the failure and this question the trouble may have passed.
   */
  #cutOff(): Promise<boolean> {
    this.#check ??= this.#askServer().finally(() => {
      this.#check = undefined;
    });
    return this.#check.then((now) => now || this.#run.clock.now() - this.#cutOffAt < doubtSeconds * 1000);
  }

  async #askServer(): Promise<boolean> {
    const { client, signal } = this.#run;
    try {
      await client.serverVersion({ signal, patience: 0, timeoutSeconds: doubtSeconds });
      return false;
    } catch (error) {
      if (!(error instanceof ConnectionError)) return false;
      this.#cutOffAt = this.#run.clock.now();
      return true;
    }
  }

  #note(sample: Sample): void {
    this.#samples.push(sample);
    const { phase, outcome } = sample;
    if (!isError(outcome) || this.#saidIn === phase) return;
    this.#saidIn = phase;
    const { shown } = this.#watch.address;
    const met = labelOf(outcome);
    this.#run.log.line(`A user of ${shown} would have seen an error ${phaseWords[phase]}: ${met}`);
  }

  #saw(): UsersSaw {
    const now = this.#run.clock.now();
    const spans = this.#spans.map((span): Span => ({ ...span, to: span.to ?? now }));
    const { address, limit } = this.#watch;
    const judgedIn = standardsOf(this.#run.inputs).usersIn;
    return tally({ address: address.shown, limit, judgedIn }, spans, this.#samples);
  }

  /** How many requests each phase may still have. */
  #toCome(): Partial<Record<UserPhase, number>> {
    const toCome: Partial<Record<UserPhase, number>> = {};
    for (const phase of this.#inFlight.values()) toCome[phase] = (toCome[phase] ?? 0) + 1;
    const open = this.#spans.at(-1);
    if (open && open.to === undefined) {
      const left = this.#longest - (this.#run.clock.now() - open.from) / 1000;
      toCome[open.phase] = (toCome[open.phase] ?? 0) + Math.max(0, Math.ceil(left * perSecond));
    }
    return toCome;
  }
}

const nothingReached: Outcome = { kind: 'set-aside', why: 'API server not reached either' };

/** How often the address is tried before anything is changed. */
const trials = 3;

/** Asks the address to watch a few times before anything is changed; answers where nobody was answered well, or nothing was learned. */
export async function tryAddress(
  run: Run,
  watch: WatchInput | undefined = run.inputs.watch,
  ask: Ask | undefined = watch && askerFor(run, watch),
): Promise<UnwellAddress | undefined> {
  if (watch === undefined || ask === undefined) return undefined;
  const met: string[] = [];
  let known = 0;
  for (let trial = 0; trial < trials; trial++) {
    if (trial > 0) await run.clock.sleep(1 / perSecond, run.signal);
    const { outcome } = await ask(run.signal);
    if (outcome.kind === 'answer' && !isError(outcome)) return undefined;
    if (outcome.kind !== 'set-aside') known += 1;
    met.push(labelOf(outcome));
  }
  // What was set aside now and then tells nothing either way; where nothing else comes, nothing can be measured.
  if (known > 0 && known < trials) return undefined;
  return { address: watch.address.shown, met, ...(known === 0 && { isUnseen: true }) };
}
