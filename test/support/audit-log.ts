import { readFileSync, statSync } from 'node:fs';

/** A request as the API server's audit log has it. */
export interface AuditedRequest {
  readonly verb: string;
  /** The plural, with its subresource. */
  readonly resource: string;
  /** Empty where it is of no namespace. */
  readonly namespace: string;
  /** Empty where it is not about one object. */
  readonly name: string;
  /** The path, with its query. */
  readonly uri: string;
  readonly dryRun: boolean;
  /** When the API server had it, in milliseconds since the epoch. */
  readonly received: number;
}

interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** Where the log ends now. */
export function auditMark(auditLog: string): number {
  return statSync(auditLog).size;
}

/** The action's own requests since a mark, each once. */
export function requestsSince(auditLog: string, mark: number): AuditedRequest[] {
  const lines = readFileSync(auditLog).subarray(mark).toString('utf8').split('\n');
  const requests = new Map<string, AuditedRequest>();
  for (const line of lines) {
    // The last line may still be being written.
    if (!line.endsWith('}') || !line.includes('safe-rollout/')) continue;
    const event = JSON.parse(line) as AuditEvent;
    if (!event.userAgent?.startsWith('safe-rollout/') || requests.has(event.auditID)) continue;
    const { resource = '?', subresource, namespace = '', name = '' } = event.objectRef ?? {};
    requests.set(event.auditID, {
      verb: event.verb,
      resource: subresource ? `${resource}/${subresource}` : resource,
      namespace,
      name,
      uri: event.requestURI,
      dryRun: /[?&]dryRun=All/.test(event.requestURI),
      received: Date.parse(event.requestReceivedTimestamp),
    });
  }
  return [...requests.values()];
}
