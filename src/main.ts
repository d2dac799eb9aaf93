import { systemClock } from './clock.ts';
import { deploy } from './commands/deploy.ts';
import { rollback } from './commands/rollback.ts';
import { endingOfError } from './ending-of-error.ts';
import { readEnvironment, readInputs } from './inputs.ts';
import { endSoon, interruption } from './interruption.ts';
import { type Ending, Journal, successes } from './journal.ts';
import { actionsLog } from './log.ts';
import { publish } from './publish.ts';
import { startRun } from './start-run.ts';
import { hasIntents, saveEnded, saveJournal, saveTold } from './state.ts';

const commands = { deploy, rollback } as const;

/** The step: reads the inputs, connects, does what is asked for, reports. Whatever happens, it ends with a verdict. */
export async function main(): Promise<void> {
  const log = actionsLog();
  const environment = readEnvironment();
  const journal = new Journal({ now: systemClock.now, onEntry: saveJournal });
  const signal = interruption((by) => journal.add({ type: 'interrupted', by }));
  journal.add({ type: 'began', run: environment.run.url, commit: environment.run.sha });

  let verdict: { readonly ending: Ending; readonly finished: boolean };
  try {
    const run = await startRun({ inputs: readInputs(), environment, log, journal, signal });
    verdict = { ending: await commands[run.inputs.command](run).finally(() => run.close()), finished: true };
  } catch (error) {
    verdict = endingOfError(error, journal);
  }
  journal.add({ type: 'ended', ending: verdict.ending });
  await publish(journal, log, successes);
  saveTold();
  if (verdict.finished && !hasIntents()) saveEnded();
  endSoon();
}
