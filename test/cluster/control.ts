import { createConnection, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf } from './errors.ts';

/** What other processes may ask the keeper to do. */
export type Operation =
  | 'startApiServer'
  | 'stopApiServer'
  | 'startKubelet'
  | 'stopKubelet'
  | 'startPostgres'
  | 'stopPostgres';

/** Arguments of an operation, as they travel. */
export type Arguments = Record<string, unknown>;

/** Asks the keeper behind a socket to do something; rejects with its error. */
export function callKeeper<T = void>(socket: string, operation: Operation, args: Arguments = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    let text = '';
    connection.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    connection.on('error', (cause) =>
      reject(new Error(`the cluster's keeper is gone: ${cause.message}`, { cause })),
    );
    connection.on('end', () => {
      if (text === '') return reject(new Error(`the cluster's keeper ended during ${operation}`));
      const answer = JSON.parse(text) as { result?: T; error?: string };
      if (answer.error === undefined) resolve(answer.result as T);
      else reject(new Error(answer.error));
    });
    connection.write(`${JSON.stringify({ operation, args })}\n`);
  });
}

/** Serves {@link callKeeper}. */
export function serveControl(
  socket: string,
  handle: (operation: Operation, args: Arguments) => Promise<unknown>,
): Promise<Server> {
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    createInterface({ input: connection }).once('line', async (line) => {
      const { operation, args } = JSON.parse(line) as { operation: Operation; args: Arguments };
      const answer = await handle(operation, args).then(
        (result) => ({ result }),
        (error: unknown) => ({ error: messageOf(error) }),
      );
      connection.end(JSON.stringify(answer));
    });
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(socket, () => resolve(server));
  });
}
