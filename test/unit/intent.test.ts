import { describe, expect, it } from 'vitest';
import { brokenTemplates, parseIntent } from '../../src/intent.ts';
import { intentOf } from './fake-shop.ts';

describe('a saved intent', () => {
  it.each(['migrating', 'setting-image', 'undoing'] as const)('is read as it was written: %s', (phase) => {
    const intent = intentOf({ phase, job: 'web-migrate-1' });
    expect(parseIntent(JSON.stringify(intent))).toEqual(intent);
  });

  it('may do without what a run does not have', () => {
    const { undoTo: _, ...intent } = intentOf();
    expect(parseIntent(JSON.stringify({ ...intent, undoTo: undefined }))).toEqual(intent);
  });

  it.each([
    ['nothing', ''],
    ['one of a version to come', JSON.stringify({ ...intentOf(), version: 2 })],
    ['one without a version', JSON.stringify({ ...intentOf(), version: undefined })],
    ['one that is torn', JSON.stringify(intentOf()).slice(0, 50)],
    ['something else', '"deployed"'],
    ['a list', '[]'],
  ])('is none where there is %s', (_, text) => {
    expect(parseIntent(text)).toBeUndefined();
  });
});

describe('templates that are known not to work', () => {
  const at = (over: Partial<Parameters<typeof brokenTemplates>[0]>, wanted: string[], isUndo: boolean) => [
    ...brokenTemplates(intentOf({ before: 'v1', ours: ['v2', 'v2+'], ...over }), wanted, isUndo),
  ];
  const undoTo = (templateDigest: string) => ({ number: 1, holder: 'x', holderUid: 'u', templateDigest });

  it.each<[string, string[], string[]]>([
    ['none while one is set over a healthy one', at({ undoTo: undoTo('v1') }, ['v2'], false), []],
    ['none where what ran before had only become unready', at({ undoTo: undefined }, ['v2'], false), []],
    ['what ran before, where it was found so', at({ isBeforeBroken: true }, ['v2'], false), ['v1']],
    [
      'that too where its other pods serve',
      at({ isBeforeBroken: true, undoTo: undoTo('v1') }, ['v2'], false),
      ['v1'],
    ],
    [
      'not what an undo goes to',
      at({ isBeforeBroken: true, undoTo: undoTo('v1') }, ['v1'], true),
      ['v2', 'v2+'],
    ],
    ['in an undo what was set', at({ undoTo: undoTo('v1') }, ['v1'], true), ['v2', 'v2+']],
    [
      'in an undo also what ran before',
      at({ isBeforeBroken: true, undoTo: undoTo('v0') }, ['v0'], true),
      ['v1', 'v2', 'v2+'],
    ],
    ['never what is wanted', at({ undoTo: undoTo('v0') }, ['v1', 'v2'], true), ['v2+']],
  ])('are %s', (_, broken, expected) => {
    expect(broken).toEqual(expected);
  });
});

it('holds no template, whose environment may be secret', () => {
  const text = JSON.stringify(intentOf());
  expect(text).not.toContain('containers');
  expect(text).not.toContain('env');
});
