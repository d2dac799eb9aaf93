import type { V1Container } from '@kubernetes/client-node';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { type LogRow, logRows } from '../diagnosis/rows/log.ts';
import type { Cause, Evidence } from '../journal.ts';
import { told } from '../kubernetes/events.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Run } from '../run.ts';
import { containerOf, lastLines, readPod } from './last-lines.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/** Seconds for all collecting: the undo waits for it. */
const collectSeconds = 5;
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
  const { reason, message } = trouble;
  return inPlainerWords({ reason, message, diagnoses }, trouble.diagnoses[0]?.reason);
}

/** Adds what the cluster told of the objects, where their logs are known already. As quick as {@link collect}. */
export async function withEvents(run: Run, cause: Cause): Promise<Cause> {
  const limit = AbortSignal.any([run.signal, AbortSignal.timeout(collectSeconds * 1000)]);
  const diagnoses = await Promise.all(
    cause.diagnoses.map(async (each, index): Promise<Evidence> => {
      if (index >= mostDiagnoses) return each;
      const objects = [each.object, ...each.others];
      const events = await Promise.all(objects.map((object) => eventsOf(run, object, limit)));
      return { ...each, events: merge(events.flat()) };
    }),
  );
  return { ...cause, diagnoses };
}

async function withEvidence(run: Run, diagnosis: Diagnosis, signal: AbortSignal): Promise<Evidence> {
  const objects = [diagnosis.object, ...diagnosis.others];
  const [logs, events] = await Promise.all([
    Promise.all(objects.map((object) => logOf(run, diagnosis, object, signal))),
    Promise.all(objects.map((object) => eventsOf(run, object, signal))),
  ]);
  const evidence = {
    ...diagnosis,
    logs: logs.filter(({ lines }) => lines.length > 0).map(({ object, lines }) => ({ object, lines })),
    events: merge(events.flat()),
  };
  return plainer(evidence, logs.find(({ container }) => container)?.container);
}

/** Reasons that say no more than that a container ended with an error. */
const crashed: ReadonlySet<string> = new Set(['crash', 'init-migration-failed']);

/** The log of a crashed container may name a plainer cause than its exit code. */
function plainer(evidence: Evidence, container: V1Container | undefined): Evidence {
  const row = crashed.has(evidence.reason) ? logRowOf(evidence) : undefined;
  if (row === undefined) return evidence;
  const { reason, next } = row;
  return { ...evidence, reason, next, message: `${evidence.message}: ${row.message(container)}` };
}

function logRowOf({ logs }: Evidence): LogRow | undefined {
  return logRows.find(({ pattern }) => logs.some(({ lines }) => lines.some((line) => pattern.test(line))));
}

/** The cause, in the words of its first diagnosis where its log has named a plainer one. */
function inPlainerWords(cause: Cause, before: string | undefined): Cause {
  const [first] = cause.diagnoses;
  if (first === undefined || first.reason === before || !crashed.has(cause.reason)) return cause;
  const message = `${first.object}, container ${first.container}: ${first.message}.`;
  return { ...cause, reason: first.reason, message };
}

async function logOf(
  run: Run,
  { container, hasLog, previous = false }: Diagnosis,
  object: string,
  signal: AbortSignal,
) {
  const [kind, name = ''] = object.split('/');
  if (!hasLog || kind !== 'pod' || container === undefined) return { object, lines: [] };
  const pod = await readPod(run, name, signal);
  const lines = await lastLines(run, { pod: name, container, now: pod, previous }, signal);
  return { object, lines, container: containerOf(pod, container) };
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
