import type { V1Job, V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { ApiError } from '../errors.ts';
import { fieldManager } from '../kubernetes/marks.ts';
import { resources } from '../kubernetes/resources.ts';
import type { WorkloadObject } from '../kubernetes/workloads/kind.ts';
import { kinds } from '../kubernetes/workloads/kinds.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { planImages } from '../kubernetes/workloads/patch.ts';
import { type Access, neededAccess } from '../preflight/access.ts';
import type { Finding } from '../preflight/finding.ts';
import { judge } from '../preflight/preflight.ts';
import type { FoundFacts } from '../preflight/rule.ts';
import type { Run } from '../run.ts';
import { lockName } from './lock.ts';
import { healthOf } from './look.ts';

/** Asks the API server, for every verb that the step will use, whether it may. */
export async function reviewAccess(run: Run): Promise<Access[]> {
  const migrates = run.inputs.migration !== undefined;
  return Promise.all(
    neededAccess(migrates, run.inputs.workload.name, lockName(run.inputs.workload)).map(async (need) => {
      const [resource, subresource] = need.resource.split('/');
      const review: V1SelfSubjectAccessReview = {
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
      // A review changes nothing, so it may be repeated.
      const answer = await run.client.create(resources.selfSubjectAccessReviews, {}, review, {
        signal: run.signal,
        repeatable: true,
      });
      return { ...need, allowed: answer.status?.allowed ?? false };
    }),
  );
}

/** The names of the namespace's workloads of the same kind; none where they may not be listed. */
export async function siblingsOf(run: Run): Promise<string[]> {
  try {
    const { items } = await run.client.list(
      kinds[run.inputs.workload.kind].resource,
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
}

/** Sends the patch and the Job as server-side dry runs, so that admission policies speak before anything changes. */
export async function rehearse(
  run: Run,
  observation: Observation,
  patch: Parameters<Run['client']['patch']>[2],
  job: V1Job | undefined,
): Promise<Rehearsal> {
  const { client, namespace, signal } = run;
  const dryRun = { dryRun: true, fieldManager, signal, repeatable: true } as const;
  const [patched, migration] = await Promise.all([
    refusalOf(
      client.patch(observation.kind.resource, { namespace, name: run.inputs.workload.name }, patch, dryRun),
    ),
    job &&
      refusalOf(client.create(resources.jobs, { namespace }, job, { ...dryRun, fieldValidation: 'Strict' })),
  ]);
  return { patched: patched.value, patchRefusal: patched.refusal, migrationRefusal: migration?.refusal };
}

/** Applies the rules to what was read. */
export function judgeFacts(
  run: Run,
  read: {
    readonly access: readonly Access[];
    readonly siblings: readonly string[];
    readonly missing: boolean;
    readonly found: FoundFacts | undefined;
    readonly rehearsal: Rehearsal | undefined;
  },
  locked: boolean,
): Finding[] {
  return judge(
    {
      workload: sayWorkload(run.inputs.workload),
      namespace: run.namespace,
      missing: read.missing,
      found: read.found,
      siblings: read.siblings,
      access: read.access,
      patchRefusal: read.rehearsal?.patchRefusal,
      migrationRefusal: read.rehearsal?.migrationRefusal,
    },
    run.inputs.preflight,
    run.inputs.preflightIgnore,
    locked,
  );
}

/** Reads what the rules need to know of a workload that is there. */
export function factsOf(run: Run, observation: Observation): FoundFacts | undefined {
  const view = observation.view();
  if (view === undefined) return undefined;
  const { kind } = observation;
  const health = healthOf(kind, view, run.clock.now());
  return {
    paused: kind.paused(view.workload),
    replicas: kind.replicas(view.workload),
    status: health.status,
    settled: health.settled,
    verdict: health.verdict,
    undoTo: health.undoTo?.number,
    plan: planImages(view.workload, run.inputs.image, run.inputs.containers),
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
