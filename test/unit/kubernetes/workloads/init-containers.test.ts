import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import {
  initMigrations,
  initStatus,
  migrationIn,
} from '../../../../src/kubernetes/workloads/init-containers.ts';
import { podOf, running, statusOf, terminated, waiting } from '../../builders.ts';

const init = (over: Partial<V1Container>): V1Container => ({
  name: 'prepare',
  image: 'acme/tools:v1',
  ...over,
});
const command = (text: string) => init({ command: text.split(' ') });
const script = (text: string) => init({ command: ['sh', '-c', text] });

describe('a migration is known by its command', () => {
  it.each([
    command('/app migrate'),
    command('bin/migrate'),
    command('./migrate.sh up'),
    command('python manage.py migrate --noinput'),
    command('bundle exec rails db:migrate'),
    command('bin/rails db:prepare'),
    command('rake db:schema:load'),
    command('npx prisma migrate deploy'),
    command('prisma db push'),
    command('npm run db:migrate'),
    command('yarn run-migrations'),
    command('typeorm migration:run -d dist/source.js'),
    command('php artisan migrate --force'),
    command('bin/console doctrine:migrations:migrate -n'),
    command('alembic -c /etc/alembic.ini upgrade head'),
    command('flask db upgrade'),
    command('liquibase --changelog-file=changes.xml update'),
    command('flyway -url=jdbc:postgresql://db/shop migrate'),
    command('goose -dir /migrations postgres up'),
    command('dbmate --wait up'),
    command('dotnet ef database update'),
    command('diesel migration run'),
    command('mix ecto.migrate'),
    command('/app/bin/shop eval Shop.Release.migrate()'),
    init({ image: 'flyway/flyway:11', args: ['migrate'] }),
    init({ image: 'liquibase:4', args: ['--log-level=info', 'update'] }),
    init({ image: 'migrate/migrate:v4', args: ['-path=/m', '-database', '$(URL)', 'up'] }),
    init({ args: ['migrate'] }),
    script('until pg_isready -h db; do sleep 1; done; /app migrate'),
    script('set -e\nwait-for db:5432 && alembic upgrade head'),
    script('DATABASE_URL=x exec /app migrate'),
  ])('$command $args', (container) => {
    expect(migrationIn(container)).toMatchObject({
      isSure: true,
      evidence: expect.stringContaining('command'),
    });
  });
});

describe('a migration is known by its name', () => {
  it.each([
    'migrate',
    'migrations',
    'db-migration',
    'run-migrator',
    'flyway',
    'alembic-upgrade',
    'db-setup',
    'schema_update',
  ])('%s', (name) => {
    expect(migrationIn(init({ name }))).toMatchObject({ container: name, evidence: 'its name' });
  });
});

describe('none is', () => {
  it.each<[string, V1Container]>([
    ['a wait for the database', command('sh -c until nc -z db 5432; do sleep 1; done')],
    [
      'a wait for a migration Job',
      init({ name: 'wait-for-migrations', image: 'groundnuty/k8s-wait-for:v2', args: ['job', 'db-migrate'] }),
    ],
    [
      'a wait by kubectl',
      init({ name: 'migrations', command: ['kubectl', 'wait', '--for=condition=complete', 'job/migrate'] }),
    ],
    ['a look at what is pending', command('python manage.py migrate --check')],
    ['a wait for what is pending', script('until python manage.py migrate --plan; do sleep 2; done')],
    ['a status', command('bin/rails db:migrate:status')],
    ['a list', command('python manage.py showmigrations')],
    ['the like of flyway', command('flyway info')],
    [
      'files that are carried about',
      init({ name: 'copy-migrations', command: ['cp', '-r', '/migrations', '/shared'] }),
    ],
    [
      'files that are carried about under its name',
      init({ name: 'migrations', command: ['cp', '-r', '/a', '/b'] }),
    ],
    ['a server that is told not to', command('/app serve --migrate=false')],
    ['a server that is told to skip it', command('/app serve --skip-migrations')],
    ['a path with the word', command('/app serve --dir /migrations')],
    ['immigration', init({ name: 'prepare', command: ['/opt/immigrate-forms', 'load'] })],
    ['assets', init({ name: 'collect-static', command: ['python', 'manage.py', 'collectstatic'] })],
    ['permissions', init({ name: 'volume-permissions', command: ['chown', '-R', '1000', '/data'] })],
    ['a native sidecar', init({ name: 'migrate', command: ['/app', 'migrate'], restartPolicy: 'Always' })],
    ['a seed of a cache', command('/app warm-up')],
  ])('%s', (_, container) => {
    expect(migrationIn(container)).toBeUndefined();
  });

  it('is found fast in a script of any length', () => {
    const began = performance.now();
    expect(migrationIn(script(`${'a db '.repeat(20_000)}!`))).toBeUndefined();
    expect(migrationIn(script(`liquibase ${'upgrade '.repeat(10_000)}`))).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('what may migrate', () => {
  const app: V1Container = { name: 'web', image: 'acme/web:v1' };
  const found = (container: V1Container, changed: string[] = []) =>
    initMigrations({ containers: [app], initContainers: [container] }, changed);

  it('is an init container of the application, of which nothing else is known', () => {
    expect(found(init({ image: 'docker.io/acme/web:v1', args: ['run'] }))).toEqual([
      {
        container: 'prepare',
        isSure: false,
        evidence: 'it runs the image of container web',
        command: [],
      },
    ]);
  });

  it('is one that gets the new image', () => {
    expect(found(init({}), ['prepare'])).toMatchObject([
      { isSure: false, evidence: 'it gets the new image' },
    ]);
    expect(found(init({}), ['web'])).toEqual([]);
  });

  it.each([
    init({ image: 'acme/web:v1', name: 'wait-for-db' }),
    init({ image: 'acme/web:v1', command: ['cp', '-r', '/assets', '/shared'] }),
    init({ image: 'acme/web:v1', restartPolicy: 'Always' }),
  ])('is none that does something else: $name $command $restartPolicy', (container) => {
    expect(found(container, ['prepare'])).toEqual([]);
  });

  it('has a command to be run elsewhere, where it does not depend on the image', () => {
    expect(found(init({ command: ['/app'], args: ['migrate'] }))).toMatchObject([
      { command: ['/app', 'migrate'] },
    ]);
    expect(found(init({ args: ['migrate'] }))).toMatchObject([{ command: [] }]);
  });

  it('is surely one where it says so', () => {
    expect(found(init({ image: 'acme/web:v1', args: ['migrate'] }))).toMatchObject([{ isSure: true }]);
  });
});

describe('the progress of init containers, as kubectl prints it', () => {
  const done = statusOf({ name: 'a', state: terminated(0, 'Completed') });
  const named = (name: string, over: Partial<V1ContainerStatus>) => statusOf({ name, ...over });
  function pod(statuses: V1ContainerStatus[], sidecar = ''): V1Pod {
    const made = podOf('x', [statusOf({ state: waiting('PodInitializing') })], { initStatuses: statuses });
    const initContainers = ['a', 'b', 'c'].map((name) => ({
      name,
      ...(name === sidecar && { restartPolicy: 'Always' }),
    }));
    return { ...made, spec: { containers: [], ...made.spec, initContainers } };
  }

  it.each<[string | undefined, V1Pod]>([
    ['Init:0/3', pod([named('a', { state: running() })])],
    ['Init:0/3', pod([named('a', { state: waiting('PodInitializing') })])],
    [
      'Init:1/3',
      pod([done, named('b', { state: running() }), named('c', { state: waiting('PodInitializing') })]),
    ],
    ['Init:Error', pod([done, named('b', { state: terminated(1) })])],
    ['Init:ExitCode:3', pod([named('a', { state: terminated(3, '') })])],
    ['Init:Signal:9', pod([named('a', { state: { terminated: { exitCode: 137, signal: 9 } } })])],
    ['Init:CrashLoopBackOff', pod([named('a', { state: waiting('CrashLoopBackOff') })])],
    [
      'Init:1/3',
      pod([named('a', { state: running(), started: true }), named('b', { state: running() })], 'a'),
    ],
    ['Init:0/3', pod([named('a', { state: running(), started: false }), named('b', {})], 'a')],
    [undefined, pod([done, { ...done, name: 'b' }, { ...done, name: 'c' }])],
    [undefined, pod([])],
  ])('%s', (text, it_) => {
    expect(initStatus(it_)).toBe(text);
  });
});
