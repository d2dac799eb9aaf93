/** What became of a migration. */
type MigrationMark = 'migrating' | 'migrated' | 'unmigrated';

/** How a revision fared. */
export type Standing = 'healthy' | 'failed' | 'undone' | 'left';

/**
 * What a run did with one revision of a workload. The cluster keeps revisions, but not how they fared; so runs write it
 * into the workload's Lease.
 */
export interface RolloutRecord {
  /**
   * `migrating`: a migration was begun, which was to precede the revision; where nothing else is said of its Job, how
   * far it came is not known. `migrated`: it succeeded. `unmigrated`: nothing of it had run, so that it is forgotten. `healthy`: it was rolled out. `failed`: it did
   * not work, and was undone. `undone`: it was undone for another cause, and nobody knows whether it works. `left`: it
   * was rolled back from, by a person. `returned`: a rollback from it was taken back.
   */
  readonly what: MigrationMark | Standing | 'returned';
  /** Digest of the revision's template; see `templateDigest`. */
  readonly template: string;
  /** RFC 3339. */
  readonly at: string;
  /** The run: its page, or its identity. */
  readonly by: string;
  /** The migration Job. */
  readonly job?: string | undefined;
}

/** Records that are kept; a Deployment keeps 10 old revisions unless told otherwise. */
const mostRecords = 60;

/** Reads the records of a Lease, oldest first; none where they are missing or torn. */
export function parseHistory(text: string | undefined): RolloutRecord[] {
  try {
    const records: unknown = JSON.parse(text || '[]');
    return Array.isArray(records) ? (records as RolloutRecord[]) : [];
  } catch {
    return [];
  }
}

/**
 * The records with one more. Of a migration the last word is enough, and of one that never ran none is.
 */
export function withRecord(records: readonly RolloutRecord[], record: RolloutRecord): RolloutRecord[] {
  const isReplaced = (each: RolloutRecord) =>
    isOfMigration(each.what) && each.job === record.job && each.template === record.template;
  const others = isOfMigration(record.what) ? records.filter((each) => !isReplaced(each)) : records;
  const all = record.what === 'unmigrated' ? [...others] : [...others, record];
  while (all.length > mostRecords) all.splice(dispensable(all), 1);
  return all;
}

/**
 * Which record tells least: the oldest that is not the last word on its revision; else the oldest of a migration where
 * those are half of all; else the oldest that is none.
 */
function dispensable(records: readonly RolloutRecord[]): number {
  const stale = records.findIndex(
    ({ what, template }, index) =>
      isStanding(what) &&
      records.slice(index + 1).some((later) => later.template === template && isStanding(later.what)),
  );
  if (stale >= 0) return stale;
  const others = records.filter(({ what }) => !isStanding(what));
  const isCrowded = others.length * 2 > records.length;
  return records.findIndex(({ what }) => isStanding(what) !== isCrowded);
}

/** How a revision fared last, by its template's digest; undefined where no run rolled it out. */
export function standingOf(records: readonly RolloutRecord[], template: string): Standing | undefined {
  const standings = records.filter((record) => record.template === template).map(({ what }) => what);
  return standings.findLast(isStanding);
}

/** Whether a rollback from the revision was taken back after `since`, in milliseconds since the epoch. */
export function isReturnedTo(records: readonly RolloutRecord[], template: string, since: number): boolean {
  return records.some(
    (record) => record.what === 'returned' && record.template === template && Date.parse(record.at) >= since,
  );
}

function isStanding(what: RolloutRecord['what']): what is Standing {
  return what !== 'returned' && !isOfMigration(what);
}

function isOfMigration(what: RolloutRecord['what']): what is MigrationMark {
  return what === 'migrating' || what === 'migrated' || what === 'unmigrated';
}

/**
 * The migrations that ran, or may have, after a revision was last rolled out; where that is not known, those after it
 * was made. The last word on each Job.
 *
 * @param made when the revision came to be, in milliseconds since the epoch.
 */
export function migrationsSince(
  records: readonly RolloutRecord[],
  template: string,
  made: number,
): RolloutRecord[] {
  const last = records.findLastIndex((record) => record.template === template && record.what === 'healthy');
  const isSince = ({ at }: RolloutRecord) => last >= 0 || Date.parse(at) >= made;
  const since = records
    .slice(last + 1)
    .filter((record) => isOfMigration(record.what) && record.template !== template && isSince(record));
  return [...new Map(since.map((record) => [record.job, record])).values()].filter(
    ({ what }) => what !== 'unmigrated',
  );
}
