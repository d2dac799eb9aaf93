import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { clip } from '../clip.ts';
import type { EventFact } from './row.ts';

/** A probe's target: `:8080/ready`, `https :8443/ready`, `TCP :5432`, `gRPC :9000`, `command pg_isready`. */
export function sayProbe(probe: V1Probe | undefined, container: V1Container | undefined): string {
  if (probe?.httpGet) {
    const { scheme, port, path = '/' } = probe.httpGet;
    return `${scheme === 'HTTPS' ? 'https ' : ''}:${portNumber(port, container)}${path}`;
  }
  if (probe?.tcpSocket) return `TCP :${portNumber(probe.tcpSocket.port, container)}`;
  if (probe?.grpc) return `gRPC :${probe.grpc.port}`;
  if (probe?.exec) return `command ${(probe.exec.command ?? []).join(' ')}`;
  return 'no probe';
}

/**
 * The probe's last answer, shortened from the kubelet's event: `HTTP 503`, `connection refused`, `no answer in time`;
 * or the first line of the event's own words. Empty where there is no such event yet.
 */
export function probeAnswer(
  events: readonly EventFact[],
  container: string,
  kind: 'Readiness' | 'Liveness' | 'Startup',
): string {
  const start = `${kind} probe `;
  const event = events.find(
    (each) =>
      each.reason === 'Unhealthy' &&
      each.message.startsWith(start) &&
      (each.container === '' || each.container === container),
  );
  if (event === undefined) return '';
  const words = event.message
    .slice(start.length)
    .replace(/^(failed|errored|errored and resulted in .*?): ?/, '');
  const [, code] = /HTTP probe failed with statuscode: (\d+)/.exec(words) ?? [];
  if (code) return `HTTP ${code}`;
  if (/connection refused/.test(words)) return 'connection refused';
  if (/context deadline exceeded|Client\.Timeout|i\/o timeout|timeout:/.test(words))
    return 'no answer in time';
  // A command's output may be long, and is in the event as it is.
  return clip(words.trim().split('\n')[0] ?? '', 120);
}

/** The earliest that the container can be ready by its probes' own settings, in seconds after its start. */
export function earliestReady(container: V1Container | undefined): number {
  const startup = container?.startupProbe?.initialDelaySeconds ?? 0;
  const readiness = container?.readinessProbe;
  const answers = ((readiness?.successThreshold ?? 1) - 1) * (readiness?.periodSeconds ?? 10);
  return Math.max(startup, readiness?.initialDelaySeconds ?? 0) + answers;
}

function portNumber(port: number | string, container: V1Container | undefined): string {
  if (typeof port === 'number') return String(port);
  return String(container?.ports?.find(({ name }) => name === port)?.containerPort ?? port);
}
