/**
 * What a run did with one revision of a workload. The cluster keeps revisions, but not how they fared; so runs write it
 * into the workload's Lease.
 */
export interface RolloutRecord {
  /**
   * `migrated`: a migration succeeded, which was to precede the revision. `healthy`: it was rolled out. `failed`: it did
   * not work, and was undone. `undone`: it was undone for another cause, and nobody knows whether it works. `left`: it
   * was rolled back from, by a person.
   */
  readonly what: 'migrated' | 'healthy' | 'failed' | 'undone' | 'left';
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

/** The records with one more, less the oldest where they become too many. */
export function withRecord(records: readonly RolloutRecord[], record: RolloutRecord): RolloutRecord[] {
  return [...records, record].slice(-mostRecords);
}

/** How a revision fared last, by its template's digest; undefined where no run rolled it out. */
export function standingOf(
  records: readonly RolloutRecord[],
  template: string,
): Exclude<RolloutRecord['what'], 'migrated'> | undefined {
  const last = records.findLast((record) => record.template === template && record.what !== 'migrated');
  return last?.what as Exclude<RolloutRecord['what'], 'migrated'> | undefined;
}

/**
 * The migrations that succeeded after a revision was last rolled out; where that is not known, those after it was made.
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
  return records
    .slice(last + 1)
    .filter((record) => record.what === 'migrated' && record.template !== template && isSince(record));
}
