import type { V1ManagedFieldsEntry } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { lastChangeOf } from '../../../../src/kubernetes/workloads/last-change.ts';
import { deploymentOf } from '../../builders.ts';

const ownRun = 'https://github.com/acme/shop/actions/runs/8';

function changedBy(...managedFields: V1ManagedFieldsEntry[]): string {
  const workload = deploymentOf();
  return lastChangeOf({ metadata: { ...workload.metadata, managedFields } }, ownRun);
}

const by = (manager: string, time: string, subresource?: string): V1ManagedFieldsEntry => ({
  manager,
  time: time as unknown as Date,
  ...(subresource && { subresource }),
});

it('names who changed it last, and when', () => {
  const text = changedBy(
    by('kubectl-client-side-apply', '2026-11-19T10:00:00Z'),
    by('kubectl-edit', '2026-11-20T12:03:55Z'),
    by('argocd', '2026-11-20T11:00:00Z'),
  );
  expect(text).toContain('kubectl-edit');
  expect(text).toContain('12:03:55');
});

it('does not count the controllers, who write the status alone', () => {
  const text = changedBy(
    by('kubectl-edit', '2026-11-20T12:00:00Z'),
    by('kube-controller-manager', '2026-11-20T12:09:00Z', 'status'),
  );
  expect(text).toContain('kubectl-edit');
});

it('tells another run of this action by the run that it left on the workload', () => {
  const metadata = {
    annotations: { 'safe-rollout/run': 'https://github.com/acme/shop/actions/runs/7' },
    managedFields: [
      by('kubectl-client-side-apply', '2026-11-19T10:00:00Z'),
      by('safe-rollout', '2026-11-20T12:03:55Z'),
    ],
  };
  const text = lastChangeOf({ metadata }, ownRun);
  expect(text).toContain('another run of safe-rollout');
  expect(text).toContain('https://github.com/acme/shop/actions/runs/7');
});

it('leaves out what this run did itself, also as the last', () => {
  const metadata = {
    annotations: { 'safe-rollout/run': ownRun },
    managedFields: [by('kubectl-edit', '2026-11-20T12:03:55Z'), by('safe-rollout', '2026-11-20T12:03:56Z')],
  };
  expect(lastChangeOf({ metadata }, ownRun)).toBe('kubectl-edit (12:03:55 UTC)');
});

it('names nobody where nobody is known', () => {
  expect(lastChangeOf(undefined, ownRun)).toBe('somebody else');
  expect(changedBy()).toBe('somebody else');
});
