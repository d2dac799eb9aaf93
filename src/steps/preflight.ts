import type { V1Job, V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { ApiError } from '../errors.ts';
import type { JsonPatchOperation } from '../kubernetes/client.ts';
import { fieldManager } from '../kubernetes/marks.ts';
import { resources } from '../kubernetes/resources.ts';
import { initMigrations } from '../kubernetes/workloads/init-containers.ts';
import type { WorkloadKind, WorkloadObject, WorkloadView } from '../kubernetes/workloads/kind.ts';
import { kinds } from '../kubernetes/workloads/kinds.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { bearsPace, type Pace } from '../kubernetes/workloads/pace.ts';
import { type Access, neededAccess } from '../preflight/access.ts';
import type { Finding } from '../preflight/finding.ts';
import { judge } from '../preflight/preflight.ts';
import type { FoundFacts, UnwellAddress } from '../preflight/rule.ts';
import type { WorkloadRun } from '../run.ts';
import type { Change, Draft } from './draft.ts';
import { lockName } from './lock.ts';
import type { Health } from './look.ts';
import { portProblemOf } from './verify-port.ts';

/** Asks the API server, for every verb that the step will use on each of its workloads, whether it may. */
export async function reviewAccess(runs: readonly WorkloadRun[]): Promise<Access[][]> {
  const asked = new Map<string, Promise<Access>>();
  return Promise.all(
    runs.map((run) => {
      const { migration, verification, watch } = run.inputs;
      const { kind, name } = run.workload;
      const proof = {
        job: verification.job !== undefined,
        port: verification.port?.kind,
        service: watch?.address.kind === 'service' ? watch.address.id : undefined,
      };
      const needs = neededAccess(kind, migration !== undefined, name, lockName(run.workload), proof);
      return Promise.all(
        needs.map((need) => {
          const key = JSON.stringify(need);
          const answer = asked.get(key) ?? review(run, need);
          asked.set(key, answer);
          return answer;
        }),
      );
    }),
  );
}

/** How often, and after how many seconds, what is denied is asked for again: roles take a moment to be known. */
const mostReviews = 2;
const reviewSeconds = 2;

async function review(run: WorkloadRun, need: Omit<Access, 'allowed'>): Promise<Access> {
  const [resource, subresource] = need.resource.split('/');
  const body: V1SelfSubjectAccessReview = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        namespace: run.namespace,
        verb: need.verb,
        group: need.group,
        ...(resource && { resource }),
        ...(subresource && { subresource }),
        ...(need.name && { name: need.name }),
      },
    },
  };
  for (let attempt = 1; ; attempt++) {
    // A review changes nothing, so it may be repeated.
    const answer = await run.client.create(resources.selfSubjectAccessReviews, {}, body, {
      signal: run.signal,
      repeatable: true,
    });
    const allowed = answer.status?.allowed ?? false;
    if (allowed || attempt >= mostReviews) return { ...need, allowed };
    await run.clock.sleep(reviewSeconds, run.signal);
  }
}

/** The names of the namespace's workloads of the same kind; none where they may not be listed. */
export async function siblingsOf(run: WorkloadRun): Promise<string[]> {
  try {
    const { items } = await run.client.list(
      kinds[run.workload.kind].resource,
      { namespace: run.namespace, limit: 500 },
      { signal: run.signal },
    );
    return items.map(({ metadata }) => metadata?.name ?? '');
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** What the step means to do, tried without effect. */
export interface Rehearsal {
  /** The workload as the patch would leave it; undefined where the server refuses it. */
  readonly patched: WorkloadObject | undefined;
  readonly patchRefusal: string | undefined;
  readonly migrationRefusal: string | undefined;
  readonly verificationRefusal: string | undefined;
  readonly portProblem: string | undefined;
}

/** Sends the patch and the Jobs as server-side dry runs, so that admission policies speak before anything changes. */
export async function rehearse(
  run: WorkloadRun,
  observation: Observation,
  patch: readonly JsonPatchOperation[] | undefined,
  jobs: { readonly migration: V1Job | undefined; readonly verification: V1Job | undefined },
): Promise<Rehearsal | undefined> {
  if (patch === undefined && jobs.migration === undefined && jobs.verification === undefined)
    return undefined;
  const { client, namespace, signal } = run;
  const dryRun = { dryRun: true, fieldManager, signal, repeatable: true } as const;
  const create = (job: V1Job | undefined) =>
    job &&
    refusalOf(client.create(resources.jobs, { namespace }, job, { ...dryRun, fieldValidation: 'Strict' }));
  const [patched, migration, verification, portProblem] = await Promise.all([
    patch &&
      refusalOf(
        client.patch(observation.kind.resource, { namespace, name: run.workload.name }, patch, dryRun),
      ),
    create(jobs.migration),
    create(jobs.verification),
    portProblemOf(run, observation),
  ]);
  return {
    patched: patched?.value,
    patchRefusal: patched?.refusal,
    migrationRefusal: migration?.refusal,
    verificationRefusal: verification?.refusal,
    portProblem,
  };
}

/** Applies the rules to what was read. */
export function judgeFacts(
  run: WorkloadRun,
  read: {
    readonly access: readonly Access[];
    readonly siblings: readonly string[];
    readonly missing: boolean;
    readonly found: FoundFacts | undefined;
    readonly rehearsal: Rehearsal | undefined;
    readonly plan: Pick<Change, 'pace'> | undefined;
    readonly unwell: UnwellAddress | undefined;
  },
  locked: boolean,
): Finding[] {
  return judge(
    {
      command: run.inputs.command,
      workload: sayWorkload(run.workload),
      kind: run.workload.kind,
      namespace: run.namespace,
      missing: read.missing,
      found: read.found,
      siblings: read.siblings,
      access: read.access,
      patchRefusal: read.rehearsal?.patchRefusal,
      isPaceLost: isPaceLost(read.rehearsal?.patched, read.plan?.pace),
      migrationRefusal: read.rehearsal?.migrationRefusal,
      verificationRefusal: read.rehearsal?.verificationRefusal,
      portProblem: read.rehearsal?.portProblem,
      unwell: read.unwell,
    },
    run.inputs.preflight,
    run.inputs.preflightIgnore,
    locked,
  );
}

function isPaceLost(patched: WorkloadObject | undefined, pace: Pace | undefined): boolean {
  return patched !== undefined && pace !== undefined && !bearsPace(patched, pace);
}

/** What the rules need to know of a workload that is there. Pure. */
export function factsOf(kind: WorkloadKind, view: WorkloadView, health: Health, draft: Draft): FoundFacts {
  const template = draft.ok ? draft.template : view.workload.spec?.template;
  const changed = draft.ok ? draft.changes.map(({ container }) => container) : [];
  return {
    paused: kind.paused(view.workload),
    replicas: kind.replicas(view.workload),
    kept: kind.kept(view.workload),
    onDelete: kind.onDelete(view.workload),
    status: health.status,
    settled: health.settled,
    verdict: health.verdict,
    undoTo: (draft.ok ? draft.undoTo : undefined)?.number ?? health.undoTo?.number,
    plan: draft,
    initMigrations: initMigrations(template?.spec ?? { containers: [] }, changed),
  };
}

async function refusalOf<T>(request: Promise<T>): Promise<{ value?: T; refusal?: string }> {
  try {
    return { value: await request };
  } catch (error) {
    // What the credentials may not do at all is told by the access reviews.
    if (error instanceof ApiError && error.status < 500) return { refusal: error.message };
    throw error;
  }
}
