import { describe, expect, it } from 'vitest';
import {
  fullRepository,
  type ImageReference,
  isMutable,
  isNamedForGood,
  parseImage,
  parseWantedImage,
} from '../../src/image.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImage', () => {
  it.each([
    ['nginx', 'nginx', undefined, undefined],
    ['nginx:1.29', 'nginx', '1.29', undefined],
    ['ghcr.io/acme/web:3f2c1ab', 'ghcr.io/acme/web', '3f2c1ab', undefined],
    ['localhost:5000/web', 'localhost:5000/web', undefined, undefined],
    ['127.0.0.1:5000/a/b/c:v1', '127.0.0.1:5000/a/b/c', 'v1', undefined],
    ['[::1]:5000/web:v1', '[::1]:5000/web', 'v1', undefined],
    [`ghcr.io/acme/web@${digest}`, 'ghcr.io/acme/web', undefined, digest],
    [`ghcr.io/acme/web:v1@${digest}`, 'ghcr.io/acme/web', 'v1', digest],
    ['a/b__c/d-e.f:_x.Y-z', 'a/b__c/d-e.f', '_x.Y-z', undefined],
    [`web:${'t'.repeat(128)}`, 'web', 't'.repeat(128), undefined],
  ])('takes %s apart', (text, repository, tag, sha) => {
    expect(parseImage(text)).toEqual({ repository, tag, digest: sha });
  });

  it.each([
    '',
    ' ',
    ':v1',
    'Web',
    'ghcr.io/Acme/web',
    'web:',
    'web: v1',
    'web:-v1',
    `web:${'t'.repeat(129)}`,
    'web@sha256:abc',
    `web@md5:${'a'.repeat(32)}`,
    'web/',
    '/web',
    'a//b',
    'a..b',
    'https://ghcr.io/acme/web',
    'web:v1\n',
    'web\nother',
    'web:v1 other',
    '$(id)',
  ])('refuses %j', (text) => {
    expect(parseImage(text)).toBeUndefined();
  });

  it('takes a long text without effort', () => {
    const began = performance.now();
    expect(parseImage(`${'a-'.repeat(20_000)}!`)).toBeUndefined();
    expect(parseImage(`${'a.'.repeat(20_000)}/!`)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('fullRepository', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['library/nginx', 'docker.io/library/nginx'],
    ['docker.io/nginx', 'docker.io/library/nginx'],
    ['docker.io/library/nginx', 'docker.io/library/nginx'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx'],
    ['index.docker.io/acme/web', 'docker.io/acme/web'],
    ['acme/web', 'docker.io/acme/web'],
    ['ghcr.io/acme/web', 'ghcr.io/acme/web'],
    ['ghcr.io/web', 'ghcr.io/web'],
    ['localhost/web', 'localhost/web'],
    ['localhost:5000/web', 'localhost:5000/web'],
    ['registry:5000/web', 'registry:5000/web'],
  ])('says %s in full', (repository, full) => {
    expect(fullRepository(repository)).toBe(full);
  });
});

describe('parseWantedImage', () => {
  it.each([
    ['ghcr.io/acme/web:v1'],
    ['nginx'],
    [`web@${digest}`],
    // Too short, too long or too upper-case for a commit, but right for a repository's name.
    ['abcdef'],
    ['a'.repeat(41)],
    ['1234567g'],
  ])('takes %s for a reference', (text) => {
    expect(parseWantedImage(text)).toEqual({ kind: 'reference', text, image: parseImage(text) });
  });

  it.each([
    [':v1', ':v1'],
    [`@${digest}`, `@${digest}`],
    [`:v1@${digest}`, `:v1@${digest}`],
    ['3f2c1ab', ':3f2c1ab'],
    ['3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708', ':3f2c1ab9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f708'],
    ['1234567', ':1234567'],
  ])('takes %s for another version of the repository', (text, suffix) => {
    expect(parseWantedImage(text)).toEqual({ kind: 'version', suffix });
  });

  it.each(['', ':', '@', ':-v1', '@sha256:abc', '3F2C1AB', ' :v1', ':v1 '])('refuses %j', (text) => {
    expect(parseWantedImage(text)).toBeUndefined();
  });
});

it.each([
  ['web', true],
  ['web:latest', true],
  ['web:v1', false],
  [`web@${digest}`, false],
  [`web:latest@${digest}`, false],
])('whether %s is mutable: %s', (text, mutable) => {
  const image = parseImage(text);
  expect(image && isMutable(image)).toBe(mutable);
});

it.each([
  ['web:3f2c1ab', true],
  ['web:main-3f2c1ab9d0e4', true],
  ['web:sha-3f2c1ab', true],
  [`web@${digest}`, true],
  [`web:latest@${digest}`, true],
  ['web', false],
  ['web:latest', false],
  ['web:stable', false],
  ['web:v1.2.3', false],
  ['web:3f2c1a', false],
  ['web:facade-of-shop', false],
])('%s is named for good: %s', (text, expected) => {
  expect(isNamedForGood(parseImage(text) as ImageReference)).toBe(expected);
});
