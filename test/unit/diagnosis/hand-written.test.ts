import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, type Scene, Sightings, type Verdict } from '../../../src/diagnosis/diagnose.ts';
import type { EventFact, WorkloadSubject } from '../../../src/diagnosis/row.ts';
import { podOf, running, statusOf, waiting } from '../builders.ts';

// What takes a node or a zone to fail. Everything else is brought about on a real cluster: test/e2e/diagnosis.

const event = (reason: string, message: string, lastSeen = 0): EventFact => ({
  reason,
  message,
  count: 1,
  lastSeen,
  container: '',
});

/** What is seen of a pod that has been like this for `seconds`, while `events` were told of it. */
function seenFor(seconds: number, pod: V1Pod, events: readonly EventFact[] = []): Verdict {
  const sightings = new Sightings();
  const scene: Scene = { pods: [pod], events: new Map([[pod.metadata?.uid ?? '', events]]) };
  let verdict = diagnose(scene, sightings, 0);
  for (let now = 1; now <= seconds; now++) verdict = diagnose(scene, sightings, now * 1000);
  return verdict;
}

function on(node: string, pod: V1Pod): V1Pod {
  return { ...pod, spec: { containers: [], ...pod.spec, nodeName: node } };
}

describe('a node that does not answer', () => {
  // The node controller sets the pod's Ready condition; what the kubelet said of its containers last stays.
  const runs = on('node-3', podOf('a', [statusOf({ ready: true, state: running() })]));
  const conditions = [
    { type: 'Ready', status: 'False' },
    { type: 'ContainersReady', status: 'True' },
  ];
  const lost: V1Pod = { ...runs, status: { ...runs.status, conditions } };
  const notReady = event('NodeNotReady', 'Node is not ready');

  it('is told by the event of the node controller', () => {
    const gone = on('node-3', podOf('a', [], { phase: 'Pending' }));
    expect(seenFor(0, gone, [notReady]).diagnoses).toMatchObject([
      { reason: 'node-lost', object: 'pod/web-a', said: 'Node is not ready' },
    ]);
    expect(seenFor(0, gone, [notReady]).diagnoses[0]?.message).toContain('node-3');
  });

  it('is told of a pod whose containers still seem to run', () => {
    expect(seenFor(0, lost, [notReady]).diagnoses.map(({ reason }) => reason)).toEqual(['node-lost']);
  });

  it('is told by the status of a pod that the node controller has given up', () => {
    const given = { ...lost, status: { ...lost.status, reason: 'NodeLost', message: 'Node node-3 is gone' } };
    expect(seenFor(0, given).diagnoses).toMatchObject([{ reason: 'node-lost', said: 'Node node-3 is gone' }]);
  });

  it('may come back until the timeout', () => {
    expect(seenFor(900, lost, [notReady]).hopeless).toBe(false);
  });

  it('is forgotten once there is newer news, or the pod is ready', () => {
    const back = event('Pulling', 'Pulling image "acme/web:v2"');
    const pod = on('node-3', podOf('a', [], { phase: 'Pending' }));
    expect(seenFor(0, pod, [back, notReady]).diagnoses).toEqual([]);
    expect(seenFor(0, runs, [notReady]).diagnoses).toEqual([]);
  });
});

describe('a volume that another node holds', () => {
  const creating = on(
    'node-2',
    podOf('a', [statusOf({ state: waiting('ContainerCreating') })], { phase: 'Pending' }),
  );
  const words = 'Multi-Attach error for volume "pvc-1b2c" Volume is already used by pod(s) web-5d9c7b-x2x';
  const multiAttach = event('FailedAttachVolume', words);

  it('is told in the words of the attach controller', () => {
    expect(seenFor(0, creating, [multiAttach]).diagnoses).toMatchObject([
      { reason: 'volume-in-use', object: 'pod/web-a', said: words },
    ]);
  });

  it('may be let go within a minute', () => {
    expect(seenFor(59, creating, [multiAttach]).hopeless).toBe(false);
    expect(seenFor(60, creating, [multiAttach]).hopeless).toBe(true);
  });

  it('is another matter than one that cannot be attached at all', () => {
    const failed = event(
      'FailedAttachVolume',
      'AttachVolume.Attach failed for volume "pvc-1b2c": no such disk',
    );
    expect(seenFor(0, creating, [failed]).diagnoses).toMatchObject([{ reason: 'volume-not-mounted' }]);
  });

  it('is past once the pod runs', () => {
    const runs = podOf('a', [statusOf({ ready: true, state: running() })]);
    expect(seenFor(0, runs, [multiAttach]).diagnoses).toEqual([]);
  });
});

describe('a pod whose node could not prepare it at first', () => {
  const creating = on(
    'node-2',
    podOf('a', [statusOf({ state: waiting('ContainerCreating') })], { phase: 'Pending' }),
  );
  const readyToStart = (status: string): V1Pod => ({
    ...creating,
    status: { ...creating.status, conditions: [{ type: 'PodReadyToStartContainers', status }] },
  });
  const pulling = (lastSeen: number) => event('Pulling', 'Pulling image "acme/web:v2"', lastSeen);
  const attached = (lastSeen: number) =>
    event('SuccessfulAttachVolume', 'AttachVolume.Attach succeeded for volume "pvc-1b2c"', lastSeen);

  describe.each([
    ['volume-not-mounted', event('FailedMount', 'configmap "settings" not found', 5_000)],
    ['volume-not-mounted', event('FailedAttachVolume', 'AttachVolume.Attach failed: throttled', 5_000)],
    ['volume-in-use', event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1b2c"', 5_000)],
    ['sandbox-failed', event('FailedCreatePodSandBox', 'plugin type="bridge" failed', 5_000)],
  ])('%s: %o', (reason, failure) => {
    it.each<[string, V1Pod, readonly EventFact[]]>([
      ['is ready to start containers', readyToStart('True'), [failure]],
      ['pulls its image', creating, [pulling(9_000), failure]],
      ['pulls its image in the same second', creating, [failure, pulling(5_000)]],
      ['has its volume attached', creating, [attached(6_000), failure]],
    ])('is past once it %s, however long that takes', (_, pod, events) => {
      expect(seenFor(300, pod, events)).toEqual({ diagnoses: [], hopeless: false });
    });

    it.each<[string, V1Pod, readonly EventFact[]]>([
      ['nothing newer is told', readyToStart('False'), [failure]],
      ['it fails again after a pull', creating, [failure, pulling(4_000)]],
      ['another volume was attached before', creating, [failure, attached(5_000)]],
    ])('is told where %s', (_, pod, events) => {
      const { diagnoses, hopeless } = seenFor(60, pod, events);
      expect(diagnoses.map((each) => each.reason)).toEqual([reason]);
      expect(hopeless).toBe(true);
    });
  });
});

describe('a volume in another zone', () => {
  const pending = (message: string) =>
    podOf('a', [], {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });

  it.each([
    // Up to 1.32 or so, and since.
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict.',
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match PersistentVolume's node affinity.",
    '0/3 nodes are available: 3 node(s) had no available volume zone.',
  ])('is told: %s', (message) => {
    expect(seenFor(0, pending(message)).diagnoses).toMatchObject([{ reason: 'volume-zone', said: message }]);
  });

  it('may get a node within two minutes', () => {
    const pod = pending('0/3 nodes are available: 3 node(s) had volume node affinity conflict.');
    expect(seenFor(119, pod).hopeless).toBe(false);
    expect(seenFor(120, pod).hopeless).toBe(true);
  });
});

describe('an old pod on a node that does not answer, where new ones wait for it', () => {
  const at = (time: string) => new Date(time).getTime();
  const ending: V1Pod = {
    ...on('node-3', podOf('old', [statusOf({ state: running() })])),
    metadata: {
      name: 'web-old',
      uid: 'uid-old',
      deletionTimestamp: '2026-11-20T10:00:00Z' as unknown as Date,
      deletionGracePeriodSeconds: 30,
    },
  };
  const workload = (over: Partial<WorkloadSubject> = {}): WorkloadSubject => ({
    object: 'deployment/web',
    paused: false,
    recreates: true,
    replicas: 1,
    replicasBefore: 1,
    ending: [ending],
    now: at('2026-11-20T10:02:00Z'),
    ...over,
  });
  const told = (subject: WorkloadSubject) =>
    diagnose({ pods: [], workload: subject }, new Sightings(), subject.now).diagnoses;

  it('is told', () => {
    const [diagnosis] = told(workload());
    expect(diagnosis).toMatchObject({ reason: 'old-pods-ending', object: 'deployment/web', hopeless: false });
    expect(diagnosis?.message).toContain('pod/web-old');
  });

  it('is none where new pods do not wait for old ones', () => {
    expect(told(workload({ recreates: false }))).toEqual([]);
  });
});
