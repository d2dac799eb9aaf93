import { describe, expect, it } from 'vitest';
import { endingOfError } from '../../src/ending-of-error.ts';
import { ConnectionError, InputError, KubeconfigError } from '../../src/errors.ts';
import { type Event, Journal, type Result } from '../../src/journal.ts';
import { LockLost } from '../../src/kubernetes/lease.ts';
import { Interrupted } from '../../src/run.ts';
import { apiError } from './fake-cluster.ts';

function journalOf(...events: readonly Event[]): Journal {
  const journal = new Journal({ now: () => 0 });
  for (const event of events) journal.add(event);
  return journal;
}

const migrating: Event = { type: 'migration-started', job: 'web-migrate-1', image: 'acme/web:v2' };
const migrated: Event = {
  type: 'migration-ended',
  job: 'web-migrate-1',
  cause: undefined,
  kept: true,
  began: true,
};
const setting: Event = { type: 'setting-image' };

const journals = {
  nothing: [],
  migrating: [migrating],
  migrated: [migrating, migrated],
  setting: [migrating, migrated, setting],
} as const;

const errors = {
  'bad inputs': [new InputError([{ input: 'image', problem: 'it is required.' }]), 'invalid-input'],
  'a bad kubeconfig': [new KubeconfigError('no such context'), 'invalid-kubeconfig'],
  'no answer': [new ConnectionError('https://k8s', 'no answer', { sent: true }), 'api-server-unreachable'],
  '401': [apiError(401, 'Unauthorized'), 'unauthorised'],
  '500': [apiError(500, 'InternalError', 'etcd is down'), 'api-error'],
  'an interruption': [new Interrupted('Interrupted by SIGINT'), 'interrupted'],
  'a lock that is lost': [new LockLost('The lock was lost'), 'lock-lost'],
  'a fault of ours': [new TypeError('x is undefined'), 'internal-error'],
} as const;

/** When, and what; the result, and whether main is done with it, so that post has nothing to do. */
const cases: readonly [keyof typeof journals, keyof typeof errors, Result, boolean][] = [
  ['nothing', 'bad inputs', 'refused', true],
  ['nothing', 'a bad kubeconfig', 'refused', true],
  ['nothing', 'no answer', 'refused', true],
  ['nothing', '401', 'refused', true],
  ['nothing', 'a fault of ours', 'refused', true],
  ['nothing', 'an interruption', 'cancelled', false],
  ['nothing', 'a lock that is lost', 'superseded', true],
  ['migrating', 'no answer', 'migration-failed', true],
  ['migrating', '500', 'migration-failed', true],
  ['migrating', 'an interruption', 'cancelled', false],
  ['migrating', 'a lock that is lost', 'superseded', true],
  ['migrated', '500', 'refused', true],
  ['migrated', 'an interruption', 'cancelled', false],
  ['setting', 'no answer', 'left-failed', false],
  ['setting', '500', 'left-failed', false],
  ['setting', 'a fault of ours', 'left-failed', false],
  ['setting', 'an interruption', 'cancelled', false],
  ['setting', 'a lock that is lost', 'superseded', true],
];

it.each(cases)('%s, broken off by %s: %s', (when, what, result, finished) => {
  const [error, reason] = errors[what];
  const end = endingOfError(error, journalOf(...journals[when]));
  expect(end).toMatchObject({ ending: { result, cause: { reason, diagnoses: [] } }, finished });
  expect(end.ending.cause?.message).toContain(error.message.split('\n')[0]?.split(': ').at(-1));
});

describe('what is said', () => {
  it('names each bad input', () => {
    const error = new InputError([
      { input: 'image', problem: 'it is required.' },
      { input: 'timeout', problem: "'x' is no duration." },
    ]);
    const { ending } = endingOfError(error, journalOf());
    expect(ending.cause?.message).toBe("Input image: it is required.\nInput timeout: 'x' is no duration.");
  });

  it("names the request, and the server's words", () => {
    const { ending } = endingOfError(apiError(500, 'InternalError', 'etcd is down'), journalOf());
    expect(ending.cause?.message).toBe('The API server answered 500 to TEST: etcd is down');
  });

  it.each(['no answer', 'an interruption', 'a lock that is lost'] as const)(
    'warns of a migration that may run on: %s',
    (what) => {
      const [error] = errors[what];
      const next = (...events: Event[]) => endingOfError(error, journalOf(...events)).ending.next.join();
      expect(next(migrating)).toContain('Job web-migrate-1 may still run');
      expect(next(migrating, migrated)).not.toContain('may still run');
    },
  );

  it('has something to do for each, unless the server or the run itself has said it', () => {
    for (const [error, reason] of Object.values(errors)) {
      const { ending } = endingOfError(error, journalOf());
      expect([reason, ending.next.length > 0]).toEqual([
        reason,
        reason !== 'api-error' && reason !== 'interrupted',
      ]);
    }
  });

  it('has the stack of a fault of ours, to be reported, also of what is no error', () => {
    const [error] = errors['a fault of ours'];
    expect(endingOfError(error, journalOf()).ending.next.join()).toContain('ending-of-error.test.ts');
    expect(endingOfError('thrown', journalOf()).ending).toMatchObject({
      cause: { reason: 'internal-error', message: 'thrown' },
      next: [expect.stringContaining('thrown')],
    });
  });
});
