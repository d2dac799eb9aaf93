import { describe, expect, it } from 'vitest';
import type { RolloutRecord } from '../../../src/history.ts';
import { parseWantedImage } from '../../../src/image.ts';
import type { Inputs } from '../../../src/inputs.ts';
import type { HistoryRow } from '../../../src/journal.ts';
import type { WorkloadView } from '../../../src/kubernetes/workloads/kind.ts';
import { observeIfThere } from '../../../src/kubernetes/workloads/observe.ts';
import { templateDigest } from '../../../src/kubernetes/workloads/template.ts';
import { chooseRevision, draftRollback } from '../../../src/steps/draft-rollback.ts';
import { healthOf } from '../../../src/steps/look.ts';
import { templateOf } from '../builders.ts';
import { fakeRun } from '../fake-run.ts';
import { fakeShop } from '../fake-shop.ts';

type Known = Parameters<typeof chooseRevision>[0][number];

function known(number: number, image: string, standing?: Known['standing'], isCurrent = false): Known {
  const template = { spec: { containers: [{ name: 'web', image }] } };
  const revision = {
    number,
    holder: `web-${number}`,
    holderUid: `${number}`,
    template,
    hash: '',
    annotations: {},
    available: 0,
  };
  return { revision, digest: image, standing, isCurrent };
}

function numberOf(chosen: ReturnType<typeof chooseRevision>): number | string {
  return 'problem' in chosen ? chosen.problem : chosen.revision.number;
}

const sha = '3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708';

describe('without a name, it is', () => {
  const choose = (...all: Known[]) => numberOf(chooseRevision(all, undefined, undefined));
  const now = known(5, 'r/web:v5', 'healthy', true);

  it.each<[string, Known[], number | string]>([
    [
      'the newest that is known to be healthy',
      [known(4, 'a'), known(3, 'b', 'healthy'), known(2, 'c', 'healthy')],
      3,
    ],
    ['the newest, where nothing is known', [known(4, 'a'), known(3, 'b')], 4],
    ['none that failed', [known(4, 'a', 'failed'), known(3, 'b')], 3],
    ['none that was undone', [known(4, 'a', 'undone'), known(3, 'b')], 3],
    ['none that a rollback left', [known(4, 'a', 'left'), known(3, 'b', 'healthy')], 3],
    [
      'told where there is none',
      [known(4, 'a', 'failed')],
      'it has no older revision that is fit to go back to.',
    ],
    ['told where it is the only one', [], 'it has no older revision that is fit to go back to.'],
  ])('%s', (_, older, expected) => {
    expect(choose(now, ...older)).toBe(expected);
  });
});

describe('an image', () => {
  it.each<[string, string, boolean]>([
    ['r/web:v2', 'r/web:v2', true],
    ['r/web:v2', 'r/web:v3', false],
    [':v2', 'r/web:v2', true],
    ['v1.2.3', 'r/web:v1.2.3', true],
    ['main-3f2c1ab', 'r/web:main-3f2c1ab', true],
    [sha.slice(0, 7), `r/web:${sha}`, true],
    [sha.slice(0, 7), `r/web:${sha.slice(0, 7)}`, true],
    ['3f2c1ac', `r/web:${sha}`, false],
    ['r/web:v2', `r/web:v2@sha256:${'a'.repeat(64)}`, true],
    [`@sha256:${'a'.repeat(64)}`, `r/web:v2@sha256:${'a'.repeat(64)}`, true],
    [`@sha256:${'b'.repeat(64)}`, `r/web:v2@sha256:${'a'.repeat(64)}`, false],
    ['nginx:1', 'docker.io/library/nginx:1', true],
    ['r/other:v2', 'r/web:v2', false],
  ])('%s means %s: %s', (typed, image, isMeant) => {
    const chosen = chooseRevision(
      [known(2, 'r/web:now', 'healthy', true), known(1, image)],
      undefined,
      parseWantedImage(typed),
    );
    expect(numberOf(chosen) === 1).toBe(isMeant);
  });

  it('that ran in several revisions is that of a healthy one', () => {
    const all = [known(4, 'r/web:v2', 'failed'), known(3, 'r/web:v2', 'healthy'), known(2, 'r/web:v1')];
    expect(numberOf(chooseRevision(all, undefined, parseWantedImage(':v2')))).toBe(3);
  });
});

it('a number is that revision, or none', () => {
  const all = [known(4, 'a'), known(3, 'b', 'failed')];
  expect(numberOf(chooseRevision(all, 3, undefined))).toBe(3);
  expect(numberOf(chooseRevision(all, 77, undefined))).toBe('it has no revision 77.');
});

describe('a rollback that waited', () => {
  const digestOf = (image: string) => templateDigest(templateOf(image));

  /** What it makes of acme/web:v2, which runs over v1, where this ran when it was asked for. */
  async function drafted(
    asked: { readonly image: string; readonly current?: string; readonly older?: readonly string[] },
    over: { readonly inputs?: Partial<Inputs>; readonly records?: readonly RolloutRecord[] } = {},
  ) {
    const shop = fakeShop();
    shop.set('acme/web:v2');
    const row: HistoryRow = {
      ...{ revision: 1, images: [asked.image], cause: '', created: 0, standing: 'unknown', pods: 1 },
      ...{ isCurrent: true, isTarget: false },
    };
    const run = fakeRun(shop.cluster.client(), {
      clock: shop.clock,
      inputs: { command: 'rollback', image: undefined, ...over.inputs },
      records: over.records ?? [],
      journal: [
        {
          type: 'history',
          rows: [row],
          current: asked.current ?? digestOf(asked.image),
          older: asked.older ?? [],
        },
      ],
    });
    const observation = await shop.clock.run(observeIfThere(run));
    try {
      const view = observation.view() as WorkloadView;
      const health = healthOf(observation.kind, view, shop.clock.now(), run.history());
      return draftRollback(run, observation.kind, view, health);
    } finally {
      observation.close();
    }
  }

  it('goes back from what runs, where that ran when it was asked for', async () => {
    const draft = await drafted({ image: 'acme/web:v2' });
    expect(draft).toMatchObject({ ok: true, isUnchanged: false, goesTo: { revision: 1 } });
  });

  it('goes no further where an older revision was put back meanwhile', async () => {
    const draft = await drafted({ image: 'acme/web:v3', older: [digestOf('acme/web:v2')] });
    expect(draft).toMatchObject({ ok: true, isUnchanged: true });
    expect(draft.ok && draft.whyUnchanged).toContain('deployment/web has gone back already');
  });

  it('is refused where another image was set meanwhile', async () => {
    expect(await drafted({ image: 'acme/web:v1' })).toMatchObject({ ok: false, rule: 'rollback-overtaken' });
  });

  it('goes back all the same where it was only restarted meanwhile', async () => {
    const draft = await drafted({ image: 'acme/web:v2', current: 'before-the-restart' });
    expect(draft).toMatchObject({ ok: true, isUnchanged: false });
  });

  it('goes back all the same where another rollback was taken back meanwhile', async () => {
    const at = '2100-01-01T00:00:00Z';
    const records = [{ what: 'returned', template: digestOf('acme/web:v2'), at, by: 'another run' }] as const;
    const older = [digestOf('acme/web:v2')];
    const draft = await drafted({ image: 'acme/web:v1', older }, { records });
    expect(draft).toMatchObject({ ok: true, isUnchanged: false });
  });

  it('goes to a target that it names, whatever was set meanwhile', async () => {
    const draft = await drafted({ image: 'acme/web:v3' }, { inputs: { toRevision: 1 } });
    expect(draft).toMatchObject({ ok: true, isUnchanged: false, goesTo: { revision: 1 } });
  });
});
