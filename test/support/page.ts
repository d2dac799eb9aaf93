import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Marked, type Tokens } from 'marked';
import { escapeHtml, sanitize } from './sanitize.ts';

/** One card of the page: what one step left on its run's page. */
export interface PageSection {
  readonly title: string;
  /** A job summary. */
  readonly markdown: string;
  /** What the step's log shows. */
  readonly log?: string;
}

/** Renders job summaries as GitHub shows them: one HTML page that needs no other file, light and dark. */
export function renderPage(sections: readonly PageSection[], title = 'Safe Rollout'): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${readFileSync(markdownCss, 'utf8')}
${pageCss}
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${sections.map(card).join('\n')}
</main>
</body>
</html>
`;
}

/** GitHub's Markdown as HTML: GFM, alerts, and HTML as far as GitHub lets it through. */
export function renderMarkdown(markdown: string): string {
  return sanitize(gfm.parse(markdown, { async: false }));
}

const markdownCss = createRequire(import.meta.url).resolve('github-markdown-css/github-markdown.css');

function card({ title, markdown, log }: PageSection): string {
  return `<section>
<h2>${escapeHtml(title)}</h2>
<div class="markdown-body">
${renderMarkdown(markdown)}
</div>
${log === undefined ? '' : logView(log)}
</section>`;
}

function logView(log: string): string {
  const lines = log.replace(/\n$/, '').split('\n');
  const items = lines.map((line) => {
    const level = /^(Error|Warning|Notice): /.exec(line)?.[1]?.toLowerCase();
    return `<li${level ? ` class="${level}"` : ''}>${escapeHtml(line)}</li>`;
  });
  return `<details class="log"><summary>Log, ${lines.length} lines</summary><ol>${items.join('')}</ol></details>`;
}

const gfm = new Marked({
  gfm: true,
  renderer: {
    // https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
    blockquote(
      this: { parser: { parse(tokens: Tokens.Blockquote['tokens']): string } },
      token: Tokens.Blockquote,
    ) {
      const body = this.parser.parse(token.tokens);
      const alert = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*/i.exec(body);
      if (!alert) return false;
      const name = alert[1]?.toLowerCase() ?? '';
      const heading = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return `<div class="markdown-alert markdown-alert-${name}">
<p class="markdown-alert-title">${heading}</p>
<p>${body.slice(alert[0].length)}</div>`;
    },
  },
});

const pageCss = `
:root { color-scheme: light dark; --page: #ffffff; --card: #ffffff; --line: #d1d9e0; --muted: #59636e; --text: #1f2328;
  --log: #f6f8fa; --error: #d1242f; --warning: #9a6700; --notice: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --page: #010409; --card: #0d1117; --line: #3d444d; --muted: #9198a1; --text: #f0f6fc; --log: #010409;
    --error: #f85149; --warning: #d29922; --notice: #4493f8; }
}
body { margin: 0; background: var(--page); color: var(--text);
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { max-width: 1012px; margin: 0 auto; padding: 24px 16px; }
main > h1 { font-size: 24px; font-weight: 600; }
section { margin: 16px 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
section > h2 { margin: 0; padding: 12px 16px; font-size: 14px; font-weight: 600; border-bottom: 1px solid var(--line); }
section > .markdown-body { padding: 16px; font-size: 14px; overflow-wrap: break-word; }
.log { border-top: 1px solid var(--line); font-size: 12px; }
.log > summary { padding: 8px 16px; color: var(--muted); cursor: pointer; }
.log > ol { margin: 0; padding: 8px 16px 8px 56px; background: var(--log); color: var(--text); overflow-x: auto;
  font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, monospace; line-height: 20px; }
.log li { white-space: pre-wrap; }
.log li::marker { color: var(--muted); }
.log .error { color: var(--error); }
.log .warning { color: var(--warning); }
.log .notice { color: var(--notice); }
`;
