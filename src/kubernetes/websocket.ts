import { createHash, randomBytes } from 'node:crypto';

// RFC 6455, as far as the API server speaks it: binary messages, no extensions.

/** What kind of frame: data, or one of those that control the connection. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The headers that ask for an upgrade, and what the server has to answer to them. */
export function upgradeRequest(protocol: string): {
  readonly headers: Readonly<Record<string, string>>;
  readonly accept: string;
} {
  const key = randomBytes(16).toString('base64');
  return {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': protocol,
    },
    // https://www.rfc-editor.org/rfc/rfc6455#section-1.3
    accept: createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'),
  };
}

/** One whole frame, masked as a client's have to be. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (size < 126) head[1] = 0x80 | size;
  else if (size < 65_536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, masked(payload, mask)]);
}

/** Bytes of a message that a server may send: far more than it ever does. */
const longestMessage = 64 * 1024 * 1024;

/** Takes the messages out of a stream of frames, wherever its chunks begin and end. */
export class FrameReader {
  readonly #onMessage: (opcode: number, payload: Buffer) => void;
  #pending: Buffer = Buffer.alloc(0);
  /** The frames of a message that goes on. */
  #parts: Buffer[] = [];
  #opcode = 0;

  constructor(onMessage: (opcode: number, payload: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws Error where what comes is no frame. */
  write(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const next = firstFrame(this.#pending);
      if (next === undefined) return;
      this.#pending = this.#pending.subarray(next.end);
      this.#take(next);
    }
  }

  #take({ opcode, isLast, payload }: Frame): void {
    // Frames that control the connection may come between the parts of a message.
    if (opcode >= opcodes.close) {
      this.#onMessage(opcode, payload);
      return;
    }
    if (opcode !== opcodes.continuation) this.#opcode = opcode;
    this.#parts.push(payload);
    if (!isLast) return;
    const [first] = this.#parts;
    const message = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#onMessage(this.#opcode, message);
  }
}

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** The frame that `bytes` begin with; undefined where it is not whole yet. */
function firstFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
  if (bytes.length < start) return undefined;
  const size =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if ((first & 0x70) !== 0 || size > longestMessage) throw new Error('what came is no WebSocket frame');
  const end = start + size;
  if (bytes.length < end) return undefined;
  const raw = bytes.subarray(start, end);
  const payload = second & 0x80 ? masked(raw, bytes.subarray(start - 4, start)) : raw;
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, end };
}

function masked(payload: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(payload.length);
  for (let index = 0; index < payload.length; index++) {
    result[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
  return result;
}
