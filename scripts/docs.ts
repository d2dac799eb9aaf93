/**
 * Writes the parts of the documents that follow from other files, between `<!-- marker -->` and `<!-- /marker -->`;
 * with `--check` it only says which are not up to date, and exits with 1.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { plainReasons } from '../src/diagnosis/plain-reasons.ts';
import type { Patience } from '../src/diagnosis/row.ts';
import { table as diagnoses } from '../src/diagnosis/table.ts';
import { sayDuration } from '../src/duration.ts';
import type { WorkloadKindName } from '../src/kubernetes/workloads/names.ts';
import { neededAccess, rbacRules } from '../src/preflight/access.ts';
import { rules } from '../src/preflight/preflight.ts';

const root = path.resolve(import.meta.dirname, '..');

/** A part of a document, and what belongs into it. */
export interface Generated {
  /** From the repository's root. */
  readonly file: string;
  readonly marker: string;
  readonly render: () => string;
}

export const generated: readonly Generated[] = [
  { file: 'README.md', marker: 'inputs', render: inputsTable },
  { file: 'README.md', marker: 'outputs', render: outputsTable },
  { file: 'README.md', marker: 'permissions', render: () => role('Deployment') },
  { file: 'docs/permissions.md', marker: 'deployment', render: () => role('Deployment') },
  { file: 'docs/permissions.md', marker: 'statefulset', render: () => role('StatefulSet') },
  { file: 'docs/permissions.md', marker: 'daemonset', render: () => role('DaemonSet') },
  { file: 'docs/recipes.md', marker: 'deploy', render: () => example('deploy') },
  { file: 'docs/recipes.md', marker: 'several', render: () => example('several') },
  { file: 'docs/recipes.md', marker: 'proven', render: () => example('proven') },
  { file: 'docs/recipes.md', marker: 'agent', render: () => example('agent') },
  { file: 'docs/recipes.md', marker: 'rollback', render: () => example('rollback') },
  { file: 'docs/preflight.md', marker: 'rules', render: rulesTable },
  { file: 'docs/diagnosis.md', marker: 'reasons', render: reasonsTables },
  { file: 'docs/diagnosis.md', marker: 'plain-reasons', render: plainReasonsTable },
];

/** The documents whose generated parts are not what they should be, with the text that they should have. */
export function outdated(parts: readonly Generated[] = generated): { file: string; text: string }[] {
  return [...new Set(parts.map(({ file }) => file))].flatMap((file) => {
    const now = existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '';
    const text = parts
      .filter((part) => part.file === file)
      .reduce((document, { marker, render }) => fill(document, file, marker, render()), now);
    return text === now ? [] : [{ file, text }];
  });
}

/** `document` with `content` between the marker's two comments. */
function fill(document: string, file: string, marker: string, content: string): string {
  const [start, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} needs the lines '${start}' and '${end}'.`);
  return `${document.slice(0, from + start.length)}\n${content}\n${document.slice(to)}`;
}

/** A workflow of `examples/`, to copy. */
function example(name: string): string {
  const text = readFileSync(path.join(root, 'examples', `${name}.yml`), 'utf8');
  return `\`\`\`yaml\n${text}\`\`\``;
}

function role(kind: WorkloadKindName): string {
  const rules = rbacRules(neededAccess(kind, true).map((need) => ({ ...need, allowed: false })));
  return `\`\`\`yaml\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: safe-rollout\nrules:\n${rules}\n\`\`\``;
}

const levels = { fixed: 'error, always', error: 'error', warning: 'warning' } as const;

function rulesTable(): string {
  return table(
    ['rule', 'level', 'what it looks for'],
    rules.map(({ id, level, about }) => [code(id), levels[level], about]),
  );
}

function reasonsTables(): string {
  return diagnoses
    .map(({ title, rows }) => {
      const lines = rows.map(({ reason, symptom, cause, next, patience }) => [
        code(reason),
        symptom,
        cause,
        next,
        sayPatience(patience),
      ]);
      return `### ${title}\n\n${table(['reason', 'symptom', 'cause', 'what to do', 'given up after'], lines)}`;
    })
    .join('\n\n');
}

function plainReasonsTable(): string {
  const rows = plainReasons.map(({ reason, cause, next }) => [code(reason), cause, next]);
  return table(['reason', 'what happened', 'what to do'], rows);
}

function sayPatience(patience: Patience): string {
  if (patience === 'timeout') return 'the timeout';
  if (patience.crashes)
    return `the ${['', 'first', 'second', 'third'][patience.crashes]} time, and ${sayDuration(patience.seconds)}`;
  return patience.seconds === 0 ? 'at once' : sayDuration(patience.seconds);
}

interface Described {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

function action(): { inputs: Record<string, Described>; outputs: Record<string, Described> } {
  return parse(readFileSync(path.join(root, 'action.yml'), 'utf8'));
}

function inputsTable(): string {
  const rows = Object.entries(action().inputs).map(([name, input]) => {
    const fallback = input.default ? code(input.default) : input.required ? 'required' : '';
    return [code(name), fallback, input.description];
  });
  return table(['input', 'default', 'meaning'], rows);
}

function outputsTable(): string {
  const rows = Object.entries(action().outputs).map(([name, output]) => [code(name), output.description]);
  return table(['output', 'meaning'], rows);
}

/** A Markdown table of cells that are Markdown already. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) =>
    text
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll('|', String.raw`\|`);
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const changes = outdated();
  if (!process.argv.includes('--check')) {
    for (const { file, text } of changes) {
      writeFileSync(path.join(root, file), text);
      console.log(`${file} is brought up to date.`);
    }
  } else if (changes.length > 0) {
    for (const { file } of changes)
      console.error(`${file} is not up to date; 'npm run fix' writes its tables.`);
    process.exitCode = 1;
  }
}
