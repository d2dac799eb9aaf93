import { expect, it } from 'vitest';
import { migrationsSince, type RolloutRecord } from '../../src/history.ts';

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
