import type { V1StatefulSet } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import type { WorkloadName } from '../../../src/kubernetes/workloads/names.ts';
import { observeIfThere } from '../../../src/kubernetes/workloads/observe.ts';
import { templateDigest } from '../../../src/kubernetes/workloads/template.ts';
import { undo } from '../../../src/steps/undo.ts';
import { watchRollout } from '../../../src/steps/watch-rollout.ts';
import { controllerRevisionOf, ownPodOf, templateOf } from '../builders.ts';
import { refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { intentOf } from '../fake-shop.ts';
import { type StatefulShop, statefulShop } from '../fake-stateful-shop.ts';

const workload: WorkloadName = { kind: 'StatefulSet', name: 'web' };
const undoTo = {
  number: 1,
  holder: 'web-v1',
  holderUid: 'uid-v1',
  templateDigest: templateDigest(templateOf('acme/web:v1')),
};

async function undoing({ clock, client }: StatefulShop, over: Partial<Intent> = {}, timeout = 60) {
  const run = fakeRun(client, { clock, workload });
  const observation = await clock.run(observeIfThere(run));
  try {
    const end = await clock.run(undo(run, observation, intentOf({ workload, undoTo, ...over }), timeout));
    return { run, end };
  } finally {
    observation.close();
  }
}

const old = (ordinal: number, ready = true) => ownPodOf(`${ordinal}`, 'web-v1', { ready });
const young = (ordinal: number, ready = true) => ownPodOf(`${ordinal}`, 'web-v2', { ready });
const deletions = ({ cluster }: StatefulShop) =>
  cluster.calls.filter(({ verb }) => verb === 'delete').map(({ plural, name }) => `${plural}/${name}`);

describe('an undo of a StatefulSet', () => {
  it('deletes the broken pod that its controller waits for, and says so', async () => {
    const there = statefulShop([old(0), old(1), young(2, false)]);
    const { run, end } = await undoing(there);
    expect(end).toMatchObject({ kind: 'undone', revision: { holder: 'web-v1' } });
    expect(deletions(there)).toEqual(['pods/web-2']);
    expect(run.lines.join('\n')).toMatch(/Deleted pod\/web-2 \(revision 2\): it was not ready/);
    expect(run.told('pod-deleted')).toMatchObject([{ pod: 'web-2' }]);
  });

  it('deletes several one after another, in the order of the controller', async () => {
    const there = statefulShop([old(0), young(1, false), young(2, false)]);
    expect((await undoing(there)).end).toMatchObject({ kind: 'undone' });
    expect(deletions(there)).toEqual(['pods/web-1', 'pods/web-2']);
  });

  it('deletes also what was broken before this run', async () => {
    const there = statefulShop([old(0), old(1), ownPodOf('2', 'web-v0', { ready: false })]);
    const broken = controllerRevisionOf('v0', 0);
    there.cluster.put(resources.controllerRevisions, {
      ...broken,
      metadata: { ...broken.metadata, labels: { app: 'web' } },
    });
    const before = templateDigest(templateOf('acme/web:v0'));
    expect((await undoing(there, { before, isBeforeBroken: true })).end).toMatchObject({ kind: 'undone' });
    expect(deletions(there)).toEqual(['pods/web-2']);
  });

  it('leaves a pod that is ready to the controller', async () => {
    const there = statefulShop([old(0), old(1), young(2)]);
    const { end } = await undoing(there, {}, 20);
    expect(end).toMatchObject({ kind: 'failed', applied: true });
    expect(deletions(there)).toEqual([]);
  });

  it('leaves the pods of any other revision, and waits for them', async () => {
    const there = statefulShop([old(0, false), old(1), young(2, false)]);
    const { end } = await undoing(there, {}, 20);
    expect(end).toMatchObject({ kind: 'failed', applied: true });
    expect(deletions(there)).toEqual([]);
  });

  it('gives a controller that replaces it by itself the time to do so', async () => {
    const there = statefulShop([old(0), old(1), young(2, false)]);
    const run = fakeRun(there.client, { clock: there.clock, workload });
    const observation = await there.clock.run(observeIfThere(run));
    const ending = undo(run, observation, intentOf({ workload, undoTo }), 60);
    await there.clock.pass(1);
    expect(deletions(there)).toEqual([]);
    there.cluster.remove(resources.pods, 'web-2');
    there.cluster.put(resources.pods, {
      ...old(2),
      metadata: { ...old(2).metadata, uid: 'uid-another', resourceVersion: '' },
    });
    const set = there.cluster.read(resources.statefulSets, 'web');
    if (set) there.cluster.put(resources.statefulSets, set);
    expect(await there.clock.run(ending)).toMatchObject({ kind: 'undone' });
    observation.close();
    expect(deletions(there)).toEqual([]);
  });

  it('looks again where the pod has changed, or the server is busy', async () => {
    const answers = [refused(409, 'Conflict'), refused(503, 'ServiceUnavailable')];
    const there = statefulShop([old(0), old(1), young(2, false)], () => answers.shift());
    const { run, end } = await undoing(there);
    expect(end).toMatchObject({ kind: 'undone' });
    expect(deletions(there)).toEqual(['pods/web-2', 'pods/web-2', 'pods/web-2']);
    expect(run.told('pod-deleted')).toHaveLength(1);
  });

  it('says what to do where the pod may not be deleted, once', async () => {
    const there = statefulShop([old(0), old(1), young(2, false)], () =>
      refused(403, 'Forbidden', 'not yours'),
    );
    const { run, end } = await undoing(there, {}, 20);
    expect(end).toMatchObject({ kind: 'failed', applied: true });
    expect(deletions(there)).toEqual(['pods/web-2']);
    expect(run.lines.filter((line) => line.includes('kubectl -n shop delete pod web-2'))).toHaveLength(1);
    expect(run.told('pod-deleted')).toEqual([]);
  });

  it('deletes nothing once the lock is lost', async () => {
    const there = statefulShop([old(0), old(1), young(2, false)]);
    const run = {
      ...fakeRun(there.client, { clock: there.clock, workload }),
      ensureLock: async () => Promise.reject(new Error('lost')),
    };
    const observation = await there.clock.run(observeIfThere(run));
    // It was put back by somebody; only the wait is left.
    const set = there.cluster.read(resources.statefulSets, 'web');
    there.cluster.put(resources.statefulSets, {
      ...set,
      metadata: { ...set?.metadata, generation: 3 },
      spec: { ...set?.spec, template: templateOf('acme/web:v1') },
    } as V1StatefulSet);
    const end = await there.clock.run(undo(run, observation, intentOf({ workload, undoTo }), 20));
    observation.close();
    expect(end).toMatchObject({ kind: 'failed', applied: true });
    expect(deletions(there)).toEqual([]);
  });
});

describe('a rollout of a StatefulSet', () => {
  const watching = async (there: StatefulShop, broken: readonly string[] = []) => {
    const run = fakeRun(there.client, { clock: there.clock, workload });
    const observation = await there.clock.run(observeIfThere(run));
    const digests = (images: readonly string[]) =>
      new Set(images.map((image) => templateDigest(templateOf(image))));
    try {
      return await there.clock.run(
        watchRollout(run, observation, {
          ours: digests(['acme/web:v2']),
          before: undefined,
          generation: 2,
          timeout: 60,
          broken: digests(broken),
          isUndo: false,
        }),
      );
    } finally {
      observation.close();
    }
  };

  it('is given up at the old pod that its controller waits for in vain, which is named', async () => {
    const there = statefulShop([old(0, false), old(1), young(2)]);
    const began = there.clock.now();
    const end = await watching(there);
    expect(end).toMatchObject({ kind: 'failed', trouble: { reason: 'crash' } });
    expect(end.kind === 'failed' && end.trouble.message).toContain('pod/web-0');
    expect(there.clock.now() - began).toBeLessThan(30_000);
    expect(deletions(there)).toEqual([]);
  });

  it('deletes that pod where its revision is known to be broken', async () => {
    const there = statefulShop([old(0, false), old(1, false), old(2, false)]);
    expect(await watching(there, ['acme/web:v1'])).toMatchObject({ kind: 'complete' });
    expect(deletions(there)).toEqual(['pods/web-0', 'pods/web-1', 'pods/web-2']);
  });
});
