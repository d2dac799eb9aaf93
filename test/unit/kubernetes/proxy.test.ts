import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { proxyFor } from '../../../src/kubernetes/proxy.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { hastyClock } from './support/clock.ts';
import { answer, connectionTo, startServer } from './support/server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each.close();
  }
});

/** A proxy that leads every CONNECT to `port` on loopback, whatever host was asked for. */
async function startProxy(port: number, refuse?: string) {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const sockets = new Set<net.Socket>();
  const proxy = http.createServer();
  proxy.on('connect', (request, socket: net.Socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse}\r\n\r\n`);
      return;
    }
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => {}).on('close', () => (each === socket ? upstream : socket).destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  open.push({
    close() {
      proxy.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  });
  return { asked, address: `127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

describe('the way through a proxy', () => {
  it('is a CONNECT, once for many requests, with the TLS end to end', async () => {
    const server = await startServer((_, response) => answer(response, { ok: true }));
    const proxy = await startProxy(server.port);
    open.push(server);
    const connection = connectionTo(
      { url: 'https://kube.test:6443' },
      { proxyUrl: `http://me:secret@${proxy.address}` },
    );
    const transport = new Transport(connection, { version: '1' });
    open.push(transport);
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) {
      expect(await transport.request({ method: 'GET', path: '/x', signal })).toEqual({ ok: true });
    }
    expect(proxy.asked).toEqual([
      { target: 'kube.test:6443', authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` },
    ]);
  });

  it('keeps apart what was sent from what was not', async () => {
    const server = await startServer((_request, _response, socket) => void socket.destroy());
    const proxy = await startProxy(server.port);
    open.push(server);
    const { signal } = new AbortController();
    const call = { method: 'POST', path: '/x', body: {}, signal, patience: 0 } as const;
    const connection = connectionTo(
      { url: 'https://kube.test:6443' },
      { proxyUrl: `http://${proxy.address}` },
    );
    const lost = new Transport(connection, { version: '1' }).request(call);
    await expect(lost).rejects.toMatchObject({ sent: true });

    const closed = await startProxy(server.port, '403 Forbidden');
    const refused = new Transport(
      { ...connection, proxyUrl: `http://me:secret@${closed.address}` },
      { version: '1', clock: hastyClock() },
    ).request(call);
    const error = await refused.catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ name: 'ConnectionError', sent: false });
    expect((error as Error).message).toContain(`through the proxy http://${closed.address}`);
    expect((error as Error).message).not.toContain('secret');
  });
});

describe('proxyFor', () => {
  const proxy = 'http://proxy:3128';
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://kube.test', {}, undefined],
    ['https://kube.test', { HTTPS_PROXY: proxy }, proxy],
    ['https://kube.test', { https_proxy: proxy }, proxy],
    ['https://kube.test', { HTTPS_PROXY: 'proxy:3128' }, proxy],
    ['https://kube.test', { HTTP_PROXY: proxy }, undefined],
    ['http://kube.test', { HTTP_PROXY: proxy }, proxy],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
    ['https://kube.test', { HTTPS_PROXY: proxy, no_proxy: 'other, kube.test' }, undefined],
    ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test' }, undefined],
    ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '.kube.test' }, undefined],
    ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '*.kube.test' }, undefined],
    ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '.kube.test' }, proxy],
    ['https://notkube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test' }, proxy],
    ['https://KUBE.test', { HTTPS_PROXY: proxy, NO_PROXY: 'Kube.Test' }, undefined],
    ['https://kube.test:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test:6443' }, undefined],
    ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test:6443' }, proxy],
    ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
    ['https://11.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/99,,x/y,11.96.0.1' }, undefined],
    ['https://[fd00::1]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
    ['https://[fd00::1]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::1' }, undefined],
    ['https://[fd00::1]:6443', { HTTPS_PROXY: proxy, NO_PROXY: '[fd00::1]:6443' }, undefined],
    ['https://[fd00::1]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::2' }, proxy],
  ])('%s with %o: %s', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)).toBe(expected);
  });
});
