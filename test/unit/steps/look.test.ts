import { describe, expect, it } from 'vitest';
import type { RolloutRecord } from '../../../src/history.ts';
import { deployment } from '../../../src/kubernetes/workloads/deployment.ts';
import { templateDigest } from '../../../src/kubernetes/workloads/template.ts';
import { healthOf } from '../../../src/steps/look.ts';
import { deploymentOf, replicaSetOf, templateOf } from '../builders.ts';

const record = (what: RolloutRecord['what'], image: string): RolloutRecord => ({
  what,
  template: templateDigest(templateOf(image)),
  at: '2026-11-20T10:00:00Z',
  by: 'a run',
});

describe('a failed change goes back to', () => {
  const [v1, v2, v3] = ['acme/web:v1', 'acme/web:v2', 'acme/web:v3'];
  const undoTo = (available: { v1?: number; v3?: number }, records: RolloutRecord[] = []) => {
    const workload = deploymentOf({
      template: templateOf(v3),
      status: { availableReplicas: available.v3 ?? 0, updatedReplicas: 3, replicas: 3 },
    });
    const holders = [
      replicaSetOf('v1', 1, { image: v1, available: available.v1 ?? 0 }),
      replicaSetOf('v2', 2, { image: v2 }),
      replicaSetOf('v3', 3, { image: v3, available: available.v3 ?? 0 }),
    ];
    return healthOf(deployment, { workload, holders, pods: [], events: [] }, 0, records).undoTo?.number;
  };

  it.each<[string, number | undefined, number | undefined]>([
    ['what runs now, where that is well', undoTo({ v3: 3 }), 3],
    ['the newest other one with pods that serve', undoTo({ v1: 1 }, [record('healthy', v2)]), 1],
    ['the newest that a run has seen healthy', undoTo({}, [record('healthy', v2), record('healthy', v1)]), 2],
    ['none that failed later', undoTo({}, [record('healthy', v2), record('failed', v2)]), undefined],
    ['none where none is known to have been healthy', undoTo({}), undefined],
    ['nor what runs now and does not serve', undoTo({}, [record('healthy', v3)]), undefined],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
