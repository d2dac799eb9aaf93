import { stringify } from 'yaml';
import type { Entry } from '../../../../src/journal.ts';
import { type ActionOptions, type RunningStep, type StepRun, startAction } from '../../../support/runner.ts';
import { type WebOptions, webDeployment } from '../../support/manifests.ts';
import type { Manifest, Workload } from '../../support/namespace.ts';
import type { Image, Scene } from './scene.ts';

/** A way for a deploy to go wrong, and what has to be said of it. */
export interface Case {
  /** What is wrong, to follow "where". */
  readonly title: string;
  /** The output `reason`. */
  readonly reason: string;
  /** The output `result`; default `undone`, or `migration-failed` with a {@link Case.job}. */
  readonly result?: string;
  /** The workload as it runs before, with image `good` and without probes where nothing else is said. */
  readonly web?: Partial<Omit<WebOptions, 'image'>> | ((scene: Scene) => Promise<Partial<WebOptions>>);
  readonly webImage?: Image;
  /** What the workload needs, made before it. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  /** What makes new pods fail, done just before the deploy: those that run go on. */
  readonly spoil?: (scene: Scene) => Promise<unknown>;
  /** The image that is deployed; default `good-2`. */
  readonly image?: Image;
  /** The migration, whose container without an image gets that one. */
  readonly job?: Manifest;
  /** What is done while the step runs. */
  readonly meanwhile?: (scene: Scene, step: RunningStep) => Promise<unknown>;
  readonly inputs?: Readonly<Record<string, string>>;
  /** What is named as showing it, with its container: `pod/web-…, container web`. */
  readonly object: RegExp;
  /** What the log and the summary say of it. */
  readonly words: readonly (string | RegExp)[];
  /** What to do; default: as in the table of reasons. */
  readonly next?: string;
}

/** A case that has been played. */
export interface Played {
  readonly step: StepRun;
  /** The workload as it was just before the deploy. */
  readonly before: Workload;
  /** From the patch that set the image, or the creation of the migration, to the verdict. */
  readonly seconds: number;
}

/** Long enough that no case comes near it which is to be given up before it. */
export const generousTimeout = '5m';

/** Plays a case: makes the workload, spoils it, deploys. The namespace, and what is in it, stay for the caller. */
export async function play(each: Case, scene: Scene, options: Partial<ActionOptions> = {}): Promise<Played> {
  const { namespace } = scene;
  await each.prepare?.(scene);
  const web = typeof each.web === 'function' ? await each.web(scene) : each.web;
  await namespace.running(webDeployment({ image: await scene.reference(each.webImage ?? 'good'), ...web }));
  const image = await scene.reference(each.image ?? 'good-2');
  await each.spoil?.(scene);
  const before = await namespace.workload();
  const running = startAction({
    secrets: [namespace.kubeconfig],
    ...options,
    inputs: {
      deployment: 'web',
      kubeconfig: namespace.kubeconfig,
      image,
      timeout: generousTimeout,
      'undo-timeout': '2m',
      ...(each.job && { 'migration-job': stringify(each.job), 'migration-timeout': generousTimeout }),
      ...each.inputs,
    },
  });
  await each.meanwhile?.(scene, running);
  const step = await running.finished;
  return { step, before, seconds: verdictSeconds(step) };
}

/** By the step's own journal, which it saves as state; NaN where it came to no verdict. */
export function verdictSeconds({ state }: StepRun): number {
  const entries = JSON.parse(state['journal'] ?? '[]') as Entry[];
  const at = (type: Entry['type']) => entries.findLast((entry) => entry.type === type)?.at;
  const from = at('setting-image') ?? at('migration-started') ?? Number.NaN;
  const to =
    at('rollout-failed') ?? (at('setting-image') ? at('ended') : at('migration-ended')) ?? Number.NaN;
  return (to - from) / 1000;
}
