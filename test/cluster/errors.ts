/** What this machine cannot run, why, and what to do to run it. */
export class ClusterUnavailable extends Error {
  override readonly name = 'ClusterUnavailable';
}

/** A cluster that did not come up; the message carries the last lines of the log that tells why. */
export class ClusterStartFailed extends Error {
  override readonly name = 'ClusterStartFailed';
}

/** An error's text, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True where a system call failed with this code, for example `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
