import { describe, expect, it } from 'vitest';
import { troubleOf } from '../../../src/steps/watch-rollout.ts';
import { diagnosisOf } from '../builders.ts';

const progressing = { state: 'progressing', message: '1 of 2 updated, 0 available' } as const;
const failed = { state: 'failed', message: 'has timed out progressing.' } as const;
const scaled = diagnosisOf({
  reason: 'scaled',
  about: 'workload',
  object: 'deployment/web',
  container: undefined,
  message: 'it was scaled from 1 to 2',
  hopeless: false,
});
const unready = diagnosisOf({ reason: 'not-ready', message: 'it is not ready', hopeless: false });

describe('a workload that was scaled during its rollout', () => {
  it('is told so, but that is not why time ran out', () => {
    const trouble = troubleOf(progressing, { diagnoses: [scaled], hopeless: false }, 60);
    expect(trouble).toEqual({
      reason: 'timeout',
      message: 'Not rolled out within 1 min (1 of 2 updated, 0 available).',
      diagnoses: [scaled],
    });
  });

  it('is told so, but that is not why the cluster gave it up', () => {
    const trouble = troubleOf(failed, { diagnoses: [scaled], hopeless: false }, undefined);
    expect(trouble?.reason).toBe('progress-deadline-exceeded');
  });

  it('leaves the reason to what its pods show', () => {
    const trouble = troubleOf(progressing, { diagnoses: [scaled, unready], hopeless: false }, 60);
    expect(trouble?.reason).toBe('not-ready');
    expect(trouble?.message).toContain('; pod/web-1, container web: it is not ready.');
  });
});

it('goes on while there is time, whatever may still heal', () => {
  expect(troubleOf(progressing, { diagnoses: [unready], hopeless: false }, undefined)).toBeUndefined();
});
