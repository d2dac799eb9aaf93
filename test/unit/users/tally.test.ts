import { describe, expect, it } from 'vitest';
import type { ErrorLimit } from '../../../src/users/limit.ts';
import { picture, sayCounts, sayExcess, sayPhase } from '../../../src/users/say.ts';
import {
  excessOf,
  isError,
  type Outcome,
  type PhaseTally,
  type Sample,
  tally,
  type UserPhase,
} from '../../../src/users/tally.ts';

const answer = (status: number): Outcome => ({ kind: 'answer', status });
const refused: Outcome = { kind: 'failure', what: 'connection refused' };
const aside: Outcome = { kind: 'set-aside', why: 'API server not reached either' };
const one: ErrorLimit = { kind: 'share', share: 0.01 };

/** A sample of `during`, `seconds` after the epoch. */
const at = (seconds: number, outcome: Outcome, took = 10): Sample => ({
  phase: 'during',
  at: seconds * 1000,
  took,
  outcome,
});

const judgedIn = ['during', 'after'] as const;
const watched = (address: string) => ({ address, limit: one, judgedIn });

const during = (to: number) => [{ phase: 'during', from: 0, to: to * 1000 } as const];

const phaseOf = (phase: UserPhase, requests: number, errors: number): PhaseTally => ({
  phase,
  seconds: requests / 4,
  requests,
  errors,
  slowest: 10,
  statuses: {},
  setAside: {},
  timeline: [],
});

describe('an error to a user', () => {
  it.each<[Outcome, boolean]>([
    [answer(200), false],
    [answer(204), false],
    [answer(302), false],
    [answer(400), true],
    [answer(404), true],
    [answer(500), true],
    [answer(503), true],
    [refused, true],
    [aside, false],
  ])('%j: %s', (outcome, expected) => {
    expect(isError(outcome)).toBe(expected);
  });
});

describe('a phase', () => {
  const samples = [
    at(0, answer(200), 5),
    at(1, answer(503), 400),
    at(2, refused, 1900),
    at(3, aside),
    at(3, answer(200)),
  ];
  const [told] = tally(watched('service/web:http/'), during(4), samples).phases;

  it('has its requests and errors, without what was set aside', () => {
    expect(told).toMatchObject({
      phase: 'during',
      seconds: 4,
      requests: 4,
      errors: 2,
      statuses: { '200': 2, '503': 1, 'connection refused': 1 },
      setAside: { 'API server not reached either': 1 },
    });
  });

  it('has the slowest of the answers, not of the failures', () => {
    expect(told?.slowest).toBe(400);
    expect(tally(watched('x'), during(1), [at(0, refused)]).phases[0]?.slowest).toBeUndefined();
  });

  it('has its time line', () => {
    expect(told?.timeline).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
      [1, 0],
    ]);
    expect(told && picture(told)).toBe('▁██▁');
  });

  it('is said in a line', () => {
    expect(told && sayPhase(told)).toBe(
      'During the rollout: 4 requests, 2 errors (50 %), slowest 400 ms: 200 ×2, 503 ×1, connection refused ×1 ' +
        '(set aside: API server not reached either ×1)  ▁██▁',
    );
  });

  it('in which nothing was asked is no good news', () => {
    const [empty] = tally(watched('x'), during(3), []).phases;
    expect(empty && sayPhase(empty)).toBe('During the rollout: 0 requests, nothing known  ···');
  });
});

it('a phase that was over at once is left out, unless something was asked in it', () => {
  const spans = [...during(4), { phase: 'after', from: 4000, to: 4010 } as const];
  const told = (samples: Sample[]) => tally(watched('x'), spans, samples).phases.map(({ phase }) => phase);
  expect(told([])).toEqual(['during']);
  expect(told([{ ...at(4, refused), phase: 'after' }])).toEqual(['during', 'after']);
});

it('what is left over of a second counts for the last one', () => {
  const [phase] = tally(watched('x'), during(3.2), [at(3.1, refused)]).phases;
  expect(phase?.timeline).toEqual([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
});

it('a long rollout has a time line of a length that can be read', () => {
  for (const seconds of [1, 59, 61, 600, 3600, 100_000]) {
    const { stretch, phases } = tally(watched('x'), during(seconds), [at(seconds - 0.5, answer(500))]);
    const steps = phases[0]?.timeline ?? [];
    expect(steps.length).toBeLessThanOrEqual(60);
    expect(Math.abs(steps.length * stretch - seconds)).toBeLessThanOrEqual(stretch / 2);
    expect(steps.at(-1)).toEqual([1, 1]);
  }
});

it('the phases have a time line each, of the same scale', () => {
  const spans = [
    { phase: 'before', from: 0, to: 1500 },
    { phase: 'during', from: 1500, to: 91_500 },
  ] as const;
  const { stretch, phases } = tally(watched('x'), spans, [at(1, answer(200)), at(91, answer(500))]);
  expect(stretch).toBe(2);
  expect(phases.map(({ timeline }) => timeline.length)).toEqual([1, 45]);
  expect(phases[1]?.timeline.at(-1)).toEqual([1, 1]);
});

it('counts are said with the most frequent first', () => {
  expect(sayCounts({ '503': 2, '200': 30, 'no answer in 2 s': 1 })).toBe(
    '200 ×30, 503 ×2, no answer in 2 s ×1',
  );
});

it('a picture has a mark for every share of errors, and one for nothing asked', () => {
  const timeline: [number, number][] = [
    [0, 0],
    [4, 0],
    [100, 1],
    [4, 2],
    [4, 4],
  ];
  expect(picture({ timeline })).toBe('·▁▂▅█');
});

describe('a share', () => {
  const judge = (phases: PhaseTally[], toCome: Partial<Record<UserPhase, number>> = {}, limit = one) =>
    excessOf({ limit, phases, judgedIn }, toCome)?.phase;

  it.each<[string, PhaseTally[], UserPhase | undefined]>([
    ['no error', [phaseOf('during', 40, 0)], undefined],
    ['one error of few', [phaseOf('during', 5, 1)], undefined],
    ['two errors of few', [phaseOf('during', 40, 2)], 'during'],
    ['exactly the share', [phaseOf('during', 1000, 10)], undefined],
    ['more than it', [phaseOf('during', 1000, 11)], 'during'],
    ['only after', [phaseOf('during', 40, 0), phaseOf('after', 12, 2)], 'after'],
    ['one in each', [phaseOf('during', 40, 1), phaseOf('after', 12, 1)], undefined],
    ['only before', [phaseOf('before', 6, 6), phaseOf('during', 40, 0)], undefined],
    ['only in the undo', [phaseOf('during', 40, 0), phaseOf('undo', 12, 12)], undefined],
    ['nothing asked', [phaseOf('during', 0, 0)], undefined],
  ])('%s', (_, phases, expected) => {
    expect(judge(phases)).toBe(expected);
  });

  it('waits while what is still to come may make up for the errors', () => {
    expect(judge([phaseOf('during', 40, 5)], { during: 460 })).toBeUndefined();
    expect(judge([phaseOf('during', 40, 6)], { during: 460 })).toBe('during');
    // What another phase may still have does not help.
    expect(judge([phaseOf('during', 40, 5), phaseOf('after', 1, 0)], { after: 460 })).toBe('during');
  });

  it('takes off what failed before at its rate', () => {
    const usual = phaseOf('before', 8, 2);
    expect(judge([usual, phaseOf('during', 100, 26)])).toBeUndefined();
    expect(judge([usual, phaseOf('during', 100, 27)])).toBe('during');
    expect(judge([phaseOf('before', 4, 4), phaseOf('during', 100, 100)])).toBeUndefined();
  });

  it('takes nothing off for a single error before, which may be chance', () => {
    expect(judge([phaseOf('before', 6, 1), phaseOf('during', 100, 5)])).toBe('during');
  });

  it('of 100 % lets everything pass', () => {
    expect(judge([phaseOf('during', 40, 40)], {}, { kind: 'share', share: 1 })).toBeUndefined();
  });
});

it('what failed before excuses what still does, unless it is not to', () => {
  const phases = [phaseOf('before', 6, 6), phaseOf('during', 20, 20), phaseOf('after', 12, 12)];
  const saw = { limit: one, phases, judgedIn: ['after'] } as const;
  expect(excessOf(saw, {})).toBeUndefined();
  expect(excessOf(saw, {}, false)?.phase).toBe('after');
});

describe('a count', () => {
  const judge = (count: number, phases: PhaseTally[], toCome: Partial<Record<UserPhase, number>> = {}) =>
    excessOf({ limit: { kind: 'count', count }, judgedIn, phases }, toCome);

  it('of none fails at the first error', () => {
    expect(judge(0, [phaseOf('during', 40, 0)], { during: 400 })).toBeUndefined();
    expect(judge(0, [phaseOf('during', 40, 1)], { during: 400 })?.phase).toBe('during');
  });

  it('is of both phases together', () => {
    expect(judge(3, [phaseOf('during', 40, 2), phaseOf('after', 12, 1)])).toBeUndefined();
    expect(judge(3, [phaseOf('during', 40, 2), phaseOf('after', 12, 2)])).toEqual({
      phase: 'after',
      errors: 4,
      requests: 52,
    });
  });

  it('takes nothing off for what failed before', () => {
    expect(judge(0, [phaseOf('before', 10, 5), phaseOf('during', 40, 1)])?.errors).toBe(1);
  });
});

it('off lets everything pass', () => {
  expect(
    excessOf({ limit: { kind: 'off' }, judgedIn, phases: [phaseOf('during', 40, 40)] }, {}),
  ).toBeUndefined();
});

it('says why a rollout is given up, with what was before', () => {
  const phases = [
    phaseOf('before', 6, 0),
    { ...phaseOf('during', 40, 12), statuses: { '200': 28, '503': 12 } },
  ];
  const saw = { ...watched('service/web:http/'), stretch: 1, phases };
  const excess = excessOf(saw, {});
  expect(excess && sayExcess(saw, excess)).toBe(
    '12 of 40 requests to service/web:http/ failed during the rollout (30 %; 1 % of a phase is allowed): ' +
      '200 ×28, 503 ×12. Before the image was set, none of 6 failed.',
  );
});
