import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { isKubeletsWord, readLog } from '../kubernetes/logs.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Run } from '../run.ts';
import { containerStatuses } from './job-logs.ts';

const logLines = 50;

/** The pod as it is now; undefined where it is gone, or cannot be had. Never fails. */
export async function readPod(run: Run, name: string, signal: AbortSignal): Promise<V1Pod | undefined> {
  const selection = { namespace: run.namespace, fieldSelector: `metadata.name=${name}` };
  try {
    // By a list, which needs no permission that the watch does not.
    return (await run.client.list(resources.pods, selection, { signal, patience: 0 })).items[0];
  } catch {
    return undefined;
  }
}

/** The container as the pod's spec has it, init containers too. */
export function containerOf(pod: V1Pod | undefined, name: string | undefined): V1Container | undefined {
  const { containers = [], initContainers = [] } = pod?.spec ?? {};
  return [...initContainers, ...containers].find((each) => each.name === name);
}

/** Whose log is to be read. */
export interface LogWanted {
  readonly pod: string;
  readonly container: string;
  /** The pod as it is now, so that a container which has begun anew since it was judged is known for that. */
  readonly now: V1Pod | undefined;
  /** Whether the instance before the present one is meant in any case. */
  readonly previous: boolean;
}

/**
 * The last log lines of a container: where it has ended and runs again, those of the instance that has ended, or of the
 * present one where nothing is left of that. None where they cannot be had. Never fails.
 */
export async function lastLines(
  run: Run,
  { pod, container, now, previous }: LogWanted,
  signal: AbortSignal,
): Promise<string[]> {
  const status = now && containerStatuses(now).find(({ name }) => name === container);
  const read = async (before: boolean) => {
    const target = { namespace: run.namespace, pod, container, tailLines: logLines };
    try {
      const source = before ? { ...target, previous: true } : target;
      const lines = await readLog(run.client, source, { signal });
      return lines.filter((line) => !isKubeletsWord(line));
    } catch {
      return [];
    }
  };
  const isBefore = previous || (status !== undefined && hasJustBegunAgain(status, run.clock.now()));
  const ended = isBefore ? await read(true) : [];
  if (ended.length > 0) return ended;
  const present = await read(false);
  // It may have been started again while that was read.
  const meanwhile = isBefore ? await read(true) : [];
  return meanwhile.length > 0 ? meanwhile : present;
}

/** Milliseconds after which the present instance has more to tell than the one before, if it outlives that too. */
const settled = 60_000;

function hasJustBegunAgain({ state, lastState }: V1ContainerStatus, now: number): boolean {
  const [running, ended] = [state?.running, lastState?.terminated];
  if (running === undefined || ended === undefined) return false;
  const at = (time: Date | undefined) => new Date(time ?? 0).getTime();
  const lived = at(ended.finishedAt) - at(ended.startedAt);
  return now - at(running.startedAt) <= Math.max(settled, lived);
}
