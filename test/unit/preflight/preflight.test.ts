import { describe, expect, it } from 'vitest';
import { neededAccess, rbacRules } from '../../../src/preflight/access.ts';
import type { Finding } from '../../../src/preflight/finding.ts';
import { nearest } from '../../../src/preflight/near-names.ts';
import { judge, rules } from '../../../src/preflight/preflight.ts';
import type { Facts, FoundFacts } from '../../../src/preflight/rule.ts';
import { diagnosisOf } from '../builders.ts';

const granted = neededAccess('Deployment', true).map((need) => ({ ...need, allowed: true }));
const refusedAccess = (verb: string, resource: string) =>
  granted.map((each) =>
    each.verb === verb && each.resource === resource ? { ...each, allowed: false } : each,
  );

function change(from: string, to: string) {
  return {
    ok: true,
    changes: [{ container: 'web', from, to, path: '/spec/template/spec/containers/0' }],
    isUnchanged: from === to,
  } as const;
}

/** A healthy workload that is to get a new image. */
const found: FoundFacts = {
  paused: false,
  replicas: 3,
  kept: 0,
  onDelete: false,
  status: { state: 'complete', message: '3 of 3 updated, 3 available' },
  settled: true,
  verdict: { diagnoses: [], hopeless: false },
  undoTo: 7,
  plan: change('acme/web:v1', 'acme/web:v2'),
  initMigrations: [],
};

const good: Facts = {
  command: 'deploy',
  workload: 'deployment/web',
  kind: 'Deployment',
  namespace: 'shop',
  missing: false,
  found,
  siblings: [],
  access: granted,
  patchRefusal: undefined,
  isPaceLost: false,
  migrationRefusal: undefined,
  verificationRefusal: undefined,
  portProblem: undefined,
  unwell: undefined,
};

const crash = diagnosisOf();

const migrates = {
  container: 'schema',
  isSure: true,
  evidence: 'its command, app migrate',
  command: ['/app', 'migrate'],
};
const withUnwell = (...met: string[]): Facts => ({ ...good, unwell: { address: 'service/web:http/', met } });

const broken = { diagnoses: [crash], hopeless: true };
const under = { state: 'progressing', message: '1 of 3 updated, 0 available' } as const;
const failed = { state: 'failed', message: 'it exceeded its progress deadline' } as const;
const withFound = (over: Partial<FoundFacts>): Facts => ({ ...good, found: { ...found, ...over } });
const missing: Facts = { ...good, missing: true, found: undefined };
/** What a rollout that is under way looks like, beside its status. */
const moving = { settled: false } as const;

const strictly = (facts: Facts) => judge(facts, 'strict', [], true);
const ids = (findings: readonly Finding[]) => findings.map(({ rule }) => rule);

it('finds nothing where all is well', () => {
  expect(strictly(good)).toEqual([]);
});

/** Facts that differ from the good ones in one point; the rules that find it, and what they have to mention. */
const cases: readonly [string, Facts, Record<string, string[]>][] = [
  [
    'one permission is missing',
    { ...good, access: refusedAccess('patch', 'deployments') },
    { 'permission-missing': ['patch deployments', 'shop', 'verbs: ["patch"]'] },
  ],
  [
    'the Job may not be created, so that the server refuses it too',
    { ...good, access: refusedAccess('create', 'jobs'), migrationRefusal: 'forbidden' },
    { 'permission-missing': ['create jobs'] },
  ],
  [
    'the server refuses the verify-job',
    { ...good, verificationRefusal: 'spec.template: Invalid value' },
    { 'verification-refused': ['verify-job', 'spec.template: Invalid value'] },
  ],
  [
    'the port to verify at is not there',
    { ...good, portProblem: 'services "wbe" not found' },
    { 'verify-port-unknown': ['verify-port', 'services "wbe" not found'] },
  ],
  [
    'the workload may not be read',
    { ...good, found: undefined, access: refusedAccess('get', 'deployments') },
    { 'permission-missing': ['get deployments'] },
  ],
  ['the workload is missing', missing, { 'workload-missing': ['deployment/web', 'shop'] }],
  [
    'the workload is missing, and there is one like it',
    { ...missing, siblings: ['api', 'web-2', 'webb'] },
    { 'workload-missing': ['deployment/webb', 'deployment/web-2'] },
  ],
  [
    'the workload is missing, and there are others',
    { ...missing, siblings: ['payments', 'orders'] },
    { 'workload-missing': ['payments, orders'] },
  ],
  [
    'no container gets the image',
    withFound({
      plan: {
        ok: false,
        rule: 'container-missing',
        problem: 'it has no container named x.',
        next: 'Name one.',
      },
    }),
    { 'container-missing': ['deployment/web', 'no container named x', 'Name one.'] },
  ],
  [
    'another run has set something else while the rollback waited for it',
    withFound({
      plan: {
        ok: false,
        rule: 'rollback-overtaken',
        problem: 'that has set something else.',
        next: 'There are: 3, 2.',
      },
    }),
    { 'rollback-overtaken': ['deployment/web', 'something else', 'There are: 3, 2.'] },
  ],
  [
    'there is no such revision to roll back to',
    withFound({
      plan: {
        ok: false,
        rule: 'revision-missing',
        problem: 'it has no revision 7.',
        next: 'There are: 3, 2.',
      },
    }),
    { 'revision-missing': ['deployment/web', 'no revision 7', 'There are: 3, 2.'] },
  ],
  [
    'a migration ran since that revision',
    withFound({
      plan: {
        ...change('acme/web:v2', 'acme/web:v1'),
        migrations: [
          {
            what: 'migrated',
            template: 'x',
            at: '2026-11-20T10:11:12Z',
            by: 'https://ci/runs/7',
            job: 'web-migrate-7',
          },
        ],
      },
    }),
    { 'schema-ahead': ['web-migrate-7', 'https://ci/runs/7', '2026-11-20T10:11', 'does not roll back'] },
  ],
  [
    'a migration may have run since that revision',
    withFound({
      plan: {
        ...change('acme/web:v2', 'acme/web:v1'),
        migrations: [
          { what: 'migrating', template: 'x', at: '2026-11-20T10:11:12Z', by: 'run', job: 'web-migrate-7' },
        ],
      },
    }),
    { 'schema-ahead': ['a migration may have run', 'web-migrate-7', 'nobody knows how far it came'] },
  ],
  ...(
    [
      ['failed', 'did not work when it was last rolled out'],
      ['undone', 'before it was known whether it works'],
      ['left', 'was rolled back from before'],
      ['unknown', 'no run has recorded how it fared'],
      ['healthy', undefined],
    ] as const
  ).map(([standing, words]): (typeof cases)[number] => [
    `the revision that is gone back to has the standing ${standing}`,
    withFound({ plan: { ...change('acme/web:v2', 'acme/web:v1'), goesTo: { revision: 3, standing } } }),
    words ? { 'revision-doubtful': ['Revision 3 of deployment/web', words] } : {},
  ]),
  [
    'a pace is asked for, and its pods all go at once',
    withFound({
      plan: { ok: false, rule: 'no-pace', problem: 'its strategy is Recreate.', next: 'Leave it out.' },
    }),
    { 'no-pace': ['deployment/web', 'Recreate', 'Leave it out.'] },
  ],
  [
    'the cluster leaves the pace out that is asked for',
    { ...good, isPaceLost: true },
    { 'no-pace': ['deployment/web', 'does not take the pace', 'max-unavailable'] },
  ],
  [
    'it is paused',
    withFound({ paused: true }),
    { paused: ['deployment/web', 'kubectl -n shop rollout resume'] },
  ],
  [
    'it is paused in the midst of a rollout',
    withFound({ ...moving, paused: true, status: under }),
    { paused: ['deployment/web'] },
  ],
  ['it is scaled to zero', withFound({ replicas: 0 }), { 'no-replicas': ['--replicas=1'] }],
  [
    'each of its replicas migrates',
    withFound({ initMigrations: [migrates] }),
    {
      'migrates-in-init': [
        'init container schema',
        'its command, app migrate',
        '3 replicas',
        'migration-command: /app migrate',
      ],
    },
  ],
  [
    'each of its replicas migrates by a script, and nobody knows how many there are',
    withFound({ replicas: undefined, initMigrations: [{ ...migrates, command: ['sh', '-c', 'a && b'] }] }),
    { 'migrates-in-init': ['each of its pods', 'migration-command: ["sh","-c","a && b"]'] },
  ],
  [
    'each of its replicas migrates by what the image says',
    withFound({ initMigrations: [{ ...migrates, command: [] }] }),
    { 'migrates-in-init': ["inputs 'migration-job'"] },
  ],
  ['its one replica migrates', withFound({ replicas: 1, initMigrations: [migrates] }), {}],
  ['an init container may migrate', withFound({ initMigrations: [{ ...migrates, isSure: false }] }), {}],
  [
    'no node takes its pods',
    { ...withFound({ replicas: 0 }), kind: 'DaemonSet', workload: 'daemonset/web' },
    { 'no-replicas': ['daemonset/web is for no node', 'kubectl get nodes'] },
  ],
  [
    'its pods are replaced only by hand',
    withFound({ onDelete: true }),
    { 'on-delete': ['OnDelete', 'deletes by hand', 'RollingUpdate'] },
  ],
  [
    'a partition keeps some pods',
    withFound({ kept: 2 }),
    { partition: ['partition: 2', '2 pods stay', 'only 1 of 3', 'partition to 0'] },
  ],
  ['a partition keeps one pod', withFound({ kept: 1 }), { partition: ['1 pod stays', 'only 2 of 3'] }],
  [
    'a partition keeps all pods',
    withFound({ kept: 3 }),
    { 'partition-keeps-all': ['keeps all 3 pods', 'Lower the partition'] },
  ],
  [
    'another rollout is under way',
    withFound({ ...moving, status: under }),
    { 'rollout-in-progress': ['1 of 3 updated', 'kubectl -n shop rollout status deployment/web'] },
  ],
  [
    'the controller has not seen the last change',
    withFound({ ...moving, status: { state: 'unseen', message: 'not seen' } }),
    { 'rollout-in-progress': ['not seen'] },
  ],
  [
    'what runs now is broken',
    withFound({ ...moving, status: under, verdict: broken }),
    { 'unhealthy-now': ['pod/web-1', 'exit code 1', 'revision 7'] },
  ],
  [
    'what runs now had been rolled out, and has lost pods since',
    withFound({ status: under }),
    { 'unhealthy-now': ['1 of 3 updated, 0 available'] },
  ],
  [
    'what runs now is broken, and nothing else is healthy',
    withFound({ ...moving, status: failed, undoTo: undefined }),
    { 'unhealthy-now': ['progress deadline', 'nothing to go back to'] },
  ],
  [
    'it has the image, and is broken',
    withFound({ ...moving, plan: change('acme/web:v2', 'acme/web:v2'), status: under, verdict: broken }),
    { 'runs-but-unhealthy': ['pod/web-1', 'rollout undo'], 'unhealthy-now': ['pod/web-1'] },
  ],
  [
    'the Service to watch is missing',
    withUnwell('no such Service'),
    { 'watch-service-missing': ['service/web:http/', 'no such Service', 'kubectl -n shop get services'] },
  ],
  [
    'the Service to watch has no such port',
    withUnwell('no such port'),
    { 'watch-service-missing': ['no such port'] },
  ],
  [
    'the Service to watch leads to no pod',
    withUnwell('no ready pod with that port'),
    { 'watch-url-fails': ['no ready pod with that port', 'selector'] },
  ],
  [
    'the address to watch is wrong',
    withUnwell('404'),
    { 'watch-url-fails': ['service/web:http/', '404', 'before anything was changed', 'readiness probe'] },
  ],
  [
    'users are down already',
    withUnwell('503', 'connection refused'),
    { 'watch-url-fails': ['503, connection refused', 'preflight-ignore: watch-url-fails'] },
  ],
  [
    'nothing can be learned of what users see',
    {
      ...good,
      unwell: { address: 'service/web:http/', met: ['asked too often (429)'], isUnseen: true },
    },
    { 'watch-url-fails': ['learns nothing: asked too often (429)', 'preflight-ignore: watch-url-fails'] },
  ],
  [
    'the tag is latest',
    withFound({ plan: change('acme/web:v1', 'acme/web:latest') }),
    { 'mutable-tag': ['acme/web:latest', 'latest'] },
  ],
  [
    'there is no tag',
    withFound({ plan: change('acme/web:v1', 'acme/web') }),
    { 'mutable-tag': ['acme/web'] },
  ],
  [
    'the server refuses the patch',
    { ...good, patchRefusal: 'policy: no root' },
    { 'patch-refused': ['policy: no root', 'deployment/web'] },
  ],
  [
    'the workload may not be patched, so that the server refuses it too',
    { ...good, access: refusedAccess('patch', 'deployments'), patchRefusal: 'forbidden' },
    { 'permission-missing': ['patch deployments'] },
  ],
  [
    'the server refuses the Job',
    { ...good, migrationRefusal: 'unknown field "spec.tmplate"' },
    { 'migration-refused': ['unknown field "spec.tmplate"'] },
  ],
];

describe.each(cases)('where %s', (_, facts, expected) => {
  it('the right rules speak, and no others', () => {
    const findings = strictly(facts);
    expect(ids(findings)).toEqual(Object.keys(expected));
    for (const { rule, message, next } of findings) {
      for (const mention of expected[rule] ?? []) expect(`${message}\n${next}`).toContain(mention);
      expect(next).not.toBe('');
    }
  });
});

it.each<[string, Facts]>([
  ['a digest beside latest', withFound({ plan: change('a:1', `acme/web:latest@sha256:${'a'.repeat(64)}`) })],
  ['one replica', withFound({ replicas: 1 })],
  ['replicas that the kind does not say', withFound({ replicas: undefined })],
  ['the same image, healthy', withFound({ plan: change('a:1', 'a:1') })],
  ['a symptom that did not keep the rollout from completing', withFound({ verdict: broken })],
  ['siblings of a workload that is there', { ...good, siblings: ['webb'] }],
])('no rule speaks of %s', (_, facts) => {
  expect(strictly(facts)).toEqual([]);
});

it('tells all findings at once', () => {
  const facts: Facts = {
    ...withFound({ paused: true, replicas: 0, plan: change('a:1', 'a') }),
    patchRefusal: 'no',
    migrationRefusal: 'no',
    access: refusedAccess('delete', 'jobs'),
  };
  expect(ids(strictly(facts)).sort()).toEqual(
    [
      'migration-refused',
      'mutable-tag',
      'no-replicas',
      'patch-refused',
      'paused',
      'permission-missing',
    ].sort(),
  );
});

describe('levels', () => {
  const level = (facts: Facts, mode: 'strict' | 'warn', ...ignored: string[]) =>
    judge(facts, mode, ignored, true).map((finding) => finding.level);

  it.each(rules.map((rule) => [rule.id, rule] as const))('of %s', (id, rule) => {
    const facts = cases.find(([, , expected]) => Object.keys(expected)[0] === id)?.[1];
    if (facts === undefined) throw new Error(`No case is about ${id}.`);
    const [strict] = level(facts, 'strict');
    const [warn] = level(facts, 'warn');
    const ignored = ids(judge(facts, 'strict', [id], true));
    expect({ strict, warn }).toEqual(
      {
        fixed: { strict: 'error', warn: 'error' },
        error: { strict: 'error', warn: 'warning' },
        warning: { strict: 'warning', warn: 'warning' },
      }[rule.level],
    );
    // A rule without which the step cannot work speaks all the same.
    expect(ignored.includes(id)).toBe(rule.level === 'fixed');
  });

  it('leaves the others when one is ignored', () => {
    expect(
      ids(judge(withFound({ paused: true, replicas: 0 }), 'strict', ['paused', 'no-such-rule'], true)),
    ).toEqual(['no-replicas']);
  });
});

describe('without the lock', () => {
  const unlocked = (facts: Facts) => ids(judge(facts, 'strict', [], false));
  const underLock = rules.filter((rule) => rule.underLock).map(({ id }) => id);

  it('leaves for later what another deploy may have set off, and only that', () => {
    expect(underLock.sort()).toEqual([
      'patch-refused',
      'revision-doubtful',
      'rollback-overtaken',
      'rollout-in-progress',
      'runs-but-unhealthy',
      'schema-ahead',
      'unhealthy-now',
      'watch-url-fails',
    ]);
  });

  it.each(cases)('where %s', (_, facts, expected) => {
    expect(unlocked(facts)).toEqual(Object.keys(expected).filter((id) => !underLock.includes(id)));
  });
});

it('cannot be talked out of a permission without which nothing could be judged', () => {
  const unreadable = { ...good, found: undefined, access: refusedAccess('get', 'deployments') };
  const levels = (facts: Facts) => judge(facts, 'warn', [], true).map(({ rule, level }) => [rule, level]);
  expect(levels(unreadable)).toEqual([['permission-missing', 'error']]);
  expect(levels({ ...good, access: refusedAccess('get', 'pods/log') })).toEqual([
    ['permission-missing', 'warning'],
  ]);
});

it('has rules with ids that can be relied on, each once', () => {
  const all = rules.map(({ id }) => id);
  expect(new Set(all).size).toBe(all.length);
  for (const rule of rules) {
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.about).not.toBe('');
  }
});

describe('permissions', () => {
  it('are those of the migration too only where there is one', () => {
    const resources = (migrates: boolean) =>
      new Set(neededAccess('Deployment', migrates).map(({ resource }) => resource));
    const ofJobs = (migrates: boolean) =>
      neededAccess('Deployment', migrates)
        .filter(({ resource }) => resource === 'jobs')
        .map(({ verb }) => verb);
    expect(ofJobs(true)).toEqual(['list', 'watch', 'create', 'delete']);
    // To see another run's migration.
    expect(ofJobs(false)).toEqual(['list']);
    expect(resources(false)).not.toContain('secrets');
  });

  it.each<[Parameters<typeof neededAccess>[0], string[], string[]]>([
    ['Deployment', ['deployments', 'replicasets'], ['list', 'watch']],
    ['StatefulSet', ['statefulsets', 'controllerrevisions'], ['list', 'watch', 'delete']],
    ['DaemonSet', ['daemonsets', 'controllerrevisions'], ['list', 'watch']],
  ])('are those of the kind: %s', (kind, resources, ofPods) => {
    const needed = neededAccess(kind, true);
    const ofApps = needed.filter(({ group }) => group === 'apps').map(({ resource }) => resource);
    expect([...new Set(ofApps)]).toEqual(resources);
    expect(needed.filter(({ resource }) => resource === 'pods').map(({ verb }) => verb)).toEqual(ofPods);
  });

  it('are asked for before a patch is said to be refused, whatever the kind', () => {
    const access = neededAccess('StatefulSet', false).map((need) => ({
      ...need,
      allowed: need.verb !== 'patch' || need.resource !== 'statefulsets',
    }));
    const facts: Facts = { ...good, kind: 'StatefulSet', access, patchRefusal: 'forbidden' };
    expect(ids(strictly(facts))).toEqual(['permission-missing']);
  });

  it('are those of what proves a rollout only where it is asked for', () => {
    const added = (proof: Parameters<typeof neededAccess>[4]) => {
      const plain = neededAccess('Deployment', false).map(({ verb, resource }) => `${verb} ${resource}`);
      return neededAccess('Deployment', false, undefined, undefined, proof)
        .map(({ verb, resource }) => `${verb} ${resource}`)
        .filter((need) => !plain.includes(need));
    };
    expect(added({})).toEqual([]);
    expect(added({ job: true })).toEqual(['watch jobs', 'create jobs', 'delete jobs']);
    expect(added({ port: 'pod' })).toEqual(['get pods/portforward', 'create pods/portforward']);
    expect(added({ port: 'service' })).toContain('get services');
  });

  it('are those of a Service that is watched only where one is', () => {
    const proxies = (service?: string) =>
      neededAccess('Deployment', false, 'web', 'lock', { service }).filter(
        ({ resource }) => resource === 'services/proxy',
      );
    expect(proxies()).toEqual([]);
    expect(proxies('http:web:http')).toEqual([
      { verb: 'get', group: '', resource: 'services/proxy', name: 'http:web:http' },
    ]);
  });

  it('are told as rules to be pasted', () => {
    const access = [
      { verb: 'get', group: 'apps', resource: 'deployments', allowed: false },
      { verb: 'get', group: '', resource: 'pods/log', allowed: false },
      { verb: 'patch', group: 'apps', resource: 'deployments', allowed: false },
    ];
    expect(rbacRules(access)).toBe(
      [
        '- apiGroups: ["apps"]',
        '  resources: ["deployments"]',
        '  verbs: ["get", "patch"]',
        '- apiGroups: [""]',
        '  resources: ["pods/log"]',
        '  verbs: ["get"]',
      ].join('\n'),
    );
  });
});

it.each<[string, string[], string[]]>([
  ['web', ['web-frontend', 'wbe', 'api'], ['wbe', 'web-frontend']],
  ['payment', ['payments', 'paiment', 'orders'], ['payments', 'paiment']],
  ['web', ['a-very-long-name', 'database'], []],
  ['web', [], []],
  ['web', ['web1', 'web2', 'web3', 'web4'], ['web1', 'web2', 'web3']],
])('takes for near to %s, of %j: %j', (wanted, names, near) => {
  expect(nearest(wanted, names)).toEqual(near);
});
