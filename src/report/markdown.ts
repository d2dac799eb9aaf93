// Text from the cluster is not trusted: none of it may become a link, an image, a heading or HTML in the summary.

/** `text` as a code span: https://github.github.com/gfm/#code-spans. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line, /`+/g) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A row of a table. A bar would end its cell, even inside a code span; one that is escaped already stays so. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
}

/** `text` as plain words: everything that Markdown or HTML would take for markup is escaped. */
export function words(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^(\s*)([#+=-])/gm, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/gm, '$1\\$2')
    .replace(/@/g, '@<!-- -->')
    .replace(/:\/\//g, ':<!-- -->//')
    .replace(/\bwww\./gi, 'www<!-- -->.')
    .replace(/\s*\n\s*/g, ' ');
}

/** Lines as a code block, whatever fences they hold. */
export function block(lines: readonly string[], language = 'text'): string {
  const body = lines.join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(body, /`+/g) + 1));
  return `${fence}${language}\n${body}\n${fence}`;
}

function longestRun(text: string, pattern: RegExp): number {
  return Math.max(0, ...(text.match(pattern) ?? []).map(({ length }) => length));
}
