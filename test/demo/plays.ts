import type { Behaviour } from '../cluster/index.ts';

/** One deploy of the demo, and how it has to end. */
export interface Play {
  readonly title: string;
  /** What is about to happen, for the reader. */
  readonly about: string;
  /** The commit that is deployed; its first seven digits are the image's tag. */
  readonly sha: string;
  readonly behaviour: Behaviour;
  readonly expect: {
    readonly exitCode: 0 | 1;
    readonly result: string;
    /** Whether the new image runs afterwards; else it is the one that ran before. */
    readonly runsNew: boolean;
    /** Whether the workload was changed at all. */
    readonly changes: boolean;
  };
}

/** What runs before the first deploy: it knows no database. */
export const firstRelease = { tag: 'a81bc81', behaviour: { env: { SERVE_FLAGS: '--schema=-1' } } };

export const plays: readonly Play[] = [
  {
    title: 'A good deploy',
    about:
      'The new version needs tables that are not there yet: its migration makes them, then it is rolled out.',
    sha: '3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708',
    behaviour: {},
    expect: { exitCode: 0, result: 'deployed', runsNew: true, changes: true },
  },
  {
    title: 'An image that crashes',
    about: 'The next version ends right after its start. The old one is put back.',
    sha: '9b04d7e1c6a2f83b5d4e7c90a1b2c3d4e5f60718',
    behaviour: { env: { SERVE_FLAGS: '--crash' } },
    expect: { exitCode: 1, result: 'undone', runsNew: false, changes: true },
  },
  {
    title: 'A migration that fails',
    about: "Somebody wrote 'colum' in an SQL file. The workload is not touched.",
    sha: 'c55e0f2a7d1b4c3e8f9a0b1c2d3e4f5a6b7c8d9e',
    behaviour: { env: { MIGRATE_FLAGS: '--fail' } },
    expect: { exitCode: 1, result: 'migration-failed', runsNew: false, changes: false },
  },
];
