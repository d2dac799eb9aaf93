import type { Patience } from '../../src/diagnosis/row.ts';
import { table } from '../../src/diagnosis/table.ts';
import { cases } from '../e2e/diagnosis/cases.ts';
import { type Case, play } from '../e2e/diagnosis/support/case.ts';
import { Scene } from '../e2e/diagnosis/support/scene.ts';
import { Namespace } from '../e2e/support/namespace.ts';
import type { Bench, Figure } from './figure.ts';

/** Cases that are played at a time: they mostly wait for the cluster. */
const width = 6;

/** How long each thing that goes wrong takes from the patch (or the migration's creation) to the verdict. */
export async function diagnosis(bench: Bench): Promise<Figure[]> {
  const all: readonly Case[] = Object.values(cases).flat();
  const figures: (Figure | undefined)[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < all.length; index = next++) {
      const each = all[index];
      if (each) figures[index] = await measure(bench, each);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const measured = figures.filter((figure) => figure !== undefined);
  return [{ what: 'patch to verdict, of', value: measured.length, unit: '', note: 'cases' }, ...measured];
}

async function measure(bench: Bench, each: Case): Promise<Figure> {
  const cluster = await bench.cluster();
  bench.progress(`${each.reason}, where ${each.title}`);
  const namespace = await Namespace.create(cluster);
  const scene = new Scene(cluster, namespace);
  try {
    const { step, seconds } = await play(each, scene, { dist: bench.dist });
    const { result = '', reason = '' } = step.outputs;
    const aim = aimOf(each);
    return {
      what: `  ${each.reason}`,
      value: seconds,
      unit: 's',
      ...(aim !== undefined && { aim }),
      note: `${each.title}${reason === each.reason ? '' : `; ended as ${result}, ${reason || 'no reason'}`}`,
    };
  } finally {
    await scene.clear();
    await namespace.remove();
  }
}

/** Seconds until the kubelet has let a container end three times. */
const threeCrashes = 30;

/** Seconds beyond its grace in which a symptom is to be seen and told. */
const toSee = 10;

/** What is aimed at; undefined where it is the case's own timeout that ends it. */
function aimOf({ reason, inputs }: Case): number | undefined {
  if (inputs?.['timeout'] ?? inputs?.['migration-timeout']) return undefined;
  const graces = table
    .flatMap(({ rows }) => rows)
    .flatMap((row) => (row.reason === reason && row.patience !== 'timeout' ? [secondsOf(row.patience)] : []));
  return graces.length === 0 ? undefined : Math.max(...graces) + toSee;
}

function secondsOf(patience: Exclude<Patience, 'timeout'>): number {
  return 'crashes' in patience ? threeCrashes : patience.seconds;
}
