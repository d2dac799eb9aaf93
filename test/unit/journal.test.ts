import { describe, expect, it } from 'vitest';
import { type Cause, type Entry, type Event, entriesFromState, Journal } from '../../src/journal.ts';
import { evidenceOf } from './builders.ts';

const evidence = evidenceOf({
  said: 'cluster-words',
  lines: ['log-line password=hunter2'],
  told: ['cluster-words'],
});
const cause: Cause = { reason: 'crash', message: 'pod/web-1 crashes.', diagnoses: [evidence] };

const events: readonly Event[] = [
  { type: 'began', run: 'https://example.com/1', commit: '3f2c1ab' },
  {
    type: 'connected',
    command: 'deploy',
    server: 'https://k8s',
    workloads: ['deployment/web'],
    namespace: 'shop',
  },
  { type: 'observed', revision: 2, replicas: 3, undoTo: 2 },
  { type: 'planned', changes: [{ container: 'web', from: 'a:1', to: 'a:2', path: '/x' }] },
  {
    type: 'checked',
    findings: [{ rule: 'patch-refused', level: 'warning', message: 'cluster-words', next: 'log-line' }],
  },
  { type: 'migration-started', job: 'm', image: 'a:2' },
  { type: 'migration-ended', job: 'm', cause, kept: true, began: true },
  { type: 'setting-image' },
  { type: 'progress', message: 'cluster-words' },
  { type: 'image-set' },
  { type: 'rollout-completed', revision: 3 },
  { type: 'proof-started', title: 'Verify command' },
  { type: 'proof-ended', title: 'Verify command', cause },
  { type: 'rollout-failed', revision: 3, cause },
  { type: 'undo-started', revision: 2 },
  { type: 'undo-failed', cause },
  { type: 'interrupted', by: 'SIGINT' },
  { type: 'ended', ending: { result: 'undo-failed', cause, next: ['Look.'] } },
];

/** A journal whose clock goes on by a second with every entry. */
function journalOf(...all: readonly Event[]): Journal {
  let now = 0;
  const journal = new Journal({ now: () => (now += 1000) });
  for (const event of all) journal.add(event);
  return journal;
}

it('writes each event down with its moment', () => {
  expect(journalOf(...events.slice(0, 2)).entries.map(({ type, at }) => [type, at])).toEqual([
    ['began', 1000],
    ['connected', 2000],
  ]);
});

it('knows the last of a type', () => {
  const journal = journalOf({ type: 'rolled-out', revision: 1 }, { type: 'rolled-out', revision: 2 });
  expect(journal.last('rolled-out')?.revision).toBe(2);
  expect(journal.last('undone')).toBeUndefined();
});

it('tells of every entry but progress', () => {
  const seen: number[] = [];
  const journal = new Journal({ now: () => 0, onEntry: ({ entries }) => seen.push(entries.length) });
  journal.add({ type: 'setting-image' });
  journal.add({ type: 'progress', message: '1 of 2' });
  journal.add({ type: 'image-set' });
  expect(seen).toEqual([1, 3]);
});

describe('its state', () => {
  const state = journalOf(...events).toState();

  it.each(events.map((event) => [event.type, event] as const))(
    'holds neither log lines nor words of the cluster: %s',
    (_, event) => {
      const text = journalOf(event).toState();
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain('log-line');
      expect(text).not.toContain('cluster-words');
    },
  );

  it('stays small, since one environment variable carries it', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(2000));
    const big = { ...cause, diagnoses: [1, 2, 3].map(() => evidenceOf({ lines })) };
    const text = journalOf(
      { type: 'migration-ended', job: 'm', cause: big, kept: true, began: true },
      { type: 'rollout-failed', revision: 3, cause: big },
      { type: 'undo-failed', cause: big },
      { type: 'ended', ending: { result: 'undo-failed', cause: big, next: [] } },
    ).toState();
    // https://man7.org/linux/man-pages/man2/execve.2.html: MAX_ARG_STRLEN
    expect(Buffer.byteLength(text)).toBeLessThan(100_000);
  });

  it('keeps all that post needs to go on', () => {
    const entries = entriesFromState(state);
    expect(entries.map(({ type }) => type)).toEqual(
      events.map(({ type }) => type).filter((type) => type !== 'progress'),
    );
    const journal = new Journal({ now: () => 0, entries });
    expect(journal.last('planned')?.changes[0]?.to).toBe('a:2');
    expect(journal.last('rollout-failed')?.cause).toMatchObject({ reason: 'crash', message: cause.message });
  });

  it('leaves the journal itself whole', () => {
    const journal = journalOf(...events);
    journal.toState();
    expect(journal.last('rollout-failed')?.cause).toEqual(cause);
  });

  it('is gone on with, not begun anew', () => {
    const journal = new Journal({ now: () => 99, entries: entriesFromState(state) });
    journal.add({ type: 'undone', revision: 2 });
    expect(journal.entries[0]?.type).toBe('began');
    expect(journal.entries.at(-1)).toEqual({ type: 'undone', revision: 2, at: 99 } satisfies Entry);
  });
});

it.each(['', '[', 'null', '{}', '"x"', '[{"type":"began"'])('reads nothing from %j', (text) => {
  expect(entriesFromState(text)).toEqual([]);
});
