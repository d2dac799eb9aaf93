import type { V1Job } from '@kubernetes/client-node';
import type { Ending } from '../journal.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import type { Access } from '../preflight/access.ts';
import type { Run, WorkloadRun } from '../run.ts';
import type { Drafter } from './draft.ts';
import { judgeSurvey, makeSurvey, type Plan, type Survey } from './plan.ts';
import { standardsOf } from './standards.ts';
import { tryAddress } from './watch-users.ts';

/** What is known of one workload before it is changed. */
export interface Part<R extends WorkloadRun = WorkloadRun> {
  readonly run: R;
  readonly access: readonly Access[];
  readonly observation: Observation;
  readonly survey: Survey;
}

/** Looks at one workload, and works out what a command would make of it. */
export async function surveyed<R extends WorkloadRun>(
  draft: Drafter,
  run: R,
  access: readonly Access[],
  observation: Observation,
): Promise<Part<R>> {
  return { run, access, observation, survey: await makeSurvey(run, draft, access, observation) };
}

/** Looks again. */
export function surveyedAnew<R extends WorkloadRun>(draft: Drafter, part: Part<R>): Promise<Part<R>> {
  return surveyed(draft, part.run, part.access, part.observation);
}

/**
 * The surveys, with what is wrong with the address to watch noted at the first workload that is to be changed. A
 * rollback is what is needed where users are down, so it is not kept from that.
 */
export async function withAddress<R extends WorkloadRun>(
  run: Run,
  surveys: readonly Promise<Part<R>>[],
): Promise<readonly Part<R>[]> {
  const parts = await Promise.all(surveys);
  const first = parts.find(({ survey }) => survey.plan && !survey.plan.isUnchanged);
  if (first === undefined || !standardsOf(run.inputs).addressFirst) return parts;
  const unwell = await tryAddress(run);
  return parts.map((part) => (part === first ? { ...part, survey: { ...part.survey, unwell } } : part));
}

/** Lets preflight judge every workload, so that all that is wrong is told at once. */
export function judgeParts<R extends WorkloadRun>(
  parts: readonly Part<R>[],
  locked: boolean,
): readonly { readonly run: R; readonly plan: Plan }[] | 'refused' {
  const judged = parts.map(({ run, survey }) => ({ run, plan: judgeSurvey(run, survey, locked) }));
  return judged.every((each): each is { run: R; plan: Plan } => each.plan !== 'refused') ? judged : 'refused';
}

/** The migration of the step, which one of its workloads has. */
export function jobOf(parts: readonly Part[]): V1Job | undefined {
  return parts.find(({ survey }) => survey.job !== undefined)?.survey.job;
}

/** How a step ends that preflight refuses: with all that it found. */
export function refused(runs: readonly WorkloadRun[]): Ending {
  const errors = runs.flatMap(
    ({ journal }) => journal.last('checked')?.findings.filter(({ level }) => level === 'error') ?? [],
  );
  return {
    result: 'refused',
    cause: {
      reason: errors[0]?.rule ?? 'workload-missing',
      message: errors.map(({ message }) => message).join('\n'),
      diagnoses: [],
    },
    next: [...new Set(errors.map(({ next }) => next))],
  };
}
