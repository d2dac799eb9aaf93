import { type Diagnosis, sayObject } from '../diagnosis/diagnosis.ts';
import { sayDuration } from '../duration.ts';
import type { RolloutStatus } from '../kubernetes/workloads/kind.ts';
import type { Run } from '../run.ts';

/** Seconds without news after which a line says what is waited for; the pause doubles each time, up to a minute. */
const firstPause = 15;
const longestPause = 60;

/** Says how the rollout goes: a line where there is something new, and now and then what is waited for. */
export class Teller {
  readonly #run: Run;
  readonly #told = new Set<string>();
  readonly #crashed = new Set<string | undefined>();
  #last = '';
  #lastAt: number;
  #pause = firstPause;

  constructor(run: Run) {
    this.#run = run;
    this.#lastAt = run.clock.now();
  }

  tell(status: RolloutStatus, diagnoses: readonly Diagnosis[]): void {
    const now = this.#run.clock.now();
    if (status.state !== 'unseen' && status.message !== this.#last) {
      this.#last = status.message;
      this.#line(status.message, now);
    }
    for (const diagnosis of diagnoses) {
      const key = keyOf(diagnosis);
      const isYoung = waitsOnly.has(diagnosis.reason) && now - diagnosis.since <= firstPause * 1000;
      // Between two crashes a container is not ready either.
      const isEcho = waitsOnly.has(diagnosis.reason) && this.#crashed.has(diagnosis.container);
      if (this.#told.has(key) || isYoung || isEcho) continue;
      if (diagnosis.hasLog && !waitsOnly.has(diagnosis.reason)) this.#crashed.add(diagnosis.container);
      this.#told.add(key);
      this.#line(
        `${sayObject(diagnosis)}: ${diagnosis.message}${diagnosis.said ? ` (${diagnosis.said})` : ''}`,
        now,
      );
    }
    if (now - this.#lastAt < this.#pause * 1000) return;
    const pause = Math.min(this.#pause * 2, longestPause);
    const [worst] = diagnoses;
    const why = worst
      ? `; ${sayObject(worst)}: ${worst.message}, for ${sayDuration((now - worst.since) / 1000)}`
      : '';
    if (worst) this.#told.add(keyOf(worst));
    this.#line(`still waiting: ${status.message}${why}`, now);
    this.#pause = pause;
  }

  /** Says what is worth one line, however often it is seen. */
  tellOnce(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#line(text, this.#run.clock.now());
  }

  #line(text: string, now: number): void {
    const { log, journal } = this.#run;
    log.line(text);
    journal.add({ type: 'progress', message: text });
    this.#lastAt = now;
    this.#pause = firstPause;
  }
}

function keyOf({ reason, container, message }: Diagnosis): string {
  return `${reason}/${container ?? ''}/${message}`;
}

/** Symptoms that every container shows for a while when it starts. */
const waitsOnly: ReadonlySet<string> = new Set([
  'not-ready',
  'startup-probe-failing',
  'init-waiting',
  'init-migration-running',
]);
