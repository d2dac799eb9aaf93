import { expect, it } from 'vitest';
import { parseWorkloadName, sayWorkload } from '../../../../src/kubernetes/workloads/names.ts';

it.each([
  ['web', 'deployment/web'],
  ['deployment/web', 'deployment/web'],
  ['deployments/web', 'deployment/web'],
  ['deploy/web', 'deployment/web'],
  ['Deployment/web', 'deployment/web'],
  ['deployment.apps/web', 'deployment/web'],
  ['deployments.v1.apps/web', 'deployment/web'],
  ['statefulset/db', 'statefulset/db'],
  ['statefulsets/db', 'statefulset/db'],
  ['sts/db', 'statefulset/db'],
  ['statefulset.apps/db', 'statefulset/db'],
  ['statefulsets.v1.apps/db', 'statefulset/db'],
  ['DaemonSet/agent', 'daemonset/agent'],
  ['daemonsets/agent', 'daemonset/agent'],
  ['ds/agent', 'daemonset/agent'],
  ['daemonsets.apps/agent', 'daemonset/agent'],
  ['web.v2', 'deployment/web.v2'],
  ['7', 'deployment/7'],
  [`a${'b'.repeat(251)}c`, `deployment/a${'b'.repeat(251)}c`],
])('reads %s', (text, said) => {
  const parsed = parseWorkloadName(text);
  expect(parsed.ok && sayWorkload(parsed.name)).toBe(said);
});

it.each([
  ['', 'web'],
  ['/web', "''"],
  ['deployment/', 'deployment/'],
  ['a/b/c', 'a/b/c'],
  ['pod/web', 'pod'],
  ['rs/web', "'deployment', 'statefulset' and 'daemonset' are"],
  ['constructor/web', 'constructor'],
  ['deployment.extensions/web', 'deployment.extensions'],
  ['WEB', 'WEB'],
  ['web_1', 'web_1'],
  ['-web', '-web'],
  ['web-', 'web-'],
  ['web ', 'web '],
  ['a'.repeat(254), 'aaa'],
])('refuses %j', (text, mention) => {
  const parsed = parseWorkloadName(text);
  expect(parsed.ok || parsed.problem).toContain(mention);
});
