import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { KubeconfigError, messageOf } from '../../errors.ts';
import type { TlsSettings } from '../connection.ts';
import { type Entry, pathIn, stringIn } from './file.ts';
import type { KubeconfigSource } from './source.ts';

/**
 * The certificates and keys of a cluster and a user, checked.
 * @throws {KubeconfigError} saying what is wrong, where, and what to do.
 */
export async function tlsOf(
  cluster: Entry,
  clusterName: string,
  user: Entry,
  userName: string,
  source: KubeconfigSource,
): Promise<TlsSettings> {
  const insecure = cluster.value['insecure-skip-tls-verify'] === true;
  const ca = insecure ? '' : await pemOf(cluster, 'certificate-authority', `cluster ${clusterName}`);
  const cert = await pemOf(user, 'client-certificate', `user ${userName}`);
  const key = await pemOf(user, 'client-key', `user ${userName}`, source.onSecret);
  const servername = stringIn(cluster, 'tls-server-name');
  const tls: TlsSettings = {
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
    ...(servername === '' ? {} : { servername }),
    rejectUnauthorized: !insecure,
  };
  if ((cert === '') !== (key === '')) {
    throw new KubeconfigError(
      `User ${userName} of ${user.origin} has a client ${cert === '' ? 'key without a certificate' : 'certificate without a key'}`,
    );
  }
  // A bad PEM would otherwise show only at the first request, and then without a name.
  checkPem(`the certificate-authority of cluster ${clusterName} in ${cluster.origin}`, () => {
    if (tls.ca !== undefined) {
      new X509Certificate(tls.ca);
    }
  });
  checkPem(`the client certificate of user ${userName} in ${user.origin}`, () => {
    createSecureContext({ cert: tls.cert, key: tls.key });
  });
  return tls;
}

function checkPem(what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw new KubeconfigError(`OpenSSL cannot read ${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** `KEY-data` decoded, else the content of the file `KEY` names; `''` for neither. */
async function pemOf(
  entry: Entry,
  key: string,
  owner: string,
  onSecret: (value: string) => void = () => {},
): Promise<string> {
  const data = stringIn(entry, `${key}-data`);
  if (data !== '') {
    onSecret(data);
    const decoded = Buffer.from(data, 'base64').toString('utf8');
    if (!decoded.includes('-----BEGIN')) {
      throw new KubeconfigError(`\`${key}-data\` of ${owner} in ${entry.origin} is not base64 of a PEM text`);
    }
    onSecret(decoded);
    return decoded;
  }
  const path = pathIn(entry, key);
  if (path === '') {
    return '';
  }
  try {
    const text = await readFile(path, 'utf8');
    onSecret(text);
    return text;
  } catch (error) {
    throw new KubeconfigError(`Cannot read the ${key} of ${owner} in ${entry.origin}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
