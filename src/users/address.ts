import { decoded } from '../decoded.ts';

/** An address to ask as a user would. `secrets` are the parts of it that must not be shown. */
export type WatchAddress = UrlAddress | ServiceAddress;

/** An address that the runner asks itself. */
export interface UrlAddress {
  readonly kind: 'url';
  /** In full: with its user, password and query. */
  readonly url: string;
  /** Without them. */
  readonly shown: string;
  readonly secrets: readonly string[];
}

/** A Service that is asked through the API server's proxy, so that no ingress is needed. */
export interface ServiceAddress {
  readonly kind: 'service';
  readonly service: string;
  /** The Service as the API server's proxy names it: `http:web:8080`. RBAC knows the subresource by this name too. */
  readonly id: string;
  /** From the Service's root, with its query. */
  readonly path: string;
  readonly shown: string;
  readonly secrets: readonly string[];
}

/** `service/web:http/ready`, or with the scheme as the API server takes it: `service/https:web:8443/ready`. */
const servicePattern =
  /^(?:service|services|svc)\/(?:(?<scheme>https?):)?(?<service>[^:/?#]+):(?<port>[^:/?#]+)(?<rest>[/?#].*)?$/i;

/** RFC 1123 label, and RFC 6335 port name. */
const servicesName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const portsName = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;

/** Masking a value as short as this would garble the log, and such a value keeps no secret. */
const shortestSecret = 6;

/** Reads `watch-url`. What is wrong with it is said without quoting it, since it may hold secrets. Pure. */
export function parseWatchAddress(
  text: string,
): { readonly ok: true; readonly address: WatchAddress } | { readonly ok: false; readonly problem: string } {
  const trimmed = text.trim();
  const problem =
    "it is neither an address ('https://shop.example/ready') nor a Service with its port ('service/web:http/ready').";
  if (/^(service|services|svc)\//i.test(trimmed)) return parseService(trimmed);
  const url = URL.parse(trimmed);
  if (url === null || !/^https?:$/.test(url.protocol)) return { ok: false, problem };
  url.hash = '';
  const shown = `${url.origin}${url.pathname}${url.search ? '?…' : ''}`;
  const userinfo = [url.username, url.password].flatMap((part) => [part, decoded(part)]);
  const secrets = secretsOf([...userinfo, ...queryParts(url)]);
  return { ok: true, address: { kind: 'url', url: url.href, shown, secrets } };
}

function parseService(text: string): ReturnType<typeof parseWatchAddress> {
  const { scheme = 'http', service = '', port = '', rest = '' } = servicePattern.exec(text)?.groups ?? {};
  if (service === '') {
    return { ok: false, problem: "a Service needs its port too: 'service/NAME:PORT/PATH'." };
  }
  if (!servicesName.test(service)) return { ok: false, problem: "the Service's name cannot be one." };
  const isNumber = /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535;
  if (!isNumber && !portsName.test(port))
    return { ok: false, problem: "the Service's port is neither a number nor a port's name." };
  const url = new URL(rest.startsWith('/') ? rest : `/${rest}`, 'http://service');
  const id = `${scheme.toLowerCase()}:${service}:${port}`;
  const name = scheme.toLowerCase() === 'http' ? `${service}:${port}` : id;
  const shown = `service/${name}${url.pathname}${url.search ? '?…' : ''}`;
  const path = `${url.pathname}${url.search}`;
  return {
    ok: true,
    address: { kind: 'service', service, id, path, shown, secrets: secretsOf(queryParts(url)) },
  };
}

function queryParts({ search, searchParams }: URL): string[] {
  const query = search.slice(1);
  const raw = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [query, ...raw, ...searchParams.values()];
}

function secretsOf(parts: readonly string[]): string[] {
  return [...new Set(parts)].filter((part) => part.length >= shortestSecret);
}
