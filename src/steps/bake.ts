import { diagnose, isReady, Sightings, type Verdict, worthAsking } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { Dips } from '../diagnosis/dip.ts';
import { sayDuration } from '../duration.ts';
import { mostObjects, ObjectEvents } from '../kubernetes/events.ts';
import { resources } from '../kubernetes/resources.ts';
import { judgeImages, type WantedContainer } from '../kubernetes/workloads/digests.ts';
import type { Revision, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, slim } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import { readIfThere } from './apply-patch.ts';
import { lostPods, presentPods } from './look.ts';
import type { RolloutEnd, RolloutTrouble } from './watch-rollout.ts';

/** A workload whose rollout is complete, and is to stay so. */
export interface Baked {
  readonly observation: Observation;
  /** The containers whose image was set: pods that have come since must run the same one. */
  readonly images: readonly WantedContainer[];
  /** Digests of the template that must stay in place. */
  readonly ours: ReadonlySet<string>;
  /** Seconds, beyond the time asked for, in which pods that were taken away may be replaced. */
  readonly patience: number;
}

/** Seconds after which a line says how it goes. */
const newsSeconds = 60;

/** Pods of which the log is shown where something else has found them wanting. */
const mostPods = 2;

/** Watches over the pods of a rollout from the moment that it is complete. */
export class Vigil {
  readonly #run: WorkloadRun;
  readonly #baked: Baked;
  readonly #name: string;
  readonly #sightings = new Sightings();
  readonly #dips: Dips;
  /** How many pods were ready when the rollout was complete. */
  readonly #readyBefore: number;

  constructor(run: WorkloadRun, baked: Baked) {
    this.#run = run;
    this.#baked = baked;
    this.#name = sayWorkload(run.workload);
    const pods = this.#pods(baked.observation.view());
    this.#dips = new Dips(this.#podsAndLost(baked.observation.view()));
    this.#readyBefore = pods.filter(isReady).length;
  }

  /**
   * Watches for `seconds`, or until `until` aborts. It ends `complete` only once as many pods are ready as were at
   * the beginning, or as are wanted by now.
   *
   * @throws the signal's reason; ApiError where the server refuses to go on showing the workload; ConnectionError where
   *   it does not answer when the time is over.
   */
  async keep(seconds: number, until: AbortSignal): Promise<RolloutEnd> {
    const { clock, client, namespace, log } = this.#run;
    const { observation, patience } = this.#baked;
    const began = clock.now();
    const watching = new AbortController();
    const signal = AbortSignal.any([until, this.#run.signal]);
    const podEvents = new ObjectEvents(
      client,
      namespace,
      AbortSignal.any([signal, watching.signal]),
      () => {},
    );
    let toldAt = began;
    try {
      for (;;) {
        signal.throwIfAborted();
        const seen = observation.changes;
        const end = this.#look(observation.view(), podEvents);
        if (end.kind !== 'complete') return end;
        const elapsed = (clock.now() - began) / 1000;
        const { ready, isEnough } = this.#availability(observation.view());
        if (elapsed >= seconds && isEnough) {
          const view = await this.#fresh(signal);
          const last = this.#look(view, podEvents);
          if (last.kind !== 'complete') return last;
          if (this.#availability(view).isEnough) return this.#withOneImage(last, view);
        }
        if (elapsed >= seconds + patience) return this.#unavailable(end.revision, podEvents);
        if (Number.isFinite(seconds) && clock.now() - toldAt >= newsSeconds * 1000) {
          toldAt = clock.now();
          log.line(
            `${sayDuration(elapsed)} of ${sayDuration(seconds)}: ${ready} ready, nothing has restarted`,
          );
        }
        const left = elapsed < seconds ? seconds - elapsed : 1;
        await observation.changed(seen, Math.min(1, left));
      }
    } finally {
      watching.abort();
    }
  }

  /** `trouble` with some of the pods: what they wrote last is part of why they were found wanting. */
  withPods(trouble: RolloutTrouble): RolloutTrouble {
    const [first] = trouble.diagnoses;
    if (first === undefined) return trouble;
    const container = this.#baked.images[0]?.container;
    const pods = this.#pods(this.#baked.observation.view()).filter(isReady).slice(0, mostPods);
    const diagnoses = pods.map(
      ({ metadata }): Diagnosis => ({
        reason: first.reason,
        about: 'pod',
        object: `pod/${metadata?.name}`,
        others: [],
        count: 1,
        container,
        message: 'it is ready',
        said: '',
        next: first.next,
        since: first.since,
        hopeless: false,
        hasLog: true,
      }),
    );
    return { ...trouble, diagnoses: [...trouble.diagnoses, ...diagnoses] };
  }

  /** The watch may have been blind for a while; before its word is taken, the server is asked once more. */
  async #fresh(signal: AbortSignal): Promise<WorkloadView | undefined> {
    const { client, namespace, workload } = this.#run;
    const { observation, patience } = this.#baked;
    const view = observation.view();
    if (view === undefined) return undefined;
    const { kind } = observation;
    const labelSelector = kind.selector(view.workload);
    const [now, pods] = await Promise.all([
      readIfThere({ ...this.#run, signal }, kind, workload.name, patience),
      client.list(resources.pods, { namespace, labelSelector }, { signal, patience }),
    ]);
    if (now?.metadata?.uid !== view.workload.metadata?.uid) return undefined;
    return now && { ...view, workload: now, pods: pods.items.map(slim) };
  }

  /** A tag may have moved since, so that a pod which was replaced, or added, runs something else. */
  #withOneImage(end: RolloutEnd & { kind: 'complete' }, view: WorkloadView | undefined): RolloutEnd {
    const { observation, images } = this.#baked;
    const verdict = judgeImages(view ? presentPods(observation.kind, view) : [], images);
    if (verdict.state !== 'wrong') return end;
    return { kind: 'failed', revision: end.revision, trouble: { ...verdict, diagnoses: [] } };
  }

  /** What is to be seen in `view`: `complete` where nothing has gone wrong. */
  #look(view: WorkloadView | undefined, podEvents: ObjectEvents): RolloutEnd {
    const { observation, ours } = this.#baked;
    if (view === undefined) {
      const message = `${this.#name} was deleted after its rollout was complete.`;
      return { kind: 'superseded', reason: 'deleted', message };
    }
    const revision = observation.kind.current(view);
    if (!view.workload.spec || !ours.has(templateDigest(view.workload.spec.template)) || !revision) {
      const author = lastChangeOf(view.workload, this.#run.github.url);
      const message = `${this.#name} was changed by ${author} after its rollout was complete.`;
      return { kind: 'superseded', reason: 'superseded', message };
    }
    const pods = this.#podsAndLost(view);
    podEvents.follow(worthAsking(pods, mostObjects));
    const verdict = this.#verdict(view, podEvents);
    const dip = this.#dips.look(pods, verdict, this.#run.clock.now());
    if (dip === undefined) return { kind: 'complete', revision };
    const { reason, message, diagnosis } = dip;
    return { kind: 'failed', revision, trouble: { reason, message, diagnoses: [diagnosis] } };
  }

  #verdict(view: WorkloadView, podEvents: ObjectEvents): Verdict {
    const { kind } = this.#baked.observation;
    const revision = kind.current(view);
    const scene = {
      pods: this.#podsAndLost(view),
      creator: revision && kind.creator(view, revision),
      events: podEvents.facts(),
    };
    return diagnose(scene, this.#sightings, this.#run.clock.now(), this.#run.inputs.failFast);
  }

  /** Pods that were taken away have not come back: whatever took them, the rollout is not what it was. */
  #unavailable(revision: Revision, podEvents: ObjectEvents): RolloutEnd {
    const view = this.#baked.observation.view();
    const diagnoses = view ? this.#verdict(view, podEvents).diagnoses : [];
    const { ready } = this.#availability(view);
    const message = `After the rollout was complete, pods were taken away and not replaced in time: ${ready} of ${this.#readyBefore} are ready.`;
    return {
      kind: 'failed',
      revision,
      trouble: { reason: 'unavailable-after-rollout', message, diagnoses },
    };
  }

  #availability(view: WorkloadView | undefined): { readonly ready: number; readonly isEnough: boolean } {
    const { observation } = this.#baked;
    const ready = this.#pods(view).filter(isReady).length;
    const wanted = view && observation.kind.replicas(view.workload);
    const isEnough =
      // What wants a pod on each node may have lost a node, and a pod with it.
      wanted === undefined && view !== undefined
        ? observation.kind.status(view).state === 'complete'
        : ready >= Math.min(this.#readyBefore, wanted ?? 0);
    return { ready, isEnough };
  }

  /** Those that are there, and those that ended and were removed lately. */
  #podsAndLost(view: WorkloadView | undefined) {
    const { kind } = this.#baked.observation;
    return [...this.#pods(view), ...(view ? lostPods(kind, view, kind.current(view)) : [])];
  }

  #pods(view: WorkloadView | undefined) {
    const { kind } = this.#baked.observation;
    const revision = view && kind.current(view);
    return view && revision ? kind.podsOf(view, revision) : [];
  }
}
