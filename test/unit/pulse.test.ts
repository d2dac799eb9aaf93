import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Pulse } from '../../src/kubernetes/pulse.ts';

const never = new AbortController().signal;

/** How long a wait took, in seconds. */
async function took(wait: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await wait;
  return (performance.now() - began) / 1000;
}

describe('waiting', () => {
  it('ends with the next beat', async () => {
    const pulse = new Pulse();
    setTimeout(() => pulse.beat(), 20);
    expect(await took(pulse.wait(pulse.beats, 10, systemClock, never))).toBeLessThan(5);
  });

  it('does not begin where there was a beat already', async () => {
    const pulse = new Pulse();
    const seen = pulse.beats;
    pulse.beat();
    expect(await took(pulse.wait(seen, 10, systemClock, never))).toBeLessThan(5);
  });

  it('ends after its time', async () => {
    const pulse = new Pulse();
    pulse.beat();
    expect(await took(pulse.wait(pulse.beats, 0.05, systemClock, never))).toBeGreaterThan(0.04);
  });

  it('ends with the reason of an abort, before and while it waits', async () => {
    const controller = new AbortController();
    const waiting = new Pulse().wait(0, 10, systemClock, controller.signal);
    controller.abort(new Error('told to end'));
    await expect(waiting).rejects.toThrow('told to end');
    await expect(new Pulse().wait(0, 10, systemClock, controller.signal)).rejects.toThrow('told to end');
  });

  it('ends with a failure, the first of them, now and ever after', async () => {
    const pulse = new Pulse();
    const waiting = pulse.wait(pulse.beats, 10, systemClock, never);
    pulse.fail(new Error('first'));
    pulse.fail(new Error('second'));
    await expect(waiting).rejects.toThrow('first');
    await expect(pulse.wait(0, 10, systemClock, never)).rejects.toThrow('first');
    await expect(pulse.wait(pulse.beats, 10, systemClock, never)).rejects.toThrow('first');
  });

  it('can be repeated many times without one beat being lost', async () => {
    const pulse = new Pulse();
    let left = 50;
    const beating = setInterval(() => {
      pulse.beat();
      if (--left === 0) clearInterval(beating);
    }, 1);
    for (let seen = 0; seen < 50; seen = pulse.beats) await pulse.wait(seen, 5, systemClock, never);
    expect(pulse.beats).toBe(50);
  });
});
