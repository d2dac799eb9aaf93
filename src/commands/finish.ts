import { ApiError } from '../errors.ts';
import type { Intent } from '../intent.ts';
import type { Cause, Ending } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { type Observation, observe } from '../kubernetes/workloads/observe.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';
import { undoAndSay, undoCommand } from '../steps/recover.ts';

/** Post has 5 minutes of a cancelled job, other steps' posts among them; the undo gets what leaves room to report. */
const longestUndo = 220;

/** Finishes an interrupted deploy from what its intent says and the cluster shows. Answers how it ended. */
export async function finish(run: Run, intent: Intent): Promise<Ending> {
  const { inputs, log } = run;
  const workload = sayWorkload(intent.workload);
  const cause: Cause = {
    reason: 'interrupted',
    message: `The step was interrupted while ${intent.phase === 'undoing' ? 'it undid' : 'it rolled out'} ${workload}.`,
    diagnoses: [],
  };
  log.line(cause.message);
  const observation = await observeIfThere(run);
  try {
    const view = observation?.view();
    if (observation === undefined || view === undefined || view.workload.metadata?.uid !== intent.uid) {
      const message = `${workload} is gone, or another of its name has taken its place.`;
      return { result: 'superseded', cause: { ...cause, message }, next: ['Nothing was undone.'] };
    }
    const digest = view.workload.spec && templateDigest(view.workload.spec.template);
    const runsOurs = digest !== undefined && intent.ours.includes(digest);
    if (runsOurs && intent.phase === 'setting-image' && inputs.onCancel === 'leave') {
      return leave(run, observation, intent, cause);
    }
    return await undoAndSay(run, observation, intent, cause, Math.min(inputs.undoTimeout, longestUndo));
  } finally {
    observation?.close();
  }
}

function leave(run: Run, observation: Observation, intent: Intent, cause: Cause): Ending {
  const view = observation.view();
  const status = view && observation.kind.status(view);
  const revision = view && observation.kind.current(view)?.number;
  const workload = sayWorkload(run.inputs.workload);
  if (status?.state === 'complete' && revision !== undefined) {
    run.journal.add({ type: 'rolled-out', revision });
    return { result: 'deployed', next: ['Main was interrupted, but the rollout had ended well.'] };
  }
  return {
    result: 'left-failed',
    cause: { ...cause, message: `${cause.message} It stood at: ${status?.message ?? 'unknown'}.` },
    next: [
      "It is left as it is, as the input 'on-cancel' asks for.",
      `See how it goes on: kubectl -n ${run.namespace} rollout status ${workload}`,
      `To go back: ${undoCommand(run, intent)}`,
    ],
  };
}

async function observeIfThere(run: Run): Promise<Observation | undefined> {
  try {
    return await observe(run.client, run.inputs.workload, run.namespace, run.clock, run.signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
