import type {
  V1Container,
  V1Job,
  V1JobCondition,
  V1PodSpec,
  V1StatefulSetSpec,
} from '@kubernetes/client-node';
import type { GitHubRun } from '../github/run.ts';
import { marks } from './marks.ts';
import type { WorkloadObject } from './workloads/kind.ts';
import { digestOf } from './workloads/template.ts';

/** The migration as asked for: a Job of the user's own, or a command for a copy of the workload's container. */
export type MigrationSource =
  | { readonly kind: 'job'; readonly job: V1Job }
  | { readonly kind: 'command'; readonly command: readonly string[] };

/** What a Job of this run is made from. */
export interface MigrationPlan {
  /** Default: a migration. */
  readonly purpose?: 'migrate' | 'verify';
  readonly migration: MigrationSource;
  readonly workload: WorkloadObject;
  /** `deployment/web`; the first is the one that the Job is made from. */
  readonly workloadNames: readonly string[];
  readonly namespace: string;
  /** The new image, as a full reference. */
  readonly image: string;
  /** The workload's container that a `migration-command` copies. */
  readonly container: string;
  /** `activeDeadlineSeconds`, in seconds. */
  readonly timeout: number;
  readonly run: GitHubRun;
  /** Makes the Job's name unique: 5 characters or so, of those a name may have. */
  readonly unique: string;
}

/** Object names that are also label values may have 63 characters; pods add 6 to their Job's. */
const longestName = 57;

/** A finished Job goes after this many seconds, unless its manifest says otherwise: a day to look at it. */
const defaultTimeToLive = 86_400;

/** The least seconds that a finished Job is kept, so that its last log lines can still be read. */
const leastTimeToLive = 60;

/** Builds the Job that this run creates. Pure. */
export function migrationJob(plan: MigrationPlan): V1Job {
  const isMigration = plan.purpose !== 'verify';
  const base =
    plan.migration.kind === 'job'
      ? structuredClone(plan.migration.job)
      : commandJob(plan, plan.migration.command);
  const prefix =
    base.metadata?.name ??
    base.metadata?.generateName?.replace(/-+$/, '') ??
    `${plan.workload.metadata?.name}-${isMigration ? 'migrate' : 'verify'}`;
  const suffix = [plan.run.runId, plan.unique].filter((part) => part !== '').join('-');
  const name = `${prefix.slice(0, longestName - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
  const labels = {
    'app.kubernetes.io/managed-by': 'safe-rollout',
    [isMigration ? marks.workload : marks.verifies]: workloadLabel(plan.workloadNames[0] ?? ''),
    [marks.runId]: labelValue(plan.run.runId),
  };
  const { generateName: _, ...metadata } = base.metadata ?? {};
  const runs = {
    workload: plan.workload.metadata?.uid,
    image: plan.image,
    template: base.spec?.template.spec,
  };
  const template = base.spec?.template ?? { spec: { containers: [] } };
  return {
    ...base,
    metadata: {
      ...metadata,
      name,
      namespace: plan.namespace,
      labels: { ...metadata.labels, ...labels },
      annotations: {
        ...metadata.annotations,
        ...(isMigration && { [marks.migration]: digestOf(runs) }),
        ...(plan.run.url && { [marks.run]: plan.run.url }),
        ...(plan.run.sha && { [marks.commit]: plan.run.sha }),
        ...(isMigration &&
          plan.workloadNames.length > 1 && { [marks.workloads]: plan.workloadNames.join(',') }),
      },
      // Not the controller's: it only makes the Job go when the workload goes.
      ownerReferences: [
        {
          apiVersion: plan.workload.apiVersion ?? 'apps/v1',
          kind: plan.workload.kind ?? 'Deployment',
          name: plan.workload.metadata?.name ?? '',
          uid: plan.workload.metadata?.uid ?? '',
        },
      ],
    },
    spec: {
      // A replacement must not run beside a pod that is still ending. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-replacement-policy
      podReplacementPolicy: 'Failed',
      backoffLimit: 0,
      ...base.spec,
      ttlSecondsAfterFinished: Math.max(
        base.spec?.ttlSecondsAfterFinished ?? defaultTimeToLive,
        leastTimeToLive,
      ),
      activeDeadlineSeconds: Math.min(base.spec?.activeDeadlineSeconds ?? Infinity, Math.ceil(plan.timeout)),
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
        spec: withImage(
          { restartPolicy: 'Never', ...template.spec, containers: template.spec?.containers ?? [] },
          plan.image,
        ),
      },
    },
  };
}

/** How a Job ended, by its conditions. */
export type JobEnd =
  | { readonly complete: true }
  | { readonly complete: false; readonly reason: string; readonly message: string };

/**
 * How the Job ended; undefined while it runs.
 *
 * `SuccessCriteriaMet` and `FailureTarget` come first, while pods still end; the verdict is theirs already, but a
 * migration's pod may then still write. So only the terminal conditions count.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
 */
export function jobEnd(job: V1Job): JobEnd | undefined {
  const terminal = job.status?.conditions?.find(
    ({ type, status }: V1JobCondition) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (terminal === undefined) return undefined;
  if (terminal.type === 'Complete') return { complete: true };
  return { complete: false, reason: terminal.reason ?? 'Failed', message: terminal.message ?? '' };
}

/**
 * A Job that runs `command` in a copy of one of the workload's containers.
 *
 * What belongs to serving stays behind: probes, ports, lifecycle hooks, other containers, and the pod's labels, by
 * which a Service would send it users and a ReplicaSet would take it for its own. So do the volumes that a StatefulSet
 * claims for each pod: they are its pods' own. Native sidecars come along, since a database proxy is mostly one and
 * they end with the pod.
 */
function commandJob(plan: MigrationPlan, command: readonly string[]): V1Job {
  const pod: V1PodSpec = plan.workload.spec?.template.spec ?? { containers: [] };
  const source = [...pod.containers, ...(pod.initContainers ?? [])].find(
    ({ name }) => name === plan.container,
  );
  const {
    livenessProbe: _liveness,
    readinessProbe: _readiness,
    startupProbe: _startup,
    lifecycle: _lifecycle,
    ports: _ports,
    args: _args,
    restartPolicy: _restart,
    ...kept
  } = source ?? { name: plan.container };
  const [program = '', ...words] = command;
  const claims = claimTemplates(plan.workload);
  const container: V1Container = {
    ...withoutVolumes(kept, claims),
    image: plan.image,
    command: [program],
    args: words,
  };
  const sidecars = (pod.initContainers ?? [])
    .filter(({ name, restartPolicy }) => restartPolicy === 'Always' && name !== plan.container)
    .map((sidecar) => withoutVolumes(sidecar, claims));
  const {
    topologySpreadConstraints: _spread,
    affinity,
    hostname: _hostname,
    subdomain: _subdomain,
    readinessGates: _gates,
    terminationGracePeriodSeconds: _grace,
    ...podKept
  } = pod;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${plan.workload.metadata?.name}-migrate` },
    spec: {
      template: {
        spec: {
          ...podKept,
          ...(affinity?.nodeAffinity && { affinity: { nodeAffinity: affinity.nodeAffinity } }),
          restartPolicy: 'Never',
          initContainers: sidecars,
          containers: [container],
        },
      },
    },
  };
}

/** The names of the volumes that a StatefulSet makes for each of its pods, and that a pod elsewhere has not. */
function claimTemplates({ spec }: WorkloadObject): ReadonlySet<string> {
  const { volumeClaimTemplates } = (spec ?? {}) as V1StatefulSetSpec;
  return new Set(volumeClaimTemplates?.map(({ metadata }) => metadata?.name ?? ''));
}

function withoutVolumes(container: V1Container, names: ReadonlySet<string>): V1Container {
  const { volumeMounts, volumeDevices } = container;
  const stays = ({ name }: { name: string }) => !names.has(name);
  return {
    ...container,
    ...(volumeMounts && { volumeMounts: volumeMounts.filter(stays) }),
    ...(volumeDevices && { volumeDevices: volumeDevices.filter(stays) }),
  };
}

function withImage(pod: V1PodSpec, image: string): V1PodSpec {
  const fill = (container: V1Container): V1Container =>
    container.image ? container : { ...container, image };
  return {
    ...pod,
    containers: pod.containers.map(fill),
    ...(pod.initContainers && { initContainers: pod.initContainers.map(fill) }),
  };
}

/** Whether a Job is the migration of `workload`, be it among others. */
export function migrates({ metadata }: V1Job, workload: string): boolean {
  return (
    metadata?.labels?.[marks.workload] === workloadLabel(workload) ||
    (metadata?.annotations?.[marks.workloads]?.split(',').includes(workload) ?? false)
  );
}

/** The value of `marks.workload` for `deployment/web`. */
function workloadLabel(workload: string): string {
  return labelValue(workload.replace('/', '.'));
}

/** `text` as a label's value may be: 63 characters, beginning and ending with a letter or digit. */
function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
