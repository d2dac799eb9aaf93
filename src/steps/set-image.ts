import { ApiError } from '../errors.ts';
import type { Intent } from '../intent.ts';
import type { Ending } from '../journal.ts';
import type { WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { lastChangeOf } from '../kubernetes/workloads/last-change.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Run } from '../run.ts';
import { applyPatch, type PatchEnd } from './apply-patch.ts';
import type { Plan } from './plan.ts';

/** The image is set: the workload as the server answered, and the intent with the template that it bears now. */
export interface SetImage {
  readonly workload: WorkloadObject;
  readonly intent: Intent;
}

/**
 * Sets the image, once the intent is written down. Answers how the step ends where it could not be set.
 *
 * @throws ConnectionError, ApiError of 5xx: the patch may have taken effect, and the intent stays for post.
 */
export async function setImage(run: Run, plan: Plan): Promise<SetImage | Ending> {
  const { journal, log } = run;
  for (const { container, from, to } of plan.changes)
    log.line(`Setting image of container ${container}: ${from} → ${to}`);
  const intent: Intent = { ...plan.intent, phase: 'setting-image' };
  run.saveIntent(intent);
  journal.add({ type: 'setting-image' });
  const end = await patchOrExplain(run, plan, intent);
  if ('result' in end) return end;
  if (!end.applied) {
    run.saveIntent(undefined);
    const message = `${sayWorkload(run.inputs.workload)} was changed by ${lastChangeOf(end.workload, run.github.url)} after it had been checked, so the image was not set.`;
    return {
      result: 'superseded',
      cause: { reason: 'changed-meanwhile', message, diagnoses: [] },
      next: ['Look at that change; if this deploy is still wanted, run it again.'],
    };
  }
  const digest = end.workload.spec && templateDigest(end.workload.spec.template);
  const known =
    digest && !intent.ours.includes(digest) ? { ...intent, ours: [...intent.ours, digest] } : intent;
  if (known !== intent) run.saveIntent(known);
  journal.add({ type: 'image-set' });
  return { workload: end.workload, intent: known };
}

async function patchOrExplain(
  run: Run,
  { observation, patch, before }: Plan,
  intent: Intent,
): Promise<PatchEnd | Ending> {
  const { inputs } = run;
  const expected = before.spec ? templateDigest(before.spec.template) : '';
  try {
    return await applyPatch(
      run,
      observation.kind,
      inputs.workload.name,
      patch,
      expected,
      new Set(intent.ours),
      inputs.timeout,
    );
  } catch (error) {
    // With any other error the patch may have taken effect: the intent stays, and post looks at the cluster.
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    run.saveIntent(undefined);
    const message = `The API server refused the new image for ${sayWorkload(inputs.workload)}: ${error.message}`;
    return { result: 'refused', cause: { reason: 'patch-refused', message, diagnoses: [] }, next: [] };
  }
}
