import { sayDuration } from '../duration.ts';
import type { Cause, Evidence } from '../journal.ts';
import { block, code, words } from './markdown.ts';
import type { Phase, Story } from './story.ts';
import { verdictOf } from './verdict.ts';

/** GitHub takes no summary over 1 MiB; half of it leaves room for what masking adds. */
const longest = 512 * 1024;

/**
 * The job summary, in GitHub's Markdown: the verdict, how things stand, why, what to do, and what happened when.
 * Pure.
 */
export function summary(story: Story): string {
  const verdict = verdictOf(story);
  const parts = [
    `## ${verdict.mark} ${words(verdict.title)}`,
    words(verdict.state),
    ...causeSection(story),
    ...nextSection(story),
    facts(story),
    ...timeline(story.phases),
    ...findings(story),
  ];
  const text = `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  return text.length <= longest ? text : `${text.slice(0, longest)}\n\n(cut: the summary is too long)\n`;
}

function causeSection({ ending, undoCause }: Story): string[] {
  if (ending?.cause === undefined) return [];
  return [
    '### Why',
    ...sayCause(ending.cause),
    ...(undoCause ? ['### Why the undo failed', ...sayCause(undoCause)] : []),
  ];
}

function sayCause({ message, diagnoses }: Cause): string[] {
  return [...message.split('\n').map((line) => `**${words(line)}**`), ...diagnoses.flatMap(sayEvidence)];
}

function sayEvidence({ object, container, message, said, log, count }: Evidence): string[] {
  const who = `${code(object)}${container ? `, container ${code(container)}` : ''}`;
  const more = count > 1 ? ` (and ${count - 1} more like it)` : '';
  return [
    `${who}${more}: ${words(message)}`,
    ...(said ? ['The cluster says:', block(said.split('\n'))] : []),
    ...(log.length > 0 ? [`Its last log ${log.length === 1 ? 'line' : 'lines'}:`, block(log)] : []),
  ];
}

function nextSection({ ending }: Story): string[] {
  if (ending === undefined || ending.next.length === 0) return [];
  return ['### What to do', ending.next.map(sayNext).join('\n')];
}

/** One thing to do. Commands are set as code, and lines after the first as a block to copy. */
function sayNext(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const [, before, command] = /^(.*?: )?(kubectl .*)$/.exec(first) ?? [];
  const line = command ? `${words(before ?? '')}${code(command)}` : words(first);
  const copied = rest.length > 0 ? `\n${block(rest, 'yaml').replace(/^/gm, '  ')}` : '';
  return `- ${line}${copied}`;
}

function facts({ changes, namespace, revision, previousRevision, commit, run, workload }: Story): string {
  const rows = [
    workload && ['Workload', `${code(workload)} in namespace ${code(namespace)}`],
    ...changes.flatMap(({ container, from, to }) => [
      ['Image', `${code(to)} (container ${code(container)})`],
      ['Before', code(from)],
    ]),
    (revision ?? previousRevision) !== undefined && [
      'Revision',
      `${revision ?? '–'}${previousRevision === undefined ? '' : ` (before: ${previousRevision})`}`,
    ],
    commit && ['Commit', code(commit.slice(0, 12))],
    run && ['Run', run],
  ].filter((row): row is string[] => Array.isArray(row));
  if (rows.length === 0) return '';
  return ['| | |', '|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

const outcomeMarks: Readonly<Record<Phase['outcome'], string>> = { ok: '✓', failed: '✗', open: '…' };

function timeline(phases: readonly Phase[]): string[] {
  if (phases.length === 0) return [];
  const rows = phases.map(
    ({ title, seconds, outcome, note }) =>
      `| ${words(title)} | ${seconds === undefined ? '' : sayDuration(seconds)} | ${outcomeMarks[outcome]} ${words(note)} |`,
  );
  return ['### What happened', ['| Step | Took | |', '|---|--:|---|', ...rows].join('\n')];
}

function findings({ findings: all }: Story): string[] {
  const warnings = all.filter(({ level }) => level === 'warning');
  if (warnings.length === 0) return [];
  return [
    '### Warnings',
    warnings.map(({ rule, message, next }) => `- ${code(rule)}: ${words(message)} ${words(next)}`).join('\n'),
  ];
}
