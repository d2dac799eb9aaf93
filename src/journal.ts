import { clip } from './clip.ts';
import type { Diagnosis } from './diagnosis/diagnosis.ts';
import type { ImageChange } from './kubernetes/workloads/patch.ts';
import type { Finding } from './preflight/finding.ts';
import type { UsersSaw } from './users/tally.ts';

/** What a step is asked to do; the input `command`. */
export type CommandName = 'deploy' | 'rollback';

/** How a step can end; the output `result`. */
export type Result =
  | 'deployed'
  | 'unchanged'
  | 'refused'
  | 'locked'
  | 'migration-failed'
  | 'undone'
  | 'undo-failed'
  | 'left-failed'
  | 'superseded'
  | 'rolled-back'
  | 'cancelled';

/** The results with which the step succeeds. */
export const successes: ReadonlySet<Result> = new Set<Result>(['deployed', 'unchanged', 'rolled-back']);

/** Why something failed, with what was found about it. */
export interface Cause {
  /** One stable, machine-readable word; the output `reason`. */
  readonly reason: string;
  /** What happened, to which object, in one sentence. */
  readonly message: string;
  readonly diagnoses: readonly Evidence[];
}

/** A diagnosis with what was gathered about its examples. */
export interface Evidence extends Diagnosis {
  /** The last log lines of the container at fault, of each example; none where there are none or they could not be had. */
  readonly logs: readonly { readonly object: string; readonly lines: readonly string[] }[];
  /** What the cluster told of the examples: alike events merged. */
  readonly events: readonly { readonly reason: string; readonly message: string; readonly count: number }[];
  /** Whether its log lines were streamed into the step's log already. */
  readonly streamed?: boolean | undefined;
}

/** The digests (`sha256:…`) that a container runs: one, or several where its pods differ; none where they do not say. */
export interface ImageDigests {
  readonly container: string;
  readonly before: readonly string[];
  /** Of the revision that the step set; empty until its pods say. */
  readonly after: readonly string[];
}

/** What happened, in order. Each event is written down when it happens; every report is a fold of them. */
export type Event =
  | { readonly type: 'began'; readonly run: string; readonly commit: string }
  | {
      readonly type: 'connected';
      readonly command: CommandName;
      readonly server: string;
      /** `deployment/web`, in the order named. */
      readonly workloads: readonly string[];
      readonly namespace: string;
    }
  | {
      readonly type: 'observed';
      readonly revision: number | undefined;
      readonly replicas: number | undefined;
      /** Where an undo would go; undefined where there is no healthy revision. */
      readonly undoTo: number | undefined;
    }
  | { readonly type: 'planned'; readonly changes: readonly ImageChange[] }
  /** The workload's revisions, newest first, where a person asks for one. */
  | {
      readonly type: 'history';
      readonly rows: readonly HistoryRow[];
      /** Digest of the template that ran when the history was read, and those of the other revisions. */
      readonly current: string;
      readonly older: readonly string[];
    }
  /** What the containers to be set really run: noted before, and again once they are set. */
  | { readonly type: 'images'; readonly images: readonly ImageDigests[] }
  | { readonly type: 'checked'; readonly findings: readonly Finding[] }
  /** What an interrupted run before this one had left was brought to rest. */
  | {
      readonly type: 'resumed';
      readonly message: string;
      /** Digest of the template that it had gone back to, where that is kept. */
      readonly rolledBackTo?: string;
    }
  | { readonly type: 'migration-started'; readonly job: string; readonly image: string }
  | {
      readonly type: 'migration-ended';
      readonly job: string;
      readonly cause: Cause | undefined;
      readonly kept: boolean;
      /** Whether anything of it had run. */
      readonly began: boolean;
    }
  | { readonly type: 'setting-image' }
  | { readonly type: 'image-set' }
  | { readonly type: 'progress'; readonly message: string }
  /** A pod of a broken revision that held a rollout or an undo up was deleted. */
  | { readonly type: 'pod-deleted'; readonly pod: string }
  /** It is rolled out and available; what is to prove it is still to come. */
  | { readonly type: 'rollout-completed'; readonly revision: number }
  /** One of the things that prove a rollout: a Job, a command, or the bake. */
  | { readonly type: 'proof-started'; readonly title: string }
  | { readonly type: 'proof-ended'; readonly title: string; readonly cause: Cause | undefined }
  /** All went well, and nothing is left to do. */
  | { readonly type: 'rolled-out'; readonly revision: number }
  /** All that was set is healthy and stays; what is left to do is to tidy up. */
  | { readonly type: 'kept' }
  | { readonly type: 'rollout-failed'; readonly revision: number | undefined; readonly cause: Cause }
  /** `doubts`: what speaks against its bringing back a program that works. */
  | { readonly type: 'undo-started'; readonly revision: number; readonly doubts?: readonly string[] }
  /** What was asked as users would was asked to its end. */
  | { readonly type: 'users'; readonly saw: UsersSaw }
  | { readonly type: 'undo-started'; readonly revision: number }
  | {
      readonly type: 'undone';
      readonly revision: number;
      /** What the containers that were set run again. */
      readonly images?: readonly { readonly container: string; readonly image: string }[];
    }
  | { readonly type: 'undo-failed'; readonly cause: Cause }
  /** How it ended for one workload, where the step changes several. */
  | { readonly type: 'workload-ended'; readonly result: Result }
  | { readonly type: 'interrupted'; readonly by: string }
  | { readonly type: 'ended'; readonly ending: Ending };

/** How a revision fared, in words. */
export const standings = {
  healthy: 'was healthy',
  failed: 'failed',
  undone: 'was undone',
  left: 'was rolled back from',
  unknown: 'not known',
} as const;

/** A revision as a person chooses among them. */
export interface HistoryRow {
  readonly revision: number;
  readonly images: readonly string[];
  /** As `kubectl rollout history` shows it. */
  readonly cause: string;
  /** When it was first rolled out, in milliseconds since the epoch. */
  readonly created: number;
  readonly standing: keyof typeof standings;
  /** How many pods it has now. */
  readonly pods: number;
  readonly isCurrent: boolean;
  readonly isTarget: boolean;
}

/** The verdict. */
export interface Ending {
  readonly result: Result;
  readonly cause?: Cause | undefined;
  /** What the reader can do now: commands to type or things to look at. */
  readonly next: readonly string[];
}

/** An event with its moment, in milliseconds since the epoch. */
export type Entry = Event & {
  readonly at: number;
  /** The workload that it is about, `deployment/web`; undefined where it is about the whole step. */
  readonly workload?: string;
};

/** The journal of one step: main's, and post's after it. */
export class Journal {
  readonly #entries: Entry[];
  readonly #now: () => number;
  readonly #onEntry: (journal: Journal) => void;
  /** The workload that it is about; undefined: all of the step. */
  readonly #workload: string | undefined;

  constructor(options: {
    now: () => number;
    /** What main had written, when post goes on with it; they are added to. */
    entries?: Entry[];
    /** Called after each entry but progress, of which there is much and which nobody needs later. */
    onEntry?: (journal: Journal) => void;
    workload?: string;
  }) {
    this.#entries = options.entries ?? [];
    this.#workload = options.workload;
    this.#now = options.now;
    this.#onEntry = options.onEntry ?? (() => {});
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The same journal as it concerns one workload: what is added is marked with it, and others' entries are not seen. */
  of(workload: string): Journal {
    return new Journal({ now: this.#now, entries: this.#entries, onEntry: this.#onEntry, workload });
  }

  add(event: Event): void {
    const workload = this.#workload;
    this.#entries.push({ ...event, at: this.#now(), ...(workload !== undefined && { workload }) });
    if (event.type !== 'progress') this.#onEntry(this);
  }

  /** The first entry of a type. */
  first<T extends Event['type']>(type: T): (Entry & { type: T }) | undefined {
    return this.#entries.find(
      (entry): entry is Entry & { type: T } => entry.type === type && this.#isAbout(entry),
    );
  }

  /** The last entry of a type. */
  last<T extends Event['type']>(type: T): (Entry & { type: T }) | undefined {
    return this.#entries.findLast(
      (entry): entry is Entry & { type: T } => entry.type === type && this.#isAbout(entry),
    );
  }

  #isAbout({ workload }: Entry): boolean {
    return this.#workload === undefined || workload === undefined || workload === this.#workload;
  }

  /**
   * The journal as post may read it: without progress, log lines and the cluster's words, since those may hold
   * secrets and the runner's state is limited to what an environment variable can carry.
   */
  toState(): string {
    return JSON.stringify(this.#entries.filter(({ type }) => type !== 'progress').map(withoutWords));
  }
}

/** Reads what {@link Journal.toState} wrote; nothing where it is missing or torn. */
export function entriesFromState(text: string): Entry[] {
  try {
    const entries: unknown = JSON.parse(text || '[]');
    return Array.isArray(entries) ? (entries as Entry[]) : [];
  } catch {
    return [];
  }
}

function withoutWords(entry: Entry): Entry {
  if (entry.type === 'checked') return { ...entry, findings: [] };
  if (entry.type === 'history') return { ...entry, rows: [] };
  if (entry.type === 'ended')
    return { ...entry, ending: { ...entry.ending, cause: bare(entry.ending.cause), next: [] } };
  if (entry.type === 'migration-ended' || entry.type === 'proof-ended')
    return { ...entry, cause: bare(entry.cause) };
  if (entry.type === 'rollout-failed' || entry.type === 'undo-failed') {
    return { ...entry, cause: bare(entry.cause) ?? entry.cause };
  }
  return entry;
}

/** The cause as the reports' own words have it, and as long as those are. */
function bare(cause: Cause | undefined): Cause | undefined {
  return cause && { reason: cause.reason, message: clip(cause.message, 500), diagnoses: [] };
}

/** What a step comes to where all that it set is healthy. */
export function doneResult(journal: Journal): Result {
  return journal.last('connected')?.command === 'rollback' ? 'rolled-back' : 'deployed';
}
