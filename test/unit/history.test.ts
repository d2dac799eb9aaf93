import { expect, it } from 'vitest';
import { migrationsSince, type RolloutRecord, standingOf } from '../../src/history.ts';

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
  const all = [record('healthy', 'v1', 9), ...words.map((what) => record(what, 'v2', 10, 'job'))];
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
