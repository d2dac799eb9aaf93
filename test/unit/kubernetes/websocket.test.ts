import { describe, expect, it } from 'vitest';
import { FrameReader, frame, opcodes, upgradeRequest } from '../../../src/kubernetes/websocket.ts';

/** A frame as a server sends it: not masked. */
function served(opcode: number, payload: Buffer, isLast = true): Buffer {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 0xff]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, ...size]), payload]);
}

function read(...chunks: readonly Buffer[]): [number, string][] {
  const messages: [number, string][] = [];
  const reader = new FrameReader((opcode, payload) => messages.push([opcode, payload.toString('latin1')]));
  for (const chunk of chunks) reader.write(chunk);
  return messages;
}

const text = (length: number) => 'x'.repeat(length);

describe('frames', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('of %i bytes are written and read back', (length) => {
    expect(read(frame(opcodes.binary, Buffer.from(text(length))))).toEqual([[opcodes.binary, text(length)]]);
    expect(read(served(opcodes.binary, Buffer.from(text(length))))).toEqual([[opcodes.binary, text(length)]]);
  });

  it('are masked on their way to the server', () => {
    const bytes = frame(opcodes.binary, Buffer.from('secret'));
    expect((bytes[1] ?? 0) & 0x80).toBe(0x80);
    expect(bytes.toString('latin1')).not.toContain('secret');
  });

  it('are read however they are cut', () => {
    const bytes = Buffer.concat([
      served(opcodes.binary, Buffer.from(text(300))),
      served(opcodes.ping, Buffer.from('?')),
      served(opcodes.close, Buffer.alloc(0)),
    ]);
    const all = [
      [opcodes.binary, text(300)],
      [opcodes.ping, '?'],
      [opcodes.close, ''],
    ];
    expect(read(bytes)).toEqual(all);
    expect(read(...Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)))).toEqual(all);
  });

  it('of one message are put together, with a ping between them', () => {
    const parts = [
      served(opcodes.binary, Buffer.from('a'), false),
      served(opcodes.ping, Buffer.alloc(0)),
      served(opcodes.continuation, Buffer.from('b'), false),
      served(opcodes.continuation, Buffer.from('c')),
      served(opcodes.binary, Buffer.from('d')),
    ];
    expect(read(...parts)).toEqual([
      [opcodes.ping, ''],
      [opcodes.binary, 'abc'],
      [opcodes.binary, 'd'],
    ]);
  });

  it.each([
    ['says something that is no frame', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['announces a message without end', Buffer.from([0x82, 127, 0, 0, 0xff, 0, 0, 0, 0, 0])],
  ])('are refused where the server %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow('no WebSocket');
  });
});

it('knows the answer that proves a server', () => {
  const { headers, accept } = upgradeRequest('v4.channel.k8s.io');
  expect(headers['sec-websocket-protocol']).toBe('v4.channel.k8s.io');
  expect(Buffer.from(headers['sec-websocket-key'] ?? '', 'base64')).toHaveLength(16);
  expect(accept).toMatch(/^[\w+/]{27}=$/);
  expect(upgradeRequest('x').accept).not.toBe(accept);
});
