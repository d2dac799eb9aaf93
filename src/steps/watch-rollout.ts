import type { V1Pod } from '@kubernetes/client-node';
import {
  diagnose,
  isReady,
  type Scene,
  Sightings,
  type Verdict,
  worthAsking,
} from '../diagnosis/diagnose.ts';
import { type Diagnosis, sayObject } from '../diagnosis/diagnosis.ts';
import { TakenAway } from '../diagnosis/taken-away.ts';
import { sayDuration } from '../duration.ts';
import type { Evidence } from '../journal.ts';
import { mostObjects, ObjectEvents } from '../kubernetes/events.ts';
import { judgeImages, type WantedContainer } from '../kubernetes/workloads/digests.ts';
import type {
  Revision,
  RolloutStatus,
  WorkloadKind,
  WorkloadObject,
  WorkloadView,
} from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import { noteImagesAfter } from './images.ts';
import { InitProgress } from './init-progress.ts';
import { lostPods, presentPods } from './look.ts';
import { Teller } from './teller.ts';
import { unstick } from './unstick.ts';

/** What is waited for. */
export interface Expectation {
  /** Digests of the template that must stay in place. */
  readonly ours: ReadonlySet<string>;
  /** The workload as it was before the change. */
  readonly before: WorkloadObject | undefined;
  /** The generation that the change made: what the watch shows of an earlier one is not news. */
  readonly generation: number;
  /** Seconds from now. */
  readonly timeout: number;
  /** Digests of templates that are known not to work: their pods are not waited for, but deleted where they hold it up. */
  readonly broken?: ReadonlySet<string>;
  /** Whether it is the way back: then scaled to zero is fine, and there is nothing better to do than to be patient. */
  readonly isUndo: boolean;
  /** Told whether the rollout is complete now; answers whether to go on watching, since others are not. */
  readonly isHeld?: (isComplete: boolean) => boolean;
  /** The containers that were set: each must run one image, and that which was asked for. Undefined: any will do. */
  readonly images?: readonly WantedContainer[];
  /** Whether other images than meant are only told, since there is no better way to go than the one taken. */
  readonly toleratesImages?: boolean;
  /** What else may be wrong, asked at every look; undefined where all is well. */
  readonly alsoWrong?: () => RolloutTrouble | undefined;
}

/** Why a rollout is given up; the diagnoses are still without logs, but for those that brought some along. */
export interface RolloutTrouble {
  readonly reason: string;
  readonly message: string;
  readonly diagnoses: readonly (Diagnosis | Evidence)[];
}

/** How a rollout ended. */
export type RolloutEnd =
  | { readonly kind: 'complete'; readonly revision: Revision }
  | { readonly kind: 'failed'; readonly revision: Revision | undefined; readonly trouble: RolloutTrouble }
  /** The workload bears another template than ours, or is gone. */
  | { readonly kind: 'superseded'; readonly reason: 'superseded' | 'deleted'; readonly message: string };

/**
 * Watches a rollout to its end: complete by kubectl's rule, failed by it, hopeless by its pods, out of time, or
 * changed by somebody else.
 *
 * @throws the signal's reason; ApiError where the server refuses to go on showing the workload.
 */
export async function watchRollout(
  run: WorkloadRun,
  observation: Observation,
  expected: Expectation,
): Promise<RolloutEnd> {
  const watching = new AbortController();
  const signal = AbortSignal.any([run.signal, watching.signal]);
  const watch = new RolloutWatch(run, observation, expected, signal);
  const unsticking = unstick(run, observation, expected.broken ?? new Set(), signal);
  let end: RolloutEnd | undefined;
  try {
    end = await watch.toEnd();
    return end;
  } finally {
    watching.abort();
    if (expected.images && end?.kind !== 'superseded')
      noteImagesAfter(run.journal, observation.kind, observation.view(), expected.images);
    // Nothing is deleted any more once this has ended.
    await unsticking;
  }
}

/** Seconds in which an undo of a paused workload may turn out to have nothing left to roll out. */
const pausedSeconds = 5;

/** A pod that is young and not ready yet is no news, and its events tell nothing yet. */
const youngSeconds = 2;

class RolloutWatch {
  readonly #run: WorkloadRun;
  readonly #observation: Observation;
  readonly #expected: Expectation;
  readonly #deadline: number;
  readonly #name: string;
  readonly #teller: Teller;
  readonly #sightings = new Sightings();
  readonly #podEvents: ObjectEvents;
  readonly #workloadEvents: ObjectEvents;
  readonly #inits: InitProgress | undefined;
  readonly #takenAway = new TakenAway();
  #completeSince: number | undefined;

  constructor(run: WorkloadRun, observation: Observation, expected: Expectation, signal: AbortSignal) {
    this.#run = run;
    this.#observation = observation;
    this.#expected = expected;
    this.#deadline = run.clock.now() + expected.timeout * 1000;
    this.#name = sayWorkload(run.workload);
    this.#teller = new Teller(run);
    const changed = expected.images?.map(({ container }) => container);
    this.#inits = changed && new InitProgress(run, changed, signal);
    // The loop looks again every second, so an event need not wake it.
    this.#podEvents = new ObjectEvents(run.client, run.namespace, signal, () => {});
    this.#workloadEvents = new ObjectEvents(run.client, run.namespace, signal, () => {});
  }

  async toEnd(): Promise<RolloutEnd> {
    const { clock } = this.#run;
    for (;;) {
      this.#run.signal.throwIfAborted();
      const seen = this.#observation.changes;
      const end = this.#look();
      if (end) return end;
      // The second is for grace periods, which end without anything having changed in the cluster.
      await this.#observation.changed(seen, Math.min(1, Math.max(0, this.#deadline - clock.now()) / 1000));
    }
  }

  /** Judges what is to be seen now; undefined where the rollout goes on. */
  #look(): RolloutEnd | undefined {
    const { kind } = this.#observation;
    const view = this.#observation.view();
    if (view === undefined) {
      const message = `${this.#name} was deleted during the rollout.`;
      return { kind: 'superseded', reason: 'deleted', message };
    }
    if ((view.workload.metadata?.generation ?? 0) < this.#expected.generation)
      return this.#trouble(unseen, nothing);
    if (!view.workload.spec || !this.#expected.ours.has(templateDigest(view.workload.spec.template))) {
      const message = `${this.#name} was changed during the rollout by ${lastChangeOf(view.workload, this.#run.github.url)}.`;
      return { kind: 'superseded', reason: 'superseded', message };
    }
    const status = kind.status(view, this.#expected.before);
    const revision = kind.current(view);
    const verdict = this.#judge(view, revision);
    this.#teller.tell(status, verdict.diagnoses);
    const wrong = this.#expected.alsoWrong?.();
    // A crash tells more than what it does to users.
    if (wrong && !verdict.hopeless)
      return { kind: 'failed', revision, trouble: { ...wrong, diagnoses: verdict.diagnoses } };
    const wanted = wantedPods(kind, view.workload);
    if (status.state === 'complete' && wanted === 0 && !this.#expected.isUndo) {
      return scaledToZero(this.#name, revision);
    }
    const pods = revision ? kind.podsOf(view, revision) : [];
    this.#inits?.look(pods);
    if (status.state === 'complete' && revision && isSound(pods, wanted, verdict)) {
      this.#completeSince ??= this.#run.clock.now();
      const settled = this.#run.clock.now() - this.#completeSince;
      const images = judgeImages(presentPods(kind, view), this.#expected.images ?? []);
      if (images.state === 'wrong' && !this.#expected.toleratesImages) {
        return { kind: 'failed', revision, trouble: { ...images, diagnoses: [] } };
      }
      if (images.state === 'wrong') this.#teller.tellOnce(images.message);
      const least = Math.max(settleSeconds(view.workload), images.state === 'unsaid' ? unsaidSeconds : 0);
      // What is complete when its time is over was complete in time.
      if (this.#isOver() || settled >= least * 1000) {
        return this.#expected.isHeld?.(true) ? undefined : { kind: 'complete', revision };
      }
    } else {
      this.#completeSince = undefined;
      this.#expected.isHeld?.(false);
    }
    return this.#trouble(status, verdict, revision);
  }

  #judge(view: WorkloadView, revision: Revision | undefined): Verdict {
    const { kind } = this.#observation;
    const now = this.#run.clock.now();
    const own = revision ? kind.podsOf(view, revision) : [];
    const pods = revision ? [...own, ...this.#blocking(view, revision)] : [];
    const lost = lostPods(kind, view, revision);
    const isOld = ({ metadata }: V1Pod) =>
      now - new Date(metadata?.creationTimestamp ?? now).getTime() > youngSeconds * 1000;
    this.#podEvents.follow(worthAsking([...pods.filter(isOld), ...lost], mostObjects));
    const { before } = this.#expected;
    const scene: Scene = {
      pods: [...pods, ...lost],
      creator: revision && kind.creator(this.#withEvents(view), revision),
      everyPodCounts: kind.everyPodCounts,
      isMakingRoom: view.pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined),
      otherPods: view.pods.length - pods.length,
      available: revision?.available,
      events: this.#podEvents.facts(),
      timeout: this.#expected.timeout,
      workload: {
        object: this.#name,
        paused: kind.paused(view.workload),
        recreates: kind.recreates(view.workload),
        replicas: kind.replicas(view.workload),
        replicasBefore: before && kind.replicas(before),
        ending: view.pods.filter(
          (pod) => pod.metadata?.deletionTimestamp !== undefined && !own.includes(pod),
        ),
        now,
      },
    };
    const { failFast } = this.#run.inputs;
    const patience = this.#expected.isUndo && failFast === 'strict' ? 'patient' : failFast;
    const verdict = diagnose(scene, this.#sightings, now, patience);
    this.#takenAway.note(verdict, now);
    return verdict;
  }

  /** Pods of other revisions that are waited for; but not those that are to be deleted. */
  #blocking(view: WorkloadView, revision: Revision): V1Pod[] {
    const { kind } = this.#observation;
    const pods = kind.blocking(view, revision);
    const { broken } = this.#expected;
    if (pods.length === 0 || broken === undefined) return pods;
    const leaving = kind
      .revisions(view)
      .filter(({ template }) => broken.has(templateDigest(template)))
      .flatMap((each) => kind.podsOf(view, each));
    return pods.filter((pod) => !leaving.includes(pod));
  }

  #withEvents(view: WorkloadView): WorkloadView {
    if (!this.#observation.kind.refusesByEvent) return view;
    this.#workloadEvents.follow([view.workload]);
    return { ...view, events: [...this.#workloadEvents.facts().values()].flat() };
  }

  #trouble(status: RolloutStatus, verdict: Verdict, revision?: Revision): RolloutEnd | undefined {
    const isOver = this.#run.clock.now() >= this.#deadline;
    const trouble = troubleOf(
      status,
      this.#takenAway.among(verdict, this.#run.clock.now()),
      isOver ? this.#expected.timeout : undefined,
    );
    if (trouble) return { kind: 'failed', revision, trouble };
    return this.#expected.isUndo ? this.#pausedUndo(verdict, revision) : undefined;
  }

  #isOver(): boolean {
    return this.#run.clock.now() >= this.#deadline;
  }

  /** An undo of a paused workload is set, but nothing of it will be rolled out; so there is nothing to wait for. */
  #pausedUndo({ diagnoses }: Verdict, revision: Revision | undefined): RolloutEnd | undefined {
    const paused = diagnoses.find(({ reason }) => reason === 'paused');
    if (paused === undefined || this.#run.clock.now() - paused.since < pausedSeconds * 1000) return undefined;
    const message = `${this.#name} is paused: its template is back, but will be rolled out only once it is resumed.`;
    return { kind: 'failed', revision, trouble: { reason: 'paused', message, diagnoses } };
  }
}

const unseen: RolloutStatus = { state: 'unseen', message: 'the change has not been seen yet' };
const nothing: Verdict = { diagnoses: [], hopeless: false };

/** Pods that are to have the new revision; undefined where the kind does not know yet. */
function wantedPods(kind: WorkloadKind, workload: WorkloadObject): number | undefined {
  const replicas = kind.replicas(workload);
  return replicas === undefined ? undefined : replicas - kind.kept(workload);
}

/**
 * Whether the pods bear out what the workload's status says. Without a readiness probe a container counts as ready the
 * moment it runs, so that a status can be complete while its pods have crashed already.
 */
function isSound(pods: readonly V1Pod[], wanted: number | undefined, verdict: Verdict): boolean {
  return (
    verdict.diagnoses.every(({ about }) => about !== 'pod' && about !== 'creator') &&
    pods.filter(isReady).length >= (wanted ?? 1)
  );
}

/** Seconds to wait for ready pods to say which image they run; some nodes that are only simulated never do. */
const unsaidSeconds = 10;

/** Seconds for which a rollout must stay complete where nothing else tells that its containers work. */
const unprobedSeconds = 10;

/** How long a rollout must stay complete, in seconds: not at all where every container has a readiness probe. */
function settleSeconds({ spec }: WorkloadObject): number {
  const containers = spec?.template.spec?.containers ?? [];
  return containers.every(({ readinessProbe }) => readinessProbe !== undefined) ? 0 : unprobedSeconds;
}

function scaledToZero(name: string, revision: Revision | undefined): RolloutEnd {
  const message = `${name} was scaled to zero during the rollout${wayToZero(name)}, so nothing shows whether the new image works.`;
  return { kind: 'failed', revision, trouble: { reason: 'scaled-to-zero', message, diagnoses: [] } };
}

/** That no pod is to have the new image can have several reasons. */
function wayToZero(name: string): string {
  if (name.startsWith('daemonset/')) return ' (no node takes its pods any more)';
  return name.startsWith('statefulset/') ? ' (or its partition raised to all of its pods)' : '';
}

/** Why the rollout is to be given up now, or undefined. Pure. `overdue`: the timeout in seconds, once it is over. */
export function troubleOf(
  status: RolloutStatus,
  { diagnoses, hopeless }: Verdict,
  overdue: number | undefined,
): RolloutTrouble | undefined {
  // That it was scaled is worth a word, but keeps nothing from becoming ready.
  const worst = diagnoses.find(({ reason }) => reason !== 'scaled');
  const why = worst && `${sayObject(worst)}: ${worst.message}`;
  if (hopeless && worst)
    return { reason: worst.reason, message: `${why}. Waiting longer would not help.`, diagnoses };
  if (status.state === 'failed') {
    const message = `The cluster gave the rollout up: ${status.message.replace(/\.$/, '')}${why ? ` (${why})` : ''}.`;
    return { reason: worst?.reason ?? 'progress-deadline-exceeded', message, diagnoses };
  }
  if (overdue === undefined) return undefined;
  return {
    reason: worst?.reason ?? 'timeout',
    message: `Not rolled out within ${sayDuration(overdue)} (${status.message})${why ? `; ${why}` : ''}.`,
    diagnoses,
  };
}
