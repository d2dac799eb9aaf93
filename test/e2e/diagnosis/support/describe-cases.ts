import { beforeAll, expect } from 'vitest';
import { table } from '../../../../src/diagnosis/table.ts';
import { parseDuration } from '../../../../src/duration.ts';
import type { Cluster } from '../../../cluster/connect.ts';
import { providedCluster } from '../../../cluster/provided.ts';
import { describeOnCluster, test as onCluster } from '../../support/fixtures.ts';
import { Namespace } from '../../support/namespace.ts';
import { expectEnding, expectSound } from '../../support/step.ts';
import { type Case, type Played, play } from './case.ts';
import { Scene } from './scene.ts';

/** A test with a scene of its own, which goes when the test has ended. */
export const test = onCluster.extend<{ scene: Scene }>({
  scene: async ({ cluster, namespace }, use) => {
    const scene = new Scene(cluster, namespace);
    await use(scene);
    await scene.clear();
  },
});

const dist = process.env['SAFE_ROLLOUT_DIST'];

/** Another `dist/` than the repository's, while working on it. */
export const distOption = dist === undefined ? {} : { dist };

/** Milliseconds: the longest patience of the table, and what a busy machine adds. */
export const longest = 280_000;

/** Cases that are played at a time: each mostly waits for the cluster, but a node that is too busy sees things late. */
const width = 7;

/**
 * A test for each case: what the step says, where it says it, and how the workload stands afterwards.
 *
 * They are played beside vitest's own order, those that wait longest first; a test waits for its case.
 */
export function describeCases(name: string, groups: Readonly<Record<string, readonly Case[]>>): void {
  const all = Object.entries(groups).flatMap(([group, cases]) =>
    cases.map((each) => ({ each, test: `${group}: ${each.reason}, where ${each.title}` })),
  );
  describeOnCluster(name, () => {
    const played = new Map<string, Promise<void>>();
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern, to know which fixtures are wanted.
    beforeAll(({}, { tasks }) => {
      const chosen = new Set(tasks.filter(({ mode }) => mode !== 'skip').map((task) => task.name));
      const pool = new Pool(width);
      const cluster = providedCluster();
      const byPatience = all.toSorted((a, b) => patienceOf(b.each) - patienceOf(a.each));
      for (const { each, test } of byPatience.filter((it) => chosen.has(it.test))) {
        const done = pool.run(() => playAndExpect(each, cluster));
        // Whoever wants to know how it went awaits it; until then a failure must not end the process.
        done.catch(() => {});
        played.set(test, done);
      }
    });
    for (const { test: title } of all) {
      onCluster(title, { timeout: 3 * longest }, async () => await played.get(title));
    }
  });
}

/** Runs so much at a time, in the order in which it is given. */
class Pool {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/** About how many seconds the case will wait: only to begin with the longest. */
function patienceOf({ reason, inputs }: Case): number {
  const own = inputs?.['timeout'] ?? inputs?.['migration-timeout'];
  if (own !== undefined) return parseDuration(own) ?? 0;
  const graces = table
    .flatMap(({ rows }) => rows)
    .map((row) =>
      row.reason === reason && row.patience !== 'timeout' && 'seconds' in row.patience
        ? row.patience.seconds
        : 0,
    );
  return Math.max(...graces);
}

async function playAndExpect(each: Case, cluster: Cluster): Promise<void> {
  const namespace = await Namespace.create(cluster);
  const scene = new Scene(cluster, namespace);
  try {
    const played = await play(each, scene, distOption);
    expectSound(played.step, namespace.token);
    expectTold(each, played);
    await expectAfterwards(each, played, namespace);
  } finally {
    await scene.clear();
    await namespace.remove();
  }
}

function resultOf({ result, job }: Case): string {
  return result ?? (job ? 'migration-failed' : 'undone');
}

/** The reason, who shows it, the cluster's words and what to do: in the log, in the summary, in the annotation. */
function expectTold(each: Case, { step, seconds }: Played): void {
  expectEnding(step, { result: resultOf(each), reason: each.reason });
  const advice = each.next === undefined ? rowsOf(each.reason).map(({ next }) => next) : [each.next];
  // What the summary sets as code is plain in the log.
  const [shown = '', summary = '', annotation = ''] = [
    step.main.shown,
    plain(step.main.summary),
    step.main.annotations[0]?.message ?? '',
  ].map((text) => text.replaceAll('`', ''));
  for (const where of [shown, summary]) {
    for (const words of each.words) expect(where).toMatch(words);
  }
  for (const where of [shown, summary, annotation]) {
    expect(where).toMatch(each.object);
    const isAdvised = advice.some((next) => where.includes(next.replaceAll('`', '')));
    expect(isAdvised ? advice : where).toEqual(advice);
  }
  // One that is given a limit of its own reaches it; any other is given up long before.
  const isLimited = each.inputs?.['timeout'] ?? each.inputs?.['migration-timeout'];
  if (isLimited === undefined) expect(seconds).toBeLessThan(200);
}

/** The reason's rows in the table: several where it has several symptoms. */
export function rowsOf(reason: string) {
  const rows = table.flatMap(({ rows }) => rows).filter((each) => each.reason === reason);
  if (rows.length === 0) throw new Error(`the table has no row ${reason}`);
  return rows;
}

/** The summary's text as a reader sees it, without what keeps Markdown from being taken for markup. */
export function plain(summary: string): string {
  return summary
    .replaceAll('<!-- -->', '')
    .replaceAll(/\\([\\`*_[\]|~$#+=.)-])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** An undo has brought back what ran before, all of it ready; a migration that failed has changed nothing. */
async function expectAfterwards(each: Case, { before }: Played, namespace: Namespace): Promise<void> {
  const result = resultOf(each);
  if (result === 'superseded') return;
  const after = await namespace.workload();
  expect(after.images).toEqual(before.images);
  if (result === 'migration-failed') expect(after.settings).toEqual(before.settings);
  if (result !== 'undone') return;
  expect(after.object.spec?.template).toEqual(before.object.spec?.template);
  expect(after.ready).toBe(after.object.spec?.replicas);
  expect(after.object.status?.unavailableReplicas ?? 0).toBe(0);
}
