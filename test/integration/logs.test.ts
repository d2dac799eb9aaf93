import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { followLog, readLog } from '../../src/kubernetes/logs.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { mirror } from '../../src/kubernetes/watch.ts';
import { describeOnCluster, test } from '../e2e/support/fixtures.ts';
import type { Manifest, Namespace } from '../e2e/support/namespace.ts';
import { connectWith } from './support.ts';

const { signal } = new AbortController();

function pod(image: string, args: readonly string[], spec: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'talker' },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      ...spec,
      containers: [{ name: 'app', image, args }],
    },
  };
}

/** Follows the pod's log to its end, as a step does: a look at the pod tells whether its container has ended. */
async function follow(namespace: Namespace): Promise<string[]> {
  const { client, transport } = await connectWith(namespace.cluster.kubeconfig);
  const lines: string[] = [];
  let ended = false;
  const done = new AbortController();
  const selection = { namespace: namespace.name, fieldSelector: 'metadata.name=talker' };
  const pods = mirror<V1Pod>(client, resources.pods, selection, {
    signal: done.signal,
    onChange() {
      const state = pods.get('talker')?.status?.containerStatuses?.[0]?.state;
      ended = state !== undefined && state.running === undefined && state.waiting === undefined;
    },
  });
  await pods.synced;
  try {
    await followLog(
      client,
      { namespace: namespace.name, pod: 'talker', container: 'app' },
      { signal, ended: () => ended, onLine: (line) => lines.push(line) },
    );
  } finally {
    done.abort();
    transport.close();
  }
  return lines;
}

/** `line 1 of N`, … were all handed over, once and in order. */
function expectAll(lines: readonly string[], count: number): void {
  const wrong = lines.findIndex((line, index) => line !== `line ${index + 1} of ${count}`);
  expect({ at: wrong, there: lines.slice(Math.max(0, wrong - 1), wrong + 2) }).toEqual({
    at: -1,
    there: lines.slice(0, 1),
  });
  expect(lines).toHaveLength(count);
}

describeOnCluster('followLog, with a real kubelet', () => {
  test('loses no line of a program that ends in milliseconds', async ({ cluster, namespace }) => {
    await namespace.apply(pod(await cluster.image('good'), ['run', '--fast', '--lines=5000']));
    expectAll(await follow(namespace), 5000);
  });

  test('loses and repeats no line of a long log', async ({ cluster, namespace }) => {
    await namespace.apply(pod(await cluster.image('good'), ['run', '--lines=60000']));
    expectAll(await follow(namespace), 60_000);
  });

  test('hands over each line when it is written', async ({ cluster, namespace }) => {
    await namespace.apply(pod(await cluster.image('good'), ['run', '--lines=5', '--interval=600ms']));
    expectAll(await follow(namespace), 5);
  });

  test('ends where the pod is deleted meanwhile', async ({ cluster, namespace }) => {
    await namespace.apply(pod(await cluster.image('good'), ['run', '--lines=3', '--hang']));
    await namespace.kubectl('wait', 'pod/talker', '--for=condition=Ready', '--timeout=60s');
    const following = follow(namespace).catch((error: unknown) => String(error));
    await namespace.kubectl('delete', 'pod', 'talker', '--grace-period=1');
    expect((await following).slice(0, 3)).toEqual(['line 1 of 3', 'line 2 of 3', 'line 3 of 3']);
  });
});

describeOnCluster('readLog, with a real kubelet', () => {
  test('reads the last lines, of the instance before too', async ({ cluster, namespace }) => {
    const args = ['run', '--lines=30', '--exit=1'];
    await namespace.apply(pod(await cluster.image('good'), args, { restartPolicy: 'OnFailure' }));
    const { client, transport } = await connectWith(namespace.cluster.kubeconfig);
    const restarted = async () => {
      const [status] = (await namespace.get('pod', 'talker'))?.status?.containerStatuses ?? [];
      return (status?.restartCount ?? 0) > 0;
    };
    await namespace.until('the container to have been restarted', restarted, 60);

    const source = { namespace: namespace.name, pod: 'talker', container: 'app', tailLines: 3 };
    // The instance before may just be making room for the next; the kubelet then says so in place of a log.
    const last = await namespace.until('the log', async () => {
      const lines = await readLog(client, { ...source, previous: true }, { signal });
      return lines.length > 1 && lines;
    });
    // Its last words went to the standard error, which is a stream of its own.
    expect(last).toHaveLength(3);
    expect(last).toContain('line 30 of 30');
    expect(await readLog(client, { ...source, pod: 'no-such-pod' }, { signal })).toEqual([]);
    transport.close();
  });

  test('reads nothing of a container that has not started', async ({ cluster, namespace }) => {
    await namespace.apply(pod(`${await cluster.image('good')}-not`, ['run']));
    await namespace.until(
      'the pod to be on a node',
      async () => (await namespace.get('pod', 'talker'))?.spec?.nodeName,
    );
    const { client, transport } = await connectWith(namespace.cluster.kubeconfig);
    const source = { namespace: namespace.name, pod: 'talker', container: 'app', tailLines: 3 };
    expect(await readLog(client, source, { signal })).toEqual([]);
    transport.close();
  });
});
