import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { observeIfThere } from '../../../src/kubernetes/workloads/observe.ts';
import { templateDigest } from '../../../src/kubernetes/workloads/template.ts';
import { undo } from '../../../src/steps/undo.ts';
import { templateOf } from '../builders.ts';
import { fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop, intentOf, undoTarget } from '../fake-shop.ts';

async function undoing(shop: FakeShop, intent: Intent) {
  const run = fakeRun(shop.cluster.client(), { clock: shop.clock });
  const observation = await shop.clock.run(observeIfThere(run));
  try {
    return await shop.clock.run(undo(run, observation, intent, 120));
  } finally {
    observation.close();
  }
}

/** v1 ran, v2 was set; both work. */
function rolledOut(): FakeShop {
  const shop = fakeShop();
  shop.set('acme/web:v2');
  return shop;
}

it('finds its target by name, whatever its number is by now', async () => {
  const shop = rolledOut();
  const set = shop.cluster.read(resources.replicaSets, 'web-h1');
  const annotations = { 'deployment.kubernetes.io/revision': '17' };
  shop.cluster.put(resources.replicaSets, { ...set, metadata: { ...set?.metadata, annotations } });
  expect(await undoing(shop, intentOf())).toMatchObject({ kind: 'undone', revision: { holder: 'web-h1' } });
  expect(shop.image()).toBe('acme/web:v1');
});

it('finds its target by its template, where it was made anew under another name', async () => {
  const shop = rolledOut();
  const intent = intentOf();
  const undoTo = { ...undoTarget(fakeShop()), holder: 'web-gone', holderUid: 'uid-gone' };
  expect(await undoing(shop, { ...intent, undoTo })).toMatchObject({ kind: 'undone' });
  expect(shop.image()).toBe('acme/web:v1');
});

describe('a target that is gone from the history', () => {
  const gone = (): FakeShop => {
    const shop = rolledOut();
    shop.cluster.remove(resources.replicaSets, 'web-h1');
    return shop;
  };

  it('is built again from what runs, where that gives the very template', async () => {
    const shop = gone();
    expect(await undoing(shop, intentOf())).toMatchObject({ kind: 'undone' });
    expect(templateDigest(shop.deployment()?.spec?.template ?? {})).toBe(intentOf().before);
  });

  it.each<[string, Partial<Intent>]>([
    ['what ran before differed in more than the image', { undoTo: { ...targetOf(withEnv()) } }],
    ['it is not the one that the image was set on', { undoTo: { ...targetOf(templateOf('acme/web:v0')) } }],
    ['it is not known which images ran', { changes: [] }],
  ])('is not guessed where %s', async (_, over) => {
    const shop = gone();
    const end = await undoing(shop, intentOf(over));
    expect(end).toMatchObject({ kind: 'failed', applied: false, trouble: { reason: 'revision-gone' } });
    expect(shop.image()).toBe('acme/web:v2');
    expect(shop.cluster.count('patch', 'deployments')).toBe(0);
  });

  it('keeps what others wrote on the workload since', async () => {
    const shop = gone();
    const now = shop.deployment();
    const annotations = { ...now?.metadata?.annotations, note: 'of somebody else' };
    shop.cluster.put(resources.deployments, { ...now, metadata: { ...now?.metadata, annotations } });
    await undoing(shop, intentOf());
    expect(shop.deployment()?.metadata?.annotations?.['note']).toBe('of somebody else');
  });
});

it("leaves somebody else's change alone, made after the rollout was watched", async () => {
  const shop = rolledOut();
  const run = fakeRun(shop.cluster.client(), { clock: shop.clock });
  const observation = await shop.clock.run(observeIfThere(run));
  shop.set('acme/web:v3', 'argocd');
  const end = await shop.clock.run(undo(run, observation, intentOf(), 120));
  observation.close();
  expect(end).toMatchObject({
    kind: 'superseded',
    reason: 'superseded',
    message: expect.stringContaining('argocd'),
  });
  expect(shop.image()).toBe('acme/web:v3');
  expect(shop.cluster.count('patch', 'deployments')).toBe(0);
});

it("leaves somebody else's change alone, made in the very moment", async () => {
  const shop = rolledOut();
  const client = shop.cluster.client({
    fault: ({ verb, plural }) => {
      if (verb === 'patch' && plural === 'deployments') shop.set('acme/web:v3', 'argocd');
      return undefined;
    },
  });
  const run = fakeRun(client, { clock: shop.clock });
  const observation = await shop.clock.run(observeIfThere(run));
  const end = await shop.clock.run(undo(run, observation, intentOf(), 120));
  observation.close();
  expect(end).toMatchObject({ kind: 'superseded', message: expect.stringContaining('just before the undo') });
  expect(shop.image()).toBe('acme/web:v3');
});

it('sends nothing where the target is back already, and waits for it', async () => {
  const shop = fakeShop();
  expect(await undoing(shop, intentOf())).toMatchObject({ kind: 'undone', revision: { number: 1 } });
  expect(shop.cluster.count('patch', 'deployments')).toBe(0);
});

it('says so where the target does not become healthy', async () => {
  const shop = fakeShop(() => false);
  shop.set('acme/web:v2');
  const end = await undoing(shop, intentOf());
  expect(end).toMatchObject({ kind: 'failed', applied: true, trouble: { reason: 'crash' } });
  expect(shop.image()).toBe('acme/web:v1');
});

function withEnv(): V1PodTemplateSpec {
  return {
    metadata: { labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'web', image: 'acme/web:v1', resources: {}, env: [{ name: 'A', value: 'b' }] }],
    },
  };
}

function targetOf(template: V1PodTemplateSpec): NonNullable<Intent['undoTo']> {
  return { number: 1, holder: 'web-gone', holderUid: 'uid-gone', templateDigest: templateDigest(template) };
}
