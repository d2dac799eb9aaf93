/** What exit codes mean, beyond 128 plus a signal's number. */
const words: Readonly<Record<number, string>> = {
  126: 'the command is not executable',
  127: 'the command was not found',
  130: 'SIGINT',
  134: 'SIGABRT, it gave itself up',
  137: 'SIGKILL',
  139: 'SIGSEGV, a memory fault',
  143: 'SIGTERM, it was told to end',
};

/** `exit code 137 (SIGKILL)`. */
export function sayExit(code: number): string {
  return `exit code ${code}${words[code] ? ` (${words[code]})` : ''}`;
}
