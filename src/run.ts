import type { Clock } from './clock.ts';
import type { GitHubRun } from './github/run.ts';
import type { RolloutRecord } from './history.ts';
import type { Inputs } from './inputs.ts';
import type { Intent } from './intent.ts';
import type { Journal } from './journal.ts';
import type { KubernetesClient } from './kubernetes/client.ts';
import type { Holder } from './kubernetes/lease.ts';
import type { WorkloadName } from './kubernetes/workloads/names.ts';
import type { Log } from './log.ts';

/** What all of a run works with. */
export interface Run {
  readonly inputs: Inputs;
  readonly github: GitHubRun;
  readonly client: KubernetesClient;
  /** The variables of the step's environment, for what is run in its name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The API server's URL. */
  readonly server: string;
  /** The workload's namespace: the input's, or the context's. */
  readonly namespace: string;
  readonly log: Log;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Who this run is to others that want the same lock. */
  readonly holder: Holder;
  /** Aborts when the run is interrupted; everything that waits ends with it. */
  readonly signal: AbortSignal;
}

/** A run as it concerns one of the workloads that it changes; what steps work with. */
export interface WorkloadRun extends Run {
  readonly workload: WorkloadName;
  /** How revisions fared in former runs, oldest first; none before the workload's lock is held. */
  readonly history: () => readonly RolloutRecord[];
  /** Adds to the history; it is written with the next intent, or when the lock is released. */
  readonly record: (what: Pick<RolloutRecord, 'what' | 'template' | 'job'>) => void;
  /**
   * Writes down what the run sets out to change, before it changes it; undefined when that is done with.
   *
   * @throws LockLost where the workload's lock is another run's by now, so that nothing may be changed.
   */
  readonly saveIntent: (intent: Intent | undefined) => Promise<void>;
  /**
   * Makes sure, before each attempt to change something, that the workload's lock is still this run's.
   *
   * @returns seconds for which nobody else can have it: no attempt may take longer.
   * @throws LockLost; ApiError, ConnectionError where it cannot be told.
   */
  readonly ensureLock: () => Promise<number>;
}

/** The run was told to end: the workflow was cancelled, or a time limit of the job's or step's was reached. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The run as an intent names it: its page, or its identity where there is none. */
export function nameOf({ github, holder }: Pick<Run, 'github' | 'holder'>): string {
  return github.url || holder.identity;
}
