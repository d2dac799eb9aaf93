import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, outcomeOf } from './outcome.ts';
import { ApiProxy } from './proxy.ts';
import type { Draws } from './seed.ts';
import { imageOf, type Shop, type Subject, tagged } from './shop.ts';
import { faultsOf, verdictOf } from './truth.ts';

/**
 * Many deploys of one workload, started at once with an image each and a migration each; `lost` of them are killed
 * at some moment, and their runners lost. Then one more is started after all of them, since the last may have been lost.
 */
export async function crowd(shop: Shop, size: number, lost: number, draws: Draws): Promise<Outcome> {
  const name = `${size} deploys at once${lost > 0 ? `, ${lost} of them lost` : ''}`;
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    const own = Array.from({ length: Math.max(0, size - 3) }, (_, index) => `crowd-${index + 1}`);
    await Promise.all(own.map((tag) => shop.cluster.image(tag, {})));
    const tags = draws.sample(['good', 'good-2', 'good-3', ...own].slice(0, size));
    subject = await shop.workload(tagged(shop, 'any-schema'));
    const { first } = subject;
    const there = subject;
    const victims = new Set(draws.sample(tags, lost));
    const steps = await Promise.all(
      tags.map(async (tag, index) => {
        const step = there.deploy(tagged(shop, tag), {
          proxy,
          runId: `${index + 1}`,
          post: !victims.has(tag),
          inputs: {
            timeout: '3m',
            'lock-timeout': '15m',
            'migration-command': '/app run --lines=2 --interval=700ms',
          },
        });
        if (victims.has(tag)) {
          // Somewhere in its own work, and not while it waits.
          await step.waitForLog(/Migration job|Setting image/, 900).catch(() => undefined);
          await sleep(draws.next() * 4000);
          step.kill();
        }
        return { tag, step: await step.finished };
      }),
    );
    if (lost > 0) {
      const tag = 'crowd-after';
      const image = await shop.cluster.image(tag, {});
      const step = await subject.deploy(image, { proxy, runId: `${size + 1}`, inputs: { timeout: '3m' } })
        .finished;
      tags.push(tag);
      steps.push({ tag, step });
    }
    const images = [first, ...tags.map((tag) => tagged(shop, tag))];
    const survivors = steps.filter(({ tag }) => !victims.has(tag));
    const { deployment, replicaSets } = await subject.look();
    const patches = proxy.calls.filter(
      (call) => call.method === 'PATCH' && call.resource === 'deployments' && !call.dryRun,
    );
    const last = patches.at(-1)?.body ?? '';
    const found = survivors.flatMap(({ tag, step }) => {
      const { result, reason, image } = verdictOf(step) ?? {};
      const isThere = replicaSets.some((each) => imageOf(each) === tagged(shop, tag));
      return [
        ...(result === 'deployed' ? [] : [`${tag}: ${result ?? 'nothing'} (${reason})`]),
        ...(image === tagged(shop, tag) ? [] : [`${tag}: it said that it set ${image}`]),
        ...(isThere ? [] : [`${tag}: it said ${result}, and was never there`]),
      ];
    });
    if (!last.includes(`"${imageOf(deployment)}"`)) found.push('the last that was set is not what runs');
    const closing = survivors.find(({ tag }) => tagged(shop, tag) === imageOf(deployment)) ?? survivors[0];
    if (closing)
      found.push(
        ...(await faultsOf(subject, {
          step: closing.step,
          image: tagged(shop, closing.tag),
          before: images,
          results: ['deployed'],
        })),
      );
    return outcomeOf(
      name,
      true,
      found,
      steps.map(({ step }) => step),
    );
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject?.remove();
  }
}
