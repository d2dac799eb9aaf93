import { kinds } from '../kubernetes/workloads/kinds.ts';
import type { WorkloadKindName } from '../kubernetes/workloads/names.ts';

/** One thing that the step will do, as RBAC names it, and whether it may. */
export interface Access {
  readonly verb: string;
  /** `''` is the core group. */
  readonly group: string;
  /** The plural, with its subresource: `pods`, `pods/log`. */
  readonly resource: string;
  /** The one object that it is about, where a Role may be limited to it; undefined: any. */
  readonly name?: string | undefined;
  readonly allowed: boolean;
}

/** What proves a rollout, as far as it needs permissions of its own. */
export interface ProofNeeds {
  /** Whether there is a `verify-job`. */
  readonly job?: boolean;
  /** What `verify-port` is of. */
  readonly port?: 'pod' | 'service' | undefined;
  /** The Service that `watch-url` asks through the API server, as its proxy takes it. */
  readonly service?: string | undefined;
}

/**
 * What a deploy of a workload of that kind needs. `get` on the workload is asked for with the others, so that all missing ones are told at once.
 *
 * @param workload the workload's name, and
 * @param lock its Lease's: a Role may be limited to them by `resourceNames`.
 * @param service the Service that is asked as users would, as the API server's proxy names it; undefined: none is.
 */
export function neededAccess(
  kind: WorkloadKindName,
  migrates: boolean,
  workload?: string,
  lock?: string,
  proof: ProofNeeds = {},
): readonly Omit<Access, 'allowed'>[] {
  const need = (name: string | undefined, group: string, resource: string, ...verbs: string[]) =>
    verbs.map((verb) => ({ verb, group, resource, name }));
  const { resource, holders, getsStuck } = kinds[kind];
  return [
    ...need(workload, resource.group, resource.plural, 'get', 'list', 'watch', 'patch'),
    ...need(undefined, holders.group, holders.plural, 'list', 'watch'),
    ...need(undefined, '', 'pods', 'list', 'watch', ...(getsStuck ? ['delete'] : [])),
    ...need(undefined, '', 'pods/log', 'get'),
    ...need(undefined, '', 'events', 'list', 'watch'),
    // Creating cannot be limited to a name.
    ...need(lock, 'coordination.k8s.io', 'leases', 'get', 'patch'),
    ...need(undefined, 'coordination.k8s.io', 'leases', 'create'),
    // Another run's migration is waited for, also by a deploy that has none.
    ...need(
      undefined,
      'batch',
      'jobs',
      'list',
      ...(migrates || proof.job ? ['watch', 'create', 'delete'] : []),
    ),
    // A port is forwarded by a GET that is upgraded; since Kubernetes 1.35 that needs the verb of kubectl's POST too.
    // https://github.com/kubernetes/kubernetes/pull/134577
    ...(proof.port ? need(undefined, '', 'pods/portforward', 'get', 'create') : []),
    ...(proof.port === 'service' ? need(undefined, '', 'services', 'get') : []),
    ...(proof.service === undefined ? [] : need(proof.service, '', 'services/proxy', 'get')),
  ];
}

/** Whether it is known that the credentials may not do it. */
export function isDenied(access: readonly Access[], verb: string, resource: string): boolean {
  return access.some((each) => each.verb === verb && each.resource === resource && !each.allowed);
}

/** The missing permissions as a Role's `rules`, to be pasted. */
export function rbacRules(missing: readonly Access[]): string {
  const verbs = new Map<string, string[]>();
  for (const { group, resource, verb } of missing) {
    const key = `${group}\n${resource}`;
    verbs.set(key, [...(verbs.get(key) ?? []), verb]);
  }
  return [...verbs]
    .map(([key, list]) => {
      const [group, resource] = key.split('\n');
      return `- apiGroups: ["${group}"]\n  resources: ["${resource}"]\n  verbs: [${list.map((verb) => `"${verb}"`).join(', ')}]`;
    })
    .join('\n');
}
