import type { ServerResponse } from 'node:http';
import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { Client } from '../../../src/kubernetes/client.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { type Change, type Mirror, mirror } from '../../../src/kubernetes/watch.ts';
import { hastyClock, until } from './support/clock.ts';
import {
  answer,
  answerStatus,
  connectionTo,
  type SeenRequest,
  startServer,
  type TestServer,
} from './support/server.ts';

/** An API server with one list of pods whose watches the test writes to. */
let server: TestServer;
let listed: { items: object[]; version: string };
let lists: number;
let watches: { request: SeenRequest; response: ServerResponse }[];
/** Answers the next watch in place of a stream. */
let instead: ((response: ServerResponse) => void)[];
let controller: AbortController;
let changes: string[];
let told: string[];
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);

beforeEach(async () => {
  listed = { items: [pod('a', 1)], version: '10' };
  lists = 0;
  watches = [];
  instead = [];
  changes = [];
  told = [];
  controller = new AbortController();
  process.on('unhandledRejection', note);
  server = await startServer((request, response) => {
    if (request.query['watch'] === undefined) {
      lists++;
      answer(response, { items: listed.items, metadata: { resourceVersion: listed.version } });
      return;
    }
    watches.push({ request, response });
    const other = instead.shift();
    if (other === undefined) {
      response.writeHead(200).flushHeaders();
    } else {
      other(response);
    }
  });
});

afterEach(async () => {
  controller.abort(new Error('the test is over'));
  await server.close();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

function pod(name: string, version: number, phase = 'Running'): V1Pod {
  return { metadata: { name, resourceVersion: `${version}` }, status: { phase } };
}

function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function start(
  more: { idleSeconds?: number; onChange?: (change: Change<V1Pod>) => void; clock?: Clock } = {},
): Mirror<V1Pod> {
  const transport = new Transport(connectionTo(server), {
    version: '1',
    clock: hastyClock(() => new Promise((resolve) => setTimeout(resolve, 20))),
    onOutage: () => told.push('down'),
    onRecovered: () => told.push('up'),
  });
  return mirror(
    new Client(transport),
    resources.pods,
    { namespace: 'shop', labelSelector: 'app=web' },
    {
      signal: controller.signal,
      clock: hastyClock(),
      onChange(change) {
        changes.push(change.type === 'synced' ? 'synced' : `${change.type} ${describePod(change.object)}`);
      },
      ...more,
    },
  );
}

function describePod(object: V1Pod): string {
  return `${object.metadata?.name}@${object.metadata?.resourceVersion}`;
}

async function watchNumber(count: number) {
  await until(() => watches.length >= count);
  const watch = watches[count - 1];
  if (watch === undefined) {
    throw new Error('no such watch');
  }
  return watch;
}

describe('mirror', () => {
  it('lists, then watches from there', async () => {
    const pods = start();
    await pods.synced;
    expect(pods.items().map(describePod)).toEqual(['a@1']);
    const { request, response } = await watchNumber(1);
    expect(request.query).toMatchObject({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      labelSelector: 'app=web',
    });
    expect(Number(request.query['timeoutSeconds'])).toBeGreaterThanOrEqual(240);
    expect(Number(request.query['timeoutSeconds'])).toBeLessThanOrEqual(300);
    response.write(
      event('ADDED', pod('b', 11)) + event('MODIFIED', pod('a', 12)) + event('DELETED', pod('b', 13)),
    );
    await until(() => changes.length === 5);
    expect(changes).toEqual(['applied a@1', 'synced', 'applied b@11', 'applied a@12', 'deleted b@13']);
    expect(pods.get('a')?.metadata?.resourceVersion).toBe('12');
    expect(pods.get('b')).toBeUndefined();
    expect(lists).toBe(1);
  });

  it('keeps only the projection', async () => {
    const client = new Client(new Transport(connectionTo(server), { version: '1' }));
    const seen: unknown[] = [];
    const pods = mirror(
      client,
      resources.pods,
      { namespace: 'shop' },
      {
        signal: controller.signal,
        project: (object) => object.status?.phase,
        onChange: (change) => seen.push(change.type === 'synced' ? 'synced' : change.object),
      },
    );
    await pods.synced;
    expect(pods.items()).toEqual(['Running']);
    expect(seen).toEqual(['Running', 'synced']);
  });

  it('resumes after the last whole event when the connection drops in the middle of a line', async () => {
    start();
    const first = await watchNumber(1);
    first.response.write(event('ADDED', pod('b', 11)) + event('ADDED', pod('c', 12)).slice(0, 30));
    await until(() => changes.includes('applied b@11'));
    first.response.destroy();
    const second = await watchNumber(2);
    expect(second.request.query['resourceVersion']).toBe('11');
    second.response.write(event('ADDED', pod('c', 12)));
    await until(() => changes.includes('applied c@12'));
    expect(lists).toBe(1);
  });

  it('resumes after the last bookmark', async () => {
    start();
    const first = await watchNumber(1);
    first.response.end(event('BOOKMARK', { metadata: { resourceVersion: '99' } }));
    const second = await watchNumber(2);
    expect(second.request.query['resourceVersion']).toBe('99');
    expect(changes).toEqual(['applied a@1', 'synced']);
  });

  it.each([
    ['an event', (response: ServerResponse) => response.end(event('ERROR', { kind: 'Status', code: 410 }))],
    ['an answer', (response: ServerResponse) => answerStatus(response, 410, 'Expired')],
  ])('lists anew after a 410 in %s, and tells what vanished meanwhile', async (_, expire) => {
    const pods = start();
    const first = await watchNumber(1);
    first.response.write(event('ADDED', pod('b', 11)));
    await until(() => changes.includes('applied b@11'));
    instead.push(expire);
    listed = { items: [pod('b', 11), pod('c', 19)], version: '20' };
    first.response.end();
    const third = await watchNumber(3);
    expect(third.request.query['resourceVersion']).toBe('20');
    expect(changes.slice(3)).toEqual(['deleted a@1', 'applied c@19', 'synced']);
    expect(pods.items().map(describePod)).toEqual(['b@11', 'c@19']);
    expect(lists).toBe(2);
  });

  it('reads characters that are cut in two', async () => {
    const pods = start();
    const { response } = await watchNumber(1);
    const bytes = Buffer.from(event('ADDED', pod('b', 11, 'Läuft 🚀')));
    for (const byte of bytes) {
      response.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => pods.get('b') !== undefined);
    expect(pods.get('b')?.status?.phase).toBe('Läuft 🚀');
  });

  it('takes a watch that stays silent for dead', async () => {
    start({ idleSeconds: 0.2 });
    await watchNumber(3);
    expect(lists).toBe(1);
  });

  it('goes on after something that is not JSON', async () => {
    start();
    const first = await watchNumber(1);
    first.response.write('<html>\n');
    const second = await watchNumber(2);
    expect(second.request.query['resourceVersion']).toBe('10');
  });

  it('waits for a server that is down, and tells so once', async () => {
    start();
    await watchNumber(1);
    const { port } = server;
    await server.close();
    await until(() => told.length === 1);
    server = await startServer(server.handler, { port });
    const second = await watchNumber(2);
    second.response.write(event('ADDED', pod('b', 11)));
    await until(() => changes.includes('applied b@11'));
    expect(told).toEqual(['down', 'up']);
  });

  it('ends at once with a 400', async () => {
    instead.push((response) => answerStatus(response, 400, 'BadRequest'));
    const pods = start();
    await pods.synced;
    await expect(pods.done).rejects.toMatchObject({ status: 400, reason: 'BadRequest' });
    expect(watches).toHaveLength(1);
  });

  it.each([
    [403, 'Forbidden'],
    [404, 'NotFound'],
  ])('ends at once with a %d that comes first', async (status, reason) => {
    server.handler = (_, response) => answerStatus(response, status, reason);
    const pods = start();
    await expect(pods.synced).rejects.toMatchObject({ status, reason });
    await expect(pods.done).rejects.toMatchObject({ status, reason });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [403, 'Forbidden'],
    [404, 'NotFound'],
  ])('ends with a %d that lasts for a minute', async (status, reason) => {
    instead = Array.from({ length: 100 }, () => (response) => answerStatus(response, status, reason));
    const clock = hastyClock();
    const began = clock.now();
    const pods = start({ clock });
    await pods.synced;
    await expect(pods.done).rejects.toMatchObject({ status, reason });
    expect((clock.now() - began) / 1000).toBeGreaterThan(60);
    expect((clock.now() - began) / 1000).toBeLessThan(90);
    expect(watches.length).toBeLessThan(20);
  });

  it.each([
    [403, 'Forbidden'],
    [404, 'NotFound'],
  ])('resumes after a %d that passes, as of an API server that starts up', async (status, reason) => {
    const refuse = (response: ServerResponse) => answerStatus(response, status, reason);
    instead.push(refuse, refuse, refuse);
    start();
    const fourth = await watchNumber(4);
    expect(fourth.request.query['resourceVersion']).toBe('10');
    fourth.response.write(event('ADDED', pod('b', 11)));
    await until(() => changes.includes('applied b@11'));
    expect(lists).toBe(1);
  });

  it('ends with what its reader throws', async () => {
    const pods = start({
      onChange: (change) => {
        if (change.type !== 'synced' && change.object.metadata?.name === 'b') {
          throw new Error('no b, please');
        }
      },
    });
    const { response } = await watchNumber(1);
    response.write(event('ADDED', pod('b', 11)));
    await expect(pods.done).rejects.toThrow('no b, please');
  });

  it('ends at once with its signal', async () => {
    const pods = start();
    await watchNumber(1);
    controller.abort(new Error('cancelled'));
    await pods.done;
    await until(() => watches[0]?.response.closed === true);
  });

  it('is never synced where it is aborted before', async () => {
    server.handler = () => {};
    const pods = start();
    await until(() => server.requests.length === 1);
    controller.abort(new Error('cancelled'));
    await expect(pods.synced).rejects.toThrow('cancelled');
    await pods.done;
  });
});
