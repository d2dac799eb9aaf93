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
   * was rolled back from, by a person.
   */
  readonly what: MigrationMark | Standing;
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
 * The records with one more. Of a migration the last word is enough, and of one that never ran none is. Where there are
 * too many, the oldest goes that is not the last word on a revision.
 */
export function withRecord(records: readonly RolloutRecord[], record: RolloutRecord): RolloutRecord[] {
  const isReplaced = (each: RolloutRecord) =>
    isOfMigration(record.what) &&
    isOfMigration(each.what) &&
    each.job === record.job &&
    each.template === record.template;
  const others = records.filter((each) => !isReplaced(each));
  const all = record.what === 'unmigrated' ? others : [...others, record];
  while (all.length > mostRecords) {
    const dispensable = all.findIndex(
      ({ what, template }, index) =>
        isOfMigration(what) ||
        all.slice(index + 1).some((later) => later.template === template && !isOfMigration(later.what)),
    );
    all.splice(Math.max(0, dispensable), 1);
  }
  return all;
}

/** How a revision fared last, by its template's digest; undefined where no run rolled it out. */
export function standingOf(records: readonly RolloutRecord[], template: string): Standing | undefined {
  const standings = records.filter((record) => record.template === template).map(({ what }) => what);
  return standings.findLast((what): what is Standing => !isOfMigration(what));
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
