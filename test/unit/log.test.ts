import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actionsLog, guarded } from '../../src/log.ts';
import { Masks } from '../support/masks.ts';
import { LogReader } from '../support/workflow-commands.ts';

/** What the runner makes of these raw lines. */
function asRunner(raw: string): LogReader {
  const reader = new LogReader(new Masks());
  for (const line of raw.replace(/\n$/, '').split(/\r\n|\r|\n/)) reader.read(line);
  return reader;
}

const hostile = [
  '::error::it is all lies',
  '::set-output name=result::deployed',
  '  ::add-mask::e',
  '::stop-commands::mine',
  '##[error]old',
  'in the middle ##[add-mask]x',
  'two lines\n::warning::second',
  'return\r::warning::second',
  '::stop-commands::mine\n::error::x\n::mine::\n::error::y',
  '::endgroup::',
  '::debug::x',
  '::notice file=a,line=1::x',
];

describe('guarded', () => {
  it.each(['ready', '', 'a: b', '## heading', '#[x]'])('leaves %j as it is', (text) => {
    expect(guarded(text)).toBe(text);
  });

  it.each(hostile)('lets the runner take nothing of it for a command: %j', (text) => {
    const reader = asRunner(guarded(text));
    expect(reader.commands.map(({ name }) => name)).toEqual(['stop-commands']);
    expect(reader.annotations).toEqual([]);
    expect(reader.outputs).toEqual({});
    expect(reader.failed).toBe(false);
    for (const line of text.split(/\r|\n/)) expect(reader.shown).toContain(line);
  });

  it('lets commands be commands again afterwards', () => {
    const reader = asRunner(`${guarded('::error::no')}\n::notice::yes`);
    expect(reader.annotations).toEqual([{ level: 'notice', message: 'yes' }]);
  });

  it('has another token each time, which nobody can know before', () => {
    const tokens = [1, 2].map(() => /::stop-commands::(\S+)/.exec(guarded('::x::'))?.[1]);
    expect(new Set(tokens).size).toBe(2);
    expect(tokens[0]?.length).toBeGreaterThan(30);
  });
});

describe('actionsLog', () => {
  let raw: string;

  beforeEach(() => {
    raw = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      raw += text;
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  const written = () => {
    vi.restoreAllMocks();
    return asRunner(raw);
  };

  it('closes a group before the next, and before an annotation', () => {
    const log = actionsLog();
    log.endGroup();
    log.group('one');
    log.line('a');
    log.group('two');
    log.annotate('error', 'title', 'text');
    log.endGroup();
    expect(written().commands.map(({ name }) => name)).toEqual([
      'group',
      'endgroup',
      'group',
      'endgroup',
      'error',
    ]);
  });

  it.each(hostile)('lets the runner take no line of the cluster for a command: %j', (text) => {
    const log = actionsLog();
    log.line(text);
    log.group(text);
    log.annotate('error', text, text);
    const { commands } = written();
    expect(commands.map(({ name }) => name)).toEqual(['stop-commands', 'group', 'endgroup', 'error']);
  });

  it('annotates with all lines of the text, and a title with commas and colons', () => {
    actionsLog().annotate('error', 'a: b, c', 'one\ntwo: 100%0A');
    expect(written().annotations).toEqual([
      { level: 'error', title: 'a: b, c', message: 'one\ntwo: 100%0A' },
    ]);
  });

  it('keeps an annotation within what GitHub shows', () => {
    actionsLog().annotate('error', 't', 'word '.repeat(2_000));
    const message = written().annotations[0]?.message ?? '';
    expect(message.length).toBeLessThanOrEqual(4096);
    expect(message.length).toBeGreaterThan(3000);
  });

  it.each([
    ['secret-token', 1],
    ['ab', 0],
    ['  ', 0],
    ['', 0],
  ])('masks %j, unless it is too short to be one', (secret, count) => {
    actionsLog().mask(secret);
    expect(written().commands.filter(({ name }) => name === 'add-mask')).toHaveLength(count);
  });
});
