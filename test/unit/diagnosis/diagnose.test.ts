import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { diagnose, Sightings, type Verdict, worthAsking } from '../../../src/diagnosis/diagnose.ts';
import { sayExit } from '../../../src/diagnosis/exit-code.ts';
import type { Patience } from '../../../src/diagnosis/row.ts';
import { type CreatorSubject, containerRows, creatorRows, podRows } from '../../../src/diagnosis/table.ts';
import { podOf, running, statusOf, terminated, waiting } from '../builders.ts';

const image = 'registry.example.com/acme/web:v2';

/** What is seen of pods that have been like this for `seconds`. */
function seenFor(seconds: number, pods: readonly V1Pod[], creator?: CreatorSubject): Verdict {
  const sightings = new Sightings();
  let verdict = diagnose({ pods, creator }, sightings, 0);
  for (let now = 1; now <= seconds; now++) verdict = diagnose({ pods, creator }, sightings, now * 1000);
  return verdict;
}

const pod = (over: Parameters<typeof statusOf>[0], name = 'a') =>
  podOf(name, [statusOf({ image, ...over })], { phase: 'Pending', command: ['/app', 'serve'] });

const unschedulable = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: '0/3 nodes are available: 3 Insufficient memory.',
};

/** Symptoms as a real cluster shows them, the row that has to know each, and what its diagnosis has to mention. */
const symptoms: readonly [string, string, V1Pod, string][] = [
  [
    'a tag that is not there',
    'image-not-found',
    pod({
      state: waiting('ErrImagePull', `failed to pull and unpack image "${image}": ${image}: not found`),
    }),
    image,
  ],
  [
    'a tag that is not there, backing off',
    'image-not-found',
    pod({
      state: waiting(
        'ImagePullBackOff',
        `Back-off pulling image "${image}": ErrImagePull: ${image}: not found`,
      ),
    }),
    image,
  ],
  [
    'a manifest that the registry does not know',
    'image-not-found',
    pod({ state: waiting('ErrImagePull', 'manifest unknown: manifest tagged by "v2" is not found') }),
    image,
  ],
  [
    'a registry that wants credentials',
    'image-unauthorised',
    pod({ state: waiting('ErrImagePull', 'failed to authorize: 401 Unauthorized') }),
    image,
  ],
  [
    'Docker Hub where it will not say',
    'image-unauthorised',
    pod({
      state: waiting(
        'ErrImagePull',
        'pull access denied, repository does not exist or may require authorization: insufficient_scope',
      ),
    }),
    image,
  ],
  [
    'a registry that does not answer',
    'image-registry-unreachable',
    pod({ state: waiting('ErrImagePull', 'dial tcp 10.0.0.1:443: i/o timeout') }),
    image,
  ],
  [
    'a registry whose name is not resolved',
    'image-registry-unreachable',
    pod({ state: waiting('ErrImagePull', 'dial tcp: lookup registry.example.com: host not found') }),
    image,
  ],
  [
    'a back-off without its cause',
    'image-pull-failed',
    pod({ state: waiting('ImagePullBackOff', `Back-off pulling image "${image}"`) }),
    image,
  ],
  [
    'a name that is none',
    'image-name-invalid',
    pod({ image: 'Web:v2', state: waiting('InvalidImageName', 'couldn\'t parse image name "Web:v2"') }),
    'Web:v2',
  ],
  [
    'a Secret that is missing',
    'config-missing',
    pod({ state: waiting('CreateContainerConfigError', 'secret "database" not found') }),
    'Secret',
  ],
  [
    'a program that is not in the image',
    'command-not-found',
    pod({ state: terminated(128, 'StartError', 'exec: "/app": stat /app: no such file or directory') }),
    '/app serve',
  ],
  [
    'a program that is not in the image, backing off',
    'command-not-found',
    pod({
      state: waiting('CrashLoopBackOff'),
      lastState: terminated(128, 'StartError', 'exec: "/app": stat /app: no such file or directory'),
    }),
    '/app serve',
  ],
  [
    'a container that the runtime cannot make',
    'cannot-start',
    pod({ state: waiting('CreateContainerError', 'context deadline exceeded') }),
    '/app serve',
  ],
  ['a first crash', 'crash', pod({ state: terminated(1) }), 'exit code 1'],
  [
    'a crash, backing off',
    'crash',
    pod({ state: waiting('CrashLoopBackOff', 'back-off 10s'), lastState: terminated(139) }),
    'exit code 139',
  ],
  [
    'too much memory',
    'out-of-memory',
    pod({ state: waiting('CrashLoopBackOff', 'back-off 10s'), lastState: terminated(137, 'OOMKilled') }),
    'memory',
  ],
  [
    'no node for it',
    'unschedulable',
    podOf('a', [], { phase: 'Pending', conditions: [unschedulable] }),
    'node',
  ],
  [
    'a probe that fails',
    'not-ready',
    podOf('a', [statusOf({ state: running(), started: true })]),
    'not ready',
  ],
];

/** The row that is to know the pod: its container's, or its own. */
function rowOf(subject: V1Pod): { readonly patience: Patience } {
  const whole = { pod: subject, events: [], timeout: undefined };
  const [status] = subject.status?.containerStatuses ?? [];
  const container = subject.spec?.containers[0];
  const row =
    (status &&
      containerRows.find(
        (each) => each.recognise({ ...whole, status, container, init: false }) !== undefined,
      )) ??
    podRows.find((each) => each.recognise(whole) !== undefined);
  if (row === undefined) throw new Error('No row knows it.');
  return row;
}

/** The pod with its containers restarted so many times. */
function restarted(subject: V1Pod, times: number): V1Pod {
  const { status } = subject;
  const containerStatuses = status?.containerStatuses?.map((each) => ({ ...each, restartCount: times }));
  return { ...subject, status: { ...status, ...(containerStatuses && { containerStatuses }) } };
}

describe.each(symptoms)('%s', (_, reason, subject, mention) => {
  it('is known for what it is, and alone', () => {
    const { diagnoses } = seenFor(0, [subject]);
    expect(diagnoses.map((each) => each.reason)).toEqual([reason]);
    expect(diagnoses[0]?.message).toContain(mention);
    expect(diagnoses[0]).toMatchObject({ object: 'pod/web-a', count: 1 });
    expect(diagnoses[0]?.next).not.toBe('');
  });

  it('has the grace of its row', () => {
    const { patience } = rowOf(subject);
    if (patience === 'timeout') return expect(seenFor(600, [subject]).hopeless).toBe(false);
    const { seconds, crashes = 0 } = patience;
    if (crashes > 0) expect(seenFor(600, [subject]).hopeless).toBe(false);
    const often = restarted(subject, crashes);
    if (seconds > 0) expect(seenFor(seconds - 1, [often]).hopeless).toBe(false);
    expect(seenFor(seconds, [often])).toMatchObject({ hopeless: true, diagnoses: [{ hopeless: true }] });
  });
});

it.each<[string, V1Pod]>([
  ['a pod that is ready', podOf('a', [statusOf({ ready: true, state: running() })])],
  ['a pod that is only just made', podOf('a', [], { phase: 'Pending' })],
  ['a container that is being made', pod({ state: waiting('ContainerCreating') })],
  ['a container that waits for an init container', pod({ state: waiting('PodInitializing') })],
  [
    'a Secret that the kubelet has not seen yet',
    pod({ state: waiting('CreateContainerConfigError', 'failed to sync secret cache: timed out') }),
  ],
  [
    'an init container that ended well',
    podOf('a', [statusOf({ state: waiting('PodInitializing') })], {
      phase: 'Pending',
      initStatuses: [statusOf({ name: 'prepare', state: terminated(0, 'Completed') })],
    }),
  ],
  [
    'a container that had crashed and is ready now',
    podOf('a', [statusOf({ ready: true, state: running(), lastState: terminated(1), restartCount: 2 })]),
  ],
  [
    'a container that could not be started once and is ready now',
    podOf('a', [
      statusOf({ ready: true, state: running(), lastState: terminated(128, 'StartError'), restartCount: 1 }),
    ]),
  ],
  ['a pod that is being deleted', podOf('a', [statusOf({ state: terminated(1) })], { deleted: true })],
  ['a pod that waits for a scheduler of its own', podOf('a', [], { phase: 'Pending' })],
])('is silent about %s', (_, subject) => {
  expect(seenFor(300, [subject])).toEqual({ diagnoses: [], hopeless: false });
});

describe('crashes', () => {
  const crashing = (restartCount: number, state: ReturnType<typeof waiting>) =>
    seenFor(10, [pod({ restartCount, state, lastState: terminated(1) })]);

  // A container counts up when its next instance starts: what waits in a back-off has ended once more than that.
  it.each<[string, Verdict, number, boolean]>([
    ['ended once', crashing(0, terminated(1)), 1, false],
    ['ended once, waits', crashing(0, waiting('CrashLoopBackOff')), 1, false],
    ['ended twice', crashing(1, terminated(1)), 2, false],
    ['ended twice, waits', crashing(1, waiting('CrashLoopBackOff')), 2, false],
    ['ended three times', crashing(2, terminated(1)), 3, true],
    ['ended three times, waits', crashing(2, waiting('CrashLoopBackOff')), 3, true],
  ])('%s', (_, { diagnoses, hopeless }, times, over) => {
    expect(hopeless).toBe(over);
    const counted = /(\d+) times/.exec(diagnoses[0]?.message ?? '')?.[1] ?? '1';
    expect(Number(counted)).toBe(times);
  });

  it('in quick succession, as after a probe, are given ten seconds', () => {
    const thrice = pod({ restartCount: 2, state: terminated(1) });
    expect(seenFor(9, [thrice]).hopeless).toBe(false);
    expect(seenFor(10, [thrice]).hopeless).toBe(true);
  });

  it('are not counted against a container that runs again', () => {
    const runs = podOf('a', [statusOf({ state: running(), lastState: terminated(1), restartCount: 5 })]);
    expect(seenFor(60, [runs])).toMatchObject({ hopeless: false, diagnoses: [{ reason: 'not-ready' }] });
  });

  it('of an init container are told by its name', () => {
    const crashed = statusOf({ name: 'prepare', state: terminated(2), restartCount: 2 });
    const waits = statusOf({ state: waiting('PodInitializing') });
    const { diagnoses, hopeless } = seenFor(10, [podOf('a', [waits], { initStatuses: [crashed] })]);
    expect(diagnoses.map(({ container, reason }) => [container, reason])).toEqual([['prepare', 'crash']]);
    expect(hopeless).toBe(true);
  });
});

describe('an init container that migrates', () => {
  const migrating = (over: Partial<V1ContainerStatus>, restartPolicy?: string) => {
    const waits = statusOf({ state: waiting('PodInitializing') });
    const made = podOf('a', [waits], { initStatuses: [statusOf({ name: 'migrate', ...over })] });
    const container = { name: 'migrate', ...(restartPolicy && { restartPolicy }) };
    return { ...made, spec: { containers: [], ...made.spec, initContainers: [container] } };
  };

  it.each<[string, V1Pod, string, string]>([
    [
      'fails',
      migrating({ state: terminated(1), restartCount: 2 }),
      'init-migration-failed',
      'the migration in init container migrate failed: exit code 1, 3 times (it is known by its name)',
    ],
    [
      'needs too much memory',
      migrating({ state: terminated(137, 'OOMKilled') }),
      'init-migration-failed',
      'exit code 137 (SIGKILL), out of memory',
    ],
    [
      'goes on',
      migrating({ state: running() }),
      'init-migration-running',
      'the migration in init container migrate has not ended yet (Init:0/1)',
    ],
    [
      'is a native sidecar',
      migrating({ state: terminated(1) }, 'Always'),
      'crash',
      'it ended with exit code 1',
    ],
  ])('%s', (_, pod, reason, message) => {
    const [diagnosis] = seenFor(0, [pod]).diagnoses;
    expect(diagnosis).toMatchObject({
      reason,
      container: 'migrate',
      message: expect.stringContaining(message),
    });
  });

  it('is given up as any container that crashes', () => {
    const twice = migrating({ state: terminated(1), restartCount: 1 });
    const thrice = migrating({ state: terminated(1), restartCount: 2 });
    expect(seenFor(10, [twice]).hopeless).toBe(false);
    expect(seenFor(10, [thrice]).hopeless).toBe(true);
  });
});

describe('what creates the pods', () => {
  it.each([
    ['exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2', 'quota-exceeded'],
    [
      'pods "web-1" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
      'service-account-missing',
    ],
    ['admission webhook "policy.example.com" denied the request: no root', 'webhook-denied'],
    ['something that no row knows', 'creation-refused'],
  ])('says %s', (words, reason) => {
    const creator = { object: 'replicaset/web-v2', words };
    const { diagnoses } = seenFor(0, [], creator);
    expect(diagnoses).toMatchObject([{ reason, object: 'replicaset/web-v2', said: words, hasLog: false }]);
    expect(seenFor(1, [], creator).hopeless).toBe(false);
    expect(seenFor(60, [], creator).hopeless).toBe(true);
  });

  it('says nothing', () => {
    expect(seenFor(60, [], { object: 'replicaset/web-v2', words: '' }).diagnoses).toEqual([]);
  });
});

describe('hopeless', () => {
  const lost = (name: string) => pod({ state: waiting('ErrImagePull', 'x: not found') }, name);
  const ready = (name: string) => podOf(name, [statusOf({ ready: true, state: running() })]);
  const starting = (name: string) => pod({ state: waiting('ContainerCreating') }, name);
  const quota = { object: 'replicaset/web-v2', words: 'exceeded quota' };
  const evicted = podOf('e', [], { phase: 'Failed' });

  it.each<[string, V1Pod[], CreatorSubject | undefined, boolean]>([
    ['there is nothing yet', [], undefined, false],
    ['all is ready', [ready('a'), ready('b')], undefined, false],
    ['all that is not ready is lost', [ready('a'), lost('b'), lost('c')], undefined, true],
    ['something may still come', [lost('a'), starting('b')], undefined, false],
    ['the rest cannot be created', [ready('a')], quota, true],
    ['the rest cannot be created, but something may still come', [starting('a')], quota, false],
    [
      'the rest is lost, but for one that ended',
      [lost('a'), podOf('s', [], { phase: 'Succeeded' })],
      undefined,
      true,
    ],
    ['the rest is lost, but for one that was evicted and replaced', [lost('a'), evicted], undefined, true],
    [
      'what is lost is being deleted',
      [{ ...lost('a'), metadata: { deletionTimestamp: 'x' as never } }],
      undefined,
      false,
    ],
  ])('where %s', (_, pods, creator, expected) => {
    expect(seenFor(30, pods, creator).hopeless).toBe(expected);
  });
});

describe('pods whose events are asked for', () => {
  const named = (name: string, phase: string) => podOf(name, [], { phase });
  const ready = podOf('r', [statusOf({ ready: true, state: running() })]);
  const asked = (...pods: V1Pod[]) => worthAsking(pods, 3).map(({ metadata }) => metadata?.name);

  it('are those that are waited for, then the last that ended well', () => {
    const done = ['1', '2', '3'].map((name) => named(name, 'Succeeded'));
    expect(asked(...done, ready, named('f', 'Failed'), named('p', 'Pending'))).toEqual([
      'web-p',
      'web-2',
      'web-3',
    ]);
    const waiting = ['a', 'b', 'c', 'd'].map((name) => named(name, 'Pending'));
    expect(asked(...done, ...waiting)).toEqual(['web-a', 'web-b', 'web-c', 'web-d']);
  });
});

describe('hopeless where every pod counts', () => {
  const lost = pod({ state: waiting('ErrImagePull', 'x: not found') }, 'a');
  const starting = pod({ state: waiting('ContainerCreating') }, 'b');
  const ready = podOf('c', [statusOf({ ready: true, state: running() })]);
  const quota = { object: 'statefulset/web', words: 'exceeded quota' };
  const hopelessAfter = (seconds: number, pods: V1Pod[], creator?: CreatorSubject) => {
    const sightings = new Sightings();
    const scene = { pods, creator, everyPodCounts: true };
    diagnose(scene, sightings, 0);
    return diagnose(scene, sightings, seconds * 1000).hopeless;
  };

  it.each<[string, boolean, boolean]>([
    ['one pod is lost, and others may come', hopelessAfter(30, [ready, lost, starting]), true],
    ['all may come', hopelessAfter(30, [ready, starting]), false],
    ['one cannot be created, and others may come', hopelessAfter(30, [starting], quota), true],
    ['one cannot be created yet', hopelessAfter(1, [ready], quota), false],
    ['all are there', hopelessAfter(30, [ready]), false],
    ['there is nothing yet', hopelessAfter(30, []), false],
  ])('where %s', (_, hopeless, expected) => {
    expect(hopeless).toBe(expected);
  });
});

describe('alike diagnoses', () => {
  const notFound = (name: string, container = 'web') =>
    podOf(name, [statusOf({ name: container, state: waiting('ErrImagePull', 'x: not found') })]);

  it('are one, with the first as the example', () => {
    const { diagnoses } = seenFor(0, [notFound('a'), notFound('b'), notFound('c')]);
    expect(diagnoses).toMatchObject([{ object: 'pod/web-a', count: 3 }]);
  });

  it('of two containers stay two', () => {
    expect(seenFor(0, [notFound('a'), notFound('b', 'worker')]).diagnoses).toHaveLength(2);
  });

  it('stand behind those that are hopeless', () => {
    const unready = podOf('a', [statusOf({ state: running() })]);
    const { diagnoses, hopeless } = seenFor(0, [unready, notFound('b')]);
    expect(diagnoses.map(({ reason }) => reason)).toEqual(['image-not-found', 'not-ready']);
    expect(hopeless).toBe(false);
  });
});

describe('Sightings', () => {
  it('remember when something was first seen', () => {
    const sightings = new Sightings();
    expect([0, 10_000, 20_000].map((now) => sightings.see('x', now))).toEqual([0, 0, 0]);
    expect(sightings.see('y', 20_000)).toBe(20_000);
  });

  it('take what was away for longer than a try lasts for new', () => {
    const sightings = new Sightings();
    sightings.see('x', 0);
    expect(sightings.see('x', 29_000)).toBe(0);
    expect(sightings.see('x', 120_000)).toBe(120_000);
  });

  it('let a grace begin anew for another reason of the same container', () => {
    const sightings = new Sightings();
    const at = (seconds: number, message: string) =>
      diagnose(
        { pods: [pod({ state: waiting('ErrImagePull', message) })], creator: undefined },
        sightings,
        seconds * 1000,
      );
    at(0, 'i/o timeout');
    expect(at(15, '401 Unauthorized').hopeless).toBe(false);
    expect(at(34, '401 Unauthorized').hopeless).toBe(false);
    expect(at(35, '401 Unauthorized').hopeless).toBe(true);
  });
});

it.each([
  [1, 'exit code 1'],
  [137, 'exit code 137 (SIGKILL)'],
  [127, 'exit code 127 (the command was not found)'],
  [0, 'exit code 0'],
])('says what %d means', (code, text) => {
  expect(sayExit(code)).toBe(text);
});

it('has reasons of one word each, that can be relied on', () => {
  for (const { reason, next } of [...containerRows, ...podRows, ...creatorRows]) {
    expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(next).not.toBe('');
  }
});
