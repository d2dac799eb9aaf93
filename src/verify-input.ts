import type { V1Job } from '@kubernetes/client-node';
import { readJobManifest } from './migration-input.ts';

/** What has to go well after the rollout, before it counts as one. Durations are seconds. */
export interface Verification {
  /** A Job in the cluster. */
  readonly job: V1Job | undefined;
  /** A shell script on the runner; empty: none. */
  readonly command: string;
  /** What the command reaches at an address of the runner's own. */
  readonly port: PortTarget | undefined;
  /** How long the Job, and the command, may take, each. */
  readonly timeout: number;
  /** How long the pods are watched over at the end; 0: not at all. */
  readonly bakeTime: number;
}

/** A port of the workload's own pods, or of a Service. A port is a number, or a name. */
export type PortTarget =
  | { readonly kind: 'pod'; readonly port: string }
  | { readonly kind: 'service'; readonly name: string; readonly port: string };

type Bad = (input: string, problem: string) => undefined;

/** The inputs' texts, as they were given. */
export interface VerificationTexts {
  readonly job: string;
  readonly command: string;
  readonly port: string;
}

/**
 * Reads the inputs `verify-job`, `verify-command` and `verify-port`.
 *
 * @param workspace the folder that a manifest's path is looked up in, and may not lead out of.
 * @param bad is told what is wrong with which input.
 */
export function readVerification(
  { job, command, port }: VerificationTexts,
  workspace: string,
  bad: Bad,
): Pick<Verification, 'job' | 'command' | 'port'> {
  if (port !== '' && command === '')
    bad('verify-port', "it is what 'verify-command' reaches, and there is no such command.");
  return {
    job: job === '' ? undefined : readJobManifest('verify-job', job, workspace, bad),
    command,
    port: port === '' ? undefined : readPort(port, bad),
  };
}

/** A Service's name, by RFC 1035; and a port: a number, or an IANA service name. */
const targets =
  /^(?:(?:services?|svc)\/(?<service>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?):|(?:pods?:)?)(?<port>[a-z0-9-]+)$/;

function readPort(text: string, bad: Bad): PortTarget | undefined {
  const { service, port = '' } = targets.exec(text)?.groups ?? {};
  if (!isPort(port)) {
    return bad(
      'verify-port',
      `'${text}' is no port. Write '8080' or 'pod:8080' for one of the pods, 'service/web:80' or 'service/web:http' for a Service.`,
    );
  }
  return service === undefined ? { kind: 'pod', port } : { kind: 'service', name: service, port };
}

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerport-v1-core */
function isPort(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 65_535;
  return text.length <= 15 && /[a-z]/.test(text) && !/^-|--|-$/.test(text);
}
