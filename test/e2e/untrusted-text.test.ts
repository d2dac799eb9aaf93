import { marked, type Token, type Tokens } from 'marked';
import { expect } from 'vitest';
import type { PhaseResult } from '../support/runner.ts';
import { describeOnCluster, test } from './support/fixtures.ts';
import { webDeployment } from './support/manifests.ts';
import { deployStep, expectEnding } from './support/step.ts';

/** What a program may print to take over the step that shows its log, or the page that shows its summary. */
const hostile = [
  '::set-output name=result::pwned',
  '::save-state name=ended::pwned',
  '::error title=pwned::pwned',
  '  ::warning::pwned',
  'text ##[error]pwned',
  '##[set-output name=reason;]pwned',
  '::add-mask::deployment',
  '::group::pwned',
  '::stop-commands::pwned',
  '::pwned::',
  'text\r::notice::pwned',
  '# Pwned heading',
  '| pwned | table |',
  '|---|---|',
  '```',
  '````html',
  '</code></pre><img src=x onerror=alert(1)><script>alert(1)</script>',
  '[pwned](javascript:alert(1)) ![pwned](https://evil.example/x.png) https://evil.example/ @octocat',
  '<!-- pwned',
  'the last line',
];

/** All of it is there, each line by itself: for the runner and for Markdown, a carriage return ends a line, too. */
function expectPrinted(log: string, lines: readonly string[] = hostile): void {
  for (const line of lines.flatMap((text) => text.split('\r'))) expect(log).toContain(line);
}

/** None of the text was taken for a command: neither by the runner, nor as an output, an annotation or a mask. */
function expectNoCommand(phase: PhaseResult): void {
  const ours = new Set(['group', 'endgroup', 'error', 'add-mask', 'stop-commands']);
  expect(phase.commands.filter(({ name }) => !ours.has(name))).toEqual([]);
  for (const { name, data } of phase.commands) {
    // Of these the text is allowed to be in one: the annotation, which is data.
    if (name !== 'error') expect(data).not.toContain('pwned');
  }
  expect(phase.annotations).toHaveLength(1);
  expect(phase.annotations[0]?.title).not.toContain('pwned');
  expect(Object.values(phase.outputs).join()).not.toContain('pwned');
}

/** All tokens of a Markdown text, as GitHub's dialect has them. */
function tokens(markdown: string): Token[] {
  const all: Token[] = [];
  marked.walkTokens(marked.lexer(markdown, { gfm: true }), (token) => {
    all.push(token);
  });
  return all;
}

/** The summary shows the text as code, and nothing of it is markup. */
function expectShownAsText(summary: string, lines: readonly string[]): void {
  const all = tokens(summary);
  const blocks = all.filter((token): token is Tokens.Code => token.type === 'code').map(({ text }) => text);
  const shown = blocks.find((text) => text.includes('the last line')) ?? '';
  expectPrinted(shown, lines);
  // What is markup, is ours.
  const markup = all
    .filter(({ type }) => ['heading', 'link', 'image', 'table'].includes(type))
    .map(({ raw }) => raw);
  expect(markup.filter((raw) => /pwned|evil|octocat/i.test(raw))).toEqual([]);
  const html = all.filter(({ type }) => type === 'html').map(({ raw }) => raw);
  expect(html.filter((raw) => /pwned|evil|img|script|code|onerror/i.test(raw))).toEqual([]);
}

describeOnCluster('text from the cluster is shown, and never obeyed', () => {
  test("in a failing migration's log", async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const command = ['/app', 'run', `--print=${hostile.join('\n')}`, '--exit=3'];

    const step = await deployStep(namespace, {
      image: ':good-2',
      'migration-command': JSON.stringify(command),
    });

    expectEnding(step, { result: 'migration-failed', reason: 'migration-failed' });
    expectNoCommand(step.main);
    expectPrinted(step.main.log);
    expectShownAsText(step.main.summary, hostile);
  });

  test("in a good migration's log", async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const command = ['/app', 'run', `--print=${hostile.join('\n')}`];

    const step = await deployStep(namespace, {
      image: ':good-2',
      'migration-command': JSON.stringify(command),
    });

    expectEnding(step, { result: 'deployed' });
    expect(step.main.commands.map(({ name }) => name)).not.toContain('set-output');
    expect(step.main.commands.filter(({ name }) => name === 'error' || name === 'warning')).toEqual([]);
    expectPrinted(step.main.log);
    expect(step.main.summary).not.toContain('pwned');
  });

  test("in a crashing container's log and in what it leaves as its last message", async ({
    cluster,
    namespace,
  }) => {
    const image = await cluster.image('good');
    const container = { terminationMessagePolicy: 'FallbackToLogsOnError' };
    await namespace.running(webDeployment({ image, probe: true, container }));
    const crash = await cluster.image('hostile-crash', {
      args: ['run', `--print=${hostile.join('\n')}`, '--exit=3'],
    });

    const step = await deployStep(namespace, { image: crash });

    expectEnding(step, { result: 'undone', reason: 'crash' });
    expectNoCommand(step.main);
    expect(step.main.summary).toContain('exit code 3');
    expectShownAsText(step.main.summary, hostile.slice(-4));
  });

  test('in the names and values of a manifest', async ({ cluster, namespace }) => {
    await namespace.running(webDeployment({ image: await cluster.image('good') }));
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'x' },
      spec: { template: { spec: {} } },
    };
    const containers = [{ name: '##[error]pwned <img src=x>', image: '::error::pwned' }];
    const manifest = { ...job, spec: { template: { spec: { containers } } } };

    const step = await deployStep(namespace, { image: ':good-2', 'migration-job': JSON.stringify(manifest) });

    expectEnding(step, { result: 'refused', reason: 'migration-refused' });
    expectNoCommand(step.main);
    expect(step.main.shown).toContain('##[error]pwned <img src=x>');
    expect(
      tokens(step.main.summary).filter(({ type, raw }) => type === 'html' && raw.includes('img')),
    ).toEqual([]);
  });
});
