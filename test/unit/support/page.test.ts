import { describe, expect, it } from 'vitest';
import { renderMarkdown, renderPage } from '../../support/page.ts';

describe('renderMarkdown', () => {
  it('renders what GitHub renders', () => {
    const html = renderMarkdown(
      '| a | b |\n| - | - |\n| `c` | ~~d~~ |\n\n<details open><summary>more</summary>\n\n**e**\n</details>',
    );
    expect(html).toContain('<td><code>c</code></td>');
    expect(html).toContain('<del>d</del>');
    expect(html).toContain('<details open><summary>more</summary>');
    expect(html).toContain('<strong>e</strong>');
  });

  it('renders alerts', () => {
    const html = renderMarkdown('> [!CAUTION]\n> It was *undone*.');
    expect(html).toContain('class="markdown-alert markdown-alert-caution"');
    expect(html).toContain('<p>It was <em>undone</em>.</p>');
  });

  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<style>p {}</style>', '&lt;style&gt;p {}&lt;/style&gt;'],
    ['<img src=x onerror=alert(1)>', '<img src="x">'],
    ['<img src="x" title="a>b" ONERROR="alert(1)">', '<img src="x" title="a>b">'],
    ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
    ['<a href=" java\tscript&#58;alert(1)">x</a>', '<a>x</a>'],
    ['[x](javascript:alert(1))', '<a>x</a>'],
    ['<b style="position: fixed">x</b>', '<b>x</b>'],
    ['a <iframe src="https://example.com"> b', '&lt;iframe src=&quot;https://example.com&quot;&gt;'],
    ['<!-- hidden --> shown', 'shown'],
  ])('lets nothing else through: %s', (markdown, html) => {
    const rendered = renderMarkdown(markdown);
    expect(rendered).toContain(html);
    expect(rendered).not.toMatch(/<(script|style|iframe)|<[^>]* on\w+=|javascript|<!--/i);
  });
});

it('renders a page that needs no other file', () => {
  const page = renderPage([{ title: 'deploy <1>', markdown: '# Deployed', log: 'Error: <no>\nlast\n' }]);
  expect(page).toContain('<h2>deploy &lt;1&gt;</h2>');
  expect(page).toContain('<li class="error">Error: &lt;no&gt;</li><li>last</li>');
  expect(page).not.toMatch(/<link|<script|url\(http|@import/);
});
