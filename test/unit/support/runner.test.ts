import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActionOptions, runAction, startAction } from '../../support/runner.ts';

let actionPath: string;

beforeEach(() => {
  actionPath = mkdtempSync(path.join(tmpdir(), 'action-'));
});

afterEach(() => {
  rmSync(actionPath, { recursive: true, force: true });
});

/** Writes an action of these two scripts, and answers how to run it. */
function fakeAction(main: string, post = ''): ActionOptions {
  writeFileSync(
    path.join(actionPath, 'action.yml'),
    `name: fake
inputs:
  dry-run: { default: 10m }
  some name: {}
runs: { using: node24, main: main.mjs, post: post.mjs }
`,
  );
  const prelude = "import { appendFileSync } from 'node:fs'; const { env } = process;\n";
  writeFileSync(path.join(actionPath, 'main.mjs'), prelude + main);
  writeFileSync(path.join(actionPath, 'post.mjs'), prelude + post);
  return { inputs: {}, actionPath };
}

describe('the environment of a step', () => {
  it('holds inputs with the defaults of action.yml, and nothing of this machine', async () => {
    const action = fakeAction('console.log(JSON.stringify(env))');
    const { main } = await runAction({ ...action, inputs: { 'Some Name': 'a\nb' }, runId: '99' });
    const seen = JSON.parse(main.log) as Record<string, string>;
    expect(seen).toMatchObject({
      'INPUT_DRY-RUN': '10m',
      INPUT_SOME_NAME: 'a\nb',
      GITHUB_RUN_ID: '99',
      CI: 'true',
    });
    expect(seen['HOME']).not.toBe(process.env['HOME']);
    expect(Object.keys(seen).filter((name) => name.startsWith('VITEST'))).toEqual([]);
  });

  it('warns of an input that action.yml does not know', async () => {
    const { main } = await runAction({ ...fakeAction(''), inputs: { tiemout: '5m' } });
    expect(main.annotations[0]?.message).toContain("Unexpected input(s) 'tiemout'");
  });
});

describe('post', () => {
  it('gets what main saved, in a process with files of its own', async () => {
    const run = await runAction(
      fakeAction(
        `appendFileSync(env.GITHUB_STATE, 'intent<<END\\n{"a":1}\\n\\nEND\\nplain=x=y\\n');
         appendFileSync(env.GITHUB_STATE, 'plain=last\\n');
         appendFileSync(env.GITHUB_OUTPUT, 'result=deployed\\n');
         appendFileSync(env.GITHUB_STEP_SUMMARY, '# main\\n'); process.exit(3)`,
        `console.log(env.STATE_intent, env.STATE_plain); appendFileSync(env.GITHUB_STEP_SUMMARY, '# post\\n')`,
      ),
    );
    expect(run.state).toEqual({ intent: '{"a":1}\n', plain: 'last' });
    expect(run.outputs).toEqual({ result: 'deployed' });
    expect(run).toMatchObject({
      conclusion: 'failure',
      main: { exitCode: 3, summary: '# main\n' },
      post: { exitCode: 0, summary: '# post\n', log: '{"a":1}\n last\n' },
    });
  });

  it('runs after main was killed, and not after the runner was lost', async () => {
    const action = fakeAction(
      "appendFileSync(env.GITHUB_STATE, 'k=v\\n'); console.log('ready'); setInterval(() => {}, 1e3)",
      "console.log('post', env.STATE_k)",
    );
    const killed = await runAction({ ...action, killAt: /ready/ });
    expect(killed.main).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(killed.post.log).toBe('post v\n');
    const lost = await runAction({ ...action, killAt: /ready/, post: false });
    expect(lost.post).toMatchObject({ exitCode: null, log: '' });
  });
});

describe('cancelling', () => {
  it('sends SIGINT, later SIGTERM, later SIGKILL', async () => {
    const action = fakeAction(`
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log(signal));
      console.log('ready'); setInterval(() => {}, 1e3)`);
    const step = startAction({ ...action, patience: [0.6, 0.4] });
    await step.waitForLog(/ready/, 5);
    const started = performance.now();
    step.cancel();
    await step.waitForLog(/SIGINT/, 0.5);
    await step.waitForLog(/SIGTERM/, 5);
    expect(performance.now() - started).toBeGreaterThan(590);
    const { main, conclusion } = await step.finished;
    expect(performance.now() - started).toBeGreaterThan(990);
    expect({ signal: main.signal, conclusion }).toEqual({ signal: 'SIGKILL', conclusion: 'cancelled' });
  });

  it('is the conclusion even where main exits with 0', async () => {
    const action = fakeAction(
      "process.on('SIGINT', () => process.exit(0)); console.log('ready'); setInterval(() => {}, 1e3)",
    );
    const run = await runAction({ ...action, cancelAt: /ready/ });
    expect(run).toMatchObject({ conclusion: 'cancelled', main: { exitCode: 0 } });
  });
});

describe('the log', () => {
  it('shows commands as GitHub does', async () => {
    const lines = [
      'before s3cret',
      '::add-mask::s3cret',
      '::group::Rollout',
      'after s3cret, and czNjcmV0 too',
      '::error title=Two%2C words,file=a.yml::first%0Asecond s3cret',
      '::endgroup::',
      '::debug::unseen',
      '  ::notice::indented',
      'text ##[warning]legacy',
      '::unknown::stays',
    ];
    const { main } = await runAction(fakeAction(`console.log(${JSON.stringify(lines.join('\n'))})`));
    expect(main.shown.split('\n')).toEqual([
      'before s3cret',
      '▼ Rollout',
      'after ***, and *** too',
      'Error: first',
      'second ***',
      'Notice: indented',
      'Warning: legacy',
      '::unknown::stays',
      '',
    ]);
    expect(main.annotations).toEqual([
      { level: 'error', title: 'Two, words', message: 'first\nsecond ***', file: 'a.yml' },
      { level: 'notice', message: 'indented' },
      { level: 'warning', message: 'legacy' },
    ]);
    expect(main.commands.filter(({ legacy, column }) => legacy || column > 0)).toMatchObject([
      { name: 'notice', column: 2, legacy: false },
      { name: 'warning', column: 5, legacy: true },
    ]);
  });

  it('honours no command between stop-commands and its token', async () => {
    const lines = ['::stop-commands::t0ken-1', '::error::no', '##[error]no', '::t0ken-1::', '::warning::yes'];
    const { main } = await runAction(fakeAction(`console.log(${JSON.stringify(lines.join('\n'))})`));
    expect(main.shown).toBe('::stop-commands::***\n::error::no\n##[error]no\n::***::\nWarning: yes\n');
    expect(main.annotations).toEqual([{ level: 'warning', message: 'yes' }]);
  });

  it('drops a summary over 1 MiB, and masks one below', async () => {
    const write = (text: string) => `appendFileSync(env.GITHUB_STEP_SUMMARY, ${text})`;
    const run = await runAction({
      ...fakeAction(write("'x'.repeat(2 ** 20 + 1)"), write("'a s3cret'")),
      secrets: ['s3cret'],
    });
    expect(run.main).toMatchObject({ summary: '', exitCode: 0, annotations: [{ level: 'error' }] });
    expect(run.post.summary).toBe('a ***');
  });

  it('fails the step over a command file that cannot be read', async () => {
    const run = await runAction(fakeAction("appendFileSync(env.GITHUB_OUTPUT, 'a<<EOF\\nb\\n')"));
    expect(run).toMatchObject({ conclusion: 'failure', main: { exitCode: 0 } });
    expect(run.main.shown).toContain("Matching delimiter not found 'EOF'");
  });
});

it('leaves no process behind', async () => {
  const { main } = await runAction(
    fakeAction(`
      import { spawn } from 'node:child_process';
      const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
      child.unref(); console.log(child.pid)`),
  );
  const pid = main.log.trim();
  expect(pid).toMatch(/^\d+$/);
  // One that nobody has reaped yet has no command line any more.
  const commandLine = () => (existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '');
  await expect.poll(commandLine).toBe('');
});
