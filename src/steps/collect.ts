import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { type LogRow, logRows } from '../diagnosis/rows/log.ts';
import type { Cause, Evidence } from '../journal.ts';
import { told } from '../kubernetes/events.ts';
import { isKubeletsWord, readLog } from '../kubernetes/logs.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Run } from '../run.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/** Seconds for all collecting: the undo waits for it. */
const collectSeconds = 5;
const logLines = 50;
/** Diagnoses of which logs and events are read. */
const mostDiagnoses = 3;
const mostEvents = 8;

/**
 * Gathers what the undo is about to remove: the last log lines of the containers at fault, and what the cluster told
 * of their pods. Never fails, and never takes longer than a few seconds: what cannot be had is left out.
 */
export async function collect(run: Run, trouble: RolloutTrouble): Promise<Cause> {
  const limit = AbortSignal.any([run.signal, AbortSignal.timeout(collectSeconds * 1000)]);
  const diagnoses = await Promise.all(
    trouble.diagnoses.map((each, index): Evidence | Promise<Evidence> => {
      if ('logs' in each) return each;
      return index < mostDiagnoses ? withEvidence(run, each, limit) : { ...each, logs: [], events: [] };
    }),
  );
  return plainer({ reason: trouble.reason, message: trouble.message, diagnoses });
}

async function withEvidence(run: Run, diagnosis: Diagnosis, signal: AbortSignal): Promise<Evidence> {
  const objects = [diagnosis.object, ...diagnosis.others];
  const [logs, events] = await Promise.all([
    Promise.all(objects.map((object) => lastLines(run, diagnosis, object, signal))),
    Promise.all(objects.map((object) => eventsOf(run, object, signal))),
  ]);
  return { ...diagnosis, logs: logs.filter(({ lines }) => lines.length > 0), events: merge(events.flat()) };
}

/** Reasons that say no more than that a container ended with an error. */
const crashed: ReadonlySet<string> = new Set(['crash', 'init-migration-failed']);

/** The log of a crashed container may name a plainer cause than its exit code. */
function plainer(cause: Cause): Cause {
  const diagnoses = cause.diagnoses.map((each) => {
    const row = crashed.has(each.reason) ? logRowOf(each) : undefined;
    return row
      ? { ...each, reason: row.reason, next: row.next, message: `${each.message}: ${row.message}` }
      : each;
  });
  const [first] = diagnoses;
  const isPlainer = first !== undefined && first.reason !== cause.diagnoses[0]?.reason;
  if (!isPlainer || !crashed.has(cause.reason)) return { ...cause, diagnoses };
  return {
    reason: first.reason,
    message: `${first.object}, container ${first.container}: ${first.message}.`,
    diagnoses,
  };
}

function logRowOf({ logs }: Evidence): LogRow | undefined {
  return logRows.find(({ pattern }) => logs.some(({ lines }) => lines.some((line) => pattern.test(line))));
}

async function lastLines(
  run: Run,
  { container, hasLog, previous = false }: Diagnosis,
  object: string,
  signal: AbortSignal,
): Promise<Evidence['logs'][number]> {
  const [kind, pod = ''] = object.split('/');
  if (!hasLog || kind !== 'pod' || container === undefined) return { object, lines: [] };
  const target = { namespace: run.namespace, pod, container, tailLines: logLines };
  const before = { ...target, previous };
  // An instance that has only just ended is still the present one; unless it is started again while that is read.
  let present: Evidence['logs'][number] | undefined;
  for (const source of previous ? [before, target, before] : [target]) {
    try {
      const lines = await readLog(run.client, source, { signal });
      const log = { object, lines: lines.filter((line) => !isKubeletsWord(line)) };
      if (source === before || !previous) return log;
      present = log;
    } catch {
      // What cannot be had is left out.
    }
  }
  if (present) return present;
  return { object, lines: [] };
}

/** Events of type Normal that tell why something was ended or waited for. */
const tellingEvents: ReadonlySet<string> = new Set(['Killing', 'TriggeredScaleUp', 'Preempted']);

type EventLine = Evidence['events'][number];

async function eventsOf(run: Run, object: string, signal: AbortSignal): Promise<EventLine[]> {
  const fieldSelector = `involvedObject.name=${object.split('/')[1] ?? ''}`;
  try {
    const { items } = await run.client.list(
      resources.events,
      { namespace: run.namespace, fieldSelector },
      { signal, patience: 0 },
    );
    return (
      items
        // That the kubelet backs off says nothing that the symptom does not.
        .filter(
          ({ type, reason }) =>
            (type === 'Warning' && reason !== 'BackOff') || tellingEvents.has(reason ?? ''),
        )
        .map(told)
        .sort((a, b) => b.lastSeen - a.lastSeen)
    );
  } catch {
    return [];
  }
}

/** One for each reason and kind of words ("Liveness probe failed: …"), with the latest words and how often it was told. */
function merge(events: readonly EventLine[]): EventLine[] {
  const merged = new Map<string, EventLine>();
  for (const { reason, message, count } of events) {
    const key = `${reason}/${message.split(':')[0]}`;
    const alike = merged.get(key);
    merged.set(key, alike ? { ...alike, count: alike.count + count } : { reason, message, count });
  }
  return [...merged.values()].slice(0, mostEvents);
}
