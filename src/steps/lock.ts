import { sayDuration } from '../duration.ts';
import { type Intent, parseIntent } from '../intent.ts';
import type { Ending } from '../journal.ts';
import { acquireLock, type HeldLock } from '../kubernetes/lease.ts';
import { sayWorkload, type WorkloadName } from '../kubernetes/workloads/names.ts';
import { digestOf } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';

/** A run that holds the workload's lock. */
export interface LockedRun extends Run {
  /** What a run before this one had set out to change when it was lost; undefined where there is no such thing. */
  readonly left: Intent | undefined;
  /** Whether another run held the lock when it was asked for, so that what was read before may have changed. */
  readonly waited: boolean;
}

/**
 * Does `work` under the workload's lock, and releases it. While the lock is held, intents are written into its Lease
 * too, and the run's signal aborts once the lock is lost.
 *
 * A run that is interrupted, or fails with something half-way, keeps the lock.
 */
export async function underLock(run: Run, work: (locked: LockedRun) => Promise<Ending>): Promise<Ending> {
  const { client, namespace, clock, holder, inputs, log } = run;
  let waited = false;
  const attempt = await acquireLock({
    client,
    namespace,
    name: lockName(inputs.workload),
    holder,
    clock,
    signal: run.signal,
    timeout: inputs.lockTimeout,
    onWait: (by) => {
      waited = true;
      log.line(`Waiting for ${sayHolder(by)}, which deploys ${sayWorkload(inputs.workload)} too.`);
    },
  });
  if (attempt.kind === 'held') return stillLocked(run, attempt.by);
  const { lock, left } = attempt;
  const signal = AbortSignal.any([run.signal, lock.lost]);
  // The note of a lost run stays until this one has made it its own.
  let isNoteOurs = left === '';
  const locked: LockedRun = {
    ...run,
    left: parseIntent(left),
    waited,
    signal,
    ensureLock: () => lock.ensure(),
    saveIntent: async (intent) => {
      isNoteOurs = true;
      await run.saveIntent(intent);
      // That it is done with, the release says; until then a stale note only makes the next run look.
      if (intent !== undefined) await lock.note(JSON.stringify(intent));
    },
  };
  try {
    const ending = await work(locked);
    await lock.release(!isNoteOurs);
    return ending;
  } catch (error) {
    // What may be half-way keeps its lock and note, for post; and if there is no post, the lock expires.
    const isHalfWay = run.signal.aborted || run.journal.last('setting-image') !== undefined;
    if (isHalfWay) lock.stop();
    else await lock.release(!isNoteOurs);
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

function stillLocked(run: Run, by: HeldLock): Ending {
  const { inputs, namespace } = run;
  const waited = inputs.lockTimeout > 0 ? ` after ${sayDuration(inputs.lockTimeout)}` : '';
  return {
    result: 'locked',
    cause: {
      reason: 'locked',
      message: `${sayWorkload(inputs.workload)} is still being deployed by ${sayHolder(by)}${waited}.`,
      diagnoses: [],
    },
    next: [
      `Wait for that run${by.url ? ` (${by.url})` : ''}, then run this again; or raise 'lock-timeout'.`,
      `See the lock: kubectl -n ${namespace} get lease ${lockName(inputs.workload)} -o yaml`,
    ],
  };
}
