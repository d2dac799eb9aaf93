/**
 * A cluster to work with by hand:
 *
 *     node test/cluster/cli.ts up [--no-node]   until Ctrl-C
 *     node test/cluster/cli.ts build            only builds
 */
import { once } from 'node:events';
import { messageOf } from './errors.ts';
import { behaviours } from './images.ts';
import { buildCluster, startCluster } from './index.ts';

const [command, ...flags] = process.argv.slice(2);

try {
  if (command === 'build') await buildCluster();
  else if (command === 'up') await up();
  else {
    console.error('usage: node test/cluster/cli.ts up [--no-node] | build');
    process.exitCode = 64;
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function up(): Promise<void> {
  const started = Date.now();
  const cluster = await startCluster({ node: !flags.includes('--no-node') });
  console.error(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s; Ctrl-C ends it`);
  console.error(`images: ${cluster.registry}/app:{${Object.keys(behaviours).join(',')}}`);
  console.log(`export KUBECONFIG=${cluster.kubeconfig}`);
  console.log(`export PATH=${cluster.bin('kubectl').replace(/\/kubectl$/, '')}:$PATH`);
  console.log(`export REGISTRY=${cluster.registry}`);
  const awake = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(awake);
  await cluster.stop();
}
