import { describe, expect, it } from 'vitest';
import { parseIntent } from '../../src/intent.ts';
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

it('holds no template, whose environment may be secret', () => {
  const text = JSON.stringify(intentOf());
  expect(text).not.toContain('containers');
  expect(text).not.toContain('env');
});
