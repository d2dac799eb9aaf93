import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { hasEnded } from '../kubernetes/workloads/ended.ts';
import { eventsOfAlike } from './alike.ts';
import type { Diagnosis } from './diagnosis.ts';
import { crashes, type EventFact, type Row } from './row.ts';
import {
  type ContainerSubject,
  type CreatorSubject,
  containerRows,
  creatorRows,
  disruptionRows,
  type JobSubject,
  jobRows,
  type PodSubject,
  podRows,
  startRows,
  type WorkloadSubject,
  workloadRows,
} from './table.ts';

/** The objects to be judged: the pods of one revision or Job, what creates them, and the workload itself. */
export interface Scene {
  readonly pods: readonly V1Pod[];
  readonly creator?: CreatorSubject | undefined;
  /** Whether pods of the workload are ending: until they have, quotas and nodes count them. */
  readonly isMakingRoom?: boolean | undefined;
  /** Pods of other revisions that are still there: each that goes makes room. */
  readonly otherPods?: number | undefined;
  /** Pods of the revision that are available; those that are only ready soon let an old one go. */
  readonly available?: number | undefined;
  /** Whether one hopeless pod is enough: each has a place of its own, and no other can take it. */
  readonly everyPodCounts?: boolean | undefined;
  readonly workload?: WorkloadSubject | undefined;
  /** What the cluster told of some of the pods, by uid, newest first. */
  readonly events?: ReadonlyMap<string, readonly EventFact[]> | undefined;
  /** Seconds that the rollout may take in all. */
  readonly timeout?: number | undefined;
}

/**
 * Remembers when each symptom was first seen, since the cluster mostly does not say. Times in milliseconds.
 *
 * A symptom that has been away for half a minute is a new one; a shorter pause is the kubelet trying again.
 */
export class Sightings {
  readonly #seen = new Map<string, { readonly first: number; readonly last: number }>();
  #step: { readonly what: string; readonly at: number } | undefined;

  /** When `symptom` was first seen, `now` being a sighting of it. */
  see(symptom: string, now: number): number {
    const earlier = this.#seen.get(symptom);
    const first = earlier && now - earlier.last <= longestPause ? earlier.first : now;
    this.#seen.set(symptom, { first, last: now });
    return first;
  }

  /** When the rollout last made a step: when `what` last changed, or when a step was last `underWay`. */
  step(what: string, underWay: boolean, now: number): number {
    if (underWay || this.#step?.what !== what) this.#step = { what, at: now };
    return this.#step.at;
  }
}

const longestPause = 30_000;

/** How soon to give up: by the table, with three times its patience, or only at the timeout. */
export type FailFast = 'strict' | 'patient' | 'off';

/** What is wrong, and whether waiting can still help. */
export interface Verdict {
  /** Alike ones merged, hopeless ones first, the workload's own last. */
  readonly diagnoses: readonly Diagnosis[];
  /**
   * True where all that is left to come will fail: every pod that is not ready has a hopeless diagnosis. Where every
   * pod counts, one of them suffices.
   */
  readonly hopeless: boolean;
}

/** Objects that are named of those that show the same. */
const examples = 3;

/** Judges a scene. Pure but for `sightings`, which it tells what it sees. `now` is in milliseconds. */
export function diagnose(
  scene: Scene,
  sightings: Sightings,
  now: number,
  failFast: FailFast = 'strict',
): Verdict {
  const judge = new Judge(sightings, now, failFast, sightings.step(...stepOf(scene), now));
  const there: { readonly pod: V1Pod; readonly diagnoses: readonly Diagnosis[] }[] = [];
  const gone: Diagnosis[] = [];
  const eventsOf = eventsOfAlike(scene.pods, scene.events ?? new Map());
  for (const pod of scene.pods) {
    const subject = { pod, events: eventsOf(pod), timeout: scene.timeout };
    // A pod that is ending, or has ended, is replaced: nobody waits for it.
    if (pod.metadata?.deletionTimestamp !== undefined || hasEnded(pod)) gone.push(...judge.gone(subject));
    else there.push({ pod, diagnoses: judge.pod(subject) });
  }
  const ofCreator = scene.creator && judge.rows(creatorRows, scene.creator, 'creator', scene.creator.object);
  const ofWorkload =
    scene.workload && judge.rows(workloadRows, scene.workload, 'workload', scene.workload.object);
  const waitedFor = there.filter(({ pod }) => !isReady(pod));
  const ofPods = there.flatMap(({ diagnoses }) => diagnoses);
  const isLost = ({ diagnoses }: (typeof there)[number]) => diagnoses.some(({ hopeless }) => hopeless);
  const isRefused = ofCreator?.hopeless ?? false;
  return {
    diagnoses: merge([
      ...ofPods,
      ...(ofCreator ? [ofCreator] : []),
      ...gone,
      ...(ofWorkload ? [ofWorkload] : []),
    ]),
    hopeless: scene.everyPodCounts
      ? isRefused || waitedFor.some(isLost)
      : (waitedFor.length > 0 || isRefused) && waitedFor.every(isLost),
  };
}

/** What holds a Job that has not ended; undefined where nothing does. */
export function judgeJob(
  subject: JobSubject,
  object: string,
  sightings: Sightings,
  now: number,
  failFast: FailFast,
): Diagnosis | undefined {
  return new Judge(sightings, now, failFast).rows(jobRows, subject, 'creator', object);
}

/** Why the cluster took a pod away that has ended; undefined where it did not. `now` is in milliseconds. */
export function whyTakenAway(pod: V1Pod, now: number): Diagnosis | undefined {
  return new Judge(new Sightings(), now, 'off').gone({ pod, events: [] })[0];
}

/** Why those containers could not start that ended with their pod. `now` is in milliseconds. */
export function whyNotStarted(pod: V1Pod, now: number): Diagnosis[] {
  const judge = new Judge(new Sightings(), now, 'off');
  const object = `pod/${pod.metadata?.name}`;
  return containersOf(pod).flatMap((each): Diagnosis[] => {
    const found = judge.rows(startRows, { ...each, pod, events: [] }, 'pod', object, object, each.status);
    return found ? [{ ...found, hopeless: true }] : [];
  });
}

/** How far the rollout is, and whether it will soon be further: room is being made, or about to be. */
function stepOf({ pods, isMakingRoom = false, otherPods = 0, available }: Scene): [string, boolean] {
  const ready = pods.filter(isReady).length;
  const isAboutToGo = otherPods > 0 && available !== undefined && ready > available;
  return [`${ready} ready, ${otherPods} to go`, isMakingRoom || isAboutToGo];
}

/** Whether the pod's Ready condition is true. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/**
 * The pods whose events may tell more. Few pods' events are followed, so those that are waited for come first; of one
 * that ended well only they can tell that it did not end by itself.
 */
export function worthAsking(pods: readonly V1Pod[], mostPods: number): V1Pod[] {
  const waiting = pods.filter((pod) => !isReady(pod) && !hasEnded(pod));
  const ended = pods.filter(({ status }) => status?.phase === 'Succeeded');
  return waiting.length >= mostPods ? waiting : [...waiting, ...ended.slice(waiting.length - mostPods)];
}

/** Applies rows to subjects, at one moment. */
class Judge {
  readonly #sightings: Sightings;
  readonly #now: number;
  readonly #failFast: FailFast;
  /** When the rollout last made a step. */
  readonly #stepAt: number;

  constructor(sightings: Sightings, now: number, failFast: FailFast, stepAt = Number.NEGATIVE_INFINITY) {
    this.#sightings = sightings;
    this.#now = now;
    this.#failFast = failFast;
    this.#stepAt = stepAt;
  }

  pod(whole: PodSubject): Diagnosis[] {
    const { pod } = whole;
    const object = `pod/${pod.metadata?.name}`;
    const key = `${object}/${pod.metadata?.uid}`;
    const containers = containersOf(pod).flatMap((each): Diagnosis[] => {
      const subject = { ...each, ...whole };
      const found = this.rows(
        containerRows,
        subject,
        'pod',
        object,
        `${key}/${each.status.name}`,
        each.status,
      );
      return found ? [found] : [];
    });
    if (containers.length > 0) return containers;
    const found = this.rows(podRows, whole, 'pod', object, key);
    return found ? [found] : [];
  }

  /** A pod that has ended, or is to: it is replaced, and only why it was taken away is of interest. */
  gone(whole: PodSubject): Diagnosis[] {
    const object = `pod/${whole.pod.metadata?.name}`;
    const found = this.rows(
      disruptionRows,
      whole,
      'ended-pod',
      object,
      `${object}/${whole.pod.metadata?.uid}`,
    );
    return found ? [found] : [];
  }

  /** The diagnosis by the first row that recognises the subject. */
  rows<Subject>(
    rows: readonly Row<Subject>[],
    subject: Subject,
    about: Diagnosis['about'],
    object: string,
    key = object,
    status?: V1ContainerStatus,
  ): Diagnosis | undefined {
    for (const row of rows) {
      const said = row.recognise(subject);
      if (said === undefined) continue;
      const since = this.#sightings.see(`${key}/${row.reason}`, this.#now);
      return {
        reason: row.reason,
        about,
        object,
        others: [],
        count: 1,
        container: status?.name,
        message: row.message(subject),
        said,
        next: row.next,
        since,
        hopeless: this.#isOver(row, since, status),
        hasLog: row.hasLog,
      };
    }
    return undefined;
  }

  #isOver(
    { patience, needsRoom, backsOff }: Pick<Row<never>, 'patience' | 'needsRoom' | 'backsOff'>,
    since: number,
    status: V1ContainerStatus | undefined,
  ): boolean {
    if (patience === 'timeout' || this.#failFast === 'off') return false;
    const factor = this.#failFast === 'patient' ? patientFactor : 1;
    const ended = status === undefined ? 0 : crashes(status);
    const from = needsRoom ? Math.max(since, this.#stepAt) : since;
    const grace = Math.max(patience.seconds * factor * 1000, backsOff ? from - since : 0);
    return this.#now - from >= grace && ended >= (patience.crashes ?? 0) * factor;
  }
}

/** `fail-fast: patient` waits this many times as long. */
export const patientFactor = 3;

function containersOf(pod: V1Pod): Omit<ContainerSubject, keyof PodSubject>[] {
  const place = (init: boolean) => {
    const statuses = (init ? pod.status?.initContainerStatuses : pod.status?.containerStatuses) ?? [];
    const specs = (init ? pod.spec?.initContainers : pod.spec?.containers) ?? [];
    return statuses.map((status) => ({
      status,
      init,
      container: specs.find(({ name }) => name === status.name),
    }));
  };
  return [...place(true), ...place(false)];
}

const order: readonly Diagnosis['about'][] = ['pod', 'creator', 'ended-pod', 'workload'];

/** One for each reason and container, with examples; hopeless ones first, the workload's own last. */
function merge(diagnoses: readonly Diagnosis[]): Diagnosis[] {
  const merged = new Map<string, Diagnosis>();
  for (const each of diagnoses) {
    const key = `${each.about}/${each.reason}/${each.container ?? ''}/${each.hopeless}`;
    const alike = merged.get(key);
    if (alike === undefined) {
      merged.set(key, each);
      continue;
    }
    const others = alike.others.length + 1 < examples ? [...alike.others, each.object] : alike.others;
    merged.set(key, { ...alike, others, count: alike.count + 1, since: Math.min(alike.since, each.since) });
  }
  return [...merged.values()].sort(
    (a, b) => Number(b.hopeless) - Number(a.hopeless) || order.indexOf(a.about) - order.indexOf(b.about),
  );
}
