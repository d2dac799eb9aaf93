import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './errors.ts';

export interface LockOptions {
  file: string;
  /** Called once when there is something to wait for. */
  onWait: () => void;
  /** Gives up waiting. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while holding a lock file that names this process. A lock whose
 * process is gone is taken over. Waits without limit.
 */
export async function withLock<T>({ file, onWait, signal }: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await take(file))) {
    if (!told) onWait();
    told = true;
    await sleep(250, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}`;
  await writeFile(own, `${process.pid} ${await birthOf(process.pid)}`);
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const [holder, birth] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
    // Moved aside rather than removed: of two who see the same dead holder, one moves it.
    if (holder && (!isAlive(Number(holder)) || (await birthOf(Number(holder))) !== birth)) {
      await rename(file, `${own}.stale`).catch(() => undefined);
      await rm(`${own}.stale`, { force: true });
    }
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** When a process began, so that a process id that was given out again is told apart; empty off Linux. */
async function birthOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name in parentheses, which may hold anything, it is the 20th field.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
