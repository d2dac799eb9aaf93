import { randomBytes } from 'node:crypto';
import { systemClock } from './clock.ts';
import { sayDuration } from './duration.ts';
import { messageOf } from './errors.ts';
import type { GitHubRun } from './github/run.ts';
import type { Environment, Inputs } from './inputs.ts';
import type { Journal } from './journal.ts';
import { Client } from './kubernetes/client.ts';
import { loadConnection } from './kubernetes/kubeconfig/load.ts';
import { Transport } from './kubernetes/transport.ts';
import { sayWorkload } from './kubernetes/workloads/names.ts';
import type { Log } from './log.ts';
import type { Run } from './run.ts';
import { saveHolder } from './state.ts';
import { version } from './version.ts';

/** A run with its connections, to be closed at the end. */
export interface ConnectedRun extends Run {
  close(): void;
}

/**
 * Makes ready what every step works with. It sends no request yet.
 *
 * @throws KubeconfigError
 */
export async function startRun(from: {
  readonly inputs: Inputs;
  readonly environment: Environment;
  readonly log: Log;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  /** Under what identity main asked for locks; undefined for a new one. */
  readonly holder?: string | undefined;
}): Promise<ConnectedRun> {
  const { inputs, environment, log, journal, signal } = from;
  const { kubeconfig, context } = inputs;
  for (const secret of inputs.watch?.address.secrets ?? []) log.mask(secret);
  const connection = await loadConnection({
    kubeconfig,
    context,
    env: environment.variables,
    onSecret: (secret) => log.mask(secret),
  });
  const transport = new Transport(connection, {
    version,
    onOutage: ({ error }) =>
      log.line(`The API server does not answer (${messageOf(error)}); waiting for it.`),
    onRecovered: ({ seconds }) => log.line(`The API server answers again, after ${sayDuration(seconds)}.`),
  });
  const identity = from.holder || newIdentity(environment.run);
  if (!from.holder) saveHolder(identity);
  const namespace = inputs.namespace || connection.namespace;
  const workloads = inputs.workloads.map(sayWorkload);
  journal.add({
    type: 'connected',
    command: inputs.command,
    server: connection.server,
    workloads,
    namespace,
  });
  log.line(
    `${workloads.join(', ')} in namespace ${namespace}, cluster ${connection.server} (${connection.origin})`,
  );
  return {
    inputs,
    github: environment.run,
    environment: environment.variables,
    client: new Client(transport),
    server: connection.server,
    namespace,
    log,
    journal,
    clock: systemClock,
    holder: { identity, url: environment.run.url },
    signal,
    close: () => transport.close(),
  };
}

/** Tells this step from any other, also from one of the same job. */
function newIdentity({ repository, runId, attempt, job }: GitHubRun): string {
  const run = [repository, runId, attempt, job].filter((part) => part !== '').join('/');
  return `${run || 'local'}/${randomBytes(4).toString('hex')}`;
}
