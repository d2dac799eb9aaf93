import { decoded } from '../../decoded.ts';
import { KubeconfigError } from '../../errors.ts';
import type { KubeconfigSource } from './source.ts';

/**
 * The URL of a proxy that can be used; its password is made known as a secret.
 * @throws {KubeconfigError} saying what is wrong, where, and what to do.
 */
export function checkedProxy(proxy: string, where: string, source: KubeconfigSource): string {
  const url = URL.parse(proxy);
  // Node's agent silently connects directly where it does not understand the proxy's scheme.
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new KubeconfigError(
      `${where} must be an http:// or https:// URL; other kinds of proxy cannot be used`,
    );
  }
  if (url.password !== '') {
    source.onSecret(url.password);
    source.onSecret(decoded(url.password));
  }
  return proxy;
}
