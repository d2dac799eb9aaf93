import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionOptions, runAction, type StepRun } from '../support/runner.ts';
import { expectEnding } from './support/step.ts';

/** A server in the cluster's place, which notes what it is asked. */
let server: Server;
const requests: string[] = [];
let folder: string;
let workspace: string;
let kubeconfig: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  kubeconfig = JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token: 'a-token' } }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'main',
  });
  folder = mkdtempSync(join(tmpdir(), 'inputs-'));
  workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  writeFileSync(join(folder, 'secret.yaml'), 'kind: TopSecret\n');
  symlinkSync(join(folder, 'secret.yaml'), join(workspace, 'link.yaml'));
  writeFileSync(join(workspace, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\n');
  writeFileSync(join(workspace, 'two.yaml'), `${job}---\n${job}`);
  writeFileSync(join(workspace, 'broken.yaml'), 'kind: Job\n  spec: [\n');
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const job = 'apiVersion: batch/v1\nkind: Job\nspec: { template: { spec: { containers: [{ name: a }] } } }\n';

async function run(
  inputs: Readonly<Record<string, string>>,
  more: Partial<ActionOptions> = {},
): Promise<StepRun> {
  return await runAction({
    workspace,
    ...more,
    inputs: { deployment: 'web', image: 'ghcr.io/acme/web:1', kubeconfig, ...inputs },
  });
}

/** A bad input, and what is said of it. */
const bad: readonly (readonly [input: string, value: string, says: string])[] = [
  ['deployment', '', 'required'],
  ['deployment', 'web,api,web', 'more than once'],
  ['deployment', 'web\nconfigmap/api', 'configmap'],
  ['deployment', 'pod/web', "'pod'"],
  ['deployment', 'a/b/c', 'a/b/c'],
  ['deployment', 'deployment/', 'deployment/'],
  ['deployment', 'Web_1', 'Web_1'],
  ['namespace', 'Shop!', 'Shop!'],
  ['namespace', 'n'.repeat(64), '63'],
  ['image', '', 'required'],
  ['image', 'ghcr.io/acme/web:a:b', 'ghcr.io/acme/web:a:b'],
  ['image', 'ghcr.io/Acme/web:1', 'ghcr.io/Acme/web:1'],
  ['image', '@sha256:1234', '@sha256:1234'],
  ['image', ':not a tag', ':not a tag'],
  ['migration-command', '["/app", 1]', 'strings'],
  ['migration-command', '[]', 'one string or more'],
  ['migration-command', '["/app"', 'JSON'],
  ['migration-command', '/app migrate | tee log', "'|'"],
  ['migration-command', '/app migrate && echo done', "'&&'"],
  ['migration-command', '/app migrate > log', "'>'"],
  ['migration-job', 'no-such.yaml', 'no such file'],
  ['migration-job', '../secret.yaml', 'out of the workspace'],
  ['migration-job', '/etc/hostname', 'out of the workspace'],
  ['migration-job', 'link.yaml', 'out of the workspace'],
  ['migration-job', 'pod.yaml', 'v1 Pod'],
  ['migration-job', 'two.yaml', '2 manifests'],
  ['migration-job', 'broken.yaml', 'YAML'],
  ['migration-job', 'apiVersion: batch/v1\nkind: CronJob', 'CronJob'],
  ['migration-job', 'apiVersion: batch/v1\nkind: Job\nspec: {}', 'no container'],
  ['migration-job', '{"kind": "Job"', 'YAML'],
  ['migration-timeout', '10', "'10'"],
  ['migration-timeout', '10 minutes', "'10 minutes'"],
  ['timeout', '0s', 'shorter than a second'],
  ['timeout', '-5m', "'-5m'"],
  ['undo-timeout', '1d', "'1d'"],
  ['on-failure', 'Undo', "'undo', 'leave'"],
  ['on-cancel', 'keep', "'undo', 'leave'"],
  ['preflight', 'off', "'strict', 'warn'"],
];

describe.concurrent('a bad input is refused before any request', () => {
  it.each(bad)('%s: %j', async (input, value, says) => {
    const step = await run({ [input]: value });

    expectEnding(step, { result: 'refused', reason: 'invalid-input' });
    const [annotation] = step.main.annotations;
    for (const where of [step.main.shown, annotation?.message]) {
      expect(where).toContain(input);
      expect(where).toContain(says);
    }
    expect(step.main.summary).toContain(input);
    // What a file outside of the workspace holds is nobody's business.
    expect(step.main.shown).not.toContain('TopSecret');
    expect(requests).toEqual([]);
  });

  it('with all the others of the step, at once', async () => {
    const values: Readonly<Record<string, string>> = {
      deployment: 'pod/web',
      namespace: 'Shop!',
      image: 'a:b:c',
      'migration-job': 'pod.yaml',
      'migration-command': '/app migrate',
      'migration-timeout': '10',
      timeout: 'soon',
      'undo-timeout': '0s',
      'on-failure': 'yes',
      'on-cancel': 'no',
      preflight: 'maybe',
    };

    const step = await run(values);

    expectEnding(step, { result: 'refused', reason: 'invalid-input' });
    const [annotation] = step.main.annotations;
    for (const input of Object.keys(values).filter((name) => name !== 'migration-job')) {
      for (const where of [step.main.shown, step.main.summary, annotation?.message])
        expect(where).toContain(input);
    }
    expect(requests).toEqual([]);
  });

  it('also where nothing at all is given', async () => {
    const step = await run({ deployment: '', image: '', kubeconfig: '' });

    expectEnding(step, { result: 'refused', reason: 'invalid-input' });
    for (const input of ['deployment', 'image']) expect(step.main.shown).toContain(input);
  });
});

const badConfigs: readonly (readonly [title: string, kubeconfig: string, says: string])[] = [
  ['a path that is not there', '/no/such/kubeconfig', '/no/such/kubeconfig'],
  ['no YAML', 'clusters: [\n  a: b: c', 'YAML'],
  ['no context', 'apiVersion: v1\nkind: Config\nclusters: []', 'context'],
  ['none at all', '', 'kubeconfig'],
];

describe.concurrent('a kubeconfig that cannot be used is refused before any request', () => {
  it.each(badConfigs)('%s', async (_, text, says) => {
    const step = await run({ kubeconfig: text });

    expectEnding(step, { result: 'refused', reason: 'invalid-kubeconfig' });
    for (const where of [step.main.shown, step.main.summary]) expect(where).toContain(says);
    expect(requests).toEqual([]);
  });

  it('and so is a context that it does not have, with those that it has', async () => {
    const step = await run({ context: 'staging' });

    expectEnding(step, { result: 'refused', reason: 'invalid-kubeconfig' });
    for (const where of [step.main.shown, step.main.summary]) {
      expect(where).toContain('staging');
      expect(where).toContain('main');
    }
    expect(requests).toEqual([]);
  });
});
