import { setTimeout as sleep } from 'node:timers/promises';
import { type Phase, phaseFrom, phases, play } from './faults.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { ApiProxy } from './proxy.ts';
import { type Shop, tagged } from './shop.ts';
import { faultsOf } from './truth.ts';

/** Seconds for which there is no API server at all. */
const downSeconds = 4;

/** Deploys that are each in another phase as the API server is killed and started again; all must come through. */
export async function restart(shop: Shop): Promise<Outcome[]> {
  const arrivals = new Map(phases.map((phase) => [phase, Promise.withResolvers<void>()] as const));
  const gone = Promise.withResolvers<void>();
  const outcomes = phases.map(async (phase): Promise<Outcome> => {
    const proxy = await ApiProxy.open(shop.cluster);
    const subject = await shop.workload(tagged(shop, 'good'));
    try {
      let now: Phase = 'check';
      proxy.interfere = async (call, forward) => {
        now = phaseFrom(call, now);
        // Not at the very first request: a server that never answered is a mistake in the kubeconfig.
        if (now !== phase || call.n < 3) return forward();
        arrivals.get(phase)?.resolve();
        if (call.method !== 'GET') await gone.promise;
        return forward();
      };
      const { step, ...claim } = play(shop, subject, phase, { proxy });
      void step.finished.finally(() => arrivals.get(phase)?.resolve()).catch(() => undefined);
      const run = await step.finished;
      proxy.interfere = undefined;
      const found = await faultsOf(subject, { ...claim, step: run });
      return outcomeOf(`the API server restarts, ${phase}`, true, found, [run]);
    } catch (error) {
      return outcomeOf(
        `the API server restarts, ${phase}`,
        true,
        [`${error instanceof Error ? error.stack : error}`],
        [],
      );
    } finally {
      proxy.close();
      await subject.remove();
    }
  });
  await Promise.all([...arrivals.values()].map(({ promise }) => promise));
  await shop.cluster.stopApiServer();
  gone.resolve();
  await sleep(downSeconds * 1000);
  await shop.cluster.startApiServer();
  return Promise.all(outcomes);
}
