import { spawnSync } from 'node:child_process';
import { ClusterUnavailable } from './errors.ts';

/** How to see whether a package's content is there, whoever installed it. */
const present = {
  'libseccomp-dev': () => runs('pkg-config', ['--exists', 'libseccomp']),
  'pkg-config': () => runs('pkg-config', ['--version']),
  gcc: () => runs('gcc', ['--version']),
  iproute2: () => runs('ip', ['-V']),
};

/** A Debian package that some part of the cluster needs. */
export type DebianPackage = keyof typeof present;

/**
 * Installs the packages that are missing, where this process may; else throws
 * {@link ClusterUnavailable} with the command to run.
 */
export async function ensurePackages(
  packages: readonly DebianPackage[],
  log: (line: string) => void,
): Promise<void> {
  const missing = packages.filter((name) => !present[name]());
  if (missing.length === 0) return;
  // gcc without the C library's headers compiles nothing.
  const wanted = missing.flatMap((name) => (name === 'gcc' ? ['gcc', 'libc6-dev'] : [name]));
  const command = `apt-get update && apt-get install -y ${wanted.join(' ')}`;
  if (process.getuid?.() !== 0 || !runs('apt-get', ['--version'])) {
    throw new ClusterUnavailable(`missing system packages: ${wanted.join(', ')}. As root: ${command}`);
  }
  log(`installing system packages: ${wanted.join(', ')}`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...wanted]]) {
    const result = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (result.status !== 0) {
      throw new ClusterUnavailable(
        `"apt-get ${args.join(' ')}" failed:\n${result.stderr.split('\n').slice(-10).join('\n')}`,
      );
    }
  }
}

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
