import { systemClock } from './clock.ts';
import { finishAll, giveUpLocks } from './commands/finish.ts';
import { endingOfError } from './ending-of-error.ts';
import { endingOfJournal } from './ending-of-journal.ts';
import { messageOf } from './errors.ts';
import { readEnvironment, readInputs } from './inputs.ts';
import { type Intent, parseIntents } from './intent.ts';
import { endSoon, interruption } from './interruption.ts';
import { type Ending, entriesFromState, Journal, type Result } from './journal.ts';
import { sayWorkload } from './kubernetes/workloads/names.ts';
import { actionsLog, type Log } from './log.ts';
import { publish } from './publish.ts';
import { type ConnectedRun, startRun } from './start-run.ts';
import { readState } from './state.ts';
import { runsOf } from './workload-run.ts';

/** Results after which nothing is left to do; main's failure or the cancel shows in the run already. */
const atRest: ReadonlySet<Result> = new Set<Result>(['deployed', 'rolled-back', 'undone', 'cancelled']);

/** Seconds for all of post, which a cancelled job gives 5 minutes: it must report before it is killed. */
const longestPost = 235;

/** Finishes what main left: it looks at the cluster, and brings the workload to a known state. */
export async function post(): Promise<void> {
  const log = actionsLog();
  const state = readState();
  const journal = new Journal({ now: systemClock.now, entries: entriesFromState(state.journal) });
  const signal = AbortSignal.any([
    interruption((by) => journal.add({ type: 'interrupted', by })),
    AbortSignal.timeout(longestPost * 1000),
  ]);
  const connect = async (namespace?: string): Promise<ConnectedRun> => {
    const inputs = { ...readInputs('post'), lockTimeout: 0, ...(namespace && { namespace }) };
    return startRun({ inputs, environment: readEnvironment(), log, journal, signal, holder: state.holder });
  };
  const intents = parseIntents(state.intents);
  const begun = intents.filter(({ phase }) => phase !== 'migrating');
  if (begun.length === 0) await letGo(connect, journal, log, state.isTold);
  else await finishAndSay(connect, intents, journal, log);
  endSoon();
}

type Connect = (namespace?: string) => Promise<ConnectedRun>;

/** Main changed nothing that is half-way: only its lock is to be given up, and its end to be told. */
async function letGo(connect: Connect, journal: Journal, log: Log, isTold: boolean): Promise<void> {
  log.line('Main left nothing of the workload half-way: there is nothing to undo.');
  const ending = journal.last('ended')?.ending ?? endingOfJournal(journal);
  if (journal.last('connected') !== undefined) {
    try {
      const run = await connect();
      await giveUpLocks(runsOf(run)).finally(() => run.close());
    } catch (error) {
      log.line(`(Its lock could not be given up, and expires by itself: ${messageOf(error)})`);
    }
  }
  // A main that was killed could not say how it ended.
  if (isTold) return;
  journal.add({ type: 'ended', ending });
  await publish(journal, log, atRest);
}

async function finishAndSay(
  connect: Connect,
  intents: readonly Intent[],
  journal: Journal,
  log: Log,
): Promise<void> {
  let ending: Ending;
  try {
    const run = await connect(intents[0]?.namespace);
    ending = await finishAll(runsOf(run, intents), intents).finally(() => run.close());
  } catch (error) {
    const { cause, next } = endingOfError(error, journal).ending;
    const stand = intents.map(
      ({ namespace, workload }) =>
        `See where it stands: kubectl -n ${namespace} rollout status ${sayWorkload(workload)} --watch=false`,
    );
    ending = { result: 'undo-failed', cause, next: [...next, ...stand] };
  }
  journal.add({ type: 'ended', ending });
  await publish(journal, log, atRest);
}
