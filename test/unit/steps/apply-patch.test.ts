import { describe, expect, it } from 'vitest';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { LockLost } from '../../../src/kubernetes/lease.ts';
import { deployment } from '../../../src/kubernetes/workloads/deployment.ts';
import type { WorkloadObject } from '../../../src/kubernetes/workloads/kind.ts';
import { bearsImages, setImagePatch } from '../../../src/kubernetes/workloads/patch.ts';
import { templateDigest } from '../../../src/kubernetes/workloads/template.ts';
import type { WorkloadRun } from '../../../src/run.ts';
import { applyPatch, type PatchEnd } from '../../../src/steps/apply-patch.ts';
import { answerLost, dropped, type FakeCall, type Fault, refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop } from '../fake-shop.ts';

const change = {
  container: 'web',
  from: 'acme/web:v1',
  to: 'acme/web:v2',
  path: '/spec/template/spec/containers/0',
};

/** Sets acme/web:v2, planned while v1 ran, with a client whose requests fare so. */
function apply(
  shop: FakeShop,
  how: KubernetesClient | ((call: FakeCall) => Fault | undefined) = () => undefined,
  over: Partial<WorkloadRun> = {},
) {
  const before = shop.deployment() as WorkloadObject;
  const client = typeof how === 'function' ? shop.cluster.client({ fault: how }) : how;
  const run = { ...fakeRun(client, { clock: shop.clock }), ...over };
  const patch = setImagePatch(before, [change], {});
  const expected = templateDigest(before.spec?.template ?? {});
  const isOurs = (workload: WorkloadObject) => bearsImages(workload, [change]);
  return (): Promise<PatchEnd> =>
    shop.clock.run(applyPatch(run, deployment, 'web', patch, expected, isOurs, 60));
}

/** Each patch fares as the next of these. */
function patches(...faults: readonly (Fault | undefined)[]): (call: FakeCall) => Fault | undefined {
  const left = [...faults];
  return ({ verb }) => (verb === 'patch' ? left.shift() : undefined);
}

describe('a patch', () => {
  it('is applied', async () => {
    const shop = fakeShop();
    const end = await apply(shop)();
    expect(end.kind).toBe('applied');
    expect(shop.image()).toBe('acme/web:v2');
    expect(shop.cluster.count('patch', 'deployments')).toBe(1);
  });

  it.each<[string, Fault]>([
    [
      'a conflict, since its answer was lost and it was sent again',
      refused(422, 'Invalid', 'test failed', true),
    ],
    ['403, as of a token that has expired since', refused(403, 'Forbidden', 'forbidden', true)],
    ['401', refused(401, 'Unauthorized', 'unauthorized', true)],
    ['a webhook that times out, after it', refused(500, 'InternalError', 'timeout', true)],
    ['none, and the server', answerLost],
  ])('is applied where the first sending took effect, and the answer is %s', async (_, fault) => {
    const shop = fakeShop();
    const end = await apply(shop, patches(fault))();
    expect(end).toMatchObject({ kind: 'applied', workload: { metadata: { name: 'web', generation: 3 } } });
    expect(shop.deployment()?.metadata?.generation).toBe(3);
  });

  it('is sent again after a conflict with a controller that wrote at the same time', async () => {
    const shop = fakeShop();
    const conflict = refused(409, 'Conflict');
    expect((await apply(shop, patches(conflict, conflict))()).kind).toBe('applied');
    expect(shop.image()).toBe('acme/web:v2');
    expect(shop.cluster.count('patch', 'deployments')).toBe(3);
  });

  it('is not sent again for ever', async () => {
    const shop = fakeShop();
    const end = await apply(shop, ({ verb }) => (verb === 'patch' ? refused(409, 'Conflict') : undefined))();
    expect(end).toMatchObject({ kind: 'refused', error: { status: 409 } });
    expect(shop.cluster.count('patch', 'deployments')).toBeLessThan(10);
    expect(shop.image()).toBe('acme/web:v1');
  });

  it("is overtaken by somebody else's change, which stays", async () => {
    const shop = fakeShop();
    const sending = apply(shop);
    shop.set('acme/web:v3');
    const end = await sending();
    expect(end).toMatchObject({
      kind: 'overtaken',
      workload: { metadata: { managedFields: [{ manager: 'kubectl-edit' }] } },
    });
    expect(shop.image()).toBe('acme/web:v3');
  });

  it.each([
    [422, 'Invalid'],
    [403, 'Forbidden'],
    [400, 'BadRequest'],
  ])('is refused with %d, and nothing has changed', async (status, reason) => {
    const shop = fakeShop();
    const end = await apply(shop, patches(refused(status, reason, 'policy: no')))();
    expect(end).toMatchObject({ kind: 'refused', error: { status, message: 'policy: no' } });
    expect(shop.image()).toBe('acme/web:v1');
    expect(shop.cluster.count('patch', 'deployments')).toBe(1);
  });
});

describe('nobody knows what became of a patch', () => {
  it('where no answer came in all the time that there was', async () => {
    const shop = fakeShop();
    const began = shop.clock.now();
    const client = shop.cluster.client({
      latency: () => 1,
      fault: ({ verb }) => (verb === 'patch' ? dropped : undefined),
    });
    await expect(apply(shop, client)()).rejects.toBe(dropped.error);
    expect((shop.clock.now() - began) / 1000).toBeGreaterThanOrEqual(60);
    expect((shop.clock.now() - began) / 1000).toBeLessThan(70);
    expect(shop.image()).toBe('acme/web:v1');
  });

  it('where the server fails, and the workload is as it was', async () => {
    const fault = refused(503, 'ServiceUnavailable');
    await expect(apply(fakeShop(), patches(fault))()).rejects.toBe(fault.error);
  });

  it('where the workload cannot be read afterwards', async () => {
    const fault = refused(403, 'Forbidden');
    await expect(apply(fakeShop(), () => fault)()).rejects.toBe(fault.error);
  });
});

describe('the lock', () => {
  it('is made sure of before each sending', async () => {
    const shop = fakeShop();
    const order: string[] = [];
    const fault = ({ verb }: FakeCall) => {
      if (verb !== 'patch') return undefined;
      order.push('patch');
      return order.length < 5 ? refused(409, 'Conflict') : undefined;
    };
    const ensureLock = async () => {
      order.push('lock');
      return 20;
    };
    await apply(shop, fault, { ensureLock })();
    expect(order).toEqual(['lock', 'patch', 'lock', 'patch', 'lock', 'patch']);
  });

  it('that is lost lets nothing be sent', async () => {
    const shop = fakeShop();
    const lost = new LockLost('It was taken over.');
    const ensureLock = () => Promise.reject(lost);
    await expect(apply(shop, undefined, { ensureLock })()).rejects.toBe(lost);
    expect(shop.cluster.count('patch', 'deployments')).toBe(0);
  });
});
