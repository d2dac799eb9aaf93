import { describe, expect, it } from 'vitest';
import { migrationsSince, type RolloutRecord, standingOf, withRecord } from '../../src/history.ts';

const record = (
  what: RolloutRecord['what'],
  template: string,
  hour: number,
  job?: string,
): RolloutRecord => ({
  what,
  template,
  at: `2026-11-20T${hour}:00:00Z`,
  by: 'a run',
  ...(job && { job }),
});

const records = [
  record('migrated', 'v2', 10, 'first'),
  record('healthy', 'v2', 11),
  record('migrated', 'v4', 14, 'second'),
  record('healthy', 'v4', 15),
];
const made = (hour: number) => Date.parse(`2026-11-20T${hour}:00:00Z`);

it.each<[string, string, number, string[]]>([
  ['after a revision was last rolled out', 'v2', 10, ['second']],
  ['none, where that was the last', 'v4', 14, []],
  ['after one was made that no run rolled out', 'v3', 12, ['second']],
  ['all, where that one is older', 'v1', 10, ['first', 'second']],
])('the migrations since then: %s', (_, template, hour, expected) => {
  expect(migrationsSince(records, template, made(hour)).map(({ job }) => job)).toEqual(expected);
});

/** A history to which these were added, one after the other. */
const historyOf = (...added: readonly RolloutRecord[]) =>
  added.reduce<RolloutRecord[]>((records, each) => withRecord(records, each), []);

it.each<[string, RolloutRecord['what'][], string[]]>([
  ['that was begun, and of which nothing else is known, may have run', ['migrating'], ['migrating']],
  ['that succeeded ran', ['migrating', 'migrated'], ['migrated']],
  ['of which nothing had run did not', ['migrating', 'unmigrated'], []],
  [
    'that was taken on by another run, and succeeded, ran',
    ['migrating', 'migrating', 'migrated'],
    ['migrated'],
  ],
])('a migration %s', (_, words, expected) => {
  const all = historyOf(record('healthy', 'v1', 9), ...words.map((what) => record(what, 'v2', 10, 'job')));
  expect(migrationsSince(all, 'v1', made(8)).map(({ what }) => what)).toEqual(expected);
});

it('a migration says nothing of how its revision fared', () => {
  const all = [
    record('healthy', 'v2', 9),
    record('migrating', 'v2', 10, 'j'),
    record('unmigrated', 'v2', 10, 'j'),
  ];
  expect(standingOf(all, 'v2')).toBe('healthy');
  expect(standingOf(all.slice(1), 'v2')).toBeUndefined();
});

describe('a history that becomes too long', () => {
  const failures = Array.from({ length: 100 }, (_, index) =>
    record('migrating', `x${index}`, 10, `j${index}`),
  );

  it('forgets failed migrations before how revisions fared', () => {
    const all = historyOf(record('healthy', 'v1', 9), record('left', 'v2', 9), ...failures);
    expect(all).toHaveLength(60);
    expect(standingOf(all, 'v1')).toBe('healthy');
    expect(standingOf(all, 'v2')).toBe('left');
    expect(all.at(-1)?.job).toBe('j99');
  });

  it('remembers the migrations of the last deploys, however many there were', () => {
    const deploys = Array.from({ length: 100 }, (_, index) => [
      record('migrating', `v${index}`, 10, `j${index}`),
      record('migrated', `v${index}`, 10, `j${index}`),
      record('healthy', `v${index}`, 11),
    ]).flat();
    const all = historyOf(...deploys);
    expect(all).toHaveLength(60);
    expect(migrationsSince(all, 'v95', 0).map(({ job }) => job)).toEqual(['j96', 'j97', 'j98', 'j99']);
    expect(standingOf(all, 'v75')).toBe('healthy');
  });

  it('keeps the last word on each revision as long as it can, and then the newest', () => {
    const again = Array.from({ length: 100 }, () => record('healthy', 'v2', 10));
    expect(standingOf(historyOf(record('failed', 'v1', 9), ...again), 'v1')).toBe('failed');
    const others = Array.from({ length: 60 }, (_, index) => record('healthy', `v${index}`, 10));
    const all = historyOf(record('failed', 'old', 9), ...others);
    expect(all).toHaveLength(60);
    expect(standingOf(all, 'old')).toBeUndefined();
  });
});
