import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { RolloutRecord } from '../history.ts';
import type { HistoryRow } from '../journal.ts';
import type { JsonPatchOperation } from '../kubernetes/client.ts';
import { traces } from '../kubernetes/marks.ts';
import type { Revision, WorkloadKind, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { type Pace, planPace, sayPace, setPacePatch } from '../kubernetes/workloads/pace.ts';
import { type ImageChange, planImages, setImagePatch, withImages } from '../kubernetes/workloads/patch.ts';
import type { DraftFacts } from '../preflight/rule.ts';
import type { WorkloadRun } from '../run.ts';
import type { Health } from './look.ts';

/** What a command wants to change of a workload. */
export interface Change {
  /** The images, before and after; also those that stay. */
  readonly changes: readonly ImageChange[];
  readonly patch: readonly JsonPatchOperation[];
  /** The pod template as the patch leaves it where no admission policy changes more. */
  readonly template: V1PodTemplateSpec;
  /** The pace that is set for this rollout only. */
  readonly pace?: Pace | undefined;
  /** Whether there is nothing to change. */
  readonly isUnchanged: boolean;
  /** Why there is not, where that is not plain to see. */
  readonly whyUnchanged?: string | undefined;
  /** The change in a line, for the log. */
  readonly about: readonly string[];
  /** The migrations that ran since the revision that is gone back to was rolled out. */
  readonly migrations?: readonly RolloutRecord[] | undefined;
  /** The revision that is gone back to, and how it fared. */
  readonly goesTo?: { readonly revision: number; readonly standing: HistoryRow['standing'] } | undefined;
  /** Where an undo goes, if not to the revision that is known to be healthy now. */
  readonly undoTo?: Revision | undefined;
}

/** The change, or why it cannot be made. */
export type Draft = ({ readonly ok: true } & Change) | (DraftFacts & { readonly ok: false });

/** Works out what a command would change, as far as the workload and the inputs tell. Pure but for what it tells. */
export type Drafter = (run: WorkloadRun, kind: WorkloadKind, view: WorkloadView, health: Health) => Draft;

/** What a deploy changes: the images. */
export const draftDeploy: Drafter = ({ inputs, github }, kind, { workload }) => {
  if (inputs.image === undefined) throw new Error('A deploy needs an image.');
  const plan = planImages(workload, inputs.image, inputs.containers);
  if (!plan.ok) return { ...plan, rule: 'container-missing' };
  const paced = planPace(kind.kind, workload, inputs.pace);
  if (!paced.ok) return { ...paced, rule: 'no-pace' };
  const { pace } = paced;
  const { changes } = plan;
  return {
    ok: true,
    changes,
    patch: [
      ...setImagePatch(workload, changes, traces(github, changes[0]?.to ?? '')),
      ...(pace ? setPacePatch(pace) : []),
    ],
    pace,
    template: withImages(workload, changes),
    isUnchanged: changes.every(({ from, to }) => from === to),
    about: [
      ...changes.map(({ container, from, to }) => `Setting image of container ${container}: ${from} → ${to}`),
      ...(pace ? [sayPace(inputs.pace)] : []),
    ],
  };
};
