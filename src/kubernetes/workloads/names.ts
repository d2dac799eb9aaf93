/** The kinds of workload that can be rolled out. */
export type WorkloadKindName = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** A workload as the user names it. */
export interface WorkloadName {
  readonly kind: WorkloadKindName;
  readonly name: string;
}

/** What kubectl takes for each kind: singular, plural, short form, with or without the API group. */
const kindNames: ReadonlyMap<string, WorkloadKindName> = new Map([
  ['deployment', 'Deployment'],
  ['deployments', 'Deployment'],
  ['deploy', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['statefulsets', 'StatefulSet'],
  ['sts', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['daemonsets', 'DaemonSet'],
  ['ds', 'DaemonSet'],
]);

/** Reads `web` or `kind/web`, kubectl's way. */
export function parseWorkloadName(
  text: string,
): { readonly ok: true; readonly name: WorkloadName } | { readonly ok: false; readonly problem: string } {
  const parts = text.split('/');
  const [kindText, name] = parts.length === 1 ? ['deployment', parts[0]] : parts;
  if (parts.length > 2 || kindText === undefined || name === undefined || name === '') {
    return { ok: false, problem: `'${text}' names no workload. Write 'web' or 'deployment/web'.` };
  }
  const kind = kindNames.get(kindText.toLowerCase().replace(/(\.v1)?\.apps$/, ''));
  if (kind === undefined) {
    const kinds = "'deployment', 'statefulset' and 'daemonset' are";
    return { ok: false, problem: `'${kindText}' is no kind that can be rolled out here; ${kinds}.` };
  }
  // RFC 1123 subdomain: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
    return { ok: false, problem: `'${name}' is no object's name (lower-case letters, digits, '-' and '.').` };
  }
  return { ok: true, name: { kind, name } };
}

/** `deployment/web`, as kubectl prints it. */
export function sayWorkload({ kind, name }: WorkloadName): string {
  return `${kind.toLowerCase()}/${name}`;
}
