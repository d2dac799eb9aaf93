import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import { Teller } from '../../../src/steps/teller.ts';
import { diagnosisOf } from '../builders.ts';
import { FakeClock } from '../fake-clock.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { fakeRun } from '../fake-run.ts';

const progressing = (message: string) => ({ state: 'progressing', message }) as const;

function setUp() {
  const clock = new FakeClock();
  const run = fakeRun(new FakeCluster().client(), { clock });
  const teller = new Teller(run);
  /** Lets so many seconds pass, each with a look at this. */
  const watch = (seconds: number, message: string, ...diagnoses: Diagnosis[]) => {
    for (let second = 0; second < seconds; second++) {
      teller.tell(progressing(message), diagnoses);
      clock.jump(1);
    }
  };
  return { clock, run, teller, watch, lines: run.lines };
}

const since = (clock: FakeClock) => ({ since: clock.now() });

describe('progress', () => {
  it('is told once for each change of it', () => {
    const { watch, lines } = setUp();
    watch(3, '0 of 3 updated');
    watch(3, '1 of 3 updated');
    watch(3, '1 of 3 updated');
    watch(3, '3 of 3 updated');
    expect(lines).toEqual(['0 of 3 updated', '1 of 3 updated', '3 of 3 updated']);
  });

  it('is not told of what was before the controller has seen the change', () => {
    const { teller, lines } = setUp();
    teller.tell({ state: 'unseen', message: 'not seen yet' }, []);
    expect(lines).toEqual([]);
  });

  it('is written into the journal too', () => {
    const { watch, run } = setUp();
    watch(1, '0 of 3 updated');
    expect(run.told('progress').map(({ message }) => message)).toEqual(['0 of 3 updated']);
  });
});

describe('standing still', () => {
  it('is told ever more rarely, a minute apart at the most', () => {
    const { clock, teller, run } = setUp();
    const began = clock.now();
    const times: number[] = [];
    for (let second = 0; second < 600; second++) {
      const count = run.lines.length;
      teller.tell(progressing('1 of 3 updated'), []);
      if (run.lines.length > count) times.push((clock.now() - began) / 1000);
      clock.jump(1);
    }
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses.slice(0, 4)).toEqual([15, 30, 60, 60]);
    expect(Math.max(...pauses)).toBe(60);
    expect(run.lines.slice(1).every((line) => line === 'still waiting: 1 of 3 updated')).toBe(true);
    expect(run.lines.length).toBeLessThan(15);
  });

  it('is told often again once there were news', () => {
    const { watch, lines } = setUp();
    watch(200, '1 of 3 updated');
    const before = lines.length;
    watch(16, '2 of 3 updated');
    expect(lines.slice(before)).toEqual(['2 of 3 updated', 'still waiting: 2 of 3 updated']);
  });

  it('names what is waited for, and for how long', () => {
    const { clock, watch, lines } = setUp();
    watch(
      46,
      '1 of 3 updated',
      diagnosisOf({ ...since(clock), reason: 'unschedulable', message: 'no node' }),
    );
    expect(lines.at(-1)).toMatch(
      /^still waiting: 1 of 3 updated; pod\/web-1, container web: no node, for \d+ s$/,
    );
  });
});

describe('a diagnosis', () => {
  it("is told once, with the cluster's words, however many pods show it", () => {
    const { clock, watch, lines } = setUp();
    const crash = diagnosisOf({ ...since(clock), said: 'panic' });
    watch(5, '1 of 3 updated', crash);
    watch(5, '1 of 3 updated', { ...crash, object: 'pod/web-2' });
    expect(lines).toEqual(['1 of 3 updated', 'pod/web-1, container web: it ended with exit code 1 (panic)']);
  });

  it('is told again where it says something else', () => {
    const { clock, watch, lines } = setUp();
    watch(1, 'x', diagnosisOf({ ...since(clock), message: 'it ended' }));
    watch(1, 'x', diagnosisOf({ ...since(clock), message: 'it ended, 2 times' }));
    expect(lines).toHaveLength(3);
  });

  it.each(['not-ready', 'startup-probe-failing', 'init-waiting'])(
    'that every start shows is told only after a while: %s',
    (reason) => {
      const { clock, watch, lines } = setUp();
      watch(10, 'x', diagnosisOf({ ...since(clock), reason, message: 'it is not there yet' }));
      expect(lines).toEqual(['x']);
      watch(20, 'x', diagnosisOf({ since: clock.now() - 10_000, reason, message: 'it is not there yet' }));
      expect(lines.filter((line) => line.includes('it is not there yet')).length).toBeGreaterThan(0);
    },
  );

  it('is no echo of a crash: between two of them a container is not ready either', () => {
    const { clock, watch, lines } = setUp();
    watch(1, 'x', diagnosisOf({ ...since(clock), reason: 'crash', message: 'it crashed' }));
    watch(14, 'x', diagnosisOf({ since: clock.now() - 60_000, reason: 'not-ready', message: 'not ready' }));
    expect(lines).toEqual(['x', 'pod/web-1, container web: it crashed']);
  });

  it('that was told as what is waited for is not told again for itself', () => {
    const { clock, teller, lines } = setUp();
    const notReady = diagnosisOf({ ...since(clock), reason: 'not-ready', message: 'not ready' });
    teller.tell(progressing('x'), [notReady]);
    clock.jump(15);
    teller.tell(progressing('x'), [notReady]);
    clock.jump(1);
    teller.tell(progressing('x'), [notReady]);
    expect(lines).toEqual(['x', 'still waiting: x; pod/web-1, container web: not ready, for 15 s']);
  });
});
