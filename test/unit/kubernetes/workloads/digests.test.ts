import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import {
  isSameMovableName,
  judgeImages,
  runningDigests,
  runningImages,
} from '../../../../src/kubernetes/workloads/digests.ts';
import { slim } from '../../../../src/kubernetes/workloads/observe.ts';
import { podOf, running, statusOf } from '../../builders.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [one, other] = [digest('1'), digest('2')];

let count = 0;

/** A ready pod as it is kept, whose container `web` reports this. */
function pod(imageID: string, image = 'acme/web:v1'): V1Pod {
  count += 1;
  return slim(podOf(`${count}`, [statusOf({ image, imageID, ready: true, state: running() })]));
}

const wanted = (image = 'acme/web:v1') => [{ container: 'web', image }];

describe('what pods report', () => {
  it.each([
    ['containerd and CRI-O', `ghcr.io/acme/web@${one}`],
    ['another repository of the same image', `mirror.example.com:5000/web@${one}`],
    ['Docker', `docker-pullable://acme/web@${one}`],
  ])('is a digest: %s', (_, imageID) => {
    expect(runningDigests([pod(imageID)])('web')).toEqual([one]);
  });

  it.each([
    ['nothing yet', ''],
    ['something else', 'docker://v1'],
    ['a digest of another kind', `acme/web@sha512:${'1'.repeat(128)}`],
  ])('is not said: %s', (_, imageID) => {
    expect(runningImages([pod(imageID)], ['web'])).toMatchObject([{ digests: [], unsaid: 1 }]);
  });

  it('is told by what most pods run first, with the pods', () => {
    const pods = [pod(`a@${one}`), pod(`a@${other}`), pod(`a@${other}`)];
    expect(runningImages(pods, ['web'])[0]?.digests.map((each) => [each.digest, each.pods.length])).toEqual([
      [other, 2],
      [one, 1],
    ]);
  });

  it('is looked for among init containers too', () => {
    const status = statusOf({ name: 'migrate', imageID: `acme/web@${one}` });
    const whole = podOf('a', [statusOf({ ready: true, state: running() })], { initStatuses: [status] });
    expect(runningDigests([slim(whole)])('migrate')).toEqual([one]);
  });

  it('is no digest that a registry knows, where the image was loaded into the node', () => {
    expect(runningDigests([pod(one)])('web')).toEqual([]);
  });

  it('is kept of a pod that is not ready yet too', () => {
    const crashed = podOf('a', [statusOf({ imageID: `acme/web@${one}` })]);
    expect(runningDigests([slim(crashed)])('web')).toEqual([one]);
  });
});

describe('a rollout', () => {
  it('is as meant where every pod runs one image', () => {
    expect(judgeImages([pod(`a@${one}`), pod(`b@${one}`)], wanted())).toEqual({ state: 'as-meant' });
  });

  it('is as meant where nothing is asked about it', () => {
    expect(judgeImages([pod(`a@${one}`), pod(`a@${other}`)], [])).toEqual({ state: 'as-meant' });
  });

  it('waits for pods that do not say', () => {
    expect(judgeImages([pod(`a@${one}`), pod('')], wanted())).toMatchObject({
      state: 'unsaid',
      message: expect.stringContaining('Of 1 of 2 pods it is not known which image container web runs'),
    });
  });

  it('has failed where a tag left two images running, whoever does not say yet', () => {
    const verdict = judgeImages([pod(`a@${one}`), pod(''), pod(`a@${other}`)], wanted());
    expect(verdict).toMatchObject({ state: 'wrong', reason: 'mixed-image-digests' });
    for (const word of ['acme/web:v1', one, other, 'container web'])
      expect(JSON.stringify(verdict).toLowerCase()).toContain(word);
  });

  it('has failed where images that were loaded into the nodes differ', () => {
    expect(judgeImages([pod(one), pod(other)], wanted())).toMatchObject({ reason: 'mixed-image-digests' });
  });

  it('says that what was loaded into a node cannot be compared with what another pulled', () => {
    expect(judgeImages([pod(one), pod(`a@${other}`)], wanted())).toMatchObject({ state: 'unsaid' });
  });

  it('runs the digest asked for where its pods name it, whatever the runtime calls it', () => {
    const image = `acme/web:v1@${one}`;
    const pods = [pod(`acme/web@${one}`, image), pod(`acme/web@${other}`, image), pod(other, image)];
    expect(judgeImages(pods, wanted(image))).toEqual({ state: 'as-meant' });
    expect(runningDigests(pods)('web')).toEqual([one]);
  });

  it('has failed where pods were made with another image than the digest asked for', () => {
    const verdict = judgeImages([pod(`a@${other}`, 'mirror/web:v1')], wanted(`acme/web@${one}`));
    expect(verdict).toMatchObject({ state: 'wrong', reason: 'wrong-image-digest' });
    expect(JSON.stringify(verdict)).toContain(one);
    expect(JSON.stringify(verdict)).toContain(other);
  });

  it('is as meant where pods were made with another name of the digest asked for', () => {
    expect(judgeImages([pod(`a@${one}`, 'mirror/web:v1')], wanted(`acme/web@${one}`))).toEqual({
      state: 'as-meant',
    });
  });
});

it.each([
  ['web', 'web:latest', true],
  ['web:v1', 'docker.io/library/web:v1', true],
  ['web:v1', 'web:v2', false],
  ['web:v1', 'acme/web:v1', false],
  [`web:v1@${one}`, `web:v1@${one}`, false],
  ['web:v1', `web:v1@${one}`, false],
  ['', '', false],
])('%s and %s: the same name that may move: %s', (a, b, same) => {
  expect(isSameMovableName(a, b)).toBe(same);
});
