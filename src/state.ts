import * as core from '@actions/core';
import type { Intent } from './intent.ts';
import type { Journal } from './journal.ts';

// What main saves for post. The runner hands it on as STATE_<key>, the last write of each key, also when main was
// killed. `ended` is read in index.ts, by its name in the environment, before anything is loaded.
const keys = {
  ended: 'ended',
  holder: 'holder',
  intents: 'intents',
  journal: 'journal',
  told: 'told',
} as const;

/** Main has come to its verdict, and post has nothing to do. */
export function saveEnded(): void {
  core.saveState(keys.ended, 'true');
}

let isSaved = false;

/** Whether something is saved that post is to finish. */
export function hasIntents(): boolean {
  return isSaved;
}

/** Saves what the run has set out to change and is not done with. */
export function saveIntents(intents: readonly Intent[]): void {
  isSaved = intents.length > 0;
  core.saveState(keys.intents, intents.length === 0 ? '' : JSON.stringify(intents));
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
  readonly intents: string;
  readonly journal: string;
  readonly isTold: boolean;
} {
  return {
    holder: core.getState(keys.holder),
    intents: core.getState(keys.intents),
    journal: core.getState(keys.journal),
    isTold: core.getState(keys.told) === 'true',
  };
}
