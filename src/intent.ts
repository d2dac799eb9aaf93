import type { WorkloadName } from './kubernetes/workloads/names.ts';
import type { Pace } from './kubernetes/workloads/pace.ts';

/**
 * What a run has set out to change and how to take it back. Written down before the change, so that post can finish
 * what an interrupted main left. Nothing in it is secret.
 */
export interface Intent {
  readonly version: 1;
  readonly phase: 'migrating' | 'setting-image' | 'undoing';
  readonly workload: WorkloadName;
  readonly namespace: string;
  /** The workload's uid: another one of its name is not ours. */
  readonly uid: string;
  /** The migration Job, once it is to be created. */
  readonly job?: string | undefined;
  /** The API server, so that post does not act on another cluster. */
  readonly server: string;
  /** Digest of the template that ran before. */
  readonly before: string;
  /** Whether that was known not to work: its pods were hopeless, or it had failed before, or a rollback was asked for in the middle of it. */
  readonly isBeforeBroken?: boolean;
  /** Whether a person goes back: what ran before is then left for good. */
  readonly isRollback?: boolean;
  /** The containers' images, before and after: enough to build the template before from the one after. */
  readonly changes: readonly { readonly container: string; readonly from: string; readonly to: string }[];
  /** The strategy that was set for this rollout only, and the one to put back. */
  readonly pace?: Pace | undefined;
  /** The run that wrote it: its page, or its number. */
  readonly by: string;
  /** Digests of the pod template that this run sets, the surest last; see `templateDigest`. */
  readonly ours: readonly string[];
  /** The revision to go back to; undefined where none was healthy. */
  readonly undoTo?: UndoTarget | undefined;
}

/** The digest of the template that the run sets, as far as it is known: as the server answered it, once it has. */
export function templateSet({ ours }: Pick<Intent, 'ours'>): string {
  return ours.at(-1) ?? '';
}

/** A revision, named so that it is found again even after its number has changed. */
export interface UndoTarget {
  readonly number: number;
  /** The ReplicaSet or ControllerRevision that holds it. */
  readonly holder: string;
  readonly holderUid: string;
  readonly templateDigest: string;
}

/**
 * Digests of the templates that are known not to work: what ran before, where it was found so; and, in an undo, what the
 * run has set, but never what the undo goes to.
 *
 * @param wanted digests of the template that is rolled out.
 */
export function brokenTemplates(
  { before, isBeforeBroken = false, ours, undoTo }: Intent,
  wanted: Iterable<string>,
  isUndo: boolean,
): ReadonlySet<string> {
  const broken = new Set([...(isBeforeBroken ? [before] : []), ...(isUndo ? ours : [])]);
  if (undoTo && isUndo) broken.delete(undoTo.templateDigest);
  for (const each of wanted) broken.delete(each);
  return broken;
}

/** Reads a saved intent; undefined where there is none, or one of another version. */
export function parseIntent(text: string): Intent | undefined {
  return parse(text).find(isIntent);
}

/** Reads the intents that a main saved, one for each workload that it had not done with. */
export function parseIntents(text: string): Intent[] {
  return parse(text).flat().filter(isIntent);
}

function parse(text: string): unknown[] {
  try {
    return text === '' ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
}

function isIntent(value: unknown): value is Intent {
  return (value as Partial<Intent> | null)?.version === 1;
}
