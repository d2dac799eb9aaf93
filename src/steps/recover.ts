import { adviceOn } from '../diagnosis/plain-reasons.ts';
import { messageOf } from '../errors.ts';
import type { Intent } from '../intent.ts';
import type { Cause, Ending } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, observeIfThere } from '../kubernetes/workloads/observe.ts';
import { imagesOf } from '../kubernetes/workloads/patch.ts';
import { sayCause } from '../report/cause.ts';
import type { WorkloadRun } from '../run.ts';
import { collect } from './collect.ts';
import { conclude } from './conclude.ts';
import { noteLeft, noteUndone } from './records.ts';
import type { Turn } from './turn.ts';
import { type UndoEnd, undo } from './undo.ts';
import { type Doubt, doubtUndo, movedByUndo } from './undo-doubt.ts';
import type { RolloutEnd } from './watch-rollout.ts';

/** Ends a deploy whose rollout did not succeed: finds the cause, undoes it (or leaves it, as asked for), and says so. */
export async function recover(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  end: Exclude<RolloutEnd, { kind: 'complete' }>,
  turn?: Turn,
): Promise<Ending> {
  const { journal, log, inputs } = run;
  if (end.kind === 'superseded') {
    await conclude(run, observation.kind, intent);
    return superseded(run, end);
  }
  const cause = await collect(run, end.trouble);
  journal.add({ type: 'rollout-failed', revision: end.revision?.number, cause });
  for (const line of sayCause(cause)) log.line(line);
  log.endGroup();
  if (inputs.onFailure === 'leave') {
    noteLeft(run, intent);
    await conclude(run, observation.kind, intent);
    return {
      result: 'left-failed',
      cause,
      next: [
        ...adviceOnCause(cause),
        "It is left as it is, as the input 'on-failure' asks for.",
        `To go back: ${undoCommand(run, intent)}`,
        // Whoever types it is to know as much as this step would say of its own undo.
        ...(intent.undoTo ? sayDoubts(doubtUndo(journal, observation, intent, intent.undoTo)) : []),
      ],
    };
  }
  if (end.trouble.reason !== 'watch-failed')
    return undoAndSay(run, observation, intent, cause, inputs.undoTimeout, turn);
  // What could not be watched any more is looked at anew.
  const fresh = await observeIfThere(run);
  try {
    return await undoAndSay(run, fresh, intent, cause, inputs.undoTimeout, turn);
  } finally {
    fresh.close();
  }
}

/**
 * Undoes what `intent` set and answers how the step ends, `cause` being why. `timeout` is in seconds.
 *
 * @throws the signal's reason, so that post can go on with it; nothing else: what goes wrong is told in the ending.
 */
export async function undoAndSay(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  cause: Cause,
  timeout: number,
  turn?: Turn,
): Promise<Ending> {
  const { journal, log, namespace } = run;
  const workload = sayWorkload(run.workload);
  const target = intent.undoTo;
  if (target === undefined) {
    noteLeft(run, intent);
    await conclude(run, observation.kind, intent);
    return {
      result: 'left-failed',
      cause,
      next: [
        'There is no healthy revision to go back to, so it is left as it is.',
        `See the history: kubectl -n ${namespace} rollout history ${workload}`,
      ],
    };
  }
  log.group(`Undo to revision ${target.number}`);
  await run.saveIntent({ ...intent, phase: 'undoing' });
  const doubts = doubtUndo(journal, observation, intent, target);
  for (const { message } of doubts) log.line(message);
  journal.add({
    type: 'undo-started',
    revision: target.number,
    ...(doubts.length > 0 && { doubts: doubts.map(({ message }) => message) }),
  });
  await turn?.mine;
  const end = await undoOrExplain(run, observation, intent, timeout, turn?.passOn);
  log.endGroup();
  // The journal first: whoever finds no intent reads there how it ended.
  if (end.kind === 'undone') {
    const { number, template } = end.revision;
    // The revision may be older than the one before.
    const images = imagesOf(template)
      .filter(([name]) => intent.changes.some(({ container }) => container === name))
      .map(([container, image]) => ({ container, image }));
    journal.add({ type: 'undone', revision: number, images });
    noteUndone(run, intent);
  }
  if (end.kind === 'failed') {
    journal.add({ type: 'undo-failed', cause: { ...end.trouble, diagnoses: [] } });
    if (!end.applied) noteLeft(run, intent);
  }
  await conclude(run, observation.kind, intent);
  if (end.kind === 'undone') {
    const moved = movedByUndo(journal, observation, intent);
    for (const line of moved) log.line(line);
    return { result: 'undone', cause, next: [...sayDoubts(doubts), ...moved, ...adviceOnCause(cause)] };
  }
  if (end.kind === 'superseded') return superseded(run, end, cause);
  const undoCause = await collect(run, end.trouble);
  journal.add({ type: 'undo-failed', cause: undoCause });
  for (const line of sayCause(undoCause)) log.line(line);
  return {
    result: 'undo-failed',
    cause,
    next: [
      `The undo failed too: ${undoCause.message}`,
      ...sayDoubts(doubts),
      `See where it stands: kubectl -n ${namespace} rollout status ${workload} --watch=false; kubectl -n ${namespace} get pods`,
      wayOut(run, intent, end),
    ],
  };
}

async function undoOrExplain(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  timeout: number,
  onSet?: () => void,
): Promise<UndoEnd> {
  let applied = false;
  try {
    return await undo(run, observation, intent, timeout, () => {
      applied = true;
      onSet?.();
    });
  } catch (error) {
    // Whatever the cluster answered, the reader must learn that the workload is not back where it was.
    run.signal.throwIfAborted();
    return {
      kind: 'failed',
      applied,
      trouble: { reason: 'undo-error', message: messageOf(error), diagnoses: [] },
    };
  }
}

function superseded(
  run: WorkloadRun,
  { reason, message }: { readonly reason: 'superseded' | 'deleted'; readonly message: string },
  earlier?: Cause,
): Ending {
  const status = `kubectl -n ${run.namespace} rollout status ${sayWorkload(run.workload)}`;
  return {
    result: 'superseded',
    cause: { reason, message, diagnoses: earlier?.diagnoses ?? [] },
    next: [...adviceOn(reason), ...(reason === 'deleted' ? [] : [`See where it stands: ${status}`])],
  };
}

/** What a person types to undo by hand. */
export function undoCommand({ namespace, workload }: WorkloadRun, { undoTo }: Intent): string {
  const command = `kubectl -n ${namespace} rollout undo ${sayWorkload(workload)}`;
  return undoTo ? `${command} --to-revision=${undoTo.number}` : command;
}

/** What helps where an undo has failed. */
function wayOut(
  run: WorkloadRun,
  intent: Intent,
  { trouble, applied }: UndoEnd & { kind: 'failed' },
): string {
  const workload = sayWorkload(run.workload);
  if (trouble.reason === 'revision-gone')
    return `Set the image that ran before by hand: ${setImageCommand(run)}`;
  if (trouble.reason === 'paused') return `Resume it: kubectl -n ${run.namespace} rollout resume ${workload}`;
  // The template is back; another undo would toggle.
  if (applied)
    return `The image before is set; wait for its pods: kubectl -n ${run.namespace} rollout status ${workload}`;
  return `Try the undo again: ${undoCommand(run, intent)}`;
}

function setImageCommand({ namespace, workload, journal }: WorkloadRun): string {
  const images = journal.last('planned')?.changes.map(({ container, from }) => `${container}=${from}`) ?? [];
  return `kubectl -n ${namespace} set image ${sayWorkload(workload)} ${images.join(' ')}`;
}

function sayDoubts(doubts: readonly Doubt[]): string[] {
  return doubts.flatMap(({ message, next }) => [message, next]);
}

function adviceOnCause({ reason, diagnoses }: Cause): string[] {
  return [...new Set([...diagnoses.map(({ next }) => next), ...adviceOn(reason)])];
}
