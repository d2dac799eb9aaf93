import { sayDuration } from '../duration.ts';
import { parseHistory, withRecord } from '../history.ts';
import { type Intent, parseIntent } from '../intent.ts';
import type { Ending } from '../journal.ts';
import { acquireLock, type HeldLock } from '../kubernetes/lease.ts';
import { marks } from '../kubernetes/marks.ts';
import { sayWorkload, type WorkloadName } from '../kubernetes/workloads/names.ts';
import { digestOf } from '../kubernetes/workloads/template.ts';
import { nameOf, type WorkloadRun } from '../run.ts';

/** A run that holds the workload's lock. */
export interface LockedRun extends WorkloadRun {
  /** What a run before this one had set out to change when it was lost; undefined where there is no such thing. */
  readonly left: Intent | undefined;
  /** Whether another run held the lock when it was asked for, so that what was read before may have changed. */
  readonly waited: boolean;
}

/**
 * Does `work` under the locks of several workloads, taken in the order of their names so that no two runs ever wait for
 * each other. `onHeld` is done as each is held, before the next one is waited for. Where one is lost, everything stops: the run that took it over finishes that workload, and post the others.
 */
export async function underLocks(
  runs: readonly WorkloadRun[],
  onHeld: (locked: LockedRun, index: number) => Promise<void>,
  work: (locked: readonly LockedRun[]) => Promise<Ending>,
): Promise<Ending> {
  const lost = new AbortController();
  const deadline = (runs[0]?.clock.now() ?? 0) + (runs[0]?.inputs.lockTimeout ?? 0) * 1000;
  const held = new Map<WorkloadRun, LockedRun>();
  const inOrder = [...runs].sort((a, b) => (lockName(a.workload) < lockName(b.workload) ? -1 : 1));
  const next = (index: number): Promise<Ending> => {
    const run = inOrder[index];
    if (run === undefined) return work(runs.flatMap((each) => held.get(each) ?? []));
    const signal = AbortSignal.any([run.signal, lost.signal]);
    const timeout = Math.max(0, (deadline - run.clock.now()) / 1000);
    return underLock({ ...run, signal }, timeout, async (locked) => {
      held.set(run, locked);
      locked.signal.addEventListener('abort', () => lost.abort(locked.signal.reason), { once: true });
      await onHeld(locked, runs.indexOf(run));
      return next(index + 1);
    });
  };
  return next(0);
}

/**
 * Does `work` under the workload's lock, and releases it. While the lock is held, intents are written into its Lease
 * too, and the run's signal aborts once the lock is lost.
 *
 * A run that is interrupted, or fails with something half-way, keeps the lock.
 *
 * @param timeout seconds to wait for another holder.
 */
export async function underLock(
  run: WorkloadRun,
  timeout: number,
  work: (locked: LockedRun) => Promise<Ending>,
): Promise<Ending> {
  const { client, namespace, clock, holder, workload, log } = run;
  let waited = false;
  const attempt = await acquireLock({
    client,
    namespace,
    name: lockName(workload),
    holder,
    clock,
    signal: run.signal,
    timeout,
    onWait: (by) => {
      waited = true;
      log.line(`Waiting for ${sayHolder(by)}, which deploys ${sayWorkload(workload)} too.`);
    },
  });
  if (attempt.kind === 'held') return stillLocked(run, attempt.by);
  const { lock, notes } = attempt;
  const left = notes[marks.intent] ?? '';
  let history = parseHistory(notes[marks.history]);
  let isHistoryNew = false;
  const historyNote = () => isHistoryNew && { [marks.history]: JSON.stringify(history) };
  // What a lost run left stays noted until this one has made it its own.
  let isIntentOurs = left === '';
  let begun: Intent | undefined;
  const release = () => lock.release({ ...(isIntentOurs && { [marks.intent]: null }), ...historyNote() });
  // The run that takes the lock over finishes what the intent says.
  const giveOver = () => {
    run.journal.add({ type: 'workload-ended', result: 'superseded' });
    void run.saveIntent(undefined);
  };
  lock.lost.addEventListener('abort', giveOver, { once: true });
  const locked: LockedRun = {
    ...run,
    left: parseIntent(left),
    waited,
    signal: AbortSignal.any([run.signal, lock.lost]),
    history: () => history,
    record: (what) => {
      history = withRecord(history, { ...what, at: new Date(clock.now()).toISOString(), by: nameOf(run) });
      isHistoryNew = true;
    },
    ensureLock: () => lock.ensure(),
    saveIntent: async (intent) => {
      isIntentOurs = true;
      begun = intent;
      await run.saveIntent(intent);
      // That it is done with, the release says; until then a stale note only makes the next run look.
      if (intent !== undefined) await lock.note({ [marks.intent]: JSON.stringify(intent), ...historyNote() });
    },
  };
  try {
    const ending = await work(locked);
    await release();
    return ending;
  } catch (error) {
    // What may be half-way keeps its lock and note, for post; and if there is no post, the lock expires.
    const isHalfWay = run.signal.aborted || (begun !== undefined && begun.phase !== 'migrating');
    if (isHalfWay) lock.stop();
    else await release();
    throw error;
  }
}

/** Characters that an object's name may have. */
const longestName = 253;

/** The name of the workload's Lease. */
export function lockName(workload: WorkloadName): string {
  const name = `safe-rollout-${workload.kind.toLowerCase()}-${workload.name}`;
  return name.length <= longestName ? name : `${name.slice(0, longestName - 17)}-${digestOf(workload)}`;
}

function sayHolder({ identity, url, since }: HeldLock): string {
  const time = new Date(since).toISOString().slice(11, 19);
  return `the run ${identity}${url ? ` (${url})` : ''}, which has the lock since ${time} UTC`;
}

function stillLocked(run: WorkloadRun, by: HeldLock): Ending {
  const { inputs, namespace, workload } = run;
  const waited = inputs.lockTimeout > 0 ? ` after ${sayDuration(inputs.lockTimeout)}` : '';
  return {
    result: 'locked',
    cause: {
      reason: 'locked',
      message: `${sayWorkload(workload)} is still being deployed by ${sayHolder(by)}${waited}.`,
      diagnoses: [],
    },
    next: [
      `Wait for that run${by.url ? ` (${by.url})` : ''}, then run this again; or raise 'lock-timeout'.`,
      `See the lock: kubectl -n ${namespace} get lease ${lockName(workload)} -o yaml`,
    ],
  };
}
