import type { V1Pod, V1Service, V1ServiceSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.ts';
import { observe } from '../../../src/kubernetes/workloads/observe.ts';
import { openPort, portProblemOf } from '../../../src/steps/verify-port.ts';
import type { PortTarget } from '../../../src/verify-input.ts';
import { podOf, running, statusOf } from '../builders.ts';
import { type FakeCall, type Fault, refused } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';
import { type FakeShop, fakeShop } from '../fake-shop.ts';

const ofPod = (port: string): PortTarget => ({ kind: 'pod', port });
const ofService = (port: string): PortTarget => ({ kind: 'service', name: 'web', port });
const ours: V1ServiceSpec = {
  selector: { app: 'web' },
  ports: [{ name: 'http', port: 80, targetPort: 8080 }],
};

function shopWith(service?: V1ServiceSpec): FakeShop {
  const shop = fakeShop();
  shop.set('acme/web:v2');
  if (service) shop.cluster.put<V1Service>(resources.services, { metadata: { name: 'web' }, spec: service });
  return shop;
}

async function setUp(shop: FakeShop, port: PortTarget, fault?: (call: FakeCall) => Fault | undefined) {
  const verification = { job: undefined, command: 'true', port, timeout: 60, bakeTime: 0 };
  const run = fakeRun(shop.cluster.client(fault && { fault }), {
    clock: shop.clock,
    inputs: { verification },
  });
  const observation = await shop.clock.run(observe(run.client, run.workload, 'shop', shop.clock, run.signal));
  return { run, observation };
}

describe('before the rollout', () => {
  const problem = async (
    port: PortTarget,
    service?: V1ServiceSpec,
    fault?: (call: FakeCall) => Fault | undefined,
  ) => {
    const shop = shopWith(service);
    const { run, observation } = await setUp(shop, port, fault);
    return shop.clock.run(portProblemOf(run, observation).finally(() => observation.close()));
  };

  it.each<[string, PortTarget, V1ServiceSpec | undefined]>([
    ['a number', ofPod('8080'), undefined],
    ['a Service of these pods', ofService('http'), ours],
    [
      'a Service of other pods, whose ports have other names',
      ofService('80'),
      { selector: { app: 'gateway' }, ports: [{ port: 80, targetPort: 'public' }] },
    ],
  ])('%s is taken as it is', async (_, port, service) => {
    expect(await problem(port, service)).toBeUndefined();
  });

  it.each<[string, PortTarget, V1ServiceSpec | undefined, string]>([
    ['a name that no container has', ofPod('http'), undefined, 'port named http'],
    ['a Service that is not there', ofService('80'), undefined, '"web" not found'],
    ['a port that the Service does not have', ofService('81'), ours, 'it has: 80 (http)'],
    ['a Service without a selector', ofService('80'), { ports: [{ port: 80 }] }, 'no selector'],
    [
      'a Service that leads to a name that no container has',
      ofService('80'),
      { ...ours, ports: [{ port: 80, targetPort: 'http' }] },
      'port named http',
    ],
  ])('%s is a problem', async (_, port, service, words) => {
    expect(await problem(port, service)).toContain(words);
  });

  it('what may not be read is none: the access reviews tell it', async () => {
    const isServices = ({ plural }: FakeCall) => plural === 'services';
    expect(
      await problem(ofService('80'), ours, (call) =>
        isServices(call) ? refused(403, 'Forbidden') : undefined,
      ),
    ).toBeUndefined();
    await expect(
      problem(ofService('80'), ours, (call) => (isServices(call) ? refused(500, 'Internal') : undefined)),
    ).rejects.toThrow('Internal');
  });
});

describe('a way to the port', () => {
  const other = (): V1Pod => {
    const pod = podOf('other', [statusOf({ ready: true, state: running() })]);
    return { ...pod, metadata: { ...pod.metadata, name: 'aaa', labels: { app: 'web' } } };
  };

  async function opened(shop: FakeShop, port: PortTarget) {
    const { run, observation } = await setUp(shop, port);
    try {
      const open = await openPort(run, observation, port);
      if ('close' in open) open.close();
      return { open, line: run.lines.at(-1) ?? '' };
    } finally {
      observation.close();
    }
  }

  it.each<[string, PortTarget]>([
    ['of a pod', ofPod('8080')],
    ['of a Service', ofService('http')],
  ])('%s leads to a pod of the rollout, though there are others', async (_, port) => {
    const shop = shopWith(ours);
    shop.cluster.put(resources.pods, other());
    const { open, line } = await opened(shop, port);
    expect(line).toContain('pod/web-h2-0, port 8080');
    const { SAFE_ROLLOUT_URL: url, SAFE_ROLLOUT_PORT: number } = 'facts' in open ? open.facts : {};
    expect(url).toBe(`http://127.0.0.1:${number}`);
  });

  it('of a Service leads to another pod where none is of the rollout', async () => {
    const shop = shopWith({ ...ours, selector: { app: 'gateway' } });
    shop.cluster.put(resources.pods, {
      ...other(),
      metadata: { name: 'gateway-1', uid: 'g', labels: { app: 'gateway' } },
    });
    expect((await opened(shop, ofService('80'))).line).toContain('pod/gateway-1');
  });

  it.each<[string, PortTarget, V1ServiceSpec | undefined, string]>([
    ['there is no such port', ofPod('http'), undefined, 'port named http'],
    ['there is no such Service', ofService('80'), undefined, '"web" not found'],
    ['no pod is behind the Service', ofService('80'), { ...ours, selector: { app: 'x' } }, 'no pod behind'],
  ])('is not to be had where %s', async (_, port, service, words) => {
    const { open } = await opened(shopWith(service), port);
    expect(open).toMatchObject({ reason: 'verify-port-failed', message: expect.stringContaining(words) });
  });
});
