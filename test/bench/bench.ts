/**
 * Measures the built action and prints one table; `out/bench.json` has the same for programs. A missed aim is marked
 * and nothing more, since machines are noisy.
 *
 *     node test/bench/bench.ts [--only NAME]… [--runs N] [--dist FOLDER]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../cluster/errors.ts';
import { type StartedCluster, startCluster } from '../cluster/index.ts';
import { onInterruption } from '../demo/interruption.ts';
import { coldStart, happyPost } from './cold-start.ts';
import { diagnosis } from './diagnosis.ts';
import type { Bench, BenchRow, Figure } from './figure.ts';
import { goodDeploy } from './good-deploy.ts';
import { missingImage } from './missing-image.ts';
import { requests } from './requests.ts';
import { size } from './size.ts';
import { isMet, renderTable } from './table.ts';

/** Every bench, in the order of the table. */
const benches: readonly BenchRow[] = [
  { name: 'cold-start', measure: coldStart },
  { name: 'post', measure: happyPost },
  { name: 'size', measure: size },
  { name: 'good-deploy', measure: goodDeploy },
  { name: 'missing-image', measure: missingImage },
  { name: 'requests', measure: requests },
  { name: 'diagnosis', measure: diagnosis },
];

const root = path.resolve(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '5' },
    dist: { type: 'string', default: path.join(root, 'dist') },
  },
});

let starting: Promise<StartedCluster> | undefined;
const stop = async () => (await starting?.catch(() => undefined))?.stop();
onInterruption(stop);

try {
  await main();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
} finally {
  await stop();
}

async function main(): Promise<void> {
  const unknown = options.only.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const names = benches.map(({ name }) => name).join(', ');
    throw new Error(`There is no bench ${unknown.join(', ')}; there are ${names}.`);
  }
  const runs = Number(options.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${options.runs} is no number of runs.`);
  const progress = (line: string) => console.error(`· ${line}`);
  const bench: Bench = {
    dist: path.resolve(options.dist),
    runs,
    progress,
    cluster: () => (starting ??= startCluster({ log: progress })),
  };
  const figures: Figure[] = [];
  for (const { name, measure } of benches) {
    if (options.only.length === 0 || options.only.includes(name)) figures.push(...(await measure(bench)));
  }
  console.log(renderTable(figures));
  const file = path.join(root, 'out/bench.json');
  mkdirSync(path.dirname(file), { recursive: true });
  const report = {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
    runs,
    figures: figures.map((figure) => ({ ...figure, what: figure.what.trim(), met: isMet(figure) })),
  };
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
