import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Registries that do not serve, as containerd meets them on loopback.

/** One that wants credentials. */
export function lockedRegistry(): Server {
  return createServer((_, response) => {
    response
      .writeHead(401, { 'www-authenticate': 'Basic realm="registry"', 'content-type': 'application/json' })
      .end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
  });
}

/** One that is none: whatever it is asked for, it answers with a page. */
export function pageInsteadOfRegistry(): Server {
  return createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
  });
}

/** One that is down for its clients: it answers 503. */
export function busyRegistry(): Server {
  return createServer((_, response) => {
    response.writeHead(503, { 'content-type': 'text/plain' }).end('no healthy upstream');
  });
}

/** Another address of a registry that serves, be it that it takes so many seconds to say which image a tag is. */
export function mirrorOf(registry: string, seconds = 0): Server {
  const [host = '', port = ''] = registry.split(':');
  return createTcpServer((client) => {
    client.once('error', () => client.destroy());
    client.once('data', async (request) => {
      client.pause();
      if (/^(GET|HEAD) \S+\/manifests\//.test(request.toString('latin1'))) await sleep(seconds * 1000);
      // Only now: the registry does not wait long for a request.
      const upstream = connect(Number(port), host);
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
      upstream.write(request);
      client.pipe(upstream).pipe(client);
    });
  });
}
