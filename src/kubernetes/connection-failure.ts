import { ConnectionError, messageOf } from '../errors.ts';
import type { Connection } from './connection.ts';

/** Node's and OpenSSL's codes in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before the answer was whole',
  EPIPE: 'the connection was closed while we were sending',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be looked up',
  EHOSTUNREACH: 'its host is unreachable',
  ENETUNREACH: 'its network is unreachable',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'it does not speak TLS as expected; is it an http:// server, or a proxy?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is it an http:// server, or a proxy?',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was closed before the answer was whole',
};

const TRUST =
  "Its authority is not trusted: check the kubeconfig's certificate-authority-data, or that nothing between " +
  'the runner and the cluster answers in its place.';

/** What is wrong with a certificate, and what to do. Codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATES: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  CERT_UNTRUSTED: TRUST,
  CERT_SIGNATURE_FAILURE: TRUST,
  INVALID_CA: TRUST,
  CERT_HAS_EXPIRED: "It has expired: renew the cluster's certificate, or check the runner's clock.",
  CERT_NOT_YET_VALID: "It is not valid yet: check the runner's clock.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "It was issued for another name: correct the kubeconfig's server, or name the right one as tls-server-name.",
};

/** The error to throw for what Node says of a connection that failed. */
export function connectionFailure(error: unknown, connection: Connection, sent: boolean): ConnectionError {
  const code = codeOf(error);
  const { server, proxyUrl } = connection;
  const advice = CERTIFICATES[code];
  if (advice !== undefined) {
    const message = `The certificate of ${server} is refused (${messageOf(error)}). ${advice}`;
    return new ConnectionError(server, message, { cause: error, sent: false });
  }
  // Aggregates (one error per address tried) have an empty message.
  const reason = REASONS[code] ?? (messageOf(error) || code || 'unknown failure');
  const through = proxyUrl === undefined ? '' : ` through the proxy ${withoutPassword(proxyUrl)}`;
  return new ConnectionError(server, `${server} does not answer${through}: ${reason}`, {
    cause: error,
    sent,
  });
}

/** The request's time was over before the answer came. */
export function timeoutFailure(connection: Connection, seconds: number, sent: boolean): ConnectionError {
  const { server } = connection;
  return new ConnectionError(server, `${server} does not answer: nothing came within ${seconds} s`, { sent });
}

/** True where the server was reached but is not, or cannot prove to be, the one that the kubeconfig means. */
export function isCertificateFailure(error: ConnectionError): boolean {
  return codeOf(error.cause) in CERTIFICATES;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function withoutPassword(proxyUrl: string): string {
  return URL.parse(proxyUrl)?.origin ?? 'that is configured';
}
