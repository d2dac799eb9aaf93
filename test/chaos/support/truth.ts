import type { V1Job } from '@kubernetes/client-node';
import { marks } from '../../../src/kubernetes/marks.ts';
import type { StepRun } from '../../support/runner.ts';
import { imageOf, isHealthy, isOver, type Scene, type Subject } from './shop.ts';

/** What the step said last: post where it said anything, else main; undefined where neither could. */
export function verdictOf({ main, post }: StepRun): Readonly<Record<string, string>> | undefined {
  const said = [post, main].find(({ outputs }) => outputs['result'] !== undefined);
  return said?.outputs;
}

/** What the last step of a workload's story is judged by. */
export interface Claim {
  readonly step: StepRun;
  /** The image that it was to set. */
  readonly image: string;
  /** The images that the workload may have run before it. */
  readonly before: readonly string[];
  /** The results that it may come to. */
  readonly results: readonly string[];
}

/** Seconds in which a workload must come to rest after the last step has ended. */
const restSeconds = 60;

/**
 * What is wrong with a workload after its last step has ended: with its health, with what the step said of it, with
 * its lock, its history or its migrations. Nothing, if all is well.
 */
export async function faultsOf(subject: Subject, claim: Claim): Promise<string[]> {
  const rested = await subject.settled(restSeconds);
  const scene = await subject.look();
  const { twin } = subject;
  return [
    ...(twin ? (await faultsOfTwin(twin, claim)).map((fault) => `the second workload: ${fault}`) : []),
    ...(rested ? [] : [`not at rest after ${restSeconds} s: ${sayState(scene)}`]),
    ...(isHealthy(scene.deployment) ? [] : ['not healthy']),
    ...lies(scene, claim, twin !== undefined),
    ...lockFaults(scene),
    ...paceFaults(scene),
    ...historyFaults(scene, subject),
    ...(await migrationFaults(subject, scene)),
  ];
}

/** As above, but for what the step says of its first workload alone. */
async function faultsOfTwin(twin: Subject, { step, image, before }: Claim): Promise<string[]> {
  const rested = await twin.settled(restSeconds);
  const scene = await twin.look();
  const runs = imageOf(scene.deployment);
  const { result = '' } = verdictOf(step) ?? {};
  const isSet = result === 'deployed' || result === 'unchanged';
  return [
    ...(rested && isHealthy(scene.deployment) ? [] : [`not healthy: ${sayState(scene)}`]),
    ...((isSet ? runs === image : before.includes(runs)) ? [] : [`${result}, and it runs ${runs}`]),
    ...lockFaults(scene),
    ...paceFaults(scene),
  ];
}

/** A pace that was set for one rollout and stayed. */
function paceFaults({ deployment }: Scene): string[] {
  const { maxSurge, maxUnavailable } = deployment.spec?.strategy?.rollingUpdate ?? {};
  return maxSurge === '25%' && maxUnavailable === '25%'
    ? []
    : [`its pace was left at ${maxSurge}, ${maxUnavailable}`];
}

/** What the step said that is not so. */
function lies(
  { deployment, jobs }: Scene,
  { step, image, before, results }: Claim,
  isOfTwo: boolean,
): string[] {
  const verdict = verdictOf(step);
  if (verdict === undefined) return ['nobody said how it ended'];
  const { result = '', 'previous-image': previous = '', 'migration-job': job = '' } = verdict;
  const runs = imageOf(deployment);
  const faults: string[] = [];
  if (!results.includes(result)) faults.push(`the result ${result} (${verdict['reason']})`);
  const isSet = result === 'deployed' || result === 'unchanged';
  const isKept = result === 'undone' || result === 'migration-failed' || result === 'refused';
  if (isSet && runs !== image) faults.push(`it said ${result}, but ${runs} runs, not ${image}`);
  if ((isKept || result === 'cancelled') && !before.includes(runs))
    faults.push(`it said ${result}, but ${runs} runs, none of ${before.join(', ')}`);
  if (runs !== image && !before.includes(runs)) faults.push(`${runs} runs, which nobody asked for`);
  const known = previous.split(',').every((each) => each === '' || each === image || before.includes(each));
  if (!known) faults.push(`it said that ${previous} ran before`);
  if (job !== '' && !jobs.some(({ metadata }) => metadata?.name === job))
    faults.push(`it said that it ran job/${job}, which is not there`);
  // Of two, the first may have had the image already, and then has no new revision.
  const isSame = isOfTwo && verdict['revision'] === '';
  if (result === 'deployed' && !isSame && verdict['revision'] !== revisionOf(deployment))
    faults.push(`it said revision ${verdict['revision']}, and it is ${revisionOf(deployment)}`);
  const summary = `${step.main.summary}\n${step.post.summary}`;
  if (!summary.includes('## ')) faults.push('no summary');
  return faults;
}

function lockFaults({ lease }: Scene): string[] {
  return [
    ...(lease?.spec?.holderIdentity ? [`the lock is still held by ${lease.spec.holderIdentity}`] : []),
    ...(lease?.metadata?.annotations?.[marks.intent] ? ['an intent was left in the Lease'] : []),
  ];
}

function historyFaults({ replicaSets }: Scene, { first }: Subject): string[] {
  return replicaSets.some((each) => imageOf(each) === first)
    ? []
    : [`the first revision (${first}) is no longer in the history`];
}

/** Migrations that ran at the same time, by their Jobs and by their containers. Both are told to the second. */
async function migrationFaults(subject: Subject, { jobs }: Scene): Promise<string[]> {
  const pods = await subject.jobPods();
  const containers = pods.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).flatMap(({ state }) => {
      const { startedAt, finishedAt }: Times = state?.terminated ?? { ...state?.running };
      return startedAt === undefined ? [] : [span(`pod/${metadata?.name}`, startedAt, finishedAt)];
    }),
  );
  return [
    ...jobs.filter((job) => !isOver(job)).map(({ metadata }) => `job/${metadata?.name} never ended`),
    ...overlaps(jobs.map((job) => span(`job/${job.metadata?.name}`, job.status?.startTime, endOf(job)))),
    ...overlaps(containers),
  ];
}

interface Times {
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

interface Span {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Times are texts in truth. */
function span(what: string, from: Date | undefined, to: Date | undefined): Span {
  return {
    what,
    from: from === undefined ? Number.NaN : new Date(from).getTime(),
    to: to === undefined ? Number.POSITIVE_INFINITY : new Date(to).getTime(),
  };
}

function endOf({ status }: V1Job): Date | undefined {
  const failed = status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  return status?.completionTime ?? failed?.lastTransitionTime;
}

function overlaps(spans: readonly Span[]): string[] {
  return spans.flatMap((one, index) =>
    spans
      .slice(index + 1)
      .filter((other) => one.from < other.to && other.from < one.to)
      .map((other) => `two migrations at once: ${one.what} and ${other.what}`),
  );
}

function revisionOf({ metadata }: Scene['deployment']): string {
  return metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? '';
}

function sayState({ deployment, jobs }: Scene): string {
  const { status } = deployment;
  const running = jobs.filter((job) => !isOver(job)).map(({ metadata }) => metadata?.name);
  return `${imageOf(deployment)}, ${JSON.stringify({ ...status, conditions: undefined })}, running jobs: ${running.join(', ') || 'none'}`;
}
