import { describe, expect, it } from 'vitest';
import { parseWatchAddress } from '../../../src/users/address.ts';
import { parseErrorLimit, sayLimit } from '../../../src/users/limit.ts';

function address(text: string) {
  const parsed = parseWatchAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.address;
}

function problem(text: string): string {
  const parsed = parseWatchAddress(text);
  return parsed.ok ? '' : parsed.problem;
}

describe('an address that the runner asks', () => {
  it.each([
    ['https://shop.example/ready', 'https://shop.example/ready', 'https://shop.example/ready'],
    ['  http://10.0.0.1:8080 ', 'http://10.0.0.1:8080/', 'http://10.0.0.1:8080/'],
    ['https://shop.example/a?b=c#d', 'https://shop.example/a?b=c', 'https://shop.example/a?…'],
    ['https://me:hunter22@shop.example/', 'https://me:hunter22@shop.example/', 'https://shop.example/'],
    ['https://[::1]:8443/x', 'https://[::1]:8443/x', 'https://[::1]:8443/x'],
  ])('%s', (text, url, shown) => {
    expect(address(text)).toMatchObject({ kind: 'url', url, shown });
  });

  it('knows its secrets, in every form in which they may turn up', () => {
    const { secrets } = address(
      'https://octocat:p%40ssword@shop.example/?token=a%2Bb%2Bc%2Bd&v=1&key=abcdefgh',
    );
    expect(secrets).toEqual(
      expect.arrayContaining(['octocat', 'p%40ssword', 'p@ssword', 'a%2Bb%2Bc%2Bd', 'a+b+c+d', 'abcdefgh']),
    );
    expect(secrets).toContain('token=a%2Bb%2Bc%2Bd&v=1&key=abcdefgh');
    // Masking a single digit would garble the whole log.
    expect(secrets).not.toContain('1');
  });

  it('has none where nothing of it is secret', () => {
    expect(address('https://shop.example/ready').secrets).toEqual([]);
  });
});

describe('a Service', () => {
  it.each([
    ['service/web:http/ready', 'http:web:http', '/ready', 'service/web:http/ready'],
    ['svc/web:8080', 'http:web:8080', '/', 'service/web:8080/'],
    ['services/https:web:8443/a/b', 'https:web:8443', '/a/b', 'service/https:web:8443/a/b'],
    ['Service/http:web:80/', 'http:web:80', '/', 'service/web:80/'],
    ['service/https:443/', 'http:https:443', '/', 'service/https:443/'],
    [
      'service/web:http/ready?token=abcdefgh',
      'http:web:http',
      '/ready?token=abcdefgh',
      'service/web:http/ready?…',
    ],
    ['service/web:http?a=b', 'http:web:http', '/?a=b', 'service/web:http/?…'],
    // Not out of the Service.
    ['service/web:http/../../../secrets', 'http:web:http', '/secrets', 'service/web:http/secrets'],
    ['service/web:http/%2e%2e/x', 'http:web:http', '/x', 'service/web:http/x'],
  ])('%s', (text, id, path, shown) => {
    expect(address(text)).toMatchObject({ kind: 'service', id, path, shown });
  });

  it('knows its secrets', () => {
    expect(address('service/web:http/ready?token=abcdefgh').secrets).toContain('abcdefgh');
  });
});

it.each([
  ['shop.example/ready', 'https://'],
  ['ftp://shop.example/', 'https://'],
  ['/ready', 'service/'],
  ['https://', 'https://'],
  ['service/web', 'port'],
  ['service/web/ready', 'port'],
  ['service/Web_1:80/', 'name'],
  ['service/web:0/', 'port'],
  ['service/web:65536/', 'port'],
  ['service/web:no-such-long-port-name/', 'port'],
  ['service/ftp:web:80/', 'port'],
])('refuses %s, and says %j', (text, mention) => {
  expect(problem(text)).toContain(mention);
});

it('does not quote what may hold a secret', () => {
  expect(problem('htps://me:hunter22@shop.example/?token=abcdefgh')).not.toMatch(/hunter22|abcdefgh/);
});

describe('the limit', () => {
  it.each([
    ['1%', { kind: 'share', share: 0.01 }, '1 % of a phase is allowed'],
    ['0.5 %', { kind: 'share', share: 0.005 }, '0.5 % of a phase is allowed'],
    ['100%', { kind: 'share', share: 1 }, '100 % of a phase is allowed'],
    ['0%', { kind: 'count', count: 0 }, 'none is allowed'],
    ['0', { kind: 'count', count: 0 }, 'none is allowed'],
    ['1', { kind: 'count', count: 1 }, '1 in all is allowed'],
    ['5', { kind: 'count', count: 5 }, '5 in all are allowed'],
    ['OFF', { kind: 'off' }, 'any number is allowed'],
  ])('%s', (text, limit, words) => {
    const parsed = parseErrorLimit(text);
    expect(parsed).toEqual(limit);
    expect(parsed && sayLimit(parsed)).toBe(words);
  });

  it.each(['', '-1', '101%', '1.5', 'none', '%', '1e3'])('refuses %j', (text) => {
    expect(parseErrorLimit(text)).toBeUndefined();
  });
});
