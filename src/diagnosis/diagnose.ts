import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Diagnosis } from './diagnosis.ts';
import {
  type CreatorSubject,
  containerRows,
  crashes,
  creatorRows,
  type Patience,
  podRows,
  type Row,
} from './table.ts';

/** The objects to be judged: the pods of one revision or Job, and what their creator says. */
export interface Scene {
  readonly pods: readonly V1Pod[];
  readonly creator: CreatorSubject | undefined;
}

/**
 * Remembers when each symptom was first seen, since the cluster mostly does not say. Times in milliseconds.
 *
 * A symptom that has been away for half a minute is a new one; a shorter pause is the kubelet trying again.
 */
export class Sightings {
  readonly #seen = new Map<string, { readonly first: number; readonly last: number }>();

  /** When `symptom` was first seen, `now` being a sighting of it. */
  see(symptom: string, now: number): number {
    const earlier = this.#seen.get(symptom);
    const first = earlier && now - earlier.last <= longestPause ? earlier.first : now;
    this.#seen.set(symptom, { first, last: now });
    return first;
  }
}

const longestPause = 30_000;

/** What is wrong, and whether waiting can still help. */
export interface Verdict {
  /** Alike ones merged, hopeless ones first. */
  readonly diagnoses: readonly Diagnosis[];
  /** True where all that is left to come will fail: every pod that is not ready has a hopeless diagnosis. */
  readonly hopeless: boolean;
}

interface Symptom {
  readonly diagnosis: Diagnosis;
  readonly pod: V1Pod | undefined;
}

/** Judges a scene. Pure but for `sightings`, which it tells what it sees. `now` is in milliseconds. */
export function diagnose(scene: Scene, sightings: Sightings, now: number): Verdict {
  const pods = scene.pods.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
  const symptoms: Symptom[] = pods.flatMap((pod) =>
    podSymptoms(pod, sightings, now).map((diagnosis) => ({ diagnosis, pod })),
  );
  if (scene.creator !== undefined) {
    const diagnosis = creatorSymptom(scene.creator, sightings, now);
    if (diagnosis) symptoms.push({ diagnosis, pod: undefined });
  }
  const hopelessPods = new Set(symptoms.filter(({ diagnosis }) => diagnosis.hopeless).map(({ pod }) => pod));
  const waitedFor = pods.filter((pod) => !isReady(pod) && pod.status?.phase !== 'Succeeded');
  return {
    diagnoses: merge(symptoms.map(({ diagnosis }) => diagnosis)),
    hopeless: hopelessPods.size > 0 && waitedFor.every((pod) => hopelessPods.has(pod)),
  };
}

/** Whether the pod's Ready condition is true. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function podSymptoms(pod: V1Pod, sightings: Sightings, now: number): Diagnosis[] {
  const object = `pod/${pod.metadata?.name}`;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const ofContainers = statuses.flatMap((status): Diagnosis[] => {
    const subject = { pod, status, container: specs.find(({ name }) => name === status.name) };
    const found = recognise(containerRows, subject);
    if (found === undefined) return [];
    const since = sightings.see(`${pod.metadata?.uid}/${status.name}/${found.row.reason}`, now);
    return [
      toDiagnosis(found, subject, object, status.name, isOver(found.row.patience, now - since, status)),
    ];
  });
  if (ofContainers.length > 0) return ofContainers;
  const found = recognise(podRows, pod);
  if (found === undefined) return [];
  const since = sightings.see(`${pod.metadata?.uid}//${found.row.reason}`, now);
  const unready = pod.status?.containerStatuses?.find(({ ready }) => !ready)?.name;
  return [toDiagnosis(found, pod, object, unready, isOver(found.row.patience, now - since))];
}

function creatorSymptom(creator: CreatorSubject, sightings: Sightings, now: number): Diagnosis | undefined {
  const found = recognise(creatorRows, creator);
  if (found === undefined) return undefined;
  const since = sightings.see(`${creator.object}//${found.row.reason}`, now);
  return toDiagnosis(found, creator, creator.object, undefined, isOver(found.row.patience, now - since));
}

interface Recognised<Subject> {
  readonly row: Row<Subject>;
  readonly said: string;
}

function recognise<Subject>(
  rows: readonly Row<Subject>[],
  subject: Subject,
): Recognised<Subject> | undefined {
  for (const row of rows) {
    const said = row.recognise(subject);
    if (said !== undefined) return { row, said };
  }
  return undefined;
}

function toDiagnosis<Subject>(
  { row, said }: Recognised<Subject>,
  subject: Subject,
  object: string,
  container: string | undefined,
  hopeless: boolean,
): Diagnosis {
  const { reason, next, hasLog } = row;
  return { reason, object, container, message: row.message(subject), said, next, hopeless, hasLog, count: 1 };
}

function isOver(patience: Patience, elapsed: number, status?: V1ContainerStatus): boolean {
  if (patience === 'timeout') return false;
  if ('seconds' in patience) return elapsed >= patience.seconds * 1000;
  return status !== undefined && crashes(status) >= patience.crashes;
}

/** One for each reason and container, with the first object as the example; hopeless ones first. */
function merge(diagnoses: readonly Diagnosis[]): Diagnosis[] {
  const merged = new Map<string, Diagnosis>();
  for (const each of diagnoses) {
    const key = `${each.reason}/${each.container ?? ''}/${each.hopeless}`;
    const alike = merged.get(key);
    merged.set(key, alike ? { ...alike, count: alike.count + 1 } : each);
  }
  return [...merged.values()].sort((a, b) => Number(b.hopeless) - Number(a.hopeless));
}
