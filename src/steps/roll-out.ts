import type { Ending, Result } from '../journal.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';
import { restorePace } from './conclude.ts';
import { sayUnsaid } from './images.ts';
import type { LockedRun } from './lock.ts';
import type { Plan } from './plan.ts';
import { type Ends, prove, type Rollouts } from './prove.ts';
import { noteLeft, noteRolledOut } from './records.ts';
import { setImage } from './set-image.ts';
import { type Changed, recoverAll, takeBack, watchAll } from './side-by-side.ts';
import type { RolloutTrouble } from './watch-rollout.ts';
import { startWatching, tailSeconds } from './watch-users.ts';

/** A workload that is to be changed, and how. */
export interface Planned {
  readonly run: LockedRun;
  readonly plan: Plan;
}

/**
 * Sets all that is planned, watches the rollouts, and proves them; where one fails, all go back. What users see is
 * watched meanwhile, where that is asked for.
 *
 * @param done how it ends where all went well.
 */
export async function rollOut(
  run: Run,
  done: Result,
  plans: readonly Planned[],
  proof: Omit<Rollouts, 'changed' | 'users'>,
): Promise<Ending> {
  const { watch, timeout } = run.inputs;
  if (watch === undefined) return rollOutWatched(run, done, plans, proof);
  // It ends with the locks too.
  const signal = AbortSignal.any(plans.map((each) => each.run.signal));
  const users = await startWatching({ ...run, signal }, watch);
  try {
    users.phase('during', timeout);
    return await rollOutWatched(run, done, plans, { ...proof, users });
  } finally {
    await users.stop();
  }
}

async function rollOutWatched(
  run: Run,
  done: Result,
  plans: readonly Planned[],
  proof: Omit<Rollouts, 'changed'>,
): Promise<Ending> {
  const changed: Changed[] = [];
  for (const { run: each, plan } of plans) {
    const set = await setImage(each, plan);
    if ('result' in set) return takeBack(changed, each, set);
    changed.push({ run: each, plan, set });
  }
  run.log.group(`Rollout of ${plans.map((each) => sayWorkload(each.run.workload)).join(', ')}`);
  const { users } = proof;
  const rolledOut = await watchAll(changed, () => users?.exceeded());
  const isWell = (ends: Ends) => ends.every((end) => end?.kind === 'complete');
  if (isWell(rolledOut)) users?.phase('after', longestProof(run));
  const proved = [...(await prove(run, { ...proof, changed }, rolledOut))];
  const trouble = isWell(proved)
    ? await users?.after(Math.max(0, tailSeconds - run.inputs.verification.bakeTime))
    : undefined;
  // Which of the workloads hurts them, users cannot tell; all go back.
  const ends = trouble ? withTrouble(proved, trouble) : proved;
  if (!isWell(ends)) {
    if (run.inputs.onFailure === 'undo') users?.phase('undo', run.inputs.undoTimeout);
    return recoverAll(changed, ends);
  }

  const still = users?.stillFailing();
  for (const [index, { run: each, plan }] of changed.entries()) {
    const end = ends[index];
    if (end?.kind !== 'complete') continue;
    if (still) noteLeft(each, plan.intent);
    else noteRolledOut(each, plan.intent, templateDigest(end.revision.template));
    each.journal.add({ type: 'rolled-out', revision: end.revision.number });
  }
  // All of them are done with, or none: until the last one is healthy, the first may have to go back too.
  run.journal.add({ type: 'kept' });
  for (const { run: each, plan, set } of changed) await restorePace(each, plan.observation.kind, set.intent);
  for (const { run: each } of changed) await each.saveIntent(undefined);
  if (still) return { result: 'left-failed', cause: { ...still, diagnoses: [] }, next: [noHelp] };
  const unsaid = changed.flatMap(({ run: each, plan }) => sayUnsaid(each, plan.observation, plan.changes));
  return { result: done, next: [...unsaid, ...(users?.unseen() ?? [])] };
}

const noHelp =
  'It is left as it is: users saw as many errors of what ran before. Look for what else is wrong, or name another target.';

/** Seconds that everything after the rollout may take. */
function longestProof({ inputs }: Run): number {
  const { job, command, timeout, bakeTime } = inputs.verification;
  return (job ? timeout : 0) + (command === '' ? 0 : timeout) + bakeTime + tailSeconds;
}

function withTrouble(ends: Ends, trouble: RolloutTrouble): Ends {
  const [first, ...others] = ends;
  const revision = first?.kind === 'complete' ? first.revision : undefined;
  return [{ kind: 'failed', revision, trouble }, ...others];
}
