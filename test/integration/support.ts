import { Client } from '../../src/kubernetes/client.ts';
import { loadConnection } from '../../src/kubernetes/kubeconfig/load.ts';
import { Transport, type TransportOptions } from '../../src/kubernetes/transport.ts';

/** A client of the action's own, from a kubeconfig's path or content. Close the transport when done. */
export async function connectWith(
  kubeconfig: string,
  options: Partial<TransportOptions> = {},
): Promise<{ client: Client; transport: Transport }> {
  const connection = await loadConnection({ kubeconfig, context: '', env: process.env, onSecret: () => {} });
  const transport = new Transport(connection, { version: 'test', ...options });
  return { client: new Client(transport), transport };
}

/** Resolves once `condition` holds; fails after `seconds`. */
export async function until(what: string, condition: () => boolean, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
