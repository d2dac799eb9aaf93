import { describe, expect, it } from 'vitest';
import type { WorkloadObject } from '../../../../src/kubernetes/workloads/kind.ts';
import {
  bearsPace,
  type Pace,
  planPace,
  restorePacePatch,
  setPacePatch,
} from '../../../../src/kubernetes/workloads/pace.ts';

const before = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };

function workload(strategy: object): WorkloadObject {
  return { spec: { template: {}, strategy } } as WorkloadObject;
}

describe('the pace of a rollout', () => {
  it('is left alone where none is asked for', () => {
    const wanted = { maxSurge: undefined, maxUnavailable: undefined };
    expect(planPace('Deployment', workload(before), wanted)).toEqual({ ok: true, pace: undefined });
  });

  it('is left alone where it is so already', () => {
    const wanted = { maxSurge: '25%', maxUnavailable: undefined };
    expect(planPace('Deployment', workload(before), wanted)).toEqual({ ok: true, pace: undefined });
  });

  it('changes only what is asked for, and knows what to put back', () => {
    const plan = planPace('Deployment', workload(before), { maxSurge: 1, maxUnavailable: undefined });
    const ours = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } };
    expect(plan).toEqual({ ok: true, pace: { path: '/spec/strategy', before, ours } });
    const { pace } = plan as { pace: Pace };
    expect(setPacePatch(pace)).toEqual([
      { op: 'test', path: '/spec/strategy', value: before },
      { op: 'replace', path: '/spec/strategy', value: ours },
    ]);
    expect(bearsPace(workload(ours), pace)).toBe(true);
    expect(restorePacePatch(workload(ours), pace)).toEqual([
      { op: 'test', path: '/spec/strategy', value: ours },
      { op: 'replace', path: '/spec/strategy', value: before },
    ]);
  });

  it("is somebody else's once it is neither", () => {
    const pace = {
      path: '/spec/strategy',
      before,
      ours: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    };
    const theirs = workload({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 5 } });
    expect(bearsPace(theirs, pace)).toBe(false);
    expect(restorePacePatch(theirs, pace)).toEqual([]);
  });

  it('of a DaemonSet is one of the two alone', () => {
    const strategy = (rollingUpdate: object) =>
      ({
        spec: { template: {}, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
      }) as WorkloadObject;
    const planned = (maxSurge?: number | string, maxUnavailable?: number | string) => {
      const plan = planPace('DaemonSet', strategy({ maxSurge: 0, maxUnavailable: 1 }), {
        maxSurge,
        maxUnavailable,
      });
      return plan.ok && plan.pace;
    };
    const ours = (rollingUpdate: object) => ({ type: 'RollingUpdate', rollingUpdate });
    expect(planned('25%')).toMatchObject({
      path: '/spec/updateStrategy',
      ours: ours({ maxSurge: '25%', maxUnavailable: 0 }),
    });
    expect(planned(undefined, 3)).toMatchObject({ ours: ours({ maxSurge: 0, maxUnavailable: 3 }) });
    expect(planned(1, 0)).toMatchObject({ ours: ours({ maxSurge: 1, maxUnavailable: 0 }) });
    expect(planned(0)).toBeUndefined();
  });

  it('of a StatefulSet keeps its partition, and knows no surge', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
    const set = { spec: { template: {}, updateStrategy } } as WorkloadObject;
    expect(planPace('StatefulSet', set, { maxSurge: undefined, maxUnavailable: 2 })).toMatchObject({
      ok: true,
      pace: { ours: { rollingUpdate: { partition: 1, maxUnavailable: 2 } } },
    });
    expect(planPace('StatefulSet', set, { maxSurge: 1, maxUnavailable: undefined })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('ordinal'),
    });
  });

  it('of one at a time is what a StatefulSet has by itself', () => {
    const plan = (rollingUpdate: object) => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
      const set = { spec: { template: {}, updateStrategy } } as WorkloadObject;
      return planPace('StatefulSet', set, { maxSurge: 1, maxUnavailable: 0 });
    };
    expect(plan({ partition: 1 })).toEqual({ ok: true, pace: undefined });
    expect(plan({ maxUnavailable: 2 })).toMatchObject({ ok: false });
  });

  it('is refused where all pods go at once', () => {
    const plan = planPace('Deployment', workload({ type: 'Recreate' }), { maxSurge: 1, maxUnavailable: 0 });
    expect(plan).toMatchObject({ ok: false, problem: expect.stringContaining('Recreate') });
  });
});
