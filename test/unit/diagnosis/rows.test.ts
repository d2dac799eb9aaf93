import type { V1Container, V1ContainerState, V1Job, V1Pod, V1PodCondition } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, judgeJob, type Scene, Sightings } from '../../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import type { EventFact, WorkloadSubject } from '../../../src/diagnosis/row.ts';
import { creatorRows, table } from '../../../src/diagnosis/table.ts';
import { podOf, running, statusOf, terminated, waiting } from '../builders.ts';

/** What an event says of the container web. */
function event(reason: string, message: string, container = 'web', lastSeen = 0): EventFact {
  return { reason, message, count: 1, lastSeen, container };
}

function judged(scene: Scene): readonly Diagnosis[] {
  return diagnose(scene, new Sightings(), 0).diagnoses;
}

/** The pod, with events told of it. */
function scene(pod: V1Pod, events: readonly EventFact[] = [], timeout?: number): Scene {
  return { pods: [pod], events: new Map([[pod.metadata?.uid ?? '', events]]), timeout };
}

/** A pod of one container that is like this, by its spec and its status. */
function pod(status: Parameters<typeof statusOf>[0], spec: Partial<V1Container> = {}): V1Pod {
  const made = podOf('a', [statusOf(status)]);
  const [container] = made.spec?.containers ?? [];
  return { ...made, spec: { containers: [{ name: 'web', ...container, ...spec }] } };
}

function pending(conditions: V1PodCondition[]): V1Pod {
  return podOf('a', [], { phase: 'Pending', conditions });
}

function unscheduled(message: string): V1Pod {
  return pending([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]);
}

const creating = podOf('a', [statusOf({ state: waiting('ContainerCreating') })], { phase: 'Pending' });
const backingOff = { state: waiting('CrashLoopBackOff', 'back-off 10s'), restartCount: 1 };
const readinessProbe = { httpGet: { port: 8080, path: '/ready' } };
const startupProbe = { httpGet: { port: 8080, path: '/up' } };
const livenessProbe = { httpGet: { port: 8080, path: '/live' } };
const refusedBy = (kind: string) =>
  event(
    'Unhealthy',
    `${kind} probe failed: Get "http://10.0.0.1:8080": dial tcp: connect: connection refused`,
  );

/** What is seen; its reason, and what its message has to say. */
const cases: readonly [string, Scene, string, string][] = [
  [
    'a readiness probe that has not answered well yet',
    scene(pod({ state: running(), started: true }, { readinessProbe })),
    'not-ready',
    'it is not ready: no good answer yet from :8080/ready',
  ],
  [
    'a readiness probe that is refused',
    scene(pod({ state: running(), started: true }, { readinessProbe }), [refusedBy('Readiness')]),
    'not-ready',
    'it is not ready: connection refused from :8080/ready',
  ],
  [
    'a readiness probe that begins only after the timeout',
    scene(
      pod(
        { state: running(), started: true },
        { readinessProbe: { ...readinessProbe, initialDelaySeconds: 900 } },
      ),
      [],
      600,
    ),
    'not-ready',
    'it cannot be ready before 15 min, and the timeout is 10 min',
  ],
  [
    'a startup probe that is refused',
    scene(pod({ state: running(), started: false }, { startupProbe, readinessProbe }), [
      refusedBy('Startup'),
    ]),
    'startup-probe-failing',
    'it is not started: connection refused from :8080/up',
  ],
  [
    'an init container that waits',
    scene(
      podOf('a', [statusOf({ state: waiting('PodInitializing') })], {
        phase: 'Pending',
        initStatuses: [
          statusOf({ name: 'one', state: terminated(0, 'Completed') }),
          statusOf({ name: 'two', state: running() }),
        ],
      }),
    ),
    'init-waiting',
    'init container two has not ended yet (Init:1/2)',
  ],
  [
    'a container that its liveness probe killed',
    scene(pod({ ...backingOff, lastState: terminated(137) }, { livenessProbe }), [
      event('Killing', 'Container web failed liveness probe, will be restarted'),
      refusedBy('Liveness'),
    ]),
    'killed-by-liveness-probe',
    'its liveness probe failed: connection refused from :8080/live, 2 times; it ended with exit code 137 (SIGKILL)',
  ],
  [
    'a container that its startup probe killed',
    scene(pod({ ...backingOff, lastState: terminated(143) }, { startupProbe }), [
      event('Killing', 'Container web failed startup probe, will be restarted'),
    ]),
    'killed-by-startup-probe',
    'its startup probe failed: no good answer from :8080/up, 2 times; it ended with exit code 143',
  ],
  [
    'a container that crashed while another was killed by its probe',
    scene(pod({ ...backingOff, lastState: terminated(1) }, { livenessProbe }), [
      event('Killing', 'Container sidecar failed liveness probe, will be restarted', 'sidecar'),
    ]),
    'crash',
    'exit code 1',
  ],
  [
    'a server that ends well',
    scene(pod({ ...backingOff, lastState: terminated(0, 'Completed') })),
    'exited',
    'exit code 0, though it should run on, 2 times',
  ],
  [
    'a command that a shell does not find',
    scene(pod({ ...backingOff, lastState: terminated(127) })),
    'command-not-found',
    '127',
  ],
  [
    'a command that a shell cannot execute',
    scene(pod({ ...backingOff, lastState: terminated(126) })),
    'command-not-executable',
    '126',
  ],
  [
    'a program without the executable bit',
    scene(
      pod({ state: terminated(128, 'StartError', 'exec: "/app": permission denied') }, { command: ['/app'] }),
    ),
    'command-not-executable',
    'its command cannot be executed (/app)',
  ],
  [
    'a limit of memory',
    scene(
      pod(
        { ...backingOff, lastState: terminated(137, 'OOMKilled') },
        { resources: { limits: { memory: '64Mi' } } },
      ),
    ),
    'out-of-memory',
    'its limit of 64Mi, 2 times',
  ],
  [
    'a native sidecar that ends well',
    scene({
      ...podOf('a', [statusOf({ state: waiting('PodInitializing') })], {
        initStatuses: [statusOf({ name: 'proxy', ...backingOff, lastState: terminated(0, 'Completed') })],
      }),
      spec: { containers: [], initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] },
    }),
    'exited',
    'it should run on',
  ],
  [
    'an image that would run as root',
    scene(
      pod({
        state: waiting(
          'CreateContainerConfigError',
          'container has runAsNonRoot and image will run as root (pod: "web-a")',
        ),
      }),
    ),
    'runs-as-root',
    'forbids to run as root',
  ],
  [
    'a security context that names root, and forbids it',
    scene(
      pod({
        state: waiting(
          'CreateContainerConfigError',
          'container\'s runAsUser breaks non-root policy (pod: "web-a_shop(1)", container: web)',
        ),
      }),
    ),
    'runs-as-root',
    'names root as its user itself',
  ],
  [
    'an image whose user has no number',
    scene(
      pod({
        state: waiting(
          'CreateContainerConfigError',
          'container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root',
        ),
      }),
    ),
    'runs-as-root',
    'names its user without a number',
  ],
  [
    'an image that the node cannot read',
    scene(pod({ state: waiting('ImageInspectError', 'Failed to inspect image "acme/web:v2"') })),
    'image-unreadable',
    'cannot read the image acme/web:v2',
  ],
  [
    'a key that is missing',
    scene(
      pod({
        state: waiting('CreateContainerConfigError', "couldn't find key url in Secret shop/database"),
      }),
    ),
    'config-missing',
    'it needs the key url of Secret database',
  ],
  [
    'a ConfigMap that is missing',
    scene(pod({ state: waiting('CreateContainerConfigError', 'configmap "settings" not found') })),
    'config-missing',
    'it needs the ConfigMap settings',
  ],
  [
    'an image for another processor',
    scene(pod({ state: waiting('ErrImagePull', 'no match for platform in manifest: not found') })),
    'wrong-architecture',
    'not built for this node',
  ],
  [
    'an image that is never pulled',
    scene(pod({ state: waiting('ErrImageNeverPull', 'Container image "web:v2" is not present') })),
    'image-never-pulled',
    'imagePullPolicy: Never',
  ],
  [
    'a pod behind a gate',
    scene({
      ...pending([
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ]),
      spec: { containers: [], schedulingGates: [{ name: 'example.com/quota' }] },
    }),
    'scheduling-gated',
    'its scheduling gates are shut (example.com/quota)',
  ],
  [
    'a claim that is not there',
    scene(unscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found.')),
    'volume-unbound',
    'its volume claim has no volume',
  ],
  [
    'a claim that is not bound',
    scene(unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.')),
    'volume-unbound',
    'its volume claim has no volume',
  ],
  [
    'nodes without room',
    scene(
      unscheduled('0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b, c}.'),
    ),
    'unschedulable',
    '1: Insufficient cpu; 2: had untolerated taint {a: b, c}',
  ],
  [
    'nodes that are being added',
    scene(unscheduled('0/3 nodes are available: 3 Insufficient cpu.'), [
      event('TriggeredScaleUp', 'pod triggered scale-up', ''),
    ]),
    'unschedulable',
    'the cluster autoscaler is adding one',
  ],
  [
    'a Secret of a volume that is missing',
    scene(creating, [
      event('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found', ''),
    ]),
    'volume-not-mounted',
    'its volume tls needs the Secret web-tls, which does not exist',
  ],
  [
    'a volume that cannot be mounted',
    scene(creating, [event('FailedMount', 'MountVolume.SetUp failed for volume "nfs" : exit status 32', '')]),
    'volume-not-mounted',
    'a volume of it cannot be mounted',
  ],
  [
    'a network that cannot be set up',
    scene({ ...creating, spec: { containers: [], nodeName: 'node-1' } }, [
      event('FailedCreatePodSandBox', 'plugin type="bridge" failed', ''),
    ]),
    'sandbox-failed',
    'node node-1',
  ],
  [
    'a readiness gate that is not met',
    scene({
      ...podOf('a', [statusOf({ ready: true, state: running() })]),
      spec: { containers: [], readinessGates: [{ conditionType: 'lb/registered' }] },
      status: {
        phase: 'Running',
        conditions: [
          { type: 'ContainersReady', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
      },
    }),
    'readiness-gate',
    'lb/registered',
  ],
];

describe.each(cases)('%s', (_, subject, reason, mention) => {
  it(`is ${reason}`, () => {
    const diagnoses = judged(subject);
    expect(diagnoses.map((each) => each.reason)).toEqual([reason]);
    expect(diagnoses[0]?.message).toContain(mention);
  });
});

const runc = 'failed to create shim task: OCI runtime create failed: runc create failed: ';
const unable = `${runc}unable to start container process: error during container init: `;

it.each([
  [`${unable}exec: "/app": stat /app: no such file or directory`, 'command-not-found'],
  [`${unable}exec: "app": executable file not found in $PATH`, 'command-not-found'],
  [
    `${runc}starting container process caused "exec: \\"app\\": executable file not found in $PATH"`,
    'command-not-found',
  ],
  ['executable file `app` not found in $PATH: No such file or directory', 'command-not-found'],
  [
    'exec container process (missing dynamic library?) `/app`: No such file or directory',
    'command-not-found',
  ],
  [`${unable}exec: "/app": permission denied`, 'command-not-executable'],
  [`${unable}exec: "/srv": is a directory`, 'command-not-executable'],
  ['open executable: Permission denied: OCI permission denied', 'command-not-executable'],
  [`${unable}chdir to cwd ("/home/web") set in config.json failed: permission denied`, 'cannot-start'],
  [`${unable}chdir to cwd ("/srv") set in config.json failed: no such file or directory`, 'cannot-start'],
  [
    `${unable}error mounting "/var/lib/kubelet/pods/1/volume-subpaths/a/web/0" to rootfs at "/etc/web.conf": no such file or directory`,
    'cannot-start',
  ],
  [`${unable}error mounting "proc" to rootfs at "/proc": permission denied`, 'cannot-start'],
])('tells the command from what else keeps it from starting: %s', (words, reason) => {
  const [found] = judged(scene(pod({ state: terminated(128, 'StartError', words) })));
  expect(found).toMatchObject({ reason, said: words });
});

describe('the end of a container that a probe once killed', () => {
  const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
  const ended = (exitCode: number, reason = 'Error') => ({
    terminated: {
      exitCode,
      reason,
      startedAt: new Date(at('10:05:00')),
      finishedAt: new Date(at('10:05:30')),
    },
  });
  const killing = (time: string, probe = 'liveness') =>
    event('Killing', `Container web failed ${probe} probe, will be restarted`, 'web', at(time));

  it.each<[string, number, string, string]>([
    ['before the last instance began', 1, '10:01:00', 'crash'],
    ['just before the last instance began', 139, '10:04:59', 'crash'],
    ['while it ran', 1, '10:05:10', 'killed-by-liveness-probe'],
    ['when it ended', 2, '10:05:33', 'killed-by-liveness-probe'],
    ['of an instance that came later', 1, '10:07:00', 'crash'],
    // The kubelet has no more events to give for the pod, but nobody else would have killed it.
    ['before, and was killed again', 137, '10:01:00', 'killed-by-liveness-probe'],
    ['before, and was told to end again', 143, '10:01:00', 'killed-by-liveness-probe'],
  ])('was told %s', (_, code, time, reason) => {
    const [found] = judged(
      scene(pod({ ...backingOff, restartCount: 3, lastState: ended(code) }), [killing(time)]),
    );
    expect(found?.reason).toBe(reason);
    expect(found?.message).toContain(`it ended with exit code ${code}`);
  });

  it('is never that of one that ran out of memory', () => {
    const oom = pod({ ...backingOff, lastState: ended(137, 'OOMKilled') });
    expect(judged(scene(oom, [killing('10:05:10', 'startup')]))[0]?.reason).toBe('out-of-memory');
  });

  it.each<[string, number, V1ContainerState, readonly EventFact[], string]>([
    ['once', 1, ended(1), [], '; it has ended once with exit code 1'],
    ['several times', 4, ended(2), [], '; it has ended 4 times, last with exit code 2'],
    [
      'for want of memory',
      2,
      ended(137, 'OOMKilled'),
      [],
      '2 times, last with exit code 137 (SIGKILL), killed for using too much memory',
    ],
    [
      'by a probe',
      2,
      ended(137),
      [killing('10:05:30')],
      '2 times, last with exit code 137 (SIGKILL), killed since its liveness probe failed',
    ],
  ])('is told of one that runs again, and has ended %s', (_, restartCount, lastState, events, mention) => {
    const status = { state: running(), started: true, restartCount, lastState };
    for (const spec of [{ readinessProbe }, {}]) {
      const [found] = judged(scene(pod(status, spec), events));
      expect(found).toMatchObject({ reason: 'not-ready', hasLog: true });
      expect(found?.message).toMatch(/^it is not ready/);
      expect(found?.message.endsWith(mention)).toBe(true);
    }
    const [starting] = judged(scene(pod({ ...status, started: false }, { startupProbe }), events));
    expect(starting?.message).toContain(mention);
  });

  it('is told of an init container that runs again', () => {
    const again = statusOf({ name: 'two', state: running(), restartCount: 2, lastState: ended(1) });
    const waits = statusOf({ state: waiting('PodInitializing') });
    const [found] = judged(scene(podOf('a', [waits], { phase: 'Pending', initStatuses: [again] })));
    expect(found?.message).toMatch(/Init:0\/1\); it has ended 2 times, last with exit code 1$/);
  });

  it('is not told of one that has never ended', () => {
    const [found] = judged(scene(pod({ state: running(), started: true })));
    expect(found?.message).toBe('it is not ready');
  });
});

it('gives a cluster that adds nodes all the time that there is', () => {
  const sightings = new Sightings();
  const growing = scene(unscheduled('0/3 nodes are available: 3 Insufficient cpu.'), [
    event('TriggeredScaleUp', 'pod triggered scale-up', ''),
  ]);
  let hopeless = false;
  for (let now = 0; now <= 900; now += 10) hopeless ||= diagnose(growing, sightings, now * 1000).hopeless;
  expect(hopeless).toBe(false);
});

describe('a pod that the cluster takes away', () => {
  const target = (reason: string, message: string): V1PodCondition => ({
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message,
  });
  const gone = (status: V1Pod['status'], deleted = false): V1Pod => ({
    ...podOf('a', [], { deleted }),
    spec: { containers: [], nodeName: 'node-1' },
    status: status ?? {},
  });

  it.each<[string, V1Pod, string]>([
    ['by the kubelet', gone({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }), 'evicted'],
    [
      'by a drain',
      gone({ phase: 'Running', conditions: [target('EvictionByEvictionAPI', 'drain')] }, true),
      'evicted',
    ],
    [
      'by a drain, and has ended well',
      gone({ phase: 'Succeeded', conditions: [target('EvictionByEvictionAPI', 'drain')] }, true),
      'evicted',
    ],
    [
      'for want of disk',
      gone({ phase: 'Failed', conditions: [target('TerminationByKubelet', 'disk')] }),
      'evicted',
    ],
    [
      'for another',
      gone({ phase: 'Running', conditions: [target('PreemptionByScheduler', 'p')] }, true),
      'preempted',
    ],
    [
      'with its node',
      gone({ phase: 'Running', conditions: [target('DeletionByTaintManager', 't')] }, true),
      'node-lost',
    ],
  ])('%s: %o', (_, subject, reason) => {
    const { diagnoses, hopeless } = diagnose({ pods: [subject] }, new Sightings(), 0);
    expect(diagnoses).toMatchObject([{ reason, about: 'ended-pod', object: 'pod/web-a' }]);
    // It is replaced.
    expect(hopeless).toBe(false);
  });

  it('is told by its event where its containers ended with 0', () => {
    const told = (reason: string) =>
      diagnose(
        {
          pods: [gone({ phase: 'Succeeded' })],
          events: new Map([
            ['uid-pod-a', [{ reason, message: 'disk', count: 1, lastSeen: 0, container: '' }]],
          ]),
        },
        new Sightings(),
        0,
      ).diagnoses;
    expect(told('Evicted')).toMatchObject([{ reason: 'evicted', about: 'ended-pod', said: 'disk' }]);
    expect(told('Killing')).toEqual([]);
  });

  it('is told after those that take its place', () => {
    const evicted = gone({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' });
    const crashing = podOf('b', [statusOf({ ...backingOff, lastState: terminated(1) })]);
    expect(judged({ pods: [evicted, crashing] }).map(({ reason }) => reason)).toEqual(['crash', 'evicted']);
  });
});

describe('what creates the pods', () => {
  const creator = (words: string) => ({ object: 'replicaset/web-v2', words });

  // As the API server words them.
  it.each([
    [
      'pods "web-1" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      'pod-security',
    ],
    [
      "pods \"web-1\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'x' denied request",
      'webhook-denied',
    ],
    [
      'Internal error occurred: failed calling webhook "x.io": Post "https://x": connection refused',
      'webhook-unreachable',
    ],
    ['pods "web-1" is forbidden: maximum cpu usage per Container is 1, but limit is 2', 'limit-range'],
    ['pods "web-1" is forbidden: [minimum memory usage per Pod is 1Gi, but request is 1Mi]', 'limit-range'],
    ['pods "web-1" is forbidden: cpu max limit to request ratio per Container is 2', 'limit-range'],
  ])('says %s', (words, reason) => {
    expect(judged({ pods: [], creator: creator(words) })).toMatchObject([{ reason, said: words }]);
  });

  it('has a row for each reason, and no other', () => {
    expect(new Set(creatorRows.map(({ reason }) => reason)).size).toBe(creatorRows.length);
  });
});

describe('what others leave room for', () => {
  const creator = { object: 'replicaset/web-v2', words: 'exceeded quota' };
  const ready = (name: string) => podOf(name, [statusOf({ ready: true, state: running() })]);

  /** The seconds at which a scene that changes from second to second is first hopeless, of so many. */
  function hopelessAt(seconds: number, at: (second: number) => Scene): number | undefined {
    const sightings = new Sightings();
    for (let now = 0; now <= seconds; now++) {
      if (diagnose(at(now), sightings, now * 1000).hopeless) return now;
    }
    return undefined;
  }

  it('is given up after its grace where nothing makes room', () => {
    expect(hopelessAt(300, () => ({ pods: [ready('a')], creator, otherPods: 2, available: 1 }))).toBe(10);
  });

  // The controller tries again only after about as long as it has failed.
  it.each([
    [4, 14],
    [8, 18],
    [25, 50],
    [60, 120],
  ])('is given as long again as it failed before: after %d s of pods ending, until %d s', (until, end) => {
    const at = (now: number) => ({ pods: [], creator, isMakingRoom: now <= until, otherPods: 1 });
    expect(hopelessAt(300, at)).toBe(end);
  });

  it('is never given up while pods end', () => {
    expect(hopelessAt(900, () => ({ pods: [], creator, isMakingRoom: true }))).toBeUndefined();
  });

  it('is not given up in the moment in which a new pod is ready, and no old one ends yet', () => {
    const starting = podOf('a', [statusOf({ state: running() })]);
    const at = (now: number): Scene => {
      if (now < 100) return { pods: [starting], creator, otherPods: 2, available: 0 };
      if (now < 103) return { pods: [ready('a')], creator, otherPods: 2, available: 1 };
      return { pods: [ready('a')], creator, isMakingRoom: now < 110, otherPods: now < 110 ? 2 : 1 };
    };
    expect(hopelessAt(150, at)).toBeUndefined();
    expect(hopelessAt(400, at)).toBe(220);
  });

  it('is not given up while a ready pod is not long enough ready for an old one to go', () => {
    const at = (now: number) => ({ pods: [ready('a')], creator, otherPods: 2, available: now < 60 ? 0 : 1 });
    expect(hopelessAt(100, at)).toBeUndefined();
  });

  it('is not waited for where room is not what is missing', () => {
    const forbidden = {
      ...creator,
      words: 'pods "web-1" is forbidden: violates PodSecurity "restricted:latest"',
    };
    expect(hopelessAt(60, () => ({ pods: [], creator: forbidden, isMakingRoom: true }))).toBe(5);
  });

  it.each([
    ['a node without room', unscheduled('0/3 nodes are available: 3 Insufficient cpu.'), [], 120],
    [
      'a volume that another node holds',
      creating,
      [event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1b2c"', '')],
      60,
    ],
    [
      'a volume that cannot be attached yet',
      creating,
      [event('FailedAttachVolume', 'AttachVolume.Attach failed for volume "pvc-1b2c"', '')],
      60,
    ],
  ])('%s: is given its grace once old pods have gone', (_, subject, events, grace) => {
    expect(hopelessAt(900, () => ({ ...scene(subject, events), isMakingRoom: true }))).toBeUndefined();
    expect(hopelessAt(900, (now) => ({ ...scene(subject, events), isMakingRoom: now <= 200 }))).toBe(
      200 + grace,
    );
  });
});

describe('the workload itself', () => {
  const at = Date.parse('2026-11-20T10:00:00Z');
  const subject = (over: Partial<WorkloadSubject>): WorkloadSubject => ({
    object: 'deployment/web',
    paused: false,
    recreates: false,
    replicas: 3,
    replicasBefore: 3,
    ending: [],
    now: at,
    ...over,
  });
  const told = (over: Partial<WorkloadSubject>) => judged({ pods: [], workload: subject(over) });
  /** An old pod that was told to end so many seconds ago, with so many seconds to do it. */
  const ending = (ago: number, grace: number, phase = 'Running'): V1Pod => ({
    metadata: {
      name: 'web-old',
      deletionTimestamp: new Date(at + (grace - ago) * 1000),
      deletionGracePeriodSeconds: grace,
    },
    status: { phase },
  });

  it.each<[string, Partial<WorkloadSubject>, string | undefined, string]>([
    ['nothing', {}, undefined, ''],
    ['a pause', { paused: true }, 'paused', 'paused during the rollout'],
    ['a scaling', { replicas: 5 }, 'scaled', 'from 3 to 5'],
    ['a scaling, not known from what', { replicasBefore: undefined }, undefined, ''],
    [
      'an old pod that ends slowly',
      { recreates: true, ending: [ending(20, 300)] },
      'old-pods-ending',
      'web-old',
    ],
    ['an old pod that has just begun to end', { recreates: true, ending: [ending(5, 30)] }, undefined, ''],
    ['an old pod that has ended', { recreates: true, ending: [ending(60, 30, 'Succeeded')] }, undefined, ''],
    ['an old pod that nobody waits for', { ending: [ending(60, 30)] }, undefined, ''],
  ])('%s', (_, over, reason, mention) => {
    const [diagnosis, ...others] = told(over);
    expect(diagnosis?.reason).toBe(reason);
    expect(diagnosis?.message ?? '').toContain(mention);
    expect(others).toEqual([]);
  });

  it('never makes a rollout hopeless by itself', () => {
    const sightings = new Sightings();
    const workload = subject({ paused: true });
    for (let now = 0; now < 900; now += 10) {
      expect(diagnose({ pods: [], workload }, sightings, now * 1000).hopeless).toBe(false);
    }
  });
});

describe('a Job', () => {
  const job = (over: Partial<NonNullable<V1Job['spec']>> = {}): V1Job => ({
    spec: { template: { spec: { containers: [{ name: 'migrate' }] } }, ...over },
  });
  const statuses = (...list: Parameters<typeof statusOf>[0][]): V1Pod => podOf('job', list.map(statusOf));
  const held = (it: V1Job, pods: V1Pod[], seconds = 0) => {
    const sightings = new Sightings();
    const look = (now: number) =>
      judgeJob({ job: it, pods }, 'job/web-migrate-1', sightings, now * 1000, 'strict');
    let found = look(0);
    for (let now = 1; now <= seconds; now++) found = look(now);
    return found;
  };
  const done = { name: 'migrate', state: terminated(0, 'Completed') };
  const proxy = { name: 'istio-proxy', state: running() };

  it.each<[string, V1Job, V1Pod[], string | undefined]>([
    ['that has only just been created', job(), [], undefined],
    ['that runs', job(), [statuses({ name: 'migrate', state: running() }, proxy)], undefined],
    [
      'that has a failed container',
      job(),
      [statuses({ name: 'migrate', state: terminated(1) }, proxy)],
      undefined,
    ],
    ['that has ended', job(), [statuses(done)], undefined],
    ['that is suspended', job({ suspend: true }), [], 'job-suspended'],
    ['that a sidecar keeps alive', job(), [statuses(done, proxy)], 'sidecar-running'],
  ])('%s', (_, it, pods, reason) => {
    expect(held(it, pods)?.reason).toBe(reason);
  });

  it('names the sidecar, and is given up after half a minute', () => {
    const pods = [statuses(done, proxy)];
    expect(held(job(), pods, 29)).toMatchObject({ hopeless: false, object: 'job/web-migrate-1' });
    expect(held(job(), pods, 30)).toMatchObject({ hopeless: true });
    expect(held(job(), pods)?.message).toContain('istio-proxy');
  });

  it('that is suspended is given up after a minute', () => {
    expect(held(job({ suspend: true }), [], 59)?.hopeless).toBe(false);
    expect(held(job({ suspend: true }), [], 60)?.hopeless).toBe(true);
  });
});

it('has every row in the table of the docs, with words in each column', () => {
  for (const { title, rows } of table) {
    expect([title, rows.length > 0]).toEqual([title, true]);
    for (const { reason, symptom, cause, next } of rows) {
      expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
      for (const words of [symptom, cause, next]) expect([reason, words]).not.toEqual([reason, '']);
    }
  }
});
