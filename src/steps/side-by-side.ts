import { type PartEnding, worstOf } from '../ending-of-parts.ts';
import { messageOf } from '../errors.ts';
import { brokenTemplates, templateSet } from '../intent.ts';
import type { Ending } from '../journal.ts';
import { wantedImages } from '../kubernetes/workloads/digests.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { WorkloadRun } from '../run.ts';
import type { LockedRun } from './lock.ts';
import type { Plan } from './plan.ts';
import { recover } from './recover.ts';
import type { SetImage } from './set-image.ts';
import { standardsOf } from './standards.ts';
import { lastFirst } from './turn.ts';
import { type RolloutEnd, type RolloutTrouble, watchRollout } from './watch-rollout.ts';

/** A workload that this run has changed. */
export interface Changed {
  readonly run: LockedRun;
  readonly plan: Plan;
  readonly set: SetImage;
}

/**
 * Watches the rollouts of all workloads side by side, until all are complete at one time or one has failed.
 *
 * @param alsoWrong what else may be wrong, of all of them together; the first one fails by it.
 * @returns each one's end, in the same order; undefined where it was still under way when another failed.
 */
export async function watchAll(
  changed: readonly Changed[],
  alsoWrong: () => RolloutTrouble | undefined,
): Promise<(RolloutEnd | undefined)[]> {
  const failed = new AbortController();
  const complete = new Set<Changed>();
  return Promise.all(
    changed.map(async (each) => {
      const isHeld = (isComplete: boolean): boolean => {
        if (isComplete) complete.add(each);
        else complete.delete(each);
        return complete.size < changed.length;
      };
      const signal = AbortSignal.any([each.run.signal, failed.signal]);
      try {
        const wrong = each === changed[0] ? alsoWrong : () => undefined;
        const end = await watch({ ...each.run, signal }, each, isHeld, wrong);
        if (end.kind !== 'complete') failed.abort();
        return end;
      } catch (error) {
        each.run.signal.throwIfAborted();
        if (failed.signal.aborted) return undefined;
        throw error;
      }
    }),
  );
}

async function watch(
  run: WorkloadRun,
  { plan, set }: Changed,
  isHeld: (isComplete: boolean) => boolean,
  alsoWrong: () => RolloutTrouble | undefined,
): Promise<RolloutEnd> {
  try {
    return await watchRollout(run, plan.observation, {
      ours: new Set(set.intent.ours),
      before: plan.before,
      generation: set.workload.metadata?.generation ?? 0,
      timeout: run.inputs.timeout,
      broken: brokenTemplates(set.intent, set.intent.ours, false),
      isUndo: false,
      images: wantedImages(plan.changes),
      toleratesImages: !standardsOf(run.inputs).images,
      isHeld,
      alsoWrong,
    });
  } catch (error) {
    run.signal.throwIfAborted();
    // Unwatched is not healthy: better undone than green.
    const message = `The rollout could not be watched to its end: ${messageOf(error)}`;
    return {
      kind: 'failed',
      revision: undefined,
      trouble: { reason: 'watch-failed', message, diagnoses: [] },
    };
  }
}

/**
 * Ends a step of which one workload's rollout failed: all that it changed goes back, the last one first. One waits for
 * the other only until its template is back; their pods start side by side.
 *
 * @param ends how each rollout ended; undefined where it was not over.
 */
export async function recoverAll(
  changed: readonly Changed[],
  ends: readonly (RolloutEnd | undefined)[],
): Promise<Ending> {
  const culprit = changed[ends.findIndex((end) => end !== undefined && end.kind !== 'complete')];
  const name = culprit ? sayWorkload(culprit.run.workload) : '';
  return worstOf(await backwards(changed, ends, `${name}, which is deployed with it, failed.`));
}

/** Undoes what was set already, since the change of the next workload was not taken. `ending` is that one's. */
export async function takeBack(
  changed: readonly Changed[],
  run: WorkloadRun,
  ending: Ending,
): Promise<Ending> {
  const workload = sayWorkload(run.workload);
  const message = `${workload}, which is deployed with it, could not be changed.`;
  if (isOfSeveral(run)) run.journal.add({ type: 'workload-ended', result: ending.result });
  return worstOf([{ workload, ending, isCulprit: true }, ...(await backwards(changed, [], message))]);
}

/** With one workload, the step's own end says it all. */
function isOfSeveral({ inputs }: WorkloadRun): boolean {
  return inputs.workloads.length > 1;
}

async function backwards(
  changed: readonly Changed[],
  ends: readonly (RolloutEnd | undefined)[],
  why: string,
): Promise<PartEnding[]> {
  return lastFirst(changed, async ({ run, plan, set }, turn, index) => {
    const end = failureOf(ends[index], why);
    if (end === ends[index] && end.kind === 'failed')
      run.record({ what: 'failed', template: templateSet(set.intent) });
    const ending = await recover(run, plan.observation, set.intent, end, turn);
    if (isOfSeveral(run)) run.journal.add({ type: 'workload-ended', result: ending.result });
    return { workload: sayWorkload(run.workload), ending, isCulprit: end === ends[index] };
  });
}

function failureOf(end: RolloutEnd | undefined, why: string): Exclude<RolloutEnd, { kind: 'complete' }> {
  if (end !== undefined && end.kind !== 'complete') return end;
  const trouble = { reason: 'another-failed', message: why, diagnoses: [] };
  return { kind: 'failed', revision: end?.revision, trouble };
}
