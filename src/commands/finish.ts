import { endingOfError } from '../ending-of-error.ts';
import { type PartEnding, worstOf } from '../ending-of-parts.ts';
import type { Intent } from '../intent.ts';
import { type Cause, doneResult, type Ending } from '../journal.ts';
import type { WorkloadView } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, observeIfThere } from '../kubernetes/workloads/observe.ts';
import { digestIn, templateDigest } from '../kubernetes/workloads/template.ts';
import { nameOf, type WorkloadRun } from '../run.ts';
import { conclude } from '../steps/conclude.ts';
import { finishLeft, isHealthy } from '../steps/finish-left.ts';
import { underLock } from '../steps/lock.ts';
import { awaitLook, healthOf } from '../steps/look.ts';
import { noteLeft, noteRolledOut, settleMigration } from '../steps/records.ts';
import { undoAndSay, undoCommand } from '../steps/recover.ts';
import { lastFirst, type Turn } from '../steps/turn.ts';

/** Seconds for post's undo: it has 5 minutes of a cancelled job, other steps' posts among them, and must report too. */
const longestUndo = 200;

/** Gives up the locks of a main that left nothing to finish; if that fails, they expire. */
export async function giveUpLocks(runs: readonly WorkloadRun[]): Promise<void> {
  const settled = await Promise.allSettled(runs.map(giveUpLock));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

async function giveUpLock(run: WorkloadRun): Promise<void> {
  await underLock(run, 0, async (locked) => {
    const { left } = locked;
    // What another run left stays noted for whoever comes next.
    if (left !== undefined && left.by !== nameOf(run)) return { result: 'cancelled', next: [] };
    if (left !== undefined) settleMigration(locked, left);
    await locked.saveIntent(undefined);
    return { result: 'cancelled', next: [] };
  });
}

/** Finishes what main did not, the last workload that it changed first, and gives up the locks of the others. */
export async function finishAll(runs: readonly WorkloadRun[], intents: readonly Intent[]): Promise<Ending> {
  const endings = await lastFirst(runs, async (run, turn): Promise<PartEnding[]> => {
    const workload = sayWorkload(run.workload);
    const intent = intents.find((each) => sayWorkload(each.workload) === workload);
    if (intent === undefined || intent.phase === 'migrating') {
      turn.passOn();
      await giveUpLock(run).catch(() => {});
      // How main had ended it.
      const ended = run.journal.last('workload-ended');
      return ended ? [{ workload, ending: { result: ended.result, next: [] } }] : [];
    }
    const ending = await finish(run, intent, turn).catch((error: unknown) => unfinished(run, intent, error));
    if (runs.length > 1) run.journal.add({ type: 'workload-ended', result: ending.result });
    return [{ workload, ending }];
  });
  return worstOf(endings.flat());
}

function unfinished(run: WorkloadRun, intent: Intent, error: unknown): Ending {
  const { cause, next } = endingOfError(error, run.journal).ending;
  const isOwn = intent.by === nameOf(run) && intent.phase === 'setting-image';
  if (isOwn && run.journal.last('setting-image') === undefined) {
    const ended = run.journal.last('ended')?.ending;
    return {
      result: ended?.result ?? 'cancelled',
      cause: ended?.cause ?? cause,
      next: ['The image was not set: main had not come to that.', ...next],
    };
  }
  const status = `kubectl -n ${run.namespace} rollout status ${sayWorkload(run.workload)} --watch=false`;
  return { result: 'undo-failed', cause, next: [...next, `See where it stands: ${status}`] };
}

/** Finishes a deploy that main did not: from what its intent says and the cluster shows. Answers how it ended. */
export async function finish(run: WorkloadRun, intent: Intent, turn?: Turn): Promise<Ending> {
  const { journal, log, server } = run;
  const workload = sayWorkload(intent.workload);
  const told = journal.last('interrupted') === undefined ? journal.last('ended')?.ending.cause : undefined;
  const cause: Cause = told ?? {
    reason: 'interrupted',
    message: `The step was interrupted while it ${doingOf(run, intent)} ${workload}.`,
    diagnoses: [],
  };
  log.line(cause.message);
  if (server !== intent.server) {
    const message = `${cause.message} The kubeconfig now leads to ${server}, and not to ${intent.server}, where ${workload} was changed.`;
    return {
      result: 'undo-failed',
      cause: { ...cause, message },
      next: [`By hand, there: ${undoCommand(run, intent)}`],
    };
  }
  const observation = await observeIfThere(run);
  try {
    const ending = await underLock(run, 0, async (locked) => {
      // Where another run has come in between, it knows what ran since.
      if (locked.left?.by === nameOf(run)) settleMigration(locked, intent);
      return finishLocked(locked, observation, intent, cause, turn);
    });
    if (ending.result !== 'locked') return ending;
    // It found our intent in the Lease.
    const message = `${cause.message} Another run has the lock by now, and finishes what this one left.`;
    return { result: 'superseded', cause: { ...cause, message }, next: ending.next };
  } finally {
    observation.close();
  }
}

function doingOf({ journal }: WorkloadRun, { phase }: Intent): string {
  if (phase === 'undoing') return 'undid the rollout of';
  return journal.last('proof-started') ? 'verified the rollout of' : 'rolled out';
}

async function finishLocked(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  cause: Cause,
  turn?: Turn,
): Promise<Ending> {
  const { inputs, journal } = run;
  const mayComeYet = journal.last('setting-image') !== undefined && journal.last('image-set') === undefined;
  if (mayComeYet && intent.phase === 'setting-image')
    await awaitLook(run, observation, onTheWaySeconds, (view) => isChanged(view, intent));
  const view = observation.view();
  if (view === undefined || view.workload.metadata?.uid !== intent.uid) {
    const message = `${sayWorkload(intent.workload)} is gone, or another of its name has taken its place.`;
    return { result: 'superseded', cause: { ...cause, message }, next: ['Nothing was undone.'] };
  }
  if (intent.by !== nameOf(run)) {
    // Main was finishing an earlier run's work, and had not begun its own.
    const message = await finishLeft(run, observation, intent);
    return { result: 'cancelled', cause, next: [message] };
  }
  const digest = digestIn(view.workload);
  if (journal.last('kept') !== undefined && intent.ours.includes(digest)) {
    noteRolledOut(run, intent);
    await conclude(run, observation.kind, intent);
    return { result: doneResult(journal), next: ['It was healthy already when main was interrupted.'] };
  }
  const wasSet = journal.last('image-set') !== undefined;
  if (
    !wasSet &&
    intent.phase === 'setting-image' &&
    digest === intent.before &&
    !intent.ours.includes(digest)
  ) {
    await conclude(run, observation.kind, intent);
    return {
      result: 'cancelled',
      cause,
      next: ['The image was not set: the workload runs what it ran before.'],
    };
  }
  // Main that failed by itself is a failure; one that was told to end, or killed, is a cancel.
  const wasCancelled = journal.last('interrupted') !== undefined || journal.last('ended') === undefined;
  const policy = wasCancelled ? inputs.onCancel : inputs.onFailure;
  if (intent.phase === 'setting-image' && policy === 'leave' && intent.ours.includes(digest)) {
    return leave(run, observation, intent, cause, wasCancelled ? 'on-cancel' : 'on-failure');
  }
  return undoAndSay(run, observation, intent, cause, Math.min(inputs.undoTimeout, longestUndo), turn);
}

/** Seconds in which a patch that main had sent when it was ended may still take effect. */
const onTheWaySeconds = 5;

/** Whether the workload bears anything but what it bore before the intent. */
function isChanged(view: WorkloadView | undefined, { before }: Intent): boolean {
  const template = view?.workload.spec?.template;
  return template === undefined || templateDigest(template) !== before;
}

async function leave(
  run: WorkloadRun,
  observation: Observation,
  intent: Intent,
  cause: Cause,
  input: string,
): Promise<Ending> {
  const view = observation.view();
  const health = view && healthOf(observation.kind, view, run.clock.now(), run.history());
  const workload = sayWorkload(run.workload);
  const isWell = await isHealthy(run, observation, intent);
  if (!isWell) noteLeft(run, intent);
  await conclude(run, observation.kind, intent);
  if (isWell && health?.current) {
    noteRolledOut(run, intent);
    run.journal.add({ type: 'rolled-out', revision: health.current.number });
    const proof = run.journal.last('proof-started') ? ' It was not verified to the end.' : '';
    const next = [`Main did not see it to its end, but the rollout has ended well.${proof}`];
    return { result: doneResult(run.journal), next };
  }
  return {
    result: 'left-failed',
    cause: { ...cause, message: `${cause.message} It stood at: ${health?.status.message ?? 'unknown'}.` },
    next: [
      `It is left as it is, as the input '${input}' asks for.`,
      `See how it goes on: kubectl -n ${run.namespace} rollout status ${workload}`,
      `To go back: ${undoCommand(run, intent)}`,
    ],
  };
}
