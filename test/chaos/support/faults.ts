import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, outcomeOf } from './outcome.ts';
import { ApiProxy, type Call, cut, expire, type Forward, mute, type Reply, refusal } from './proxy.ts';
import { Draws } from './seed.ts';
import type { Shop, Subject } from './shop.ts';
import { tagged } from './shop.ts';
import { faultsOf } from './truth.ts';

/** Where in a deploy something goes wrong. */
export type Phase = 'check' | 'migration' | 'rollout' | 'undo';

export const phases: readonly Phase[] = ['check', 'migration', 'rollout', 'undo'];

/** What a fault is made of, besides the call. */
interface Scene {
  readonly forward: Forward;
  readonly subject: Subject;
  readonly draws: Draws;
  /** True once for each thing named. */
  readonly first: (what: string) => boolean;
}

interface Fault {
  readonly name: string;
  /** It waits for something that takes long, such as a dead connection to be noticed. */
  readonly isSlow?: boolean;
  /** Phases in which the deploy need not come through, since it has not begun to change anything. */
  readonly strike: (call: Call, scene: Scene) => Promise<Reply>;
}

const isChange = ({ method, dryRun }: Call) => method !== 'GET' && !dryRun;
const patches = (call: Call, resource: string) =>
  call.method === 'PATCH' && call.resource === resource && !call.dryRun;

/** Faults that pass, so that a deploy is to come through them as if nothing had been. */
export const faults: readonly Fault[] = [
  {
    name: 'connections dropped',
    strike: async (_, { forward, draws }) => (draws.next() < 0.3 ? 'drop' : forward()),
  },
  {
    name: 'a half-open connection',
    isSlow: true,
    strike: async (call, { forward, first }) => (isChange(call) && first('hang') ? 'hang' : forward()),
  },
  {
    name: '429 with Retry-After',
    strike: async (call, { forward, first }) =>
      first(call.text) ? refusal(429, { reason: 'TooManyRequests', retryAfter: 1 }) : forward(),
  },
  {
    name: '500',
    strike: async (call, { forward, first }) =>
      first(call.text) ? refusal(500, { reason: 'InternalError' }) : forward(),
  },
  {
    name: '503',
    strike: async (call, { forward, first }) =>
      first(call.text) ? refusal(503, { reason: 'ServiceUnavailable' }) : forward(),
  },
  {
    name: 'answers lost after the change was made',
    strike: async (call, { forward, first }) => {
      const answer = await forward();
      return isChange(call) && first(call.text) ? 'drop' : answer;
    },
  },
  {
    name: '500 after the change was made',
    strike: async (call, { forward, first }) => {
      const answer = await forward();
      return isChange(call) && first(call.text) ? refusal(500, { reason: 'Timeout' }) : answer;
    },
  },
  {
    name: 'slow and reordered answers',
    strike: async (_, { forward, draws }) => {
      await sleep(draws.next() * 1500);
      const answer = await forward();
      await sleep(draws.next() * 1500);
      return answer;
    },
  },
  {
    name: 'watches that break off',
    strike: async (call, { forward, draws }) => {
      const answer = await forward();
      return call.watch ? cut(answer, 0.2 + draws.next()) : answer;
    },
  },
  {
    name: 'watches that fall silent',
    isSlow: true,
    strike: async (call, { forward, first }) => {
      const answer = await forward();
      return call.watch && first(call.text) ? mute(answer, 0.2) : answer;
    },
  },
  {
    name: '410 for a new watch',
    strike: async (call, { forward, first }) =>
      call.watch && first(call.text) ? refusal(410, { reason: 'Expired' }) : forward(),
  },
  {
    name: '410 within a watch',
    strike: async (call, { forward, draws }) => {
      const answer = await forward();
      return call.watch ? expire(answer, 0.2 + draws.next()) : answer;
    },
  },
  {
    name: 'somebody writes at the same time',
    strike: async (call, { forward, subject, first }) => {
      const annotations = { 'example.com/touched': `${call.n}` };
      if (patches(call, 'leases') && first(`lease ${call.n % 2}`))
        await subject.patchLease({ metadata: { annotations } });
      if (patches(call, 'deployments')) await subject.patch({ metadata: { annotations } });
      return forward();
    },
  },
  {
    name: '409',
    strike: async (call, { forward, first }) =>
      isChange(call) && call.method === 'PATCH' && first(call.text)
        ? refusal(409, { reason: 'Conflict' })
        : forward(),
  },
];

/** A deploy on which a fault falls in one of its phases. */
export interface Blow {
  readonly fault: Fault;
  readonly phase: Phase;
  readonly round: number;
}

export function nameOf({ fault, phase }: Pick<Blow, 'fault' | 'phase'>): string {
  return `${fault.name}, ${phase}`;
}

/** Deploys under a fault; the deploy must end as it would without. */
export async function strike(shop: Shop, blow: Blow): Promise<Outcome> {
  const { fault, phase, round } = blow;
  const name = nameOf(blow);
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    const there = subject;
    const done = new Set<string>();
    const first = (what: string) => !done.has(what) && done.add(what) !== undefined;
    const draws = new Draws(name, round);
    let now: Phase = 'check';
    let struck = false;
    proxy.interfere = (call, forward) => {
      now = phaseFrom(call, now);
      if (now !== phase) return forward();
      struck = true;
      return fault.strike(call, { forward, subject: there, draws, first });
    };
    const { step, ...claim } = play(shop, subject, phase, { proxy });
    const run = await step.finished;
    proxy.interfere = undefined;
    const found = await faultsOf(subject, { ...claim, step: run });
    return outcomeOf(name, struck, found, [run]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    await subject?.remove();
  }
}

/** A deploy that has the phase, and what it is to come to. */
export function play(
  shop: Shop,
  subject: Subject,
  phase: Phase,
  options: Omit<Parameters<Subject['deploy']>[1] & object, 'inputs'>,
) {
  const isUndo = phase === 'undo';
  const image = tagged(shop, isUndo ? 'no-such-tag' : 'chaos-slow');
  const inputs = {
    timeout: '3m',
    ...(!isUndo && { 'migration-command': '/app run --lines=4 --interval=700ms' }),
  };
  const step = subject.deploy(image, { ...options, inputs });
  return { step, image, before: [subject.first], results: [isUndo ? 'undone' : 'deployed'] };
}

/** The phase that the run is in once it sends this. */
export function phaseFrom(call: Call, phase: Phase): Phase {
  const said = call.method === 'PATCH' && call.resource === 'leases' ? call.body : '';
  if (said.includes('undoing')) return 'undo';
  if (phase !== 'undo' && (said.includes('setting-image') || patches(call, 'deployments'))) return 'rollout';
  if (phase === 'check' && said.includes('migrating')) return 'migration';
  return phase;
}

/** The token of the kubeconfig expires as the phase begins, and its plugin is asked for another. */
export async function expireToken(shop: Shop, phase: Phase): Promise<Outcome> {
  const name = `an expired token, ${phase}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'plugin-'));
  const proxy = await ApiProxy.open(shop.cluster);
  let subject: Subject | undefined;
  try {
    subject = await shop.workload(tagged(shop, 'good'));
    let valid = 'token-1';
    const credential = (token: string) => ({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token },
    });
    const issue = () => writeFileSync(path.join(folder, 'credential'), JSON.stringify(credential(valid)));
    issue();
    const plugin = path.join(folder, 'plugin');
    writeFileSync(plugin, `#!/bin/sh\ncat ${path.join(folder, 'credential')}\n`);
    chmodSync(plugin, 0o755);
    const authorization = `Bearer ${shop.namespace.token}`;
    let now: Phase = 'check';
    let refused = 0;
    proxy.interfere = async (call, forward) => {
      now = phaseFrom(call, now);
      if (now === phase && valid === 'token-1' && call.n > 3) {
        valid = 'token-2';
        issue();
      }
      if (call.headers.authorization === `Bearer ${valid}`) return forward({ authorization });
      refused += 1;
      return refusal(401, { reason: 'Unauthorized', message: 'Unauthorized' });
    };
    const kubeconfig = withPlugin(proxy, plugin, shop);
    const { step, ...claim } = play(shop, subject, phase, { proxy, kubeconfig });
    const run = await step.finished;
    const found = await faultsOf(subject, { ...claim, step: run });
    return outcomeOf(name, refused > 0, found, [run]);
  } catch (error) {
    return outcomeOf(name, true, [`${error instanceof Error ? error.stack : error}`], []);
  } finally {
    proxy.close();
    rmSync(folder, { recursive: true });
    await subject?.remove();
  }
}

function withPlugin(proxy: ApiProxy, command: string, shop: Shop): string {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    interactiveMode: 'Never',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: proxy.url } }],
    users: [{ name: 'deployer', user: { exec } }],
    contexts: [
      { name: 'test', context: { cluster: 'test', user: 'deployer', namespace: shop.namespace.name } },
    ],
    'current-context': 'test',
  });
}
