import type {
  Cause,
  CommandName,
  Ending,
  Entry,
  Event,
  HistoryRow,
  ImageDigests,
  Result,
} from '../journal.ts';
import type { ImageChange } from '../kubernetes/workloads/patch.ts';
import type { Finding } from '../preflight/finding.ts';
import type { UsersSaw } from '../users/tally.ts';

/** A phase of a step, with how long it took. */
export interface Phase {
  readonly title: string;
  /** Seconds; undefined while it is not over. */
  readonly seconds: number | undefined;
  readonly outcome: 'ok' | 'failed' | 'open';
  /** A word or two on how it ended. */
  readonly note: string;
}

/** All that a report says, folded from a journal. */
export interface Story {
  readonly command: CommandName;
  readonly ending: Ending | undefined;
  /** `deployment/web`, or several, separated by commas; empty where the inputs were not even read. */
  readonly workload: string;
  /** How it went for each workload. */
  readonly workloads: readonly WorkloadStory[];
  readonly namespace: string;
  /** Of all workloads. */
  readonly changes: readonly ImageChange[];
  /** Likewise. */
  readonly images: readonly ImageDigests[];
  /** Of the first workload, as all that is about one revision. */
  readonly revision: number | undefined;
  readonly previousRevision: number | undefined;
  readonly undoneTo: number | undefined;
  readonly migrationJob: string;
  readonly findings: readonly Finding[];
  /** What was done for runs before this one. */
  readonly resumed: string;
  readonly undoCause: Cause | undefined;
  readonly phases: readonly Phase[];
  /** What users saw; undefined where nothing was asked. */
  readonly users: UsersSaw | undefined;
  readonly run: string;
  readonly commit: string;
  /** Whether a migration ran and succeeded. */
  readonly migrated: boolean;
  /** When it began, in milliseconds since the epoch. */
  readonly began: number;
  /** Seconds from the first entry to the last. */
  readonly seconds: number;
}

/** What a report says of one workload among several. */
export interface WorkloadStory {
  readonly workload: string;
  readonly changes: readonly ImageChange[];
  readonly images: readonly ImageDigests[];
  /** What its containers run again after an undo. */
  readonly backOn: readonly { readonly container: string; readonly image: string }[];
  readonly revision: number | undefined;
  readonly previousRevision: number | undefined;
  /** The revisions to choose from, newest first; none but for a rollback. */
  readonly history: readonly HistoryRow[];
  /** Undefined where all ended alike. */
  readonly result: Result | undefined;
}

/** Folds a journal. Pure. */
export function tell(entries: readonly Entry[]): Story {
  const last = <T extends Event['type']>(type: T) =>
    entries.findLast((entry): entry is Entry & { type: T } => entry.type === type);
  const names = last('connected')?.workloads ?? [''];
  const workloads = names.map((name) => tellOne(entries, name));
  const [first] = workloads;
  return {
    command: last('connected')?.command ?? 'deploy',
    ending: last('ended')?.ending,
    workload: names.join(', '),
    workloads,
    namespace: last('connected')?.namespace ?? '',
    changes: workloads.flatMap(({ changes }) => changes),
    images: workloads.flatMap(({ images }) => images),
    revision: first?.revision,
    previousRevision: first?.previousRevision,
    undoneTo: last('undone')?.revision,
    migrationJob: last('migration-started')?.job ?? '',
    findings: names.flatMap((name) => lastOf(entries, name, 'checked')?.findings ?? []),
    resumed: entries.flatMap((entry) => (entry.type === 'resumed' ? [entry.message] : [])).join(' '),
    undoCause: last('undo-failed')?.cause,
    phases: phases(entries),
    users: last('users')?.saw,
    run: last('began')?.run ?? '',
    commit: last('began')?.commit ?? '',
    migrated: last('migration-ended')?.cause === undefined && last('migration-ended') !== undefined,
    began: entries[0]?.at ?? 0,
    seconds: ((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1000,
  };
}

type EntryOf<T extends Event['type']> = Entry & { type: T };

/** The last entry of a type that is about one workload. */
function lastOf<T extends Event['type']>(
  entries: readonly Entry[],
  name: string,
  type: T,
): EntryOf<T> | undefined {
  return entries.findLast(
    (entry): entry is EntryOf<T> =>
      entry.type === type && (entry.workload === undefined || entry.workload === name),
  );
}

function tellOne(entries: readonly Entry[], name: string): WorkloadStory {
  const last = <T extends Event['type']>(type: T) => lastOf(entries, name, type);
  const observed = last('observed');
  return {
    workload: name,
    changes: last('planned')?.changes ?? [],
    images: last('images')?.images ?? [],
    backOn: last('undone')?.images ?? [],
    revision:
      last('rolled-out')?.revision ?? last('rollout-failed')?.revision ?? last('rollout-completed')?.revision,
    previousRevision: observed?.undoTo ?? observed?.revision,
    history: last('history')?.rows ?? [],
    result: last('workload-ended')?.result,
  };
}

/** The events that begin a phase, and those that end it. `several`: it may come more than once. */
const phaseEnds: readonly {
  readonly several?: boolean;
  readonly begins: Event['type'];
  readonly ends: readonly Event['type'][];
  readonly title: (begin: Entry) => string;
}[] = [
  { begins: 'began', ends: ['checked'], title: () => 'Check' },
  {
    begins: 'migration-started',
    ends: ['migration-ended'],
    title: (begin) => `Migration${begin.type === 'migration-started' ? ` job/${begin.job}` : ''}`,
  },
  {
    begins: 'setting-image',
    ends: ['rollout-completed', 'rolled-out', 'rollout-failed'],
    title: () => 'Rollout',
  },
  {
    several: true,
    begins: 'proof-started',
    ends: ['proof-ended'],
    title: (begin) => (begin.type === 'proof-started' ? begin.title : ''),
  },
  {
    begins: 'undo-started',
    ends: ['undone', 'undo-failed'],
    title: (begin) => `Undo${begin.type === 'undo-started' ? ` to revision ${begin.revision}` : ''}`,
  },
];

function phases(entries: readonly Entry[]): Phase[] {
  const workloads = new Set(entries.flatMap(({ workload }) => workload ?? []));
  return phaseEnds.flatMap(({ several, begins, ends, title }) => {
    const begun = entries.filter(({ type }) => type === begins);
    // One of each workload, if it does not come several times; all of the same kind together, in the order in which they began.
    const firsts = begun.filter(
      ({ workload }, index) => several || begun.findIndex((each) => each.workload === workload) === index,
    );
    return firsts.map((begin) => {
      const isAbout = ({ workload }: Entry) =>
        workload === undefined || begin.workload === undefined || workload === begin.workload;
      const end = entries
        .slice(entries.indexOf(begin))
        .find(
          (entry) =>
            isAbout(entry) &&
            (ends.includes(entry.type) || entry.type === 'ended' || entry.type === 'interrupted'),
        );
      const of = workloads.size > 1 && begin.workload ? ` of ${begin.workload}` : '';
      return {
        title: `${title(begin)}${of}`,
        seconds: end && (end.at - begin.at) / 1000,
        ...withDeleted(outcomeOf(end), deletedBetween(entries.filter(isAbout), begin, end)),
      };
    });
  });
}

/** The pods that were deleted from one entry to another. */
function deletedBetween(entries: readonly Entry[], begin: Entry, end: Entry | undefined): string[] {
  return entries
    .slice(entries.indexOf(begin), end && entries.indexOf(end))
    .flatMap((entry) => (entry.type === 'pod-deleted' ? [entry.pod] : []));
}

/** An outcome, with the pods that were deleted on the way to it. */
function withDeleted(
  { outcome, note }: Pick<Phase, 'outcome' | 'note'>,
  pods: readonly string[],
): Pick<Phase, 'outcome' | 'note'> {
  if (pods.length === 0) return { outcome, note };
  const deleted = `${pods.map((pod) => `pod/${pod}`).join(', ')} deleted, which held it up`;
  return { outcome, note: note ? `${note}; ${deleted}` : deleted };
}

function outcomeOf(end: Entry | undefined): Pick<Phase, 'outcome' | 'note'> {
  switch (end?.type) {
    case undefined:
      return { outcome: 'open', note: '' };
    case 'checked':
      return end.findings.some(({ level }) => level === 'error')
        ? { outcome: 'failed', note: 'refused' }
        : { outcome: 'ok', note: '' };
    case 'migration-ended':
    case 'proof-ended':
    case 'rollout-failed':
    case 'undo-failed':
      return end.cause ? { outcome: 'failed', note: end.cause.reason } : { outcome: 'ok', note: '' };
    case 'rollout-completed':
    case 'rolled-out':
      return { outcome: 'ok', note: `revision ${end.revision}` };
    case 'undone':
      return { outcome: 'ok', note: `healthy, now numbered ${end.revision}` };
    case 'interrupted':
      return { outcome: 'open', note: 'interrupted' };
    case 'ended':
      return { outcome: 'failed', note: end.ending.cause?.reason ?? end.ending.result };
    default:
      return { outcome: 'ok', note: '' };
  }
}
