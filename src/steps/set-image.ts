import { adviceOn } from '../diagnosis/plain-reasons.ts';
import type { Intent } from '../intent.ts';
import type { Ending } from '../journal.ts';
import { marks } from '../kubernetes/marks.ts';
import type { WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { bearsImages } from '../kubernetes/workloads/patch.ts';
import { digestIn, templateDigest } from '../kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../run.ts';
import { applyPatch } from './apply-patch.ts';
import { conclude } from './conclude.ts';
import type { Plan } from './plan.ts';

/** The image is set: the workload as the server answered, and the intent with the template that it bears now. */
export interface SetImage {
  readonly workload: WorkloadObject;
  readonly intent: Intent;
}

/**
 * Sets the image, once the intent is written down. Answers how the step ends where it could not be set.
 *
 * @throws ConnectionError, ApiError: the patch may have taken effect, and the intent stays for post.
 */
export async function setImage(run: WorkloadRun, plan: Plan): Promise<SetImage | Ending> {
  const { journal, log, inputs } = run;
  const { observation, patch } = plan;
  for (const line of plan.about) log.line(line);
  const intent: Intent = { ...plan.intent, phase: 'setting-image' };
  await run.saveIntent(intent);
  journal.add({ type: 'setting-image' });
  const end = await applyPatch(
    run,
    observation.kind,
    run.workload.name,
    patch,
    intent.before,
    (workload) => isOurs(run, plan, workload),
    inputs.timeout,
  );
  if (end.kind === 'applied') {
    const digest = digestIn(end.workload);
    const known =
      intent.ours.at(-1) === digest
        ? intent
        : { ...intent, ours: [...intent.ours.filter((each) => each !== digest), digest] };
    if (known.ours.length !== intent.ours.length) await run.saveIntent(known);
    journal.add({ type: 'image-set' });
    return { workload: end.workload, intent: known };
  }
  await conclude(run, observation.kind, intent);
  if (end.kind === 'refused') {
    const message = `The API server refused the new image for ${sayWorkload(run.workload)}: ${end.error.message}`;
    return { result: 'refused', cause: { reason: 'patch-refused', message, diagnoses: [] }, next: [] };
  }
  if (end.kind === 'gone') {
    const message = `${sayWorkload(run.workload)} was deleted after it had been checked.`;
    return {
      result: 'superseded',
      cause: { reason: 'deleted', message, diagnoses: [] },
      next: adviceOn('deleted'),
    };
  }
  const author = lastChangeOf(end.workload, run.github.url);
  const message = `${sayWorkload(run.workload)} was changed by ${author} after it had been checked, so the image was not set.`;
  return {
    result: 'superseded',
    cause: { reason: 'changed-meanwhile', message, diagnoses: [] },
    next: ['Look at that change; if this deploy is still wanted, run it again.'],
  };
}

/** By its template; or, where an admission policy makes each answer different, by this run's mark and the images. */
function isOurs(run: WorkloadRun, { intent, changes }: Plan, workload: WorkloadObject): boolean {
  if (workload.spec === undefined) return false;
  if (intent.ours.includes(templateDigest(workload.spec.template))) return true;
  const { url } = run.github;
  return url !== '' && workload.metadata?.annotations?.[marks.run] === url && bearsImages(workload, changes);
}
