import type { V1Deployment, V1Job, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { migrationJob } from '../../../src/kubernetes/jobs.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import type { Revision, WorkloadObject } from '../../../src/kubernetes/workloads/kind.ts';
import { type Observation, observe } from '../../../src/kubernetes/workloads/observe.ts';
import { awaitOtherMigrations } from '../../../src/steps/migration.ts';
import type { Plan } from '../../../src/steps/plan.ts';
import { prove } from '../../../src/steps/prove.ts';
import type { RolloutEnd } from '../../../src/steps/watch-rollout.ts';
import type { Verification } from '../../../src/verify-input.ts';
import { podOf, running, statusOf, terminated } from '../builders.ts';
import { apiError, type FakeCall, type Fault, refused } from '../fake-cluster.ts';
import { type FakeRun, fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop, intentOf } from '../fake-shop.ts';

const manifest: V1Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'smoke' },
  spec: { template: { spec: { containers: [{ name: 'smoke' }] } } },
};

interface Scene {
  readonly shop: FakeShop;
  readonly run: FakeRun;
}

interface Options {
  readonly verification?: Partial<Verification>;
  /** What happens while it is proved. */
  readonly meanwhile?: (scene: Scene) => void | Promise<void>;
  readonly fault?: (call: FakeCall) => Fault | undefined;
  /** The workload as the step sees it. */
  readonly seen?: (observation: Observation) => Observation;
  readonly signal?: AbortSignal;
  /** How a second workload differs from the first, if there is one. */
  readonly second?: {
    readonly seen?: (observation: Observation) => Observation;
    readonly signal?: AbortSignal;
  };
  readonly environment?: Record<string, string>;
}

/** Proves the rollout of acme/web:v2, whose revision is 2. */
async function proving(options: Options = {}) {
  const { verification = {}, meanwhile, fault, seen = (it) => it, signal, environment } = options;
  const shop = fakeShop();
  shop.set('acme/web:v2');
  const asked = { job: undefined, command: '', port: undefined, timeout: 60, bakeTime: 0, ...verification };
  const plain = fakeRun(shop.cluster.client(fault && { fault }), {
    clock: shop.clock,
    inputs: { verification: asked, timeout: 120 },
    ...(signal && { signal }),
  });
  const run: FakeRun = { ...plain, environment: { PATH: process.env['PATH'], ...environment } };
  const observation = await shop.clock.run(observe(run.client, run.workload, 'shop', shop.clock, run.signal));
  const view = observation.view();
  const revision = view && observation.kind.current(view);
  const plan = {
    observation: seen(observation),
    changes: [{ container: 'web', from: 'acme/web:v1', to: 'acme/web:v2', path: '/x' }],
    intent: intentOf(),
  } as unknown as Plan;
  const set = { workload: shop.deployment() as WorkloadObject, intent: intentOf() };
  const complete: RolloutEnd = { kind: 'complete', revision: revision as Revision };
  const job = asked.job && jobOf(shop, asked.job);
  const first = { run, plan, set };
  const { second } = options;
  const other = second && {
    run: { ...run, ...(second.signal && { signal: second.signal }) },
    plan: { ...plan, observation: (second.seen ?? seen)(observation) },
    set,
  };
  const changed = other ? [first, other] : [first];
  const ends = changed.map(() => complete);
  const work = prove(run, { changed, lead: first, job }, ends);
  const scene = { shop, run };
  // Time goes on while a command, which knows only of the real one, is being ended.
  const over = new AbortController();
  const passing = async () => {
    for (;;) await shop.clock.sleep(1, over.signal);
  };
  passing().catch(() => {});
  try {
    // Whoever waits for the result hears of a failure; until then it must not end the process.
    work.catch(() => {});
    await meanwhile?.(scene);
    const [end = complete, ...others] = await shop.clock.run(work);
    return { ...scene, end, others };
  } finally {
    over.abort();
    observation.close();
  }
}

function jobOf(shop: FakeShop, job: V1Job): V1Job {
  return migrationJob({
    purpose: 'verify',
    migration: { kind: 'job', job },
    workload: shop.deployment() as WorkloadObject,
    workloadNames: ['deployment/web'],
    namespace: 'shop',
    image: 'acme/web:v2',
    container: 'web',
    timeout: 60,
    run: { repository: '', runId: '7', attempt: '1', job: '', actor: '', sha: '', url: '' },
    unique: 'abcde',
  });
}

/** How it ended, in a word or two. */
function say(end: RolloutEnd): string {
  return end.kind === 'failed' ? end.trouble.reason : end.kind;
}

function phasesOf({ journal }: FakeRun) {
  return journal.entries.flatMap((entry) => {
    if (entry.type === 'proof-started') return [entry.title];
    if (entry.type === 'proof-ended') return [`${entry.title}: ${entry.cause?.reason ?? 'ok'}`];
    return entry.type === 'rollout-completed' ? [`complete ${entry.revision}`] : [];
  });
}

function setPod(shop: FakeShop, index: number, change: (pod: V1Pod) => V1Pod): void {
  const pod = shop.cluster.read(resources.pods, `web-h2-${index}`) as V1Pod;
  shop.cluster.put(resources.pods, change(pod));
}

function withStatus(pod: V1Pod, status: Parameters<typeof statusOf>[0]): V1Pod {
  const { status: changed, spec } = podOf('x', [statusOf({ image: 'acme/web:v2', ...status })]);
  return { ...pod, ...(spec && { spec }), ...(changed && { status: changed }) };
}

function scale(shop: FakeShop, replicas: number): void {
  const before = shop.deployment() as V1Deployment;
  const { cluster } = shop;
  // By hand, since the shop's controller would replace every pod.
  const { afterChange } = cluster;
  cluster.afterChange = () => {};
  cluster.put(resources.deployments, { ...before, spec: { ...before.spec, replicas } } as V1Deployment);
  for (let index = replicas; index < 3; index++) cluster.remove(resources.pods, `web-h2-${index}`);
  cluster.afterChange = afterChange;
}

/** Ends each Job as soon as it is created. */
function endJobs({ shop }: Scene, type: 'Complete' | 'Failed'): void {
  const { cluster } = shop;
  const { afterChange } = cluster;
  cluster.afterChange = (plural, object) => {
    afterChange(plural, object);
    const job = object as V1Job;
    if (plural !== 'jobs' || job.status !== undefined) return;
    const condition = { type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it failed' };
    cluster.put(resources.jobs, { ...job, status: { conditions: [condition] } });
  };
}

describe('a rollout that is to be proved', () => {
  it('by nothing is left as it is', async () => {
    const { run, end } = await proving();
    expect(end.kind).toBe('complete');
    expect(run.journal.entries).toEqual([]);
  });

  it('is proved by a Job, then by a command, then by a bake', async () => {
    const { run, shop, end } = await proving({
      verification: { job: manifest, command: 'echo "$SAFE_ROLLOUT_REVISION"', bakeTime: 30 },
      meanwhile: (scene) => endJobs(scene, 'Complete'),
    });
    expect(say(end)).toBe('complete');
    expect(phasesOf(run)).toEqual([
      'complete 2',
      'Verify job/smoke-7-abcde',
      'Verify job/smoke-7-abcde: ok',
      'Verify command',
      'Verify command: ok',
      'Bake',
      'Bake: ok',
    ]);
    expect(run.lines).toContain('2');
    const [baked] = run.told('proof-started').filter(({ title }) => title === 'Bake');
    expect(shop.clock.now() - (baked?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect(run.saved).toEqual([]);
  });

  it('is not looked at any further once something has failed', async () => {
    const { run, end } = await proving({
      verification: { job: manifest, command: 'echo never', bakeTime: 30 },
      meanwhile: (scene) => endJobs(scene, 'Failed'),
    });
    expect(end).toMatchObject({ kind: 'failed', revision: { number: 2 } });
    expect(say(end)).toBe('verify-job-failed');
    expect(phasesOf(run).at(-1)).toBe('Verify job/smoke-7-abcde: verify-job-failed');
    expect(run.lines).not.toContain('never');
  });
});

describe('the verify-job', () => {
  it('is none of the migrations that others wait for', async () => {
    const shop = fakeShop();
    shop.cluster.put(resources.jobs, jobOf(shop, manifest));
    const run = fakeRun(shop.cluster.client(), {
      clock: shop.clock,
      inputs: { migration: { kind: 'command', command: ['/app'] } },
    });
    expect(await shop.clock.run(awaitOtherMigrations(run, undefined))).toEqual({
      adopted: undefined,
      waited: false,
    });
  });

  it('that cannot be created fails the rollout', async () => {
    const { end } = await proving({
      verification: { job: manifest },
      fault: ({ verb, plural }) =>
        verb === 'create' && plural === 'jobs' ? refused(403, 'Forbidden', 'no quota') : undefined,
    });
    expect(say(end)).toBe('verify-job-failed');
    expect(end.kind === 'failed' && end.trouble.message).toContain('no quota');
  });

  it('is removed where the step is interrupted', async () => {
    const controller = new AbortController();
    const scene: { shop?: FakeShop } = {};
    const work = proving({
      verification: { job: manifest },
      signal: controller.signal,
      meanwhile: async ({ shop }) => {
        scene.shop = shop;
        await shop.clock.pass(5);
        expect(shop.cluster.read(resources.jobs, 'smoke-7-abcde')).toBeDefined();
        controller.abort(new Error('told to end'));
      },
    });
    await expect(work).rejects.toThrow('told to end');
    expect(scene.shop?.cluster.read(resources.jobs, 'smoke-7-abcde')).toBeUndefined();
  });
});

describe('the verify-command', () => {
  it('is told of the rollout, but not of the inputs', async () => {
    const { run, end } = await proving({
      verification: { command: 'env | grep -E "SAFE_ROLLOUT|INPUT|STATE|TOKEN|KEPT" | sort' },
      environment: {
        INPUT_KUBECONFIG: 'secret',
        STATE_intent: '{}',
        GITHUB_STATE: '/tmp/state',
        GITHUB_OUTPUT: '/tmp/output',
        ACTIONS_RUNTIME_TOKEN: 'secret',
        KEPT: 'yes',
      },
    });
    expect(say(end)).toBe('complete');
    expect(run.lines.filter((line) => line.includes('='))).toEqual([
      'KEPT=yes',
      'SAFE_ROLLOUT_IMAGE=acme/web:v2',
      'SAFE_ROLLOUT_NAMESPACE=shop',
      'SAFE_ROLLOUT_PREVIOUS_IMAGE=acme/web:v1',
      'SAFE_ROLLOUT_PREVIOUS_REVISION=1',
      'SAFE_ROLLOUT_REVISION=2',
      'SAFE_ROLLOUT_WORKLOAD=deployment/web',
    ]);
  });

  it('that fails is why, with the last of its output', async () => {
    const { end } = await proving({
      verification: { command: 'for i in $(seq 60); do echo "line $i"; done; echo "no cart" >&2; exit 3' },
    });
    expect(say(end)).toBe('verify-command-failed');
    if (end.kind !== 'failed') return;
    expect(end.trouble.message).toContain('exit code 3');
    const [evidence] = end.trouble.diagnoses;
    expect(evidence).toMatchObject({ object: 'verify-command', streamed: true });
    // The pods go with the undo, and what they have to say too.
    expect(end.trouble.diagnoses.slice(1)).toMatchObject([
      { object: 'pod/web-h2-0', container: 'web', hasLog: true },
      { object: 'pod/web-h2-1', container: 'web', hasLog: true },
    ]);
    const [log] = evidence && 'logs' in evidence ? evidence.logs : [];
    expect(log?.lines).toHaveLength(50);
    expect(log?.lines).toContain('line 60');
    expect(log?.lines).not.toContain('line 1');
  });

  it('that does not end in time is ended', async () => {
    const { end } = await proving({ verification: { command: 'sleep 60', timeout: 0.3 } });
    expect(say(end)).toBe('verify-command-timeout');
  });

  it('is ended where a container ends meanwhile, and that is why', async () => {
    const began = performance.now();
    const { end } = await proving({
      verification: { command: 'sleep 60' },
      meanwhile: async ({ shop }) => {
        await shop.clock.pass(2);
        setPod(shop, 0, (pod) => withStatus(pod, { state: terminated(3) }));
      },
    });
    expect(say(end)).toBe('restarted-after-rollout');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('does not hide that somebody else changed the workload meanwhile', async () => {
    const { end } = await proving({
      verification: { command: 'true' },
      meanwhile: ({ shop }) => shop.set('acme/web:v3', 'kubectl-edit'),
    });
    expect(end).toMatchObject({ kind: 'superseded', reason: 'superseded' });
    expect(end.kind === 'superseded' && end.message).toContain('kubectl-edit');
  });
});

describe('the bake', () => {
  const bake = (meanwhile: Options['meanwhile'], over: Options = {}) =>
    proving({ verification: { bakeTime: 60 }, ...(meanwhile && { meanwhile }), ...over });
  const later =
    (seconds: number, change: (shop: FakeShop) => void) =>
    async ({ shop }: Scene) => {
      await shop.clock.pass(seconds);
      change(shop);
    };

  it('passes where nothing happens, and takes no longer than asked for', async () => {
    const { shop, run, end } = await bake(undefined);
    expect(say(end)).toBe('complete');
    expect(shop.clock.now() - (run.told('proof-started')[0]?.at ?? 0)).toBe(60_000);
  });

  it('fails at once where a container is started again', async () => {
    const { shop, run, end } = await bake(
      later(10, (shop) =>
        setPod(shop, 1, (pod) =>
          withStatus(pod, { ready: true, state: running(), restartCount: 1, lastState: terminated(9) }),
        ),
      ),
    );
    expect(say(end)).toBe('restarted-after-rollout');
    expect(end.kind === 'failed' && end.trouble.message).toContain('exit code 9');
    expect(shop.clock.now() - (run.told('proof-started')[0]?.at ?? 0)).toBeLessThanOrEqual(11_000);
  });

  it('fails where a pod is no longer ready', async () => {
    const { end } = await bake(
      later(10, (shop) => setPod(shop, 1, (pod) => withStatus(pod, { state: running() }))),
    );
    expect(say(end)).toBe('unready-after-rollout');
  });

  it('passes where there are other replicas wanted, more or less or none', async () => {
    for (const replicas of [5, 1, 0]) {
      expect(say((await bake(later(10, (shop) => scale(shop, replicas)))).end)).toBe('complete');
    }
  });

  it('passes where a pod is taken away and replaced in time, though later than asked for', async () => {
    const { shop, run, end } = await bake(async ({ shop }) => {
      await shop.clock.pass(50);
      const pod = shop.cluster.read(resources.pods, 'web-h2-0') as V1Pod;
      shop.cluster.remove(resources.pods, 'web-h2-0');
      const metadata = { ...pod.metadata, name: 'web-h2-9', uid: 'uid-pod-9' };
      const starting = withStatus(
        { ...pod, metadata },
        { state: { waiting: { reason: 'ContainerCreating' } } },
      );
      shop.cluster.put(resources.pods, starting);
      await shop.clock.pass(40);
      shop.cluster.put(resources.pods, { ...pod, metadata });
    });
    expect(say(end)).toBe('complete');
    expect(shop.clock.now() - (run.told('proof-started')[0]?.at ?? 0)).toBeGreaterThanOrEqual(90_000);
  });

  it("fails where it is not replaced, once the rollout's own time has passed too", async () => {
    const { shop, run, end } = await bake(
      later(10, (shop) => shop.cluster.remove(resources.pods, 'web-h2-0')),
    );
    expect(say(end)).toBe('unavailable-after-rollout');
    expect(end.kind === 'failed' && end.trouble.message).toContain('2 of 3 are ready');
    expect(shop.clock.now() - (run.told('proof-started')[0]?.at ?? 0)).toBeGreaterThanOrEqual(180_000);
  });

  it('fails where a pod that has come since runs another image by the same name', async () => {
    const { end } = await bake(
      later(10, (shop) => {
        const ready = { ready: true, state: running() };
        setPod(shop, 0, (pod) => withStatus(pod, { ...ready, imageID: `acme/web@sha256:${'a'.repeat(64)}` }));
        setPod(shop, 1, (pod) => withStatus(pod, { ...ready, imageID: `acme/web@sha256:${'b'.repeat(64)}` }));
      }),
    );
    expect(end.kind).toBe('failed');
    expect(end.kind === 'failed' && end.trouble.message).toContain('sha256:');
  });

  it('does not take the word of a watch that was blind', async () => {
    const { end } = await bake(
      later(10, (shop) => setPod(shop, 1, (pod) => withStatus(pod, { state: terminated(3) }))),
      {
        seen: (observation) => {
          const early = observation.view();
          const { changed } = observation;
          return { ...observation, view: () => early, changed: () => changed(observation.changes, 1) };
        },
      },
    );
    expect(say(end)).toBe('restarted-after-rollout');
  });

  it('is superseded where the workload is changed or deleted', async () => {
    const changed = await bake(later(10, (shop) => shop.set('acme/web:v1')));
    expect(changed.end).toMatchObject({ kind: 'superseded', reason: 'superseded' });
    const gone = await bake(later(10, ({ cluster }) => cluster.remove(resources.deployments, 'web')));
    expect(gone.end).toMatchObject({ kind: 'superseded', reason: 'deleted' });
  });

  it('is ended by an interruption', async () => {
    const controller = new AbortController();
    const work = bake(
      later(10, () => controller.abort(new Error('told to end'))),
      { signal: controller.signal },
    );
    await expect(work).rejects.toThrow('told to end');
  });

  it('says now and then how it goes', async () => {
    const { run } = await proving({ verification: { bakeTime: 150 } });
    expect(run.lines.filter((line) => line.includes('of 2 min 30 s'))).toHaveLength(2);
  });

  const unwatchable = (observation: Observation): Observation => ({
    kind: observation.kind,
    missing: false,
    view: () => observation.view(),
    changes: 0,
    changed: () => Promise.reject(apiError(403, 'Forbidden', 'not any longer')),
    close: () => {},
  });

  it('fails where the workload may not be watched any longer', async () => {
    const { end } = await bake(undefined, { seen: unwatchable });
    expect(say(end)).toBe('watch-failed');
    expect(end.kind === 'failed' && end.trouble.message).toContain('not any longer');
  });

  it('of several is ended at once where one of them fails, or cannot be watched', async () => {
    const gone = (observation: Observation): Observation => ({ ...observation, view: () => undefined });
    const { end, others } = await bake(undefined, { second: { seen: gone } });
    expect(say(end)).toBe('complete');
    expect(others).toMatchObject([{ kind: 'superseded', reason: 'deleted' }]);
    const unseen = await bake(undefined, { second: { seen: unwatchable } });
    expect(say(unseen.end)).toBe('watch-failed');
    expect(unseen.run.told('proof-ended')).toEqual([]);
  });

  it('of several is ended where the lock of one is lost', async () => {
    const lost = new AbortController();
    const work = bake(
      later(10, () => lost.abort(new Error('the lock is lost'))),
      { second: { signal: lost.signal } },
    );
    await expect(work).rejects.toThrow('the lock is lost');
  });
});
