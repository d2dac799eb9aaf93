import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './errors.ts';
import { kill } from './processes.ts';

interface Hierarchy {
  path: string;
  unified: boolean;
}

/** Creates a cgroup at the root of every hierarchy, of version 1 or 2. */
export async function createCgroups(name: string): Promise<void> {
  for (const { path, unified } of await hierarchies()) {
    if (unified) await delegate(path);
    await mkdir(join(path, name), { recursive: true });
  }
}

/** Ends what runs in those cgroups and removes them. */
export async function removeCgroups(name: string): Promise<void> {
  for (const { path } of await hierarchies()) {
    const root = join(path, name);
    for (let attempt = 0; attempt < 100 && !(await removeTree(root)); attempt++) await sleep(20);
  }
}

async function removeTree(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return true;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  const members = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of members.split('\n').filter(Boolean)) kill(Number(pid));
  return await rmdir(folder).then(
    () => true,
    (error) => hasCode(error, 'ENOENT'),
  );
}

/** Lets children of the root use every controller that there is. */
async function delegate(path: string): Promise<void> {
  const controllers = await readFile(join(path, 'cgroup.controllers'), 'utf8').catch(() => '');
  for (const controller of controllers.trim().split(' ').filter(Boolean)) {
    await writeFile(join(path, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

async function hierarchies(): Promise<Hierarchy[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts.split('\n').flatMap((line) => {
    const [, path = '', type] = line.split(' ');
    return type === 'cgroup' || type === 'cgroup2' ? [{ path, unified: type === 'cgroup2' }] : [];
  });
}
