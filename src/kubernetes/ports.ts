import type { V1PodSpec, V1Service, V1ServicePort } from '@kubernetes/client-node';

/**
 * The number of a port that is given by number or by name. Pure.
 *
 * @throws Error where no container of the pod has a port of that name.
 */
export function podPort(spec: V1PodSpec | undefined, port: string): number {
  if (/^\d+$/.test(port)) return Number(port);
  const { containers = [], initContainers = [] } = spec ?? {};
  const ports = [...containers, ...initContainers].flatMap(({ ports: all = [] }) => all);
  const found = ports.find(({ name }) => name === port);
  if (found) return found.containerPort;
  const names = ports.flatMap(({ name }) => (name ? [name] : []));
  throw new Error(
    `no container has a port named ${port}${names.length > 0 ? `; there are: ${names.join(', ')}` : ''}`,
  );
}

/**
 * The port of a pod that a Service's port, given by number or name, leads to; kubectl port-forward's rule. Pure.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/util/service_port.go
 *
 * @throws Error where the Service has no such port, or the pod has none of the name that it leads to.
 */
export function servicePort(service: V1Service, port: string, pod: V1PodSpec | undefined): number {
  const found = portOfService(service, port);
  // Without an address of its own it leads to its pods as they are.
  if (service.spec?.clusterIP === 'None') return found.port;
  return podPort(pod, String(found.targetPort || found.port));
}

/**
 * The port that a Service has of this number or name. Pure.
 *
 * @throws Error where there is none.
 */
export function portOfService({ spec }: V1Service, port: string): V1ServicePort {
  const ports = spec?.ports ?? [];
  const found = ports.find((each) => each.name === port || String(each.port) === port);
  if (found) return found;
  const all = ports.map((each) => (each.name ? `${each.port} (${each.name})` : `${each.port}`));
  throw new Error(`the Service has no port ${port}; it has: ${all.join(', ') || 'none'}`);
}
