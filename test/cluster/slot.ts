import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ClusterUnavailable } from './errors.ts';

/** How many clusters can run side by side on one machine. */
export const slots = 64;
const firstPort = 23_000;
const portsEach = 16;

/** Everything that must differ between clusters that run side by side. */
export interface Slot {
  readonly index: number;
  readonly bridge: string;
  readonly cgroup: string;
  /** The bridge's address, which is the node's and the host's as pods see it. */
  readonly address: string;
  readonly podRange: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** PostgreSQL servers get these. */
  readonly sparePorts: readonly number[];
  release(): Promise<void>;
}

const portNames = [
  'guard',
  'etcd',
  'etcdPeer',
  'apiServer',
  'controllerManager',
  'scheduler',
  'registry',
  'kubelet',
  'kubeletHealth',
] as const;
type PortName = (typeof portNames)[number];

/**
 * Takes a free slot, or the given one if it is free. What guards it is an open
 * port, so the system frees it however the process ends.
 */
export async function takeSlot(wanted?: number, after = -1): Promise<Slot | undefined> {
  const first = wanted ?? after + 1;
  const last = wanted ?? slots - 1;
  for (let index = first; index <= last; index++) {
    const guard = await listen(firstPort + index * portsEach);
    if (!guard) continue;
    const slot = describe(index, guard);
    if (wanted !== undefined || (await isUsable(slot))) return slot;
    await slot.release();
  }
  if (wanted !== undefined) return undefined;
  throw new ClusterUnavailable(
    `no free block of ports between ${firstPort} and ${firstPort + slots * portsEach} for another cluster`,
  );
}

function describe(index: number, guard: Server): Slot {
  const base = firstPort + index * portsEach;
  const ports = Object.fromEntries(portNames.map((name, offset) => [name, base + offset])) as Slot['ports'];
  const spare = portsEach - portNames.length;
  return {
    index,
    ports,
    bridge: `saferollout${index}`,
    cgroup: `safe-rollout-${index}`,
    address: `10.88.${index * 4}.1`,
    podRange: `10.88.${index * 4}.0/22`,
    sparePorts: Array.from({ length: spare }, (_, offset) => base + portNames.length + offset),
    release: () => new Promise((resolve) => guard.close(() => resolve())),
  };
}

async function isUsable(slot: Slot): Promise<boolean> {
  const prefix = slot.address.split('.').slice(0, 2).join('.');
  const third = Number(slot.address.split('.')[2]);
  const overlaps = Object.entries(networkInterfaces()).some(
    ([name, addresses]) =>
      name !== slot.bridge &&
      addresses?.some(({ address }) => {
        const octets = address.split('.');
        return octets.slice(0, 2).join('.') === prefix && Math.abs(Number(octets[2]) - third) < 4;
      }),
  );
  if (overlaps) return false;
  for (const port of [...Object.values(slot.ports), ...slot.sparePorts]) {
    if (port === slot.ports.guard) continue;
    const server = await listen(port);
    if (!server) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}
