import type { Behaviour } from '../cluster/index.ts';

/** One step of the demo, and how it has to end. */
export interface Play {
  readonly title: string;
  /** What is about to happen, for the reader. */
  readonly about: string;
  /** The commit of the run. */
  readonly sha: string;
  /** The image that is deployed, tagged by the commit's first seven digits; undefined for a rollback. */
  readonly behaviour: Behaviour | undefined;
  /** Beside those that every step has, or that every deploy has. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly expect: {
    readonly exitCode: 0 | 1;
    readonly result: string;
    /** Which image runs afterwards: the new one, the one that ran before the step, or the shop's first. */
    readonly runs: 'new' | 'before' | 'first';
    /** Whether the workload was changed at all. */
    readonly changes: boolean;
  };
}

/** What runs before the first deploy: it knows no database. */
export const firstRelease = { tag: 'a81bc81', behaviour: { env: { SERVE_FLAGS: '--schema=-1' } } };

const migrates = { 'migration-command': '/app migrate' };

export const plays: readonly Play[] = [
  {
    title: 'A good deploy',
    about:
      'The new version needs tables that are not there yet: its migration makes them, then it is rolled out.',
    sha: '3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708',
    behaviour: {},
    inputs: migrates,
    expect: { exitCode: 0, result: 'deployed', runs: 'new', changes: true },
  },
  {
    title: 'An image that crashes',
    about: 'The next version ends right after its start. The old one is put back.',
    sha: '9b04d7e1c6a2f83b5d4e7c90a1b2c3d4e5f60718',
    behaviour: { env: { SERVE_FLAGS: '--crash' } },
    inputs: migrates,
    expect: { exitCode: 1, result: 'undone', runs: 'before', changes: true },
  },
  {
    title: 'A migration that fails',
    about: "Somebody wrote 'colum' in an SQL file. The workload is not touched.",
    sha: 'c55e0f2a7d1b4c3e8f9a0b1c2d3e4f5a6b7c8d9e',
    behaviour: { env: { MIGRATE_FLAGS: '--fail' } },
    inputs: migrates,
    expect: { exitCode: 1, result: 'migration-failed', runs: 'before', changes: false },
  },
  {
    title: 'A readiness probe that lies',
    about:
      'The next version says that it is ready, and gives users 503 for ten seconds: kubectl would call that rolled out.',
    sha: 'd7a91b3e5c20f4861b7d9e3a5c8f0b2d4e6a8c1f',
    behaviour: { env: { SERVE_FLAGS: '--fail-for=10s' } },
    inputs: { 'watch-url': 'service/web:http/' },
    expect: { exitCode: 1, result: 'undone', runs: 'before', changes: true },
  },
  {
    title: 'A rollback by hand',
    about: 'At night somebody goes back to the version before, without looking up which that was.',
    sha: '3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708',
    behaviour: undefined,
    inputs: { command: 'rollback' },
    expect: { exitCode: 0, result: 'rolled-back', runs: 'first', changes: true },
  },
];
