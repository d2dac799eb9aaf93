import { expect, it } from 'vitest';
import { endingOfJournal } from '../../src/ending-of-journal.ts';
import { type Cause, type Event, Journal, type Result } from '../../src/journal.ts';

const crash: Cause = { reason: 'crash', message: 'it crashed', diagnoses: [] };
const begun: Event = { type: 'began', run: '', commit: '' };
const migrating: Event = { type: 'migration-started', job: 'web-migrate-1', image: 'acme/web:v2' };
const ended = (cause?: Cause): Event => ({
  type: 'migration-ended',
  job: 'web-migrate-1',
  cause,
  kept: true,
  began: true,
});
const set: readonly Event[] = [begun, migrating, ended(), { type: 'setting-image' }, { type: 'image-set' }];
const failed: readonly Event[] = [...set, { type: 'rollout-failed', revision: 2, cause: crash }];

it('of several workloads is the gravest of theirs', () => {
  const journal = new Journal({ now: () => 0 });
  const workloads = ['deployment/web', 'deployment/worker'];
  journal.add({ type: 'connected', command: 'deploy', server: 'https://k8s', workloads, namespace: 'shop' });
  const [web, worker] = workloads.map((name) => journal.of(name));
  for (const part of [web, worker]) {
    part?.add({ type: 'image-set' });
    part?.add({ type: 'rollout-failed', revision: 2, cause: crash });
  }
  worker?.add({ type: 'undo-failed', cause: crash });
  worker?.add({ type: 'workload-ended', result: 'undo-failed' });
  web?.add({ type: 'undone', revision: 3 });
  expect(endingOfJournal(journal)).toMatchObject({ result: 'undo-failed', cause: { reason: 'crash' } });
});

it.each<[string, readonly Event[], Result, string | undefined]>([
  ['nothing', [], 'cancelled', 'interrupted'],
  ['the beginning', [begun], 'cancelled', 'interrupted'],
  ['a migration that was begun', [begun, migrating], 'cancelled', 'interrupted'],
  ['a migration that has succeeded', [begun, migrating, ended()], 'cancelled', 'interrupted'],
  ['a migration that has failed', [begun, migrating, ended(crash)], 'migration-failed', 'crash'],
  ['an image that somebody else has replaced', set, 'superseded', 'superseded'],
  ['a rollout that was complete', [...set, { type: 'rolled-out', revision: 2 }], 'deployed', undefined],
  ['a rollout that failed, and was left', failed, 'left-failed', 'crash'],
  [
    'an undo that succeeded',
    [...failed, { type: 'undo-started', revision: 1 }, { type: 'undone', revision: 3 }],
    'undone',
    'crash',
  ],
  [
    'an undo that failed',
    [...failed, { type: 'undo-started', revision: 1 }, { type: 'undo-failed', cause: crash }],
    'undo-failed',
    'crash',
  ],
])('of %s', (_, events, result, reason) => {
  const journal = new Journal({ now: () => 0 });
  for (const event of events) journal.add(event);
  const ending = endingOfJournal(journal);
  expect([ending.result, ending.cause?.reason]).toEqual([result, reason]);
});

it.each([
  ['may run on', [begun, migrating], true],
  ['has ended', [begun, migrating, ended()], false],
] as const)('tells of a migration that %s', (_, events, mayRun) => {
  const journal = new Journal({ now: () => 0 });
  for (const event of events) journal.add(event);
  expect(endingOfJournal(journal).next.join().includes('web-migrate-1 may still run')).toBe(mayRun);
});
