import type { Cause, Ending, Entry, Event } from '../journal.ts';
import type { ImageChange } from '../kubernetes/workloads/patch.ts';
import type { Finding } from '../preflight/finding.ts';

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
  readonly ending: Ending | undefined;
  /** `deployment/web`; empty where the inputs were not even read. */
  readonly workload: string;
  readonly namespace: string;
  readonly changes: readonly ImageChange[];
  readonly revision: number | undefined;
  readonly previousRevision: number | undefined;
  readonly undoneTo: number | undefined;
  readonly migrationJob: string;
  readonly findings: readonly Finding[];
  /** What was done for runs before this one. */
  readonly resumed: string;
  readonly undoCause: Cause | undefined;
  readonly phases: readonly Phase[];
  readonly run: string;
  readonly commit: string;
  /** Whether a migration ran and succeeded. */
  readonly migrated: boolean;
  /** When it began, in milliseconds since the epoch. */
  readonly began: number;
  /** Seconds from the first entry to the last. */
  readonly seconds: number;
}

/** Folds a journal. Pure. */
export function tell(entries: readonly Entry[]): Story {
  const last = <T extends Event['type']>(type: T) =>
    entries.findLast((entry): entry is Entry & { type: T } => entry.type === type);
  const observed = last('observed');
  return {
    ending: last('ended')?.ending,
    workload: last('connected')?.workload ?? '',
    namespace: last('connected')?.namespace ?? '',
    changes: last('planned')?.changes ?? [],
    revision: last('rolled-out')?.revision ?? last('rollout-failed')?.revision,
    previousRevision: observed?.undoTo ?? observed?.revision,
    undoneTo: last('undone')?.revision,
    migrationJob: last('migration-started')?.job ?? '',
    findings: last('checked')?.findings ?? [],
    resumed: last('resumed')?.message ?? '',
    undoCause: last('undo-failed')?.cause,
    phases: phases(entries),
    run: last('began')?.run ?? '',
    commit: last('began')?.commit ?? '',
    migrated: last('migration-ended')?.cause === undefined && last('migration-ended') !== undefined,
    began: entries[0]?.at ?? 0,
    seconds: ((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1000,
  };
}

/** The events that begin a phase, and those that end it. */
const phaseEnds: readonly {
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
  { begins: 'setting-image', ends: ['rolled-out', 'rollout-failed'], title: () => 'Rollout' },
  {
    begins: 'undo-started',
    ends: ['undone', 'undo-failed'],
    title: (begin) => `Undo${begin.type === 'undo-started' ? ` to revision ${begin.revision}` : ''}`,
  },
];

function phases(entries: readonly Entry[]): Phase[] {
  return phaseEnds.flatMap(({ begins, ends, title }) => {
    const index = entries.findIndex(({ type }) => type === begins);
    const begin = entries[index];
    if (begin === undefined) return [];
    const end = entries
      .slice(index)
      .find(({ type }) => ends.includes(type) || type === 'ended' || type === 'interrupted');
    return [
      {
        title: title(begin),
        seconds: end && (end.at - begin.at) / 1000,
        ...outcomeOf(end),
      },
    ];
  });
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
    case 'rollout-failed':
    case 'undo-failed':
      return end.cause ? { outcome: 'failed', note: end.cause.reason } : { outcome: 'ok', note: '' };
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
