import { messageOf } from '../errors.ts';
import { type Intent, templateSet } from '../intent.ts';
import { wantedImages } from '../kubernetes/workloads/digests.ts';
import type { WorkloadView } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import { conclude } from './conclude.ts';
import { awaitLook } from './look.ts';
import { noteLeft, noteRolledOut, noteUndone } from './records.ts';
import { undo } from './undo.ts';
import { watchRollout } from './watch-rollout.ts';

/**
 * Brings to rest what a run before this one had begun and, its runner being lost, could not finish: what it set is
 * undone, unless it has become healthy in the meantime. Afterwards preflight judges the workload as it is.
 *
 * @returns what was done, in a sentence; '' where nothing was to be done.
 * @throws the signal's reason.
 */
export async function finishLeft(run: WorkloadRun, observation: Observation, left: Intent): Promise<string> {
  const { log, journal } = run;
  if (left.phase === 'migrating') {
    await run.saveIntent(undefined);
    return '';
  }
  // From here on it is this run's to finish, and its post's.
  await run.saveIntent(left);
  log.line(
    `An earlier run (${left.by}) was lost while it changed ${sayWorkload(run.workload)}; finishing that first.`,
  );
  const { message, isKept = false } = await finish(run, observation, left);
  log.line(message);
  journal.add({
    type: 'resumed',
    message: `An earlier run (${left.by}) was lost half-way. ${message}`,
    ...(isKept && left.isRollback && { rolledBackTo: templateSet(left) }),
  });
  const generation = await conclude(run, observation.kind, left);
  await seen(run, observation, generation);
  return message;
}

/** Seconds for the controller and the watch to show a change that has just been made. */
const seenSeconds = 10;

/** Waits until the observation shows the generation, so that what is judged next is not what was before. */
async function seen(run: WorkloadRun, observation: Observation, generation: number): Promise<void> {
  if (generation === 0) return;
  const isSeen = (view: WorkloadView | undefined) =>
    view === undefined ||
    ((view.workload.metadata?.generation ?? 0) >= generation &&
      observation.kind.status(view).state !== 'unseen');
  await awaitLook(run, observation, seenSeconds, isSeen);
}

/** What was done with it, in a sentence, and whether what it had set stays. */
interface Finished {
  readonly message: string;
  readonly isKept?: boolean;
}

async function finish(run: WorkloadRun, observation: Observation, left: Intent): Promise<Finished> {
  const view = observation.view();
  const template = view?.workload.spec?.template;
  if (view === undefined || template === undefined || view.workload.metadata?.uid !== left.uid) {
    return { message: 'The workload that it changed is gone; nothing is to be done.' };
  }
  const isOurs = left.ours.includes(templateDigest(template));
  if (!isOurs && left.phase === 'setting-image')
    return { message: 'What it meant to set does not run; nothing is to be done.' };
  if (isOurs && left.phase === 'setting-image' && (await isHealthy(run, observation, left))) {
    noteRolledOut(run, left);
    return { message: 'What it had set has become healthy, and is kept.', isKept: true };
  }
  if (left.undoTo === undefined) {
    noteLeft(run, left);
    const message = 'No revision was healthy before it, so there is nothing to go back to.';
    return { message, isKept: isOurs };
  }
  try {
    const end = await undo(run, observation, left, run.inputs.undoTimeout);
    if (end.kind === 'undone') noteUndone(run, left);
    if (end.kind === 'undone')
      return { message: `Undone to revision ${left.undoTo.number}, which is healthy.` };
    if (end.kind === 'superseded') return { message: end.message };
    return { message: `It could not be undone: ${end.trouble.message}` };
  } catch (error) {
    run.signal.throwIfAborted();
    return { message: `It could not be undone: ${messageOf(error)}` };
  }
}

/** Seconds for a rollout that nobody watches any more to show that it has been complete all the time. */
const healthySeconds = 15;

/** Whether what `left` set is rolled out and stays so; not only by the workload's status, but by its pods. */
export async function isHealthy(run: WorkloadRun, observation: Observation, left: Intent): Promise<boolean> {
  const view = observation.view();
  if (view === undefined || observation.kind.status(view).state !== 'complete') return false;
  const ours = new Set(left.ours);
  const expected = {
    ours,
    before: undefined,
    generation: 0,
    timeout: healthySeconds,
    isUndo: false,
    images: wantedImages(left.changes),
    toleratesImages: left.isRollback ?? false,
  };
  return (await watchRollout(run, observation, expected)).kind === 'complete';
}
