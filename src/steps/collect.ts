import type { CoreV1Event } from '@kubernetes/client-node';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Cause, Evidence } from '../journal.ts';
import { readLog } from '../kubernetes/logs.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Run } from '../run.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/** Seconds for all collecting: the undo waits for it. */
const collectSeconds = 5;
const logLines = 50;
/** Diagnoses of which logs and events are read. */
const examples = 3;

/**
 * Gathers what the undo is about to remove: the last log lines of the containers at fault, and what the cluster last
 * said of them. Never fails, and never takes longer than a few seconds: what cannot be had is left out.
 */
export async function collect(run: Run, trouble: RolloutTrouble): Promise<Cause> {
  const limit = AbortSignal.any([run.signal, AbortSignal.timeout(collectSeconds * 1000)]);
  const diagnoses = await Promise.all(
    trouble.diagnoses.map((each, index): Evidence | Promise<Evidence> =>
      index < examples ? withEvidence(run, each, limit) : { ...each, log: [] },
    ),
  );
  return { reason: trouble.reason, message: trouble.message, diagnoses };
}

async function withEvidence(run: Run, diagnosis: Diagnosis, signal: AbortSignal): Promise<Evidence> {
  // Of a pod that is not ready, its status says no more than that; the probe's answer is in an event.
  const needsEvent = diagnosis.reason === 'not-ready';
  const [log, event] = await Promise.all([
    lastLines(run, diagnosis, signal),
    needsEvent ? lastEvent(run, diagnosis, signal) : '',
  ]);
  return { ...diagnosis, log, said: event || diagnosis.said };
}

async function lastLines(
  run: Run,
  { object, container, hasLog }: Diagnosis,
  signal: AbortSignal,
): Promise<string[]> {
  const [kind, pod = ''] = object.split('/');
  if (!hasLog || kind !== 'pod' || container === undefined) return [];
  try {
    return await readLog(
      run.client,
      { namespace: run.namespace, pod, container, tailLines: logLines },
      { signal },
    );
  } catch {
    return [];
  }
}

/** The last warning about the object, e.g. `Readiness probe failed: HTTP probe failed with statuscode: 503`. */
async function lastEvent(run: Run, { object }: Diagnosis, signal: AbortSignal): Promise<string> {
  const name = object.split('/')[1] ?? '';
  try {
    const { items } = await run.client.list(
      resources.events,
      { namespace: run.namespace, fieldSelector: `involvedObject.name=${name},type=Warning` },
      { signal, patience: 0 },
    );
    const [last] = items.sort((a, b) => seenAt(b) - seenAt(a));
    return last?.message ?? '';
  } catch {
    return '';
  }
}

function seenAt({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
}
