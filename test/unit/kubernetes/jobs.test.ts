import type { V1Job, V1JobCondition, V1PodSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { jobEnd, type MigrationPlan, migrationJob } from '../../../src/kubernetes/jobs.ts';
import type { WorkloadObject } from '../../../src/kubernetes/workloads/kind.ts';
import { deploymentOf, statefulSetOf } from '../builders.ts';

const labelValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const digest = /^[0-9a-f]{16,}$/;
const objectName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

function planOf(over: Partial<MigrationPlan> = {}): MigrationPlan {
  return {
    migration: { kind: 'command', command: ['/app', 'migrate', '--all'] },
    workload: deploymentOf() as WorkloadObject,
    workloadNames: ['deployment/web'],
    namespace: 'shop',
    image: 'acme/web:v2',
    container: 'web',
    timeout: 600,
    run: {
      repository: 'acme/shop',
      runId: '4711',
      attempt: '1',
      job: 'deploy',
      actor: 'octocat',
      sha: '3f2c1ab',
      url: 'https://github.com/acme/shop/actions/runs/4711/attempts/1',
    },
    unique: 'ab12c',
    ...over,
  };
}

/** The Job made from a manifest. */
function fromManifest(manifest: Partial<V1Job>, over: Partial<MigrationPlan> = {}): V1Job {
  const job = { apiVersion: 'batch/v1', kind: 'Job', ...manifest };
  return migrationJob(planOf({ migration: { kind: 'job', job }, ...over }));
}

/** The pod of the Job that runs a command in a copy of a container of this pod. */
function podFromCommand(pod: V1PodSpec, over: Partial<MigrationPlan> = {}): V1PodSpec {
  const template = { metadata: { labels: { app: 'web' }, annotations: { mesh: 'on' } }, spec: pod };
  const job = migrationJob(planOf({ workload: deploymentOf({ template }) as WorkloadObject, ...over }));
  const made = job.spec?.template.spec;
  if (made === undefined) throw new Error('The Job has no pod.');
  return made;
}

describe('a command for a StatefulSet', () => {
  const mounts = [
    { name: 'data', mountPath: '/data' },
    { name: 'config', mountPath: '/config' },
  ];
  const workload: WorkloadObject = statefulSetOf({
    template: {
      spec: {
        volumes: [{ name: 'config', configMap: { name: 'config' } }],
        initContainers: [{ name: 'proxy', restartPolicy: 'Always', volumeMounts: mounts }],
        containers: [
          { name: 'web', volumeMounts: mounts, volumeDevices: [{ name: 'data', devicePath: '/d' }] },
        ],
      },
    },
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
  });

  it('goes without the volumes that each of its pods claims for itself', () => {
    const job = migrationJob(planOf({ workload, workloadNames: ['statefulset/web'] }));
    const pod = job.spec?.template.spec;
    expect(pod?.containers).toMatchObject([
      { name: 'web', volumeMounts: [{ name: 'config' }], volumeDevices: [] },
    ]);
    expect(pod?.initContainers).toMatchObject([{ name: 'proxy', volumeMounts: [{ name: 'config' }] }]);
    expect(pod?.volumes).toMatchObject([{ name: 'config' }]);
    expect(job.metadata?.ownerReferences).toMatchObject([{ kind: 'StatefulSet', name: 'web' }]);
    expect(job.metadata?.labels).toMatchObject({ 'safe-rollout/workload': 'statefulset.web' });
  });
});

const bare: V1Job['spec'] = { template: { spec: { containers: [{ name: 'm' }] } } };

describe('the name', () => {
  it.each<[string, string | undefined, string | undefined, string]>([
    ['its manifest names it', 'db-migrate', undefined, 'db-migrate-4711-ab12c'],
    ['its manifest gives a prefix', undefined, 'db-migrate-', 'db-migrate-4711-ab12c'],
    ['its manifest has both', 'name', 'prefix-', 'name-4711-ab12c'],
    ['its manifest has none', undefined, undefined, 'web-migrate-4711-ab12c'],
    ['it is too long', `${'a'.repeat(80)}`, undefined, `${'a'.repeat(46)}-4711-ab12c`],
    ['it would be cut at a dash', `${'a'.repeat(45)}-bcd`, undefined, `${'a'.repeat(45)}-4711-ab12c`],
    ['it would be cut at a dot', `${'a'.repeat(45)}.bcd`, undefined, `${'a'.repeat(45)}-4711-ab12c`],
  ])('%s', (_, name, generateName, expected) => {
    const metadata = { ...(name && { name }), ...(generateName && { generateName }) };
    const made = fromManifest({ metadata, spec: bare }).metadata;
    expect(made?.name).toBe(expected);
    expect(made?.generateName).toBeUndefined();
    // Pods add a dash and five characters, and both are label values too.
    expect(`${made?.name}-abcde`.length).toBeLessThanOrEqual(63);
    expect(made?.name).toMatch(objectName);
  });

  it('of a command is that of the workload', () => {
    expect(migrationJob(planOf()).metadata?.name).toBe('web-migrate-4711-ab12c');
  });

  it('differs for each attempt of one run', () => {
    const names = ['aaaaa', 'bbbbb'].map((unique) => migrationJob(planOf({ unique })).metadata?.name);
    expect(new Set(names).size).toBe(2);
  });

  it('does without a run', () => {
    const run = { ...planOf().run, runId: '', url: '', sha: '' };
    const job = migrationJob(planOf({ run }));
    expect(job.metadata?.name).toBe('web-migrate-ab12c');
    expect(job.metadata?.annotations).toEqual({ 'safe-rollout/migration': expect.stringMatching(digest) });
    for (const value of Object.values(job.metadata?.labels ?? {})) expect(value).toMatch(labelValue);
  });
});

describe('labels, annotations and owner', () => {
  const metadata = { labels: { team: 'a', 'safe-rollout/run-id': 'forged' }, annotations: { note: 'b' } };
  const job = fromManifest({
    metadata,
    spec: { template: { metadata: { labels: { part: 'db' } }, ...bare?.template } },
  });

  it('tie the Job and its pods to the workload and the run, beside their own', () => {
    const ours = {
      'app.kubernetes.io/managed-by': 'safe-rollout',
      'safe-rollout/workload': 'deployment.web',
      'safe-rollout/run-id': '4711',
    };
    expect(job.metadata?.labels).toEqual({ team: 'a', ...ours });
    expect(job.spec?.template.metadata?.labels).toEqual({ part: 'db', ...ours });
    expect(job.metadata?.annotations).toEqual({
      note: 'b',
      'safe-rollout/migration': expect.stringMatching(digest),
      'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/4711/attempts/1',
      'safe-rollout/commit': '3f2c1ab',
    });
    expect(job.metadata?.namespace).toBe('shop');
  });

  it('make the Job go when the workload goes, and hold up nothing', () => {
    expect(job.metadata?.ownerReferences).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-web' },
    ]);
  });

  it('are values that a label can have, however long the name', () => {
    const { metadata: made } = migrationJob(
      planOf({ workloadNames: [`deployment/${'a'.repeat(51)}.${'b'.repeat(90)}`] }),
    );
    for (const value of Object.values(made?.labels ?? {})) expect(value).toMatch(labelValue);
  });
});

describe('limits', () => {
  it.each<[string, Partial<NonNullable<V1Job['spec']>>, number, Partial<NonNullable<V1Job['spec']>>]>([
    [
      'has its own where the manifest has none',
      {},
      600,
      {
        activeDeadlineSeconds: 600,
        backoffLimit: 0,
        ttlSecondsAfterFinished: 86_400,
        podReplacementPolicy: 'Failed',
      },
    ],
    ['takes a shorter deadline', { activeDeadlineSeconds: 60 }, 600, { activeDeadlineSeconds: 60 }],
    ['shortens a longer deadline', { activeDeadlineSeconds: 6000 }, 600, { activeDeadlineSeconds: 600 }],
    ['rounds a timeout up', {}, 0.5, { activeDeadlineSeconds: 1 }],
    ['takes more tries', { backoffLimit: 3 }, 600, { backoffLimit: 3 }],
    ['keeps it long enough to be read', { ttlSecondsAfterFinished: 0 }, 600, { ttlSecondsAfterFinished: 60 }],
    [
      'takes a longer time to live',
      { ttlSecondsAfterFinished: 604_800 },
      600,
      { ttlSecondsAfterFinished: 604_800 },
    ],
    [
      'takes another replacement policy',
      { podReplacementPolicy: 'TerminatingOrFailed' },
      600,
      { podReplacementPolicy: 'TerminatingOrFailed' },
    ],
  ])('%s', (_, spec, timeout, expected) => {
    const made = fromManifest(
      { spec: { template: { spec: { containers: [{ name: 'm' }] } }, ...spec } },
      { timeout },
    );
    expect(made.spec).toMatchObject(expected);
  });

  it('restarts no container unless the manifest says so', () => {
    expect(fromManifest({ spec: bare }).spec?.template.spec?.restartPolicy).toBe('Never');
    const spec = { template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'm' }] } } };
    expect(fromManifest({ spec }).spec?.template.spec?.restartPolicy).toBe('OnFailure');
  });
});

describe('from a manifest', () => {
  it('gives the new image to the containers that have none', () => {
    const spec = {
      template: {
        spec: {
          initContainers: [{ name: 'wait' }, { name: 'tool', image: 'tool:1' }],
          containers: [{ name: 'm' }, { name: 'empty', image: '' }, { name: 'side', image: 'side:1' }],
        },
      },
    };
    const pod = fromManifest({ spec }).spec?.template.spec;
    expect(pod?.initContainers?.map(({ image }) => image)).toEqual(['acme/web:v2', 'tool:1']);
    expect(pod?.containers.map(({ image }) => image)).toEqual(['acme/web:v2', 'acme/web:v2', 'side:1']);
  });

  it('leaves the rest of it, and the manifest itself, as they are', () => {
    const manifest = {
      metadata: { name: 'm', labels: { a: 'b' } },
      spec: {
        parallelism: 1,
        template: { spec: { serviceAccountName: 'db', containers: [{ name: 'm', args: ['x'] }] } },
      },
    };
    const before = structuredClone(manifest);
    const made = fromManifest(manifest);
    expect(manifest).toEqual(before);
    expect(made.spec?.parallelism).toBe(1);
    expect(made.spec?.template.spec).toMatchObject({
      serviceAccountName: 'db',
      containers: [{ name: 'm', args: ['x'] }],
    });
  });
});

describe('from a command', () => {
  const kept = {
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    envFrom: [{ configMapRef: { name: 'c' } }],
    volumeMounts: [{ name: 'v', mountPath: '/v' }],
    resources: { limits: { memory: '1Gi' } },
    securityContext: { runAsNonRoot: true },
    workingDir: '/srv',
  };
  const podKept = {
    serviceAccountName: 'web',
    imagePullSecrets: [{ name: 'pull' }],
    volumes: [{ name: 'v', emptyDir: {} }],
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'x', operator: 'Exists' }],
    securityContext: { fsGroup: 1 },
    priorityClassName: 'high',
  };
  const probe = { httpGet: { path: '/', port: 80 } };
  const pod = podFromCommand({
    ...podKept,
    restartPolicy: 'Always',
    hostname: 'web',
    subdomain: 'web',
    terminationGracePeriodSeconds: 300,
    readinessGates: [{ conditionType: 'x' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    affinity: { podAntiAffinity: {} },
    initContainers: [
      { name: 'once', image: 'once:1' },
      { name: 'cloud-sql', image: 'proxy:1', restartPolicy: 'Always' },
    ],
    containers: [
      { name: 'log-shipper', image: 'logs:1' },
      {
        name: 'web',
        image: 'acme/web:v1',
        command: ['/app'],
        args: ['serve'],
        ports: [{ containerPort: 80 }],
        livenessProbe: probe,
        readinessProbe: probe,
        startupProbe: probe,
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        ...kept,
      },
    ],
  });

  it('copies the one container, with what it needs, and runs the command alone', () => {
    expect(pod.containers).toEqual([
      { name: 'web', image: 'acme/web:v2', command: ['/app'], args: ['migrate', '--all'], ...kept },
    ]);
  });

  it('takes native sidecars along, and no other init container', () => {
    expect(pod.initContainers).toEqual([{ name: 'cloud-sql', image: 'proxy:1', restartPolicy: 'Always' }]);
  });

  it('keeps what the pod needs to start, and nothing that belongs to serving', () => {
    const { containers: _, initContainers: __, ...rest } = pod;
    expect(rest).toEqual({ ...podKept, restartPolicy: 'Never' });
  });

  it("does not wear the workload's labels, by which a Service would send it users", () => {
    const job = migrationJob(planOf());
    expect(job.spec?.template.metadata?.labels).not.toHaveProperty('app');
  });

  it('keeps where it may run, of the affinities', () => {
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
    const affinity = { nodeAffinity, podAffinity: {}, podAntiAffinity: {} };
    const made = podFromCommand({ affinity, containers: [{ name: 'web', image: 'acme/web:v1' }] });
    expect(made.affinity).toEqual({ nodeAffinity });
  });

  it('can copy an init container', () => {
    const made = podFromCommand(
      {
        initContainers: [{ name: 'assets', image: 'acme/web:v1', restartPolicy: 'Always', env: kept.env }],
        containers: [{ name: 'web', image: 'nginx' }],
      },
      { container: 'assets' },
    );
    expect(made.containers).toEqual([
      { name: 'assets', image: 'acme/web:v2', command: ['/app'], args: ['migrate', '--all'], env: kept.env },
    ]);
    expect(made.initContainers).toEqual([]);
  });

  it('runs a single word without arguments', () => {
    const migration = { kind: 'command', command: ['/migrate'] } as const;
    const [container] = podFromCommand(
      { containers: [{ name: 'web', args: ['serve'] }] },
      { migration },
    ).containers;
    expect(container).toMatchObject({ command: ['/migrate'], args: [] });
  });
});

describe('jobEnd', () => {
  const condition = (type: string, status = 'True', reason?: string): V1JobCondition => ({
    type,
    status,
    ...(reason && { reason, message: `because of ${reason}` }),
  });

  it.each<[string, V1JobCondition[] | undefined, ReturnType<typeof jobEnd>]>([
    ['nothing yet', undefined, undefined],
    ['no condition', [], undefined],
    ['suspended', [condition('Suspended')], undefined],
    ['complete', [condition('SuccessCriteriaMet'), condition('Complete')], { complete: true }],
    ['about to be complete', [condition('SuccessCriteriaMet')], undefined],
    ['not complete', [condition('Complete', 'False')], undefined],
    ['about to fail', [condition('FailureTarget', 'True', 'BackoffLimitExceeded')], undefined],
    [
      'failed',
      [condition('FailureTarget'), condition('Failed', 'True', 'BackoffLimitExceeded')],
      { complete: false, reason: 'BackoffLimitExceeded', message: 'because of BackoffLimitExceeded' },
    ],
    [
      'out of time',
      [condition('Failed', 'True', 'DeadlineExceeded')],
      { complete: false, reason: 'DeadlineExceeded', message: 'because of DeadlineExceeded' },
    ],
    ['failed without a word', [condition('Failed')], { complete: false, reason: 'Failed', message: '' }],
  ])('%s', (_, conditions, end) => {
    expect(jobEnd({ status: { ...(conditions && { conditions }) } })).toEqual(end);
  });

  it('of a Job that has no status', () => {
    expect(jobEnd({})).toBeUndefined();
  });
});
