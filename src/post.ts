import { systemClock } from './clock.ts';
import { finish } from './commands/finish.ts';
import { endingOfError } from './ending-of-error.ts';
import { endingOfJournal } from './ending-of-journal.ts';
import { readEnvironment, readInputs } from './inputs.ts';
import { parseIntent } from './intent.ts';
import { endSoon, interruption } from './interruption.ts';
import { type Ending, entriesFromState, Journal, type Result } from './journal.ts';
import { actionsLog } from './log.ts';
import { publish } from './publish.ts';
import { startRun } from './start-run.ts';
import { readState } from './state.ts';

/** Results after which nothing is left to do; main's failure or the cancel shows in the run already. */
const atRest: ReadonlySet<Result> = new Set<Result>(['deployed', 'undone', 'cancelled']);

/** Finishes what an interrupted main left: it looks at the cluster, and brings the workload to a known state. */
export async function post(): Promise<void> {
  const log = actionsLog();
  const state = readState();
  const journal = new Journal({ now: systemClock.now, entries: entriesFromState(state.journal) });
  const intent = parseIntent(state.intent);
  if (intent === undefined || intent.phase === 'migrating') {
    log.line('Main left nothing of the workload half-way: there is nothing to undo.');
    // A main that was killed could not say how it ended.
    if (journal.last('ended') === undefined) {
      journal.add({ type: 'ended', ending: endingOfJournal(journal) });
      await publish(journal, log, atRest);
    }
    return;
  }
  const signal = interruption((by) => journal.add({ type: 'interrupted', by }));
  let ending: Ending;
  try {
    const run = await startRun({
      inputs: readInputs(),
      environment: readEnvironment(),
      log,
      journal,
      signal,
    });
    ending = await finish(run, intent).finally(() => run.close());
  } catch (error) {
    ({ ending } = endingOfError(error, journal));
  }
  journal.add({ type: 'ended', ending });
  await publish(journal, log, atRest);
  endSoon();
}
