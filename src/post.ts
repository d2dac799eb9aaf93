import { systemClock } from './clock.ts';
import { finish } from './commands/finish.ts';
import { endingOfError } from './ending-of-error.ts';
import { readEnvironment, readInputs } from './inputs.ts';
import { parseIntent } from './intent.ts';
import { endSoon, interruption } from './interruption.ts';
import { type Ending, entriesFromState, Journal } from './journal.ts';
import { actionsLog } from './log.ts';
import { publish } from './publish.ts';
import { startRun } from './start-run.ts';
import { readState } from './state.ts';

/** Finishes what an interrupted main left: it looks at the cluster, and brings the workload to a known state. */
export async function post(): Promise<void> {
  const log = actionsLog();
  const state = readState();
  const journal = new Journal({ now: systemClock.now, entries: entriesFromState(state.journal) });
  const intent = parseIntent(state.intent);
  if (intent === undefined || intent.phase === 'migrating') {
    log.line('Main was interrupted before it changed the workload: there is nothing to undo.');
    if (intent?.job) log.line(`Its migration, job/${intent.job}, goes on to its own end or deadline.`);
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
  await publish(journal, log);
  endSoon();
}
