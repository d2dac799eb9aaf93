import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { earliestReady, probeAnswer, sayProbe } from '../../../src/diagnosis/probe.ts';
import type { EventFact } from '../../../src/diagnosis/row.ts';

const container: V1Container = { name: 'web', ports: [{ name: 'http', containerPort: 8080 }] };

it.each<[V1Probe | undefined, string]>([
  [{ httpGet: { port: 8080, path: '/ready' } }, ':8080/ready'],
  [{ httpGet: { port: 'http' } }, ':8080/'],
  [{ httpGet: { port: 'admin' } }, ':admin/'],
  [{ httpGet: { port: 8443, path: '/ready', scheme: 'HTTPS' } }, 'https :8443/ready'],
  [{ tcpSocket: { port: 5432 } }, 'TCP :5432'],
  [{ grpc: { port: 9000 } }, 'gRPC :9000'],
  [{ exec: { command: ['pg_isready', '-q'] } }, 'command pg_isready -q'],
  [{}, 'no probe'],
  [undefined, 'no probe'],
])('says %j', (probe, text) => {
  expect(sayProbe(probe, container)).toBe(text);
});

describe('the last answer', () => {
  const event = (message: string, over: Partial<EventFact> = {}): EventFact => ({
    reason: 'Unhealthy',
    message,
    count: 1,
    lastSeen: 0,
    container: 'web',
    ...over,
  });
  const answer = (...events: EventFact[]) => probeAnswer(events, 'web', 'Readiness');

  // As the kubelet words them.
  it.each([
    ['Readiness probe failed: HTTP probe failed with statuscode: 503', 'HTTP 503'],
    [
      'Readiness probe failed: Get "http://10.88.0.7:8080/ready": dial tcp 10.88.0.7:8080: connect: connection refused',
      'connection refused',
    ],
    [
      'Readiness probe failed: Get "http://10.88.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'no answer in time',
    ],
    ['Readiness probe failed: dial tcp 10.88.0.7:5432: i/o timeout', 'no answer in time'],
    ['Readiness probe failed: timeout: failed to connect service ":9000" within 1s', 'no answer in time'],
    ['Readiness probe failed: no response\nsecond line', 'no response'],
    [
      'Readiness probe errored and resulted in unknown state: rpc error: no such container',
      'rpc error: no such container',
    ],
    ['Readiness probe failed: ', ''],
  ])('%s', (message, text) => {
    expect(answer(event(message))).toBe(text);
  });

  it('is the latest, of this probe and container', () => {
    const latest = event('Readiness probe failed: HTTP probe failed with statuscode: 500');
    const earlier = event('Readiness probe failed: HTTP probe failed with statuscode: 503');
    expect(answer(latest, earlier)).toBe('HTTP 500');
    const others = [
      event('Liveness probe failed: HTTP probe failed with statuscode: 404'),
      event('Readiness probe failed: HTTP probe failed with statuscode: 404', { container: 'sidecar' }),
      event('Readiness probe failed: HTTP probe failed with statuscode: 404', { reason: 'ProbeWarning' }),
    ];
    expect(answer(...others, earlier)).toBe('HTTP 503');
    expect(answer(...others)).toBe('');
  });

  it('may be of an event that names no container', () => {
    expect(answer(event('Readiness probe failed: no', { container: '' }))).toBe('no');
  });

  it('is no longer than can be read', () => {
    expect(answer(event(`Readiness probe failed: ${'word '.repeat(200)}`)).length).toBeLessThanOrEqual(121);
  });
});

it.each<[Partial<V1Container>, number]>([
  [{}, 0],
  [{ readinessProbe: { initialDelaySeconds: 30 } }, 30],
  [{ readinessProbe: { initialDelaySeconds: 30, successThreshold: 3 } }, 50],
  [{ readinessProbe: { initialDelaySeconds: 30, successThreshold: 3, periodSeconds: 5 } }, 40],
  [{ readinessProbe: { initialDelaySeconds: 5 }, startupProbe: { initialDelaySeconds: 60 } }, 60],
])('of %j the earliest readiness is after %d s', (over, seconds) => {
  expect(earliestReady({ ...container, ...over })).toBe(seconds);
});
