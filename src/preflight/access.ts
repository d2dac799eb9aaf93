/** One thing that the step will do, as RBAC names it, and whether it may. */
export interface Access {
  readonly verb: string;
  /** `''` is the core group. */
  readonly group: string;
  /** The plural, with its subresource: `pods`, `pods/log`. */
  readonly resource: string;
  readonly allowed: boolean;
}

/** What a deploy needs. `get` on the workload is asked for with the others, so that all missing ones are told at once. */
export function neededAccess(migrates: boolean): readonly Omit<Access, 'allowed'>[] {
  const need = (group: string, resource: string, ...verbs: string[]) =>
    verbs.map((verb) => ({ verb, group, resource }));
  return [
    ...need('apps', 'deployments', 'get', 'list', 'watch', 'patch'),
    ...need('apps', 'replicasets', 'list', 'watch'),
    ...need('', 'pods', 'list', 'watch'),
    ...need('', 'pods/log', 'get'),
    ...need('', 'events', 'list', 'watch'),
    ...(migrates ? need('batch', 'jobs', 'list', 'watch', 'create', 'delete') : []),
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
