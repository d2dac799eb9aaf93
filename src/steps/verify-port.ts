import type { V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import { isReady } from '../diagnosis/diagnose.ts';
import { ApiError, ConnectionError, messageOf } from '../errors.ts';
import type { PodPort } from '../kubernetes/client.ts';
import { forwardPort } from '../kubernetes/port-forward.ts';
import { podPort, portOfService, servicePort } from '../kubernetes/ports.ts';
import { resources } from '../kubernetes/resources.ts';
import { sayWorkload } from '../kubernetes/workloads/names.ts';
import type { Observation } from '../kubernetes/workloads/observe.ts';
import { selectorText } from '../kubernetes/workloads/selector.ts';
import type { Run, WorkloadRun } from '../run.ts';
import type { PortTarget } from '../verify-input.ts';
import type { RolloutTrouble } from './watch-rollout.ts';

/**
 * Why `verify-port` would lead nowhere, by what is there before the rollout; undefined where nothing shows that.
 *
 * @throws ApiError where the server fails, ConnectionError.
 */
export async function portProblemOf(run: WorkloadRun, observation: Observation): Promise<string | undefined> {
  const { port: target } = run.inputs.verification;
  const template = observation.view()?.workload.spec?.template;
  const [primary] = run.inputs.workloads;
  const isAsked = target !== undefined && sayWorkload(run.workload) === sayWorkload(primary);
  if (!isAsked || template === undefined) return undefined;
  try {
    if (target.kind === 'pod') podPort(template.spec, target.port);
    else await checkService(run, target.name, target.port, template);
    return undefined;
  } catch (error) {
    if (error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500)) throw error;
    // What may not be read is told by the access reviews.
    return error instanceof ApiError && error.status !== 404 ? undefined : messageOf(error);
  }
}

async function checkService(
  { client, namespace, signal }: Run,
  name: string,
  port: string,
  template: V1PodTemplateSpec,
): Promise<void> {
  const service = await client.get(resources.services, { namespace, name }, { signal });
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) throw new Error(noSelector);
  const isOurs = selector.every(([key, value]) => template.metadata?.labels?.[key] === value);
  // Which ports the pods of others have is not known here.
  if (isOurs) servicePort(service, port, template.spec);
  else portOfService(service, port);
}

const noSelector = 'the Service has no selector, so no pods of its own';

/** A way to the port, for as long as the command runs; `facts` tell the command of it. */
export interface OpenPort {
  readonly facts: Readonly<Record<string, string>>;
  close(): void;
}

/**
 * Opens a way to `verify-port`. Answers why that cannot be.
 *
 * @throws the signal's reason.
 */
export async function openPort(
  run: Run,
  observation: Observation,
  target: PortTarget,
): Promise<OpenPort | RolloutTrouble> {
  const name = target.kind === 'pod' ? `pod:${target.port}` : `service/${target.name}:${target.port}`;
  const chooser = new PortChooser(run, observation, target);
  try {
    const { pod, port } = await chooser.choose();
    const forward = await forwardPort(run.client, () => chooser.choose(), {
      signal: run.signal,
      onError: (message) => run.log.line(`(A connection to ${name} failed: ${message})`),
    });
    run.log.line(`Forwarding 127.0.0.1:${forward.port} to ${name} (pod/${pod}, port ${port})`);
    return { facts: addressOf(forward.port), close: () => forward.close() };
  } catch (error) {
    run.signal.throwIfAborted();
    const message = `The verify-port ${name} cannot be reached: ${messageOf(error)}.`;
    return { reason: 'verify-port-failed', message, diagnoses: [] };
  }
}

function addressOf(port: number): Record<string, string> {
  const host = '127.0.0.1';
  return {
    SAFE_ROLLOUT_HOST: host,
    SAFE_ROLLOUT_PORT: `${port}`,
    SAFE_ROLLOUT_URL: `http://${host}:${port}`,
  };
}

/** Chooses the pod that a connection to `verify-port` leads to; the same one while it is ready. */
class PortChooser {
  readonly #run: Run;
  readonly #observation: Observation;
  readonly #target: PortTarget;
  #chosen: PodPort | undefined;

  constructor(run: Run, observation: Observation, target: PortTarget) {
    this.#run = run;
    this.#observation = observation;
    this.#target = target;
  }

  /**
   * @throws Error where there is no such port, or no pod is ready; ApiError, ConnectionError where the Service cannot
   *   be read.
   */
  async choose(): Promise<PodPort> {
    const ready = this.#ourReadyPods();
    if (this.#chosen && ready.has(this.#chosen.pod)) return this.#chosen;
    this.#chosen =
      this.#target.kind === 'pod'
        ? this.#ofPod(ready, this.#target.port)
        : await this.#ofService(ready, this.#target.name, this.#target.port);
    return this.#chosen;
  }

  #ofPod(ready: ReadonlySet<string>, port: string): PodPort {
    const [pod] = ready;
    if (pod === undefined) throw new Error('no pod of the rollout is ready');
    const template = this.#observation.view()?.workload.spec?.template;
    return { namespace: this.#run.namespace, pod, port: podPort(template?.spec, port) };
  }

  async #ofService(ready: ReadonlySet<string>, name: string, port: string): Promise<PodPort> {
    const { client, namespace, signal } = this.#run;
    const service = await client.get(resources.services, { namespace, name }, { signal });
    const labelSelector = selectorText({ matchLabels: service.spec?.selector ?? {} });
    if (labelSelector === '') throw new Error(noSelector);
    const { items } = await client.list(resources.pods, { namespace, labelSelector }, { signal });
    const serving = items.filter(isServing);
    // A Service may have other pods too; but it is this rollout that is to be verified.
    const pod = serving.find(({ metadata }) => ready.has(metadata?.name ?? '')) ?? serving[0];
    if (pod === undefined) throw new Error('no pod behind the Service is ready');
    return { namespace, pod: pod.metadata?.name ?? '', port: servicePort(service, port, pod.spec) };
  }

  #ourReadyPods(): ReadonlySet<string> {
    const { kind } = this.#observation;
    const view = this.#observation.view();
    const revision = view && kind.current(view);
    const pods = view && revision ? kind.podsOf(view, revision) : [];
    return new Set(pods.filter(isServing).map(({ metadata }) => metadata?.name ?? ''));
  }
}

function isServing(pod: V1Pod): boolean {
  return isReady(pod) && pod.metadata?.deletionTimestamp === undefined;
}
