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
import { nameOf, type Run } from '../run.ts';
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

/** What was read of the cluster, and what the deploy would make of it. Nothing has been changed for it. */
export interface Survey {
  readonly access: readonly Access[];
  readonly observation: Observation;
  readonly found: FoundFacts | undefined;
  readonly siblings: readonly string[];
  readonly rehearsal: Rehearsal | undefined;
  readonly plan: Plan | undefined;
}

/** Reads what preflight judges, works out the plan, and rehearses it. Changes nothing. */
export async function makeSurvey(
  run: Run,
  access: readonly Access[],
  observation: Observation,
): Promise<Survey> {
  const found = factsOf(run, observation);
  const draft = found && draftPlan(run, observation, found);
  const rehearsal =
    draft && !isUnchanged(draft) ? await rehearse(run, draft.observation, draft.patch, draft.job) : undefined;
  const siblings = observation.missing ? await siblingsOf(run) : [];
  return { access, observation, found, siblings, rehearsal, plan: draft && withRehearsed(draft, rehearsal) };
}

/**
 * Lets preflight judge a survey, and says what it finds.
 *
 * @param locked whether the workload's lock is held, so that the rules which another run's deploy may set off count.
 */
export function judgeSurvey(run: Run, survey: Survey, locked: boolean): Plan | 'refused' | 'unchanged' {
  const { journal, log } = run;
  const { plan } = survey;
  const findings = judgeFacts(run, { ...survey, missing: survey.observation.missing }, locked);
  const refuses = findings.some(({ level }) => level === 'error') || plan === undefined;
  if (locked || refuses) {
    journal.add({ type: 'checked', findings });
    for (const line of sayFindings(findings)) log.line(line);
  }
  if (refuses) return 'refused';
  return isUnchanged(plan) ? 'unchanged' : plan;
}

function isUnchanged({ changes }: Plan): boolean {
  return changes.every(({ from, to }) => from === to);
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
    changes: changes.map(({ container, from, to }) => ({ container, from, to })),
    server: run.server,
    before: workload.spec ? templateDigest(workload.spec.template) : '',
    by: nameOf(run),
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
