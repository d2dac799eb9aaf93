import type { Finding } from '../preflight/finding.ts';

/** Preflight's findings as log lines. */
export function sayFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0)
    return ['Checked: permissions, the workload, and dry runs of what is to be changed. All is well.'];
  return findings.flatMap(({ rule, level, message, next }) => [
    `${level === 'error' ? '✗' : '!'} ${rule}: ${message}`,
    ...next.split('\n').map((line) => `    ${line}`),
  ]);
}
