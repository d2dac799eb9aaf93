import type { Finding } from '../preflight/finding.ts';

/** Preflight's findings as log lines. */
export function sayFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['Preflight: nothing found.'];
  return findings.flatMap(({ rule, level, message, next }) => [
    `${level === 'error' ? '✗' : '!'} ${rule}: ${message}`,
    ...next.split('\n').map((line) => `    ${line}`),
  ]);
}
