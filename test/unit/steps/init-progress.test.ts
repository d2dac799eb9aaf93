import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { slim } from '../../../src/kubernetes/workloads/observe.ts';
import { InitProgress } from '../../../src/steps/init-progress.ts';
import { podOf, running, statusOf, terminated, waiting } from '../builders.ts';
import { never } from '../fake-clock.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';

const done = terminated(0, 'Completed');

/** A pod whose init containers, by name, are like this. */
function pod(name: string, states: Record<string, V1ContainerState>, ready = false): V1Pod {
  const initStatuses = Object.entries(states).map(([each, state]) =>
    statusOf({ name: each, state, containerID: `containerd://${name}-${each}` }),
  );
  const app = statusOf({ ready, state: ready ? running() : waiting('PodInitializing') });
  const made = podOf(name, [app], { initStatuses });
  const initContainers = Object.keys(states).map((each) => ({ name: each, image: 'acme/tools:v1' }));
  return slim({ ...made, spec: { containers: [], ...made.spec, initContainers } });
}

function setUp() {
  const cluster = new FakeCluster();
  const run = fakeRun(cluster.client());
  const progress = new InitProgress(run, [], never);
  const look = async (...pods: V1Pod[]) => {
    progress.look(pods);
    for (let round = 0; round < 20; round++) await new Promise(setImmediate);
  };
  return { cluster, run, look };
}

it('tells how far each pod is, once for each change', async () => {
  const { run, look } = setUp();
  const [first, second] = [
    pod('1', { wait: running(), migrate: waiting('PodInitializing') }),
    pod('1', { wait: done, migrate: running() }),
  ];
  await look(first);
  await look(first);
  await look(second, pod('2', { wait: running(), migrate: waiting('PodInitializing') }));
  await look(pod('1', { wait: done, migrate: done }));
  await look(pod('1', { wait: done, migrate: done }, true));
  expect(run.lines).toEqual([
    'pod/web-1: Init:0/2 (wait runs)',
    'pod/web-1: Init:1/2 (migrate runs)',
    'pod/web-2: Init:0/2 (wait runs)',
    'pod/web-1: its init containers have ended',
  ]);
  expect(run.told('progress').map(({ message }) => message)).toEqual(run.lines);
});

it('tells of five pods at the most', async () => {
  const { run, look } = setUp();
  await look(...Array.from({ length: 100 }, (_, index) => pod(`${index}`, { migrate: waiting('Pending') })));
  expect(run.lines).toHaveLength(5);
});

it.each([
  ['whose init containers only wait', { 'wait-for-db': running() }],
  ['without init containers', {}],
])('says nothing of a pod %s', async (_, states) => {
  const { run, look } = setUp();
  await look(pod('1', states));
  expect(run.lines).toEqual([]);
});

it('shows the log of the migration in one pod, and not of what runs beside it', async () => {
  const { cluster, run, look } = setUp();
  for (const name of ['1', '2'])
    for (const container of ['wait', 'migrate', 'web'])
      cluster.logs.set(`web-${name}/${container}`, `words of ${container} in ${name}\n`);
  const state = { wait: done, migrate: done };
  await look(pod('1', { wait: done, migrate: running() }), pod('2', { wait: done, migrate: running() }));
  await look(pod('1', state), pod('2', state));
  await look(pod('3', { wait: done, migrate: running() }));
  expect(run.lines.filter((line) => line.includes('words'))).toEqual(['[migrate] words of migrate in 1']);
});

it('goes on with the next pod where the first is gone before its migration has ended well', async () => {
  const { cluster, run, look } = setUp();
  for (const name of ['1', '2']) cluster.logs.set(`web-${name}/migrate`, `words in ${name}\n`);
  await look(pod('1', { migrate: terminated(1) }), pod('2', { migrate: running() }));
  await look(pod('2', { migrate: terminated(1) }));
  expect(run.lines.filter((line) => line.includes('words'))).toEqual([
    '[migrate] words in 1',
    '[migrate] words in 2',
  ]);
});
