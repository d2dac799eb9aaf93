import * as core from '@actions/core';
import type { Intent } from './intent.ts';
import type { Journal } from './journal.ts';

// What main saves for post. The runner hands it on as STATE_<key>, the last write of each key, also when main was
// killed. `ended` is read in index.ts, by its name in the environment, before anything is loaded.
const keys = {
  ended: 'ended',
  holder: 'holder',
  intent: 'intent',
  journal: 'journal',
  told: 'told',
} as const;

/** Main has come to its verdict, and post has nothing to do. */
export function saveEnded(): void {
  core.saveState(keys.ended, 'true');
}

/** Saves what the run has set out to change; undefined when that is done with. */
export function saveIntent(intent: Intent | undefined): void {
  core.saveState(keys.intent, intent === undefined ? '' : JSON.stringify(intent));
}

/** Main has said how it ended; whatever is left to post, the reader knows that much. */
export function saveTold(): void {
  core.saveState(keys.told, 'true');
}

export function saveJournal(journal: Journal): void {
  core.saveState(keys.journal, journal.toState());
}

/** Saves under what identity main asks for locks, so that post goes on with those that it holds. */
export function saveHolder(identity: string): void {
  core.saveState(keys.holder, identity);
}

/** What main saved last, as it was saved. */
export function readState(): {
  readonly holder: string;
  readonly intent: string;
  readonly journal: string;
  readonly isTold: boolean;
} {
  return {
    holder: core.getState(keys.holder),
    intent: core.getState(keys.intent),
    journal: core.getState(keys.journal),
    isTold: core.getState(keys.told) === 'true',
  };
}
