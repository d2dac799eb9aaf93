import type { V1PodSpec, V1Service, V1ServiceSpec } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { podPort, servicePort } from '../../../src/kubernetes/ports.ts';

const pod: V1PodSpec = {
  containers: [
    { name: 'web', ports: [{ name: 'http', containerPort: 8080 }, { containerPort: 9090 }] },
    { name: 'other' },
  ],
  initContainers: [{ name: 'proxy', ports: [{ name: 'admin', containerPort: 15000 }] }],
};

describe('a port of a pod', () => {
  it.each([
    ['8080', 8080],
    ['1234', 1234],
    ['http', 8080],
    ['admin', 15000],
  ])('%s is %i', (port, number) => {
    expect(podPort(pod, port)).toBe(number);
  });

  it('that has no such name is told with those that there are', () => {
    expect(() => podPort(pod, 'metrics')).toThrow('named metrics; there are: http, admin');
    expect(() => podPort(undefined, 'metrics')).toThrow('no container has a port named metrics');
  });
});

describe('a port of a Service', () => {
  const service = (spec: Partial<V1ServiceSpec>): V1Service => ({ spec });

  it.each<[string, Partial<V1ServiceSpec>, string, number]>([
    ['leads to the number that it names', { ports: [{ port: 80, targetPort: 8080 }] }, '80', 8080],
    ['is found by its name', { ports: [{ port: 80 }, { name: 'web', port: 81, targetPort: 9 }] }, 'web', 9],
    ['leads to a port by its name', { ports: [{ port: 80, targetPort: 'http' }] }, '80', 8080],
    ['leads to the same number where it names none', { ports: [{ port: 80 }] }, '80', 80],
    [
      'is what it says where the Service has no address',
      { clusterIP: 'None', ports: [{ port: 80, targetPort: 8080 }] },
      '80',
      80,
    ],
  ])('%s', (_, spec, port, number) => {
    expect(servicePort(service(spec), port, pod)).toBe(number);
  });

  it('that it does not have is told with those that it has', () => {
    const spec = { ports: [{ name: 'web', port: 80 }, { port: 81 }] };
    expect(() => servicePort(service(spec), '8080', pod)).toThrow('no port 8080; it has: 80 (web), 81');
    expect(() => servicePort(service({}), '80', pod)).toThrow('it has: none');
  });
});
