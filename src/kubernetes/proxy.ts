import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for `url`, or undefined for a direct connection.
 *
 * The rules are those of Go's golang.org/x/net/http/httpproxy, which kubectl follows: `HTTPS_PROXY` for https and
 * `HTTP_PROXY` for http, in capitals or not; never for loopback; `NO_PROXY` with hosts (their subdomains too),
 * `.suffix`, `*`, addresses, CIDR blocks and ports. Node's own `NO_PROXY` knows no CIDR blocks, hence this one.
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const scheme = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = setting(env, scheme);
  if (proxy === '' || isLoopback(hostOf(url)) || isExempt(url, setting(env, 'NO_PROXY'))) {
    return undefined;
  }
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function setting(env: Environment, name: string): string {
  return (env[name] || env[name.toLowerCase()] || '').trim();
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isExempt(url: URL, exemptions: string): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return exemptions
    .split(/[\s,]+/)
    .map((entry) => entry.toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') {
    return true;
  }
  if (entry.includes('/')) {
    return isInBlock(entry, host);
  }
  if (isIP(entry) !== 0) {
    return host === entry;
  }
  const [, name = entry, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) {
    return false;
  }
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}

function isInBlock(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix)) {
    return false;
  }
  if (Number(prefix) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const block = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  block.addSubnet(network, Number(prefix), type);
  return block.check(host, type);
}
