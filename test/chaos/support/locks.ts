import { setTimeout as sleep } from 'node:timers/promises';
import { leaseSeconds } from '../../../src/kubernetes/lease.ts';
import type { RunningStep, StepRun } from '../../support/runner.ts';
import { type Phase, phaseFrom } from './faults.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { ApiProxy, type Call } from './proxy.ts';
import type { Draws } from './seed.ts';
import { imageOf, type Shop, type Subject, tagged } from './shop.ts';
import { faultsOf, verdictOf } from './truth.ts';

/** A moment at which a run is cut off from the API server for longer than its lock lasts. */
export interface Partition {
  readonly name: string;
  readonly from: (call: Call, phase: Phase) => boolean;
}

const isChange = (call: Call, method: string, resource: string) =>
  call.method === method && call.resource === resource && !call.dryRun;

export const partitions: readonly Partition[] = [
  { name: 'as it writes down the migration', from: (_, phase) => phase === 'migration' },
  { name: 'as it creates the migration', from: (call) => isChange(call, 'POST', 'jobs') },
  { name: 'as it reads the migration', from: (call) => call.watch && call.resource === 'jobs' },
  { name: 'as it writes down what it will set', from: (_, phase) => phase === 'rollout' },
  { name: 'as it sets the image', from: (call) => isChange(call, 'PATCH', 'deployments') },
];

/** How long a run is cut off. The other run takes the lock over after 22 to 32 s of it. */
const cutOffSeconds = { hang: [26, 28, 30, 34], drop: [33, 36, 40] } as const;

/**
 * One run is cut off, by connections that hang or break, while another one waits for its lock; that takes the lock
 * over and deploys something else; then the first one's network heals, perhaps with its renewals coming last. It must
 * not touch anything any more, and both must tell the truth.
 */
export async function partition(
  shop: Shop,
  { name: title, from }: Partition,
  how: 'hang' | 'drop',
  draws: Draws,
): Promise<Outcome> {
  const seconds = draws.pick<number>(cutOffSeconds[how]);
  const renewalsLate = draws.pick([0, 6]);
  const name = `cut off for ${seconds} s (${how}${renewalsLate ? ', renewals late' : ''}), ${title}`;
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    const there = subject;
    const image = tagged(shop, 'good-3');
    let phase: Phase = 'check';
    let since: number | undefined;
    let second: RunningStep | undefined;
    let renewedAt = performance.now();
    const late: string[] = [];
    proxy.interfere = async (call, forward) => {
      phase = phaseFrom(call, phase);
      // It has the lock by now, and has not begun anything.
      if (second === undefined && phase === 'check' && call.resource === 'jobs' && !call.dryRun) {
        second = there.deploy(image, {
          runId: '2',
          inputs: { timeout: '3m', 'migration-command': '/app run --lines=8 --interval=1s' },
        });
        await second.waitForLog(/Waiting for/, 60);
      }
      const isLease = call.resource === 'leases';
      const sinceRenewal = (performance.now() - renewedAt) / 1000;
      if (
        (isChange(call, 'POST', 'jobs') || isChange(call, 'PATCH', 'deployments')) &&
        sinceRenewal > leaseSeconds
      )
        late.push(`${call.text} ${sinceRenewal.toFixed(1)} s`);
      if (since === undefined && from(call, phase)) {
        since = performance.now();
        proxy.breakStreams();
      }
      const isOff = since !== undefined && performance.now() - since < seconds * 1000;
      if (isOff) return how;
      if (isLease && since !== undefined) await sleep(renewalsLate * 1000);
      const answer = await forward();
      if (isLease && call.method !== 'GET' && answer.status < 300) renewedAt = performance.now();
      return answer;
    };
    const first = subject.deploy(tagged(shop, 'good-2'), {
      proxy,
      runId: '1',
      inputs: { timeout: '3m', 'migration-command': '/app run --lines=6 --interval=1s' },
    });
    const one = await first.finished;
    const two = await (second as RunningStep | undefined)?.finished;
    if (since === undefined || two === undefined) throw new Error('it was never cut off');
    const found = [
      ...(await faultsOf(subject, {
        step: two,
        image,
        before: [subject.first, tagged(shop, 'good-2')],
        results: ['deployed'],
      })),
      ...late.map((text) => `it sent ${text} after its last renewal`),
      ...lostFaults(one),
    ];
    return outcomeOf(name, true, found, [one, two]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject?.remove();
  }
}

/** A run that has lost its lock did not deploy, and says so. */
function lostFaults(step: StepRun): string[] {
  const { result = 'nothing', reason = '' } = verdictOf(step) ?? {};
  return ['superseded', 'migration-failed', 'refused', 'deployed'].includes(result)
    ? []
    : [`the run that was cut off said ${result} (${reason})`];
}

/** Somebody takes the Lease away by hand during a rollout: the run stops, and says so. The next run puts all right. */
export async function robbed(shop: Shop, how: 'taken over' | 'deleted'): Promise<Outcome> {
  const name = `the lock is ${how} by hand`;
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    const image = tagged(shop, 'never-ready');
    const step = subject.deploy(image, { runId: '1', inputs: { timeout: '3m' } });
    await step.waitForLog(/1 of 1 updated/, 60);
    if (how === 'deleted') await subject.deleteLease();
    else await subject.patchLease({ spec: { holderIdentity: 'somebody' } });
    const first = await step.finished;
    const { result, reason } = verdictOf(first) ?? {};
    const found: string[] = [];
    if (result !== 'superseded' || reason !== 'lock-lost') found.push(`it said ${result} (${reason})`);
    const { deployment } = await subject.look();
    if (imageOf(deployment) !== image) found.push(`it changed the workload: ${imageOf(deployment)} runs`);
    const next = await subject.deploy(tagged(shop, 'good-2'), { runId: '2', inputs: { timeout: '2m' } })
      .finished;
    // Without a Lease nobody knows any more what was begun; so the half-way rollout is refused, and told.
    const isKnown = how === 'taken over';
    if (isKnown) {
      const before = [subject.first];
      const claim = { step: next, image: tagged(shop, 'good-2'), before, results: ['deployed'] };
      found.push(...(await faultsOf(subject, claim)));
    }
    return outcomeOf(name, true, found, [first, next]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    await sleep(0);
    await subject?.remove();
  }
}
