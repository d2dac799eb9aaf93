/** `text`, cut to `longest` characters with a mark; a report is no place for a log line of 16 KiB. */
export function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
