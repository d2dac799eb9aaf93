import { describe, expect, it } from 'vitest';
import type { RolloutRecord } from '../../../src/history.ts';
import type { Intent } from '../../../src/intent.ts';
import type { Event } from '../../../src/journal.ts';
import {
  noteMigration,
  noteRolledOut,
  noteServing,
  noteUndone,
  settleMigration,
} from '../../../src/steps/records.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { type FakeRun, fakeRun } from '../fake-run.ts';
import { intentOf } from '../fake-shop.ts';

const intent = (over: Partial<Intent> = {}) => intentOf({ before: 'v1', ours: ['v2'], ...over });

/** What is noted beyond what was: each as `what template`. */
function noted(work: (run: FakeRun) => void, ...before: readonly string[]): string[] {
  const records = before.map((each): RolloutRecord => {
    const [what, template = ''] = each.split(' ');
    return { what: what as RolloutRecord['what'], template, at: '2026-11-20T10:00:00Z', by: 'a run' };
  });
  const run = fakeRun(new FakeCluster().client(), { records });
  work(run);
  return run
    .history()
    .slice(before.length)
    .map(({ what, template, job }) => [what, template, job].filter(Boolean).join(' '));
}

describe('what is rolled out', () => {
  it.each<[string, Partial<Intent>, string[], string[]]>([
    ['by a deploy is healthy', {}, [], ['healthy v2']],
    ['by a rollback leaves what ran before', { isRollback: true }, [], ['left v1', 'healthy v2']],
    ['by a rollback of a rollback leaves nothing', { isRollback: true }, ['left v2'], ['healthy v2']],
    ['again by a deploy is no longer left', {}, ['left v2'], ['healthy v2']],
  ])('%s', (_, over, before, expected) => {
    expect(noted((run) => noteRolledOut(run, intent(over)), ...before)).toEqual(expected);
  });
});

describe('what served before', () => {
  it('is healthy, where no run has noted how it fared', () => {
    expect(noted((run) => noteServing(run, intent()))).toEqual(['healthy v1']);
  });

  it.each(['healthy', 'failed'])('stays %s', (what) => {
    expect(noted((run) => noteServing(run, intent()), `${what} v1`)).toEqual([]);
  });

  it.each(['undone', 'left'])('is healthy again, though it was %s', (what) => {
    expect(noted((run) => noteServing(run, intent()), `${what} v1`)).toEqual(['healthy v1']);
  });

  it('is not noted by a rollback, which leads out of it', () => {
    expect(noted((run) => noteServing(run, intent({ isRollback: true })))).toEqual([]);
  });
});

it('what is undone stays healthy, where it has been, and so does the target of a rollback', () => {
  expect(noted((run) => noteUndone(run, intent()))).toEqual(['undone v2']);
  expect(noted((run) => noteUndone(run, intent()), 'healthy v2')).toEqual([]);
  expect(noted((run) => noteUndone(run, intent({ isRollback: true })))).toEqual(['returned v1']);
});

describe('post notes of a migration what main had not written down', () => {
  const settled = (...journal: Event[]) => {
    const run = fakeRun(new FakeCluster().client(), { journal });
    settleMigration(run, intent({ job: 'job-1' }));
    return run.history().map(({ what, job }) => `${what} ${job}`);
  };
  const started: Event = { type: 'migration-started', job: 'job-1', image: 'v2' };
  const ended = (over: object): Event => ({
    ...{ type: 'migration-ended', job: 'job-1', cause: undefined, kept: true, began: true },
    ...over,
  });
  const cause = { reason: 'x', message: 'x', diagnoses: [] };

  it.each<[string, Event[], string[]]>([
    ['that it succeeded', [started, ended({})], ['migrated job-1']],
    ['nothing, where it may just have been begun', [], []],
    ['that nothing of it had run', [started, ended({ cause, began: false })], ['unmigrated job-1']],
    ['nothing, where it may have run', [started], []],
    ['nothing, where it failed', [started, ended({ cause })], []],
  ])('%s', (_, journal, expected) => {
    expect(settled(...journal)).toEqual(expected);
  });
});

it('a migration is noted for each workload', () => {
  const note = (run: FakeRun) =>
    noteMigration(
      [
        { run, plan: { intent: intent() } },
        { run, plan: { intent: intent({ ours: ['w2'] }) } },
      ],
      'migrating',
      'job-1',
    );
  expect(noted(note)).toEqual(['migrating v2 job-1', 'migrating w2 job-1']);
});
