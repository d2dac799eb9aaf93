import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCgroups } from './cgroups.ts';
import { run } from './processes.ts';
import { type Slot, slots, takeSlot } from './slot.ts';

/** Run folders are this, the slot's index, a hyphen and something random. */
export const folderPrefix = (index: number) => join(tmpdir(), `safe-rollout-${index}-`);

/** Removes what a slot's cluster has left on the machine, its folder too unless told to keep it. */
export async function cleanUp(
  slot: Pick<Slot, 'index' | 'bridge' | 'cgroup'>,
  keepFolder = false,
): Promise<void> {
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    await removeCgroups(slot.cgroup);
    await removeBridge(slot.bridge);
  }
  for (const folder of await runFolders(slot.index)) {
    if (process.platform === 'linux') await unmountUnder(folder);
    if (!keepFolder) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Cleans up after keepers that were killed: their slots are free, and their folders are there. */
export async function sweep(log: (line: string) => void): Promise<void> {
  for (let index = 0; index < slots; index++) {
    if ((await runFolders(index)).length === 0) continue;
    const slot = await takeSlot(index);
    if (!slot) continue;
    log(`removing what an earlier cluster left behind (number ${index})`);
    await cleanUp(slot).finally(() => slot.release());
  }
}

async function runFolders(index: number): Promise<string[]> {
  const prefix = folderPrefix(index);
  const names = await readdir(tmpdir());
  const folders = names.map((name) => join(tmpdir(), name)).filter((path) => path.startsWith(prefix));
  const owned = await Promise.all(
    folders.map(async (path) => (await stat(path).catch(() => undefined))?.uid === process.getuid?.()),
  );
  return folders.filter((_, position) => owned[position]);
}

async function removeBridge(bridge: string): Promise<void> {
  const listed = await run('ip', ['-o', 'link', 'show', 'master', bridge]).catch(() => undefined);
  if (listed === undefined) return;
  // "12: veth0a1b@if2: <...": a pod's end goes with the host's.
  const ports = [...listed.matchAll(/^\d+: ([^@:]+)/gm)].map((match) => match[1] ?? '');
  for (const port of ports) await run('ip', ['link', 'delete', port]).catch(() => undefined);
  await run('ip', ['link', 'delete', bridge]);
}

async function unmountUnder(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const paths = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  const own = paths.filter((path) => path.startsWith(`${folder}/`)).reverse();
  for (const path of own) await run('umount', ['--lazy', path]);
}
