import type { Intent } from './intent.ts';
import { sayWorkload } from './kubernetes/workloads/names.ts';
import type { Log } from './log.ts';
import type { Run, WorkloadRun } from './run.ts';
import { saveIntents } from './state.ts';

/** A run as it concerns each of its workloads, in the order named. `left`: what main had not done with, for post. */
export function runsOf(run: Run, left: readonly Intent[] = []): WorkloadRun[] {
  const { workloads } = run.inputs;
  const intents = new Map(left.map((intent) => [sayWorkload(intent.workload), intent]));
  return workloads.map((workload) => {
    const name = sayWorkload(workload);
    return {
      ...run,
      workload,
      history: () => [],
      // It is the Lease that holds it.
      record: () => {},
      journal: run.journal.of(name),
      log: workloads.length > 1 ? logOf(run.log, name) : run.log,
      saveIntent: async (intent) => {
        if (intent === undefined) intents.delete(name);
        else intents.set(name, intent);
        saveIntents([...intents.values()]);
      },
      // Nothing is changed without the lock.
      ensureLock: async () => Number.POSITIVE_INFINITY,
    };
  });
}

/** The log of one workload among several, whose lines come in between one another. */
function logOf(log: Log, workload: string): Log {
  return {
    ...log,
    line: (text) => log.line(`[${workload}] ${text}`),
    group: (title) => log.line(`[${workload}] ${title}`),
    endGroup: () => {},
  };
}
