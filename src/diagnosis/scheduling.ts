/** How many nodes do not take a pod, and why. */
export interface NodeVerdict {
  readonly nodes: number;
  readonly why: string;
}

/**
 * Takes the scheduler's message apart: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint
 * {disk: ssd}. preemption: …`. Empty where it is of another form.
 *
 * The form is that of `FitError.Error()` in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/types.go
 */
export function nodeVerdicts(message: string): NodeVerdict[] {
  const [, reasons = ''] =
    /^\d+\/\d+ nodes are available: (.*?)\.?(?: no new claims| preemption:|$)/s.exec(message) ?? [];
  return [...reasons.matchAll(/(\d+) ((?:[^,{]|\{[^}]*\})+)/g)].map(([, nodes, why = '']) => ({
    nodes: Number(nodes),
    why: why.trim().replace(/^node\(s\) /, ''),
  }));
}
