import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterUnavailable } from './errors.ts';
import { childrenOf, launch, stopChildren, until } from './processes.ts';

/**
 * A mount and a process namespace for the container runtime and the kubelet.
 * When its first process ends, the kernel ends every other one in it (shims and
 * containers too) and unmounts whatever they had mounted: nothing can stay behind.
 *
 * Folders whose paths those programs do not let one choose are hidden under
 * empty ones, and so are the kernel settings that the kubelet would change for
 * the whole machine.
 */
export interface Isolation {
  /** The command line that runs a program inside. */
  readonly enter: readonly [string, ...string[]];
  /** Ends everything inside. */
  stop(): Promise<void>;
}

export interface IsolationOptions {
  folder: string;
  logDir: string;
  /** Folders that must stay visible. */
  keep: readonly string[];
  signal: AbortSignal;
}

const hidden = ['/run', '/var/lib', '/var/log'];

/** What the kubelet wants each of them to be; it fails where it cannot set one. */
const kernelSettings: Record<string, string> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

export async function isolate({ folder, logDir, keep, signal }: IsolationOptions): Promise<Isolation> {
  const isHidden = (path: string) => hidden.some((root) => path.startsWith(`${root}/`));
  if (isHidden(folder)) {
    throw new ClusterUnavailable(
      `the folder for temporary files must not lie under ${hidden.join(', ')}: set TMPDIR`,
    );
  }
  const settings = join(folder, 'kernel-settings');
  await mkdir(settings, { recursive: true });
  const script = ['set -e', 'mount --make-rshared /'];
  const kept = keep.filter(isHidden);
  for (const [index, path] of kept.entries()) {
    await mkdir(join(folder, `kept-${index}`));
    script.push(`mount --bind ${quote(path)} ${quote(join(folder, `kept-${index}`))}`);
  }
  for (const path of hidden) script.push(`mount -t tmpfs -o mode=755 tmpfs ${path}`);
  for (const [index, path] of kept.entries()) {
    script.push(
      `mkdir -p ${quote(path)}`,
      `mount --move ${quote(join(folder, `kept-${index}`))} ${quote(path)}`,
    );
  }
  for (const [name, value] of Object.entries(kernelSettings)) {
    const path = `/proc/sys/${name}`;
    const now = await readFile(path, 'utf8').catch(() => '');
    if (now.trim() === value) continue;
    const substitute = join(settings, name.replaceAll('/', '.'));
    await writeFile(substitute, `${value}\n`);
    script.push(`mount --bind ${quote(substitute)} ${path}`);
  }
  const marker = join(folder, 'isolated');
  // As the first process it also reaps what the others leave: `wait` does.
  script.push(`: > ${quote(marker)}`, 'while :; do sleep 3600 & wait; done');

  const holder = launch({
    name: 'isolation',
    command: 'unshare',
    args: [
      ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['/bin/sh', '-c', script.join('\n')],
    ],
    logDir,
  });
  let first = 0;
  await until({ what: 'namespaces of its own', services: [holder], timeout: 10_000, signal }, async () => {
    first = (await childrenOf(holder.pid))[0] ?? 0;
    return first > 0 && (await readFile(marker).then(() => true));
  });
  return {
    enter: ['nsenter', `--target=${first}`, '--mount', '--pid', '--'],
    // The first process ends once every other one inside is gone.
    stop: () => stopChildren(holder),
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
