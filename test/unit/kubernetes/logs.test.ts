import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../../src/kubernetes/client.ts';
import { CUT_MARK } from '../../../src/kubernetes/lines.ts';
import { followLog, type LogSource, readLog } from '../../../src/kubernetes/logs.ts';
import { Transport } from '../../../src/kubernetes/transport.ts';
import { hastyClock, until } from './support/clock.ts';
import {
  answerStatus,
  connectionTo,
  type SeenRequest,
  startServer,
  type TestServer,
} from './support/server.ts';

type Answer = (response: ServerResponse, request: SeenRequest) => void;

let server: TestServer;
/** One for each request; the last serves all further ones. */
let answers: Answer[];
let client: Client;
let controller: AbortController;
let ended: boolean;
let lines: string[];

beforeEach(async () => {
  answers = [];
  ended = false;
  lines = [];
  controller = new AbortController();
  server = await startServer((request, response) => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    next?.(response, request);
  });
  client = new Client(new Transport(connectionTo(server), { version: '1', clock: hastyClock() }));
});

afterEach(async () => {
  controller.abort(new Error('the test is over'));
  await server.close();
});

const source = { namespace: 'shop', pod: 'web-1', container: 'app' };

function follow(more: Partial<LogSource> = {}, lingerSeconds?: number): Promise<void> {
  const promise = followLog(
    client,
    { ...source, ...more },
    {
      signal: controller.signal,
      ended: () => ended,
      onLine: (line, timestamp) => lines.push(timestamp === '' ? `(${line})` : line),
      clock: hastyClock(),
      ...(lingerSeconds === undefined ? {} : { lingerSeconds }),
    },
  );
  promise.catch(() => {});
  return promise;
}

/** A line as the kubelet sends it. */
const at = (time: string, text: string) => `2026-11-21T10:00:${time}Z ${text}\n`;

describe('followLog', () => {
  it('follows with timestamps, and reads once more after the end', async () => {
    const log = at('01.5', 'one') + at('02.000000001', 'two');
    answers = [
      (response) => {
        ended = true;
        response.end(log);
      },
      (response) => response.end(log),
    ];
    await follow({ tailLines: 5 });
    expect(lines).toEqual(['one', 'two']);
    expect(server.requests.map(({ path, query }) => [path, query])).toEqual([
      [
        '/api/v1/namespaces/shop/pods/web-1/log',
        { container: 'app', follow: 'true', timestamps: 'true', tailLines: '5' },
      ],
      [
        '/api/v1/namespaces/shop/pods/web-1/log',
        { container: 'app', follow: 'false', timestamps: 'true', sinceTime: '2026-11-21T10:00:01Z' },
      ],
    ]);
  });

  it('resumes a broken stream without losing or repeating a line', async () => {
    const log = [
      at('01.1', 'start'),
      at('02.1', 'same'),
      at('02.1', 'same'),
      at('02.3', 'out of order'),
      at('02.2', 'later'),
      at('02.4', 'grüße'),
      at('05.1', 'same'),
      at('05.1', 'same'),
      at('05.1', 'end'),
    ];
    const whole = Buffer.from(log.join(''));
    const cuts = Array.from({ length: whole.length }, (_, index) => index).filter(
      (index) => index % 23 === 7,
    );
    answers = [
      ...cuts.map(
        (cut): Answer =>
          (response, request) => {
            const rest = sinceOf(request);
            response.write(whole.subarray(rest, Math.max(rest, cut)), () =>
              setTimeout(() => response.destroy(), 2),
            );
          },
      ),
      (response, request) => {
        ended = true;
        response.end(whole.subarray(sinceOf(request)));
      },
    ];
    await follow();
    expect(lines).toEqual(log.map((line) => line.trim().split('Z ')[1]));

    /** As the kubelet does: from the first line that is not older than the whole second asked for. */
    function sinceOf(request: SeenRequest): number {
      const since = Date.parse(request.query['sinceTime'] ?? '1970-01-01T00:00:00Z');
      const first = log.findIndex((line) => Date.parse(line.split(' ')[0] ?? '') >= since);
      return Buffer.byteLength(log.slice(0, first === -1 ? log.length : first).join(''));
    }
  });

  it('resumes a stream that ends while the container runs', async () => {
    answers = [
      (response) => response.end(at('01.1', 'one')),
      (response) => response.end(at('01.1', 'one') + at('01.2', 'two')),
      (response) => {
        ended = true;
        response.end(at('01.2', 'two') + at('09.1', 'three'));
      },
    ];
    await follow();
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(server.requests).toHaveLength(4);
  });

  it('waits for a container that has not started, and for a kubelet that does not answer', async () => {
    const waiting = 'container "app" in pod "web-1" is waiting to start: ContainerCreating';
    const unheard = 'the server could not find the requested resource ( pods/log web-1)';
    answers = [
      (response) => answerStatus(response, 404, 'NotFound', unheard),
      (response) => answerStatus(response, 400, 'BadRequest', waiting),
      (response) =>
        answerStatus(response, 400, 'BadRequest', waiting.replace('ContainerC', 'PodInitializing C')),
      (response) => answerStatus(response, 500, 'InternalError', 'dial tcp: connection refused'),
      (response) => response.end(),
      (response) => {
        ended = true;
        response.end(at('01.1', 'one'));
      },
    ];
    await follow();
    expect(lines).toEqual(['one']);
  });

  it('ends with the pod', async () => {
    answers = [
      (response) => response.end(at('01.1', 'one')),
      (response) => answerStatus(response, 404, 'NotFound', 'pods "web-1" not found'),
    ];
    await follow();
    expect(lines).toEqual(['one']);
  });

  it('ends with a container that never started', async () => {
    ended = true;
    answers = [
      (response) => answerStatus(response, 400, 'BadRequest', 'is waiting to start: trying and failing'),
    ];
    await follow();
    expect(lines).toEqual([]);
  });

  it('waits for the kubelet to know a container that has run already', async () => {
    ended = true;
    answers = [
      (response) =>
        answerStatus(response, 400, 'BadRequest', 'container "app" in pod "web-1" is not available'),
      (response) => response.end(at('01.1', 'one')),
    ];
    await follow();
    expect(lines).toEqual(['one']);
  });

  it.each([
    [403, 'pods "web-1" is forbidden'],
    [400, 'container nope is not valid for pod web-1'],
  ])('throws what waiting cannot heal: %d %s', async (status, message) => {
    answers = [(response) => answerStatus(response, status, 'Some', message)];
    await expect(follow()).rejects.toMatchObject({ status, message });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up the last lines of an ended container after a while', async () => {
    ended = true;
    answers = [(response) => answerStatus(response, 500, 'InternalError', 'the node is gone')];
    await expect(follow()).rejects.toThrow('the node is gone');
    expect(server.requests.length).toBeGreaterThan(3);
  });

  it('hangs up on a stream that goes on in silence after the end', async () => {
    answers = [
      (response) => void response.write(at('01.1', 'one')),
      (response) => response.end(at('01.1', 'one') + at('01.3', 'last')),
    ];
    const done = follow({}, 0.2);
    await until(() => lines.length === 1);
    ended = true;
    await done;
    expect(lines).toEqual(['one', 'last']);
  });

  it('gives up on last lines that never come', async () => {
    ended = true;
    answers = [(response) => void response.flushHeaders()];
    let now = 0;
    const done = followLog(client, source, {
      signal: controller.signal,
      ended: () => ended,
      onLine: () => {},
      clock: { ...hastyClock(), now: () => (now += 6_000) },
      lingerSeconds: 0.05,
    });
    await expect(done).rejects.toThrow('in silence');
    expect(server.requests.length).toBeGreaterThan(1);
  });

  it('hands over a last line without a line break', async () => {
    ended = true;
    answers = [(response) => response.end(`${at('01.1', 'one')}2026-11-21T10:00:02Z two`)];
    await follow();
    expect(lines).toEqual(['one', 'two']);
  });

  it('keeps what the kubelet says for itself, once, and strips nothing', async () => {
    answers = [
      (response) => response.end(`failed to watch the file\n${at('01.1', '  a\t \x1b[31mred\r')}`),
      (response) => {
        ended = true;
        response.end('failed to watch the file\n');
      },
    ];
    await follow();
    expect(lines).toEqual(['(failed to watch the file)', '  a\t \x1b[31mred\r']);
  });

  it('understands time zones', async () => {
    answers = [
      (response) => response.end('2026-11-21T12:00:01.5+02:00 one\n'),
      (response) => {
        ended = true;
        response.end('2026-11-21T12:00:01.5+02:00 one\n');
      },
    ];
    await follow();
    expect(lines).toEqual(['one']);
    expect(server.requests[1]?.query['sinceTime']).toBe('2026-11-21T10:00:00Z');
  });

  it('cuts a line that is too long', async () => {
    ended = true;
    answers = [(response) => response.end(at('01.1', 'word '.repeat(20_000)) + at('01.2', 'next'))];
    await follow();
    const whole = Math.floor((16 * 1024 - '2026-11-21T10:00:01.1Z '.length) / 'word '.length);
    expect(lines[0]).toBe(`${'word '.repeat(whole).trimEnd()}${CUT_MARK}`);
    expect(lines[1]).toBe('next');
  });

  it('ends after limitBytes', async () => {
    const log = at('01.1', 'one') + at('01.2', 'two');
    answers = [(response, request) => response.end(log.slice(0, Number(request.query['limitBytes'])))];
    await follow({ limitBytes: log.length - 3 });
    expect(lines).toEqual(['one', 't']);
    expect(server.requests).toHaveLength(1);
  });

  it('ends at once with its signal', async () => {
    answers = [(response) => void response.write(at('01.1', 'one'))];
    const done = follow();
    await until(() => lines.length === 1);
    controller.abort(new Error('cancelled'));
    await expect(done).rejects.toThrow('cancelled');
    await until(() => server.sockets.size === 0);
  });

  it('throws what its reader throws', async () => {
    answers = [(response) => void response.write(at('01.1', 'one'))];
    const done = followLog(client, source, {
      signal: controller.signal,
      ended: () => false,
      onLine: () => {
        throw new TypeError('no lines, please');
      },
    });
    await expect(done).rejects.toThrow('no lines, please');
  });
});

describe('readLog', () => {
  const tail = { ...source, tailLines: 3 };
  const read = (more: object = {}) => readLog(client, { ...tail, ...more }, { signal: controller.signal });

  it('gives the last lines', async () => {
    answers = [(response) => response.end('one\ntwo\nthree')];
    expect(await read({ previous: true })).toEqual(['one', 'two', 'three']);
    expect(server.requests[0]?.query).toEqual({ container: 'app', tailLines: '3', previous: 'true' });
  });

  it.each([
    [404, 'pods "web-1" not found'],
    [400, 'container "app" in pod "web-1" is waiting to start: PodInitializing'],
  ])('gives none where there are none: %d %s', async (status, message) => {
    answers = [(response) => answerStatus(response, status, 'Some', message)];
    expect(await read()).toEqual([]);
  });

  it('throws other errors', async () => {
    answers = [
      (response) => answerStatus(response, 400, 'BadRequest', 'previous terminated container not found'),
    ];
    await expect(read({ previous: true })).rejects.toMatchObject({ status: 400 });
  });

  it('gives what had come before the connection broke', async () => {
    answers = [(response) => void response.write('one\ntw', () => setTimeout(() => response.destroy(), 5))];
    expect(await read()).toEqual(['one']);
  });

  it('is over with its signal', async () => {
    answers = [() => {}];
    const done = read();
    done.catch(() => {});
    await until(() => server.requests.length === 1);
    controller.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
  });
});
