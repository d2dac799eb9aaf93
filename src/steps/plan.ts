import { randomBytes } from 'node:crypto';
import type { V1Job } from '@kubernetes/client-node';
import { standingOf } from '../history.ts';
import type { Intent } from '../intent.ts';
import { type MigrationSource, migrationJob } from '../kubernetes/jobs.ts';
import type { Revision, WorkloadObject, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { digestIn, templateDigest } from '../kubernetes/workloads/template.ts';
import type { Access } from '../preflight/access.ts';
import type { FoundFacts, UnwellAddress } from '../preflight/rule.ts';
import { sayFindings } from '../report/findings.ts';
import { nameOf, type WorkloadRun } from '../run.ts';
import type { Change, Draft, Drafter } from './draft.ts';
import { noteImagesBefore } from './images.ts';
import { type Health, healthOf, isQuiet, presentPods, toUndoTarget } from './look.ts';
import { factsOf, judgeFacts, type Rehearsal, rehearse, siblingsOf } from './preflight.ts';
import { standardsOf } from './standards.ts';

/** All that was decided about one workload before anything is changed. */
export interface Plan extends Change {
  readonly observation: Observation;
  readonly before: WorkloadObject;
  /** Whether all of what runs now serves, and has for a while. */
  readonly isServing: boolean;
  readonly intent: Intent;
}

/** What was read of the cluster, and what the change would make of it. Nothing has been changed for it. */
export interface Survey {
  readonly access: readonly Access[];
  readonly observation: Observation;
  readonly found: FoundFacts | undefined;
  readonly siblings: readonly string[];
  readonly rehearsal: Rehearsal | undefined;
  /** The address to watch, where it answers nobody well; of the first workload that changes. */
  readonly unwell: UnwellAddress | undefined;
  readonly plan: Plan | undefined;
  /** The migration that is to precede the change; only the first workload of a step has one. */
  readonly job: V1Job | undefined;
  /** The `verify-job`, for after the rollout; only the first workload of a step has one. */
  readonly verification: V1Job | undefined;
}

/** Reads what preflight judges, works out the plan, and rehearses it. Changes nothing. */
export async function makeSurvey(
  run: WorkloadRun,
  drafter: Drafter,
  access: readonly Access[],
  observation: Observation,
): Promise<Survey> {
  const view = observation.view();
  const health = view && healthOf(observation.kind, view, run.clock.now(), run.history());
  const draft = view && health && drafter(run, observation.kind, view, health);
  const found = view && health && draft && factsOf(observation.kind, view, health, draft);
  const plan = view && health && draft?.ok ? planOf(run, observation, view, health, draft) : undefined;
  const job = view && plan && migrationOf(run, view, plan);
  const verification = view && plan && verificationOf(run, view, plan);
  const patch = plan && !plan.isUnchanged ? plan.patch : undefined;
  const rehearsal = await rehearse(run, observation, patch, { migration: job, verification });
  const siblings = observation.missing ? await siblingsOf(run) : [];
  return {
    access,
    observation,
    found,
    siblings,
    rehearsal,
    plan: withRehearsed(plan, rehearsal),
    unwell: undefined,
    job,
    verification,
  };
}

/**
 * Lets preflight judge a survey, and says what it finds.
 *
 * @param locked whether the workload's lock is held, so that the rules which another run's deploy may set off count.
 */
export function judgeSurvey(run: WorkloadRun, survey: Survey, locked: boolean): Plan | 'refused' {
  const { journal, log } = run;
  const { plan } = survey;
  const findings = judgeFacts(run, { ...survey, missing: survey.observation.missing }, locked);
  const refuses = findings.some(({ level }) => level === 'error') || plan === undefined;
  if (locked || refuses) {
    journal.add({ type: 'checked', findings });
    for (const line of sayFindings(findings)) log.line(line);
  }
  return refuses ? 'refused' : plan;
}

function planOf(
  run: WorkloadRun,
  observation: Observation,
  view: WorkloadView,
  { current, undoTo, settled, verdict, status }: Health,
  draft: Draft & { ok: true },
): Plan {
  const { journal } = run;
  const { kind } = observation;
  // What is about to be set is no way back from it, though it may still serve from before.
  const wanted = templateDigest(draft.template);
  const target = [draft.undoTo, undoTo].find((each) => each && templateDigest(each.template) !== wanted);
  journal.add({
    type: 'observed',
    revision: current?.number,
    replicas: kind.replicas(view.workload),
    undoTo: target?.number,
  });
  journal.add({ type: 'planned', changes: draft.changes });
  noteImagesBefore(journal, kind, view, draft.changes);
  return {
    ...draft,
    observation,
    before: view.workload,
    isServing:
      settled && status.state === 'complete' && isQuiet(presentPods(kind, view), verdict, run.clock.now()),
    intent: {
      ...toIntent(run, view.workload, draft, target),
      isBeforeBroken: isBroken(run, view, { settled, verdict }),
    },
  };
}

/**
 * Whether what runs now is known not to work, so that a StatefulSet's pods of it may be deleted where they hold up what
 * comes next. One that is still rolled out may be slow; but who rolls it back wants to be rid of it.
 */
function isBroken(
  run: WorkloadRun,
  { workload }: WorkloadView,
  { settled, verdict }: Pick<Health, 'settled' | 'verdict'>,
): boolean {
  const template = workload.spec && templateDigest(workload.spec.template);
  const hasFailed = template !== undefined && standingOf(run.history(), template) === 'failed';
  return verdict.hopeless || (!settled && (hasFailed || standardsOf(run.inputs).wantsOut));
}

function toIntent(
  run: WorkloadRun,
  before: WorkloadObject,
  { changes, template, pace }: Change,
  undoTo: Revision | undefined,
): Intent {
  return {
    version: 1,
    phase: 'migrating',
    workload: run.workload,
    namespace: run.namespace,
    uid: before.metadata?.uid ?? '',
    changes: changes.map(({ container, from, to }) => ({ container, from, to })),
    ...(pace && { pace }),
    ...(run.inputs.command === 'rollback' && { isRollback: true }),
    server: run.server,
    before: digestIn(before),
    by: nameOf(run),
    ours: [templateDigest(template)],
    undoTo: undoTo && toUndoTarget(undoTo),
  };
}

function migrationOf(run: WorkloadRun, view: WorkloadView, change: Change): V1Job | undefined {
  const { migration, migrationTimeout } = run.inputs;
  return migration && jobOf(run, view, change, 'migrate', migration, migrationTimeout);
}

function verificationOf(run: WorkloadRun, view: WorkloadView, change: Change): V1Job | undefined {
  const { job, timeout } = run.inputs.verification;
  return job && jobOf(run, view, change, 'verify', { kind: 'job', job }, timeout);
}

/** A Job of this step, which goes with the first of its workloads. `timeout` is in seconds. */
function jobOf(
  run: WorkloadRun,
  view: WorkloadView,
  { changes }: Change,
  purpose: 'migrate' | 'verify',
  migration: MigrationSource,
  timeout: number,
): V1Job | undefined {
  const { inputs, github, namespace, workload } = run;
  const [primary] = inputs.workloads;
  if (sayWorkload(workload) !== sayWorkload(primary)) return undefined;
  const [first] = changes;
  return migrationJob({
    purpose,
    migration,
    workload: view.workload,
    workloadNames: inputs.workloads.map(sayWorkload),
    namespace,
    image: first?.to ?? '',
    container: first?.container ?? '',
    timeout,
    run: github,
    unique: randomBytes(3).toString('hex').slice(0, 5),
  });
}

/** The dry run shows the template as admission will leave it, by which our change is known again later. */
function withRehearsed(plan: Plan | undefined, rehearsal: Rehearsal | undefined): Plan | undefined {
  const template = rehearsal?.patched?.spec?.template;
  if (plan === undefined || template === undefined) return plan;
  const ours = [...new Set([...plan.intent.ours, templateDigest(template)])];
  return { ...plan, intent: { ...plan.intent, ours } };
}
