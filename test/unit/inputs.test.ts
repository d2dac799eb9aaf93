import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError, type InputProblem } from '../../src/errors.ts';
import { type Inputs, readEnvironment, readInputs } from '../../src/inputs.ts';

const manifest = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    spec:
      containers:
        - name: migrate
          command: [/app, migrate]
`;

let folder: string;
let workspace: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inputs-'));
  workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  vi.stubEnv('GITHUB_WORKSPACE', workspace);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Reads the inputs as the runner hands them over; `deployment` and `image` are given where a test does not. */
function read(inputs: Readonly<Record<string, string>> = {}): Inputs {
  for (const [name, value] of Object.entries({ deployment: 'web', image: 'acme/web:v1', ...inputs })) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  }
  return readInputs();
}

function problems(inputs: Readonly<Record<string, string>>): readonly InputProblem[] {
  try {
    read(inputs);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

/** The one problem that these inputs have, which has to be about `input`. */
function problem(input: string, inputs: Readonly<Record<string, string>>): string {
  const all = problems(inputs);
  expect(all.map((each) => each.input)).toEqual([input]);
  return all[0]?.problem ?? '';
}

it('has a value for every input that is not given', () => {
  expect(read()).toEqual({
    command: 'deploy',
    workloads: [{ kind: 'Deployment', name: 'web' }],
    namespace: '',
    image: {
      kind: 'reference',
      text: 'acme/web:v1',
      image: { repository: 'acme/web', tag: 'v1', digest: undefined },
    },
    toRevision: undefined,
    toImage: undefined,
    containers: [],
    migration: undefined,
    migrationTimeout: 600,
    pace: { maxSurge: undefined, maxUnavailable: undefined },
    timeout: 600,
    undoTimeout: 600,
    verification: { job: undefined, command: '', port: undefined, timeout: 600, bakeTime: 0 },
    watch: undefined,
    onFailure: 'undo',
    onCancel: 'undo',
    failFast: 'strict',
    lockTimeout: 600,
    preflight: 'strict',
    preflightIgnore: [],
    kubeconfig: '',
    context: '',
  });
});

it.each<[Record<string, string>, Partial<Inputs>]>([
  [{ deployment: 'deployment/api' }, { workloads: [{ kind: 'Deployment', name: 'api' }] }],
  [{ deployment: 'deploy/api' }, { workloads: [{ kind: 'Deployment', name: 'api' }] }],
  [{ deployment: 'Deployments.apps/api.v2' }, { workloads: [{ kind: 'Deployment', name: 'api.v2' }] }],
  [{ deployment: 'deployment.v1.apps/api' }, { workloads: [{ kind: 'Deployment', name: 'api' }] }],
  [
    { deployment: 'web,\n deployment/api' },
    {
      workloads: [
        { kind: 'Deployment', name: 'web' },
        { kind: 'Deployment', name: 'api' },
      ],
    },
  ],
  [{ namespace: 'shop-1' }, { namespace: 'shop-1' }],
  [{ image: '3f2c1ab' }, { image: { kind: 'version', suffix: ':3f2c1ab' } }],
  [{ container: 'web, worker\n\n  init,' }, { containers: ['web', 'worker', 'init'] }],
  [{ timeout: '90s' }, { timeout: 90, undoTimeout: 90 }],
  [
    { timeout: '1h30m', 'undo-timeout': '2m' },
    { timeout: 5400, undoTimeout: 120 },
  ],
  [{ 'max-surge': '25%', 'max-unavailable': '0' }, { pace: { maxSurge: '25%', maxUnavailable: 0 } }],
  [{ 'migration-timeout': '1h' }, { migrationTimeout: 3600 }],
  [
    { 'on-failure': 'leave', 'on-cancel': 'leave' },
    { onFailure: 'leave', onCancel: 'leave' },
  ],
  [{ 'fail-fast': 'off' }, { failFast: 'off' }],
  [
    { 'verify-command': 'curl -f "$SAFE_ROLLOUT_URL"\ntrue', 'verify-port': '8080', 'verify-timeout': '30s' },
    {
      verification: {
        job: undefined,
        command: 'curl -f "$SAFE_ROLLOUT_URL"\ntrue',
        port: { kind: 'pod', port: '8080' },
        timeout: 30,
        bakeTime: 0,
      },
    },
  ],
  [{ 'lock-timeout': '90s' }, { lockTimeout: 90 }],
  [{ 'lock-timeout': '0s' }, { lockTimeout: 0 }],
  [{ 'lock-timeout': '0' }, { lockTimeout: 0 }],
  [
    { preflight: 'warn', 'preflight-ignore': 'mutable-tag\nno-replicas' },
    { preflight: 'warn', preflightIgnore: ['mutable-tag', 'no-replicas'] },
  ],
  [
    { kubeconfig: '/etc/kube', context: 'prod' },
    { kubeconfig: '/etc/kube', context: 'prod' },
  ],
])('reads %j', (given, expected) => {
  expect(read(given)).toMatchObject(expected);
});

it.each<[string, string, string]>([
  ['deployment', '', 'required'],
  ['deployment', '   ', 'required'],
  ['deployment', 'web,api,web', 'more than once'],
  ['deployment', 'web\nconfigmap/api', 'configmap'],
  ['deployment', 'a/b/c', 'a/b/c'],
  ['deployment', 'deployment/', 'deployment/'],
  ['deployment', 'cronjob/web', 'cronjob'],
  ['deployment', 'Web', 'Web'],
  ['deployment', '-web', '-web'],
  ['deployment', 'web;id', 'web;id'],
  ['max-surge', 'some', 'some'],
  ['max-unavailable', '1.5', '1.5'],
  ['namespace', 'Shop', 'Shop'],
  ['namespace', 'shop/web', 'shop/web'],
  ['namespace', 'a'.repeat(64), '63'],
  ['image', '', 'required'],
  ['image', 'Web:v1', 'Web:v1'],
  ['image', 'web:v1 web:v2', 'web:v1 web:v2'],
  ['timeout', '10', "'10'"],
  ['timeout', 'soon', 'soon'],
  ['timeout', '0', 'second'],
  ['timeout', '999ms', 'second'],
  ['undo-timeout', '5x', '5x'],
  ['migration-timeout', '-1m', '-1m'],
  ['lock-timeout', '10', "'10'"],
  ['lock-timeout', '-1s', '-1s'],
  ['watch-url', 'shop.example', 'https://'],
  ['watch-url', 'service/web/ready', 'port'],
  ['watch-max-errors', '1.5', "'1.5'"],
  ['watch-max-errors', '200%', "'off'"],
  ['on-failure', 'Undo', 'leave'],
  ['on-failure', 'true', 'leave'],
  ['on-cancel', 'rollback', 'leave'],
  ['preflight', 'off', 'warn'],
  ['fail-fast', 'yes', 'patient'],
  ['bake-time', '-1s', '-1s'],
  ['verify-timeout', '0s', 'second'],
  ['verify-job', 'missing.yaml', 'checkout'],
  ['verify-job', 'kind: Pod\napiVersion: v1', 'Job'],
  ['verify-port', '8080', 'verify-command'],
])('refuses %s: %j, and says %j', (input, value, mention) => {
  expect(problem(input, { [input]: value })).toContain(mention);
});

it('tells all bad inputs at once, each by its name', () => {
  const all = problems({
    deployment: 'a/b/c',
    namespace: 'No',
    image: '?',
    'migration-job': 'missing.yaml',
    'migration-timeout': 'x',
    timeout: 'x',
    'undo-timeout': 'x',
    'on-failure': 'x',
    'on-cancel': 'x',
    preflight: 'x',
  });
  expect(all.map(({ input }) => input).sort()).toEqual([
    'deployment',
    'image',
    'migration-job',
    'migration-timeout',
    'namespace',
    'on-cancel',
    'on-failure',
    'preflight',
    'timeout',
    'undo-timeout',
  ]);
});

describe('watch-url', () => {
  it('is watched with a limit of its own', () => {
    expect(read({ 'watch-url': 'service/web:http/ready', 'watch-max-errors': '5' }).watch).toMatchObject({
      address: { kind: 'service', id: 'http:web:http', path: '/ready' },
      limit: { kind: 'count', count: 5 },
      proxyUrl: undefined,
    });
  });

  it('is asked through the proxy that the environment names, as far as that does not exempt it', () => {
    vi.stubEnv('HTTPS_PROXY', 'proxy.corp:3128');
    vi.stubEnv('NO_PROXY', '10.0.0.0/8');
    const proxyUrl = (url: string) => read({ 'watch-url': url }).watch?.proxyUrl;
    expect(proxyUrl('https://shop.example/')).toBe('http://proxy.corp:3128');
    expect(proxyUrl('https://10.1.2.3/')).toBeUndefined();
    expect(proxyUrl('service/web:http/')).toBeUndefined();
  });
});

describe('migration-command', () => {
  const variable = (name: string) => `\${${name}}`;
  const command = (text: string) => {
    const { migration } = read({ 'migration-command': text });
    return migration?.kind === 'command' ? migration.command : migration;
  };

  it.each([
    ['/app migrate', ['/app', 'migrate']],
    ['bundle  exec\n rake db:migrate', ['bundle', 'exec', 'rake', 'db:migrate']],
    [`sh -c "a && b | c > d"`, ['sh', '-c', 'a && b | c > d']],
    [`sh -c 'echo "$HOME"'`, ['sh', '-c', 'echo "$HOME"']],
    // Nothing expands a variable, so it is not to vanish either, nor to run into what follows it.
    ['migrate --url $DATABASE_URL', ['migrate', '--url', variable('DATABASE_URL')]],
    [`migrate --url ${variable('DATABASE_URL')}`, ['migrate', '--url', variable('DATABASE_URL')]],
    [`sh -c "psql ${variable('URL')}_test"`, ['sh', '-c', `psql ${variable('URL')}_test`]],
    ['migrate --empty ""', ['migrate', '--empty', '']],
    ['["/app", "migrate", "a b", "*", "&&"]', ['/app', 'migrate', 'a b', '*', '&&']],
    ['["/app"]', ['/app']],
  ])('reads %j', (text, words) => {
    expect(command(text)).toEqual(words);
  });

  it.each([
    ['a && b', '&&'],
    ['a || b', '||'],
    ['a; b', ';'],
    ['a | b', '|'],
    ['a > out', '>'],
    ['a < in', '<'],
    ['a &', '&'],
    ['ls *.sql', 'glob'],
    ['a # why', '#'],
    ['[]', 'list'],
    ['[1]', 'strings'],
    ['["a", null]', 'strings'],
    ['["a"', 'JSON'],
    ['[ -f x ]', 'JSON'],
  ])('refuses %j, and says %j', (text, mention) => {
    expect(problem('migration-command', { 'migration-command': text })).toContain(mention);
  });

  it('cannot be given beside migration-job', () => {
    const both = { 'migration-command': '/app migrate', 'migration-job': manifest };
    expect(problem('migration-command', both)).toContain('migration-job');
  });
});

describe('migration-job', () => {
  const job = (text: string) => {
    const { migration } = read({ 'migration-job': text });
    return migration?.kind === 'job' ? migration : undefined;
  };
  const bad = (text: string) => problem('migration-job', { 'migration-job': text });
  const write = (name: string, content: string) => {
    mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    writeFileSync(path.join(workspace, name), content);
  };
  const without = (lines: RegExp) => manifest.replace(lines, '');

  it('takes YAML', () => {
    expect(job(manifest)?.job).toMatchObject({ kind: 'Job', metadata: { name: 'migrate' } });
  });

  it('takes JSON, in one line too', () => {
    const text =
      '{"apiVersion":"batch/v1","kind":"Job","spec":{"template":{"spec":{"containers":[{"name":"m"}]}}}}';
    expect(job(text)?.job).toEqual(JSON.parse(text));
  });

  it('takes one document between empty ones', () => {
    expect(job(`---\n# the migration\n---\n${manifest}---\n`)?.job.kind).toBe('Job');
  });

  it.each(['deploy/migrate.yaml', './deploy/migrate.yaml', 'deploy/../deploy/migrate.yaml'])(
    'takes a path in the workspace: %s',
    (name) => {
      write('deploy/migrate.yaml', manifest);
      expect(job(name)?.job.metadata?.name).toBe('migrate');
    },
  );

  it('takes an absolute path in the workspace', () => {
    write('migrate.yaml', manifest);
    expect(job(path.join(workspace, 'migrate.yaml'))?.job.kind).toBe('Job');
  });

  it('takes a link that stays in the workspace', () => {
    write('real.yaml', manifest);
    symlinkSync('real.yaml', path.join(workspace, 'link.yaml'));
    expect(job('link.yaml')?.job.kind).toBe('Job');
  });

  it.each(['../outside.yaml', 'deploy/../../outside.yaml'])('refuses a path out of it: %s', (name) => {
    mkdirSync(path.join(workspace, 'deploy'));
    writeFileSync(path.join(folder, 'outside.yaml'), manifest);
    expect(bad(name)).toContain('out of the workspace');
  });

  it('refuses a folder whose name only begins like the workspace', () => {
    mkdirSync(`${workspace}-2`);
    writeFileSync(`${workspace}-2/migrate.yaml`, manifest);
    expect(bad(`${workspace}-2/migrate.yaml`)).toContain('out of the workspace');
  });

  it.each(['link.yaml', 'linked/outside.yaml'])('refuses a link out of it: %s', (name) => {
    writeFileSync(path.join(folder, 'outside.yaml'), manifest);
    symlinkSync(path.join(folder, 'outside.yaml'), path.join(workspace, 'link.yaml'));
    symlinkSync(folder, path.join(workspace, 'linked'));
    expect(bad(name)).toContain('out of the workspace');
  });

  it('says what may be missing where there is no such file', () => {
    expect(bad('missing.yaml')).toMatch(/missing\.yaml.*checkout/);
  });

  it('refuses a folder', () => {
    mkdirSync(path.join(workspace, 'deploy'));
    expect(bad('deploy')).toContain('deploy');
  });

  it.each([
    ['two manifests', `${manifest}---\n${manifest}`, '2 manifests'],
    ['no manifest', '---\n# none\n', 'no manifest'],
    ['bad YAML', 'kind: Job\n  apiVersion: : x\n', 'YAML'],
    ['a list', '- kind: Job\n- kind: Job\n', 'Job'],
    ['another kind', manifest.replace('kind: Job', 'kind: CronJob'), 'CronJob'],
    ['another version', manifest.replace('batch/v1', 'batch/v1beta1'), 'batch/v1beta1'],
    ['no kind', without(/^kind.*\n/m), 'batch/v1 Job'],
    ['no containers', without(/ +containers:[\s\S]*/), 'container'],
    ['an empty list of containers', manifest.replace(/containers:[\s\S]*/, 'containers: []'), 'container'],
    ['a string', '"only words: no manifest"', 'manifest'],
  ])('refuses %s', (_, text, mention) => {
    expect(bad(text)).toContain(mention);
  });

  it.each([
    ['an alias without its anchor', `${manifest}  x: *nowhere\n`],
    [
      'aliases that would unfold without end',
      `${manifest}a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(12)}]\nc: [${'*b, '.repeat(12)}]\n`,
    ],
    ['a container that is nothing', manifest.replace(/- name: migrate[\s\S]*/, '-\n')],
  ])('refuses %s as a bad input', (_, text) => {
    expect(bad(text)).not.toBe('');
  });
});

it('takes a bake time, also none', () => {
  expect(read({ 'bake-time': '5m' }).verification.bakeTime).toBe(300);
  expect(read({ 'bake-time': '0s' }).verification.bakeTime).toBe(0);
});

it('takes a Job to verify by', () => {
  expect(read({ 'verify-job': manifest }).verification.job?.metadata?.name).toBe('migrate');
});

describe('verify-port', () => {
  const port = (text: string) => ({ 'verify-command': 'true', 'verify-port': text });

  it.each([
    ['8080', { kind: 'pod', port: '8080' }],
    ['pod:8080', { kind: 'pod', port: '8080' }],
    ['http', { kind: 'pod', port: 'http' }],
    ['service/web:80', { kind: 'service', name: 'web', port: '80' }],
    ['svc/web:http', { kind: 'service', name: 'web', port: 'http' }],
  ])('reads %s', (text, target) => {
    expect(read(port(text)).verification.port).toEqual(target);
  });

  it.each(['0', '65536', 'service/web', 'service/:80', 'web:80', 'pod/web-1:80', 'Http', '-a', '80 81'])(
    'refuses %s',
    (text) => {
      expect(problem('verify-port', port(text))).toContain(text);
    },
  );
});

describe('readEnvironment', () => {
  it('knows the run', () => {
    vi.stubEnv('GITHUB_REPOSITORY', 'acme/shop');
    vi.stubEnv('GITHUB_RUN_ID', '4711');
    vi.stubEnv('GITHUB_RUN_ATTEMPT', '2');
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.example.com');
    vi.stubEnv('GITHUB_ACTOR', 'octocat');
    vi.stubEnv('GITHUB_TRIGGERING_ACTOR', 'hubot');
    vi.stubEnv('GITHUB_JOB', 'deploy');
    vi.stubEnv('GITHUB_SHA', '3f2c1ab');
    expect(readEnvironment().run).toEqual({
      repository: 'acme/shop',
      runId: '4711',
      attempt: '2',
      job: 'deploy',
      // Who re-ran it, not who pushed.
      actor: 'hubot',
      sha: '3f2c1ab',
      url: 'https://github.example.com/acme/shop/actions/runs/4711/attempts/2',
    });
  });

  it('does without GitHub', () => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith('GITHUB_'))) {
      vi.stubEnv(name, undefined);
    }
    expect(readEnvironment().run).toMatchObject({ repository: '', runId: '', sha: '', actor: '', url: '' });
  });
});
