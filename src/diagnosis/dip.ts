import type { V1Pod } from '@kubernetes/client-node';
import { hasEnded } from '../kubernetes/workloads/ended.ts';
import { type Restart, restartsOf } from '../kubernetes/workloads/restarts.ts';
import { isReady, type Verdict } from './diagnose.ts';
import { type Diagnosis, sayObject } from './diagnosis.ts';
import { sayExit } from './exit-code.ts';
import { crashRows } from './rows/crash.ts';
import { disruption } from './rows/placement.ts';

/** What a rollout that was complete has come to: why it does not count as one any more. */
export interface Dip {
  readonly reason: string;
  readonly message: string;
  readonly diagnosis: Diagnosis;
}

/** Seconds for which a pod may be not ready: in them the cluster tells what its probe heard, too. */
const blinkSeconds = 3;

/**
 * Looks over the pods of a revision that was rolled out, and finds what its image does wrong from then on: a container
 * that ends, a pod that is no longer ready, or one that the kubelet evicts for what it uses.
 *
 * What the cluster or a person takes away (a drain, a preemption, a lost node, a deleted pod, another number of
 * replicas) says nothing about the image. Nor do pods that only start, until they have been ready once; but one that
 * crashes in its start, as often as a rollout would be given up for, does.
 */
export class Dips {
  /** Each pod that has been ready, with how often each container had ended when it first was. */
  readonly #ready = new Map<string, ReadonlyMap<string, number>>();
  readonly #unreadySince = new Map<string, number>();
  /** Pods that had ended before. */
  readonly #ended: ReadonlySet<string>;

  /** @param pods of the revision, as they are when its rollout is complete. */
  constructor(pods: readonly V1Pod[]) {
    this.#ended = new Set(pods.filter(hasEnded).map(uidOf));
    for (const pod of pods) this.#meet(pod);
  }

  /**
   * The first dip that is to be seen; undefined where all is well. Pure but for what it remembers.
   *
   * @param verdict the diagnosis of the same pods.
   * @param now in milliseconds.
   */
  look(pods: readonly V1Pod[], verdict: Verdict, now: number): Dip | undefined {
    for (const pod of pods) {
      const dip = this.#dipOf(pod, verdict, now);
      if (dip) return dip;
    }
    const crash = verdict.diagnoses.find(({ reason, hopeless }) => hopeless && crashReasons.has(reason));
    return crash && dip('restarted-after-rollout', crash);
  }

  #dipOf(pod: V1Pod, verdict: Verdict, now: number): Dip | undefined {
    const uid = uidOf(pod);
    const found = foundIn(verdict, pod);
    if (found && isEvicted(pod, found) && !this.#ended.has(uid))
      return dip('evicted-after-rollout', { ...found, about: 'pod' });
    if (pod.metadata?.deletionTimestamp !== undefined || hasEnded(pod)) return undefined;
    const before = this.#ready.get(uid);
    if (before === undefined) {
      this.#meet(pod);
      return undefined;
    }
    const restart = restartsOf(pod).find(({ container, count }) => count > (before.get(container) ?? 0));
    if (restart) return dip('restarted-after-rollout', crashed(pod, restart, verdict, now));
    if (isReady(pod) || isTakenAway(pod)) {
      this.#unreadySince.delete(uid);
      return undefined;
    }
    const since = this.#unreadySince.get(uid) ?? now;
    this.#unreadySince.set(uid, since);
    if (now - since < blinkSeconds * 1000) return undefined;
    return dip('unready-after-rollout', found ?? unready(pod, since));
  }

  #meet(pod: V1Pod): void {
    if (!isReady(pod)) return;
    this.#ready.set(uidOf(pod), new Map(restartsOf(pod).map(({ container, count }) => [container, count])));
  }
}

const crashReasons: ReadonlySet<string> = new Set(crashRows.map(({ reason }) => reason));

const words = {
  'restarted-after-rollout': 'a container ended after the rollout was complete',
  'unready-after-rollout': 'a pod was no longer ready after the rollout was complete',
  'evicted-after-rollout': 'a pod was evicted after the rollout was complete',
} as const;

function dip(reason: keyof typeof words, diagnosis: Diagnosis): Dip {
  const what = words[reason];
  const message = `${what[0]?.toUpperCase()}${what.slice(1)}: ${sayObject(diagnosis)}: ${diagnosis.message}.`;
  return { reason, message, diagnosis };
}

function uidOf({ metadata }: V1Pod): string {
  return metadata?.uid ?? '';
}

/** By the kubelet, for what it uses or its node lacks. A drain evicts by the API, which only deletes the pod. */
function isEvicted(pod: V1Pod, found: Diagnosis): boolean {
  const { phase, reason } = pod.status ?? {};
  if (phase === 'Succeeded')
    return found.reason === 'evicted' && disruption(pod, ['EvictionByEvictionAPI']) === undefined;
  return phase === 'Failed' && reason === 'Evicted';
}

/**
 * Whether the cluster is about to take the pod away, or has lost its node: then the pod is not ready though its
 * containers, as far as anybody knows, are.
 */
function isTakenAway({ spec, status }: V1Pod): boolean {
  const isTrue = (type: string) =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
  const areGatesMet = (spec?.readinessGates ?? []).every(({ conditionType }) => isTrue(conditionType));
  const containers = status?.containerStatuses ?? [];
  const areReady = containers.length > 0 && containers.every(({ ready }) => ready);
  return isTrue('DisruptionTarget') || (areReady && areGatesMet);
}

function foundIn({ diagnoses }: Verdict, { metadata }: V1Pod): Diagnosis | undefined {
  const object = `pod/${metadata?.name}`;
  const found = diagnoses.find((each) => each.object === object || each.others.includes(object));
  return found && { ...found, object, others: [], count: 1 };
}

function crashed(pod: V1Pod, { container, end, runs }: Restart, verdict: Verdict, now: number): Diagnosis {
  const found = foundIn(verdict, pod);
  // The table knows more of one that has not been started again: what killed it, for example.
  if (found && !runs && found.container === container && crashReasons.has(found.reason))
    return { ...found, previous: true };
  const isMemory = end?.reason === 'OOMKilled';
  const row = crashRows.find(({ reason }) => reason === (isMemory ? 'out-of-memory' : 'crash'));
  return {
    ...plain(pod, now),
    reason: isMemory ? 'out-of-memory' : end?.exitCode === 0 ? 'exited' : 'crash',
    container,
    message: isMemory
      ? 'it was killed for using more memory than its limit'
      : end
        ? `it ended with ${sayExit(end.exitCode)}`
        : 'it was started again',
    said: end?.message ?? '',
    next: row?.next ?? '',
    hasLog: true,
    previous: true,
  };
}

function unready(pod: V1Pod, since: number): Diagnosis {
  const status = pod.status?.containerStatuses?.find(({ ready }) => !ready);
  return {
    ...plain(pod, since),
    reason: 'not-ready',
    container: status?.name,
    message: 'it is not ready',
    next: 'See what its readiness probe answers, and why, in its last log lines.',
    hasLog: status !== undefined,
  };
}

function plain(pod: V1Pod, since: number): Diagnosis {
  return {
    reason: '',
    about: 'pod',
    object: `pod/${pod.metadata?.name}`,
    others: [],
    count: 1,
    message: '',
    said: '',
    next: '',
    since,
    hopeless: true,
    hasLog: false,
  };
}
