import { randomBytes } from 'node:crypto';
import type { V1Job } from '@kubernetes/client-node';
import type { Intent } from '../intent.ts';
import { migrationJob } from '../kubernetes/jobs.ts';
import { traces } from '../kubernetes/marks.ts';
import type { Revision, WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { type ImageChange, setImagePatch, withImages } from '../kubernetes/workloads/patch.ts';
import { templateDigest } from '../kubernetes/workloads/template.ts';
import type { Access } from '../preflight/access.ts';
import type { FoundFacts } from '../preflight/rule.ts';
import { sayFindings } from '../report/findings.ts';
import type { Run } from '../run.ts';
import { healthOf, toUndoTarget } from './look.ts';
import { factsOf, judgeFacts, type Rehearsal, rehearse, siblingsOf } from './preflight.ts';

/** All that was decided before anything is changed. */
export interface Plan {
  readonly observation: Observation;
  readonly changes: readonly ImageChange[];
  readonly patch: ReturnType<typeof setImagePatch>;
  readonly job: V1Job | undefined;
  readonly before: WorkloadObject;
  readonly intent: Intent;
}

/** Works out what the deploy would do, rehearses it, and lets preflight judge it. Changes nothing. */
export async function makePlan(
  run: Run,
  access: readonly Access[],
  observation: Observation | undefined,
): Promise<Plan | 'refused' | 'unchanged'> {
  const { journal, log } = run;
  const found = observation && factsOf(run, observation);
  const draft = observation && found && draftPlan(run, observation, found.facts);
  const unchanged = draft?.changes.every(({ from, to }) => from === to) ?? false;
  const rehearsal =
    draft && !unchanged ? await rehearse(run, draft.observation, draft.patch, draft.job) : undefined;
  const siblings = found ? [] : await siblingsOf(run);
  const findings = judgeFacts(run, { access, siblings, found: found?.facts, rehearsal });
  journal.add({ type: 'checked', findings });
  for (const line of sayFindings(findings)) log.line(line);
  if (findings.some(({ level }) => level === 'error') || draft === undefined) return 'refused';
  if (unchanged) return 'unchanged';
  return withRehearsed(draft, rehearsal);
}

/** What the deploy would do, as far as the workload and the inputs tell. */
function draftPlan(run: Run, observation: Observation, facts: FoundFacts): Plan | undefined {
  const view = observation.view();
  if (view === undefined || !facts.plan.ok) return undefined;
  const { inputs, github, journal, namespace } = run;
  const { changes } = facts.plan;
  const { current, undoTo } = healthOf(observation.kind, view, run.clock.now());
  journal.add({
    type: 'observed',
    revision: current?.number,
    replicas: facts.replicas,
    undoTo: undoTo?.number,
  });
  journal.add({ type: 'planned', changes });
  const [first] = changes;
  const image = first?.to ?? '';
  const job =
    inputs.migration &&
    migrationJob({
      migration: inputs.migration,
      workload: view.workload,
      workloadName: sayWorkload(inputs.workload),
      namespace,
      image,
      container: first?.container ?? '',
      timeout: inputs.migrationTimeout,
      run: github,
      unique: randomBytes(3).toString('hex').slice(0, 5),
    });
  return {
    observation,
    changes,
    patch: setImagePatch(view.workload, changes, traces(github, image)),
    job,
    before: view.workload,
    intent: toIntent(run, view.workload, changes, undoTo, job),
  };
}

function toIntent(
  run: Run,
  workload: WorkloadObject,
  changes: readonly ImageChange[],
  undoTo: Revision | undefined,
  job: V1Job | undefined,
): Intent {
  return {
    version: 1,
    phase: 'migrating',
    workload: run.inputs.workload,
    namespace: run.namespace,
    uid: workload.metadata?.uid ?? '',
    job: job?.metadata?.name,
    ours: [templateDigest(withImages(workload, changes))],
    undoTo: undoTo && toUndoTarget(undoTo),
  };
}

/** The dry run shows the template as admission will leave it, by which our change is known again later. */
function withRehearsed(draft: Plan, rehearsal: Rehearsal | undefined): Plan {
  const template = rehearsal?.patched?.spec?.template;
  return template
    ? {
        ...draft,
        intent: { ...draft.intent, ours: [...new Set([...draft.intent.ours, templateDigest(template)])] },
      }
    : draft;
}
