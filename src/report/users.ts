import { sayLimit } from '../users/limit.ts';
import { picture, sayCounts, sayErrors, saySlowest, sayStretch, sayUnjudged } from '../users/say.ts';
import type { PhaseTally, UsersSaw } from '../users/tally.ts';
import { code, row, words } from './markdown.ts';

/** The summary's part on what users saw; empty where nothing was asked. Pure. */
export function usersSection(saw: UsersSaw | undefined): string[] {
  if (saw === undefined) return [];
  return [
    '### What users saw',
    `${code(saw.address)} was asked all the time. Of errors, ${words(sayLimit(saw.limit))}.${sayUnjudged(saw)}`,
    [
      '| | Requests | Errors | Slowest | Answers | When |',
      '|:--|--:|:--|--:|:--|:--|',
      ...saw.phases.map(phaseRow),
    ].join('\n'),
    words(sayStretch(saw)),
  ];
}

function phaseRow(phase: PhaseTally): string {
  const { requests, errors, slowest, statuses, setAside } = phase;
  const aside = sayCounts(setAside);
  return row(
    `${errors > 0 ? '❌' : requests > 0 ? '✅' : '…'} ${phase.phase}`,
    String(requests),
    sayErrors(phase),
    slowest === undefined ? '' : saySlowest(slowest),
    words([sayCounts(statuses), ...(aside ? [`set aside: ${aside}`] : [])].filter(Boolean).join('; ')),
    code(picture(phase)),
  );
}
