import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf } from '../errors.ts';
import type { KubernetesClient, PodPort } from './client.ts';
import { FrameReader, frame, opcodes } from './websocket.ts';

/** A port of this machine that leads into a pod. */
export interface Forward {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): void;
}

export interface ForwardOptions {
  readonly signal: AbortSignal;
  /** Told of each connection that could not be made, or that the node gave up. */
  readonly onError: (message: string) => void;
}

/** Each pair of channels begins with the port's number, in two bytes. */
const portBytes = 2;
const channels = { data: 0, error: 1 } as const;

/**
 * Milliseconds without an answer after which a connection is given up that its client has half closed. The protocol
 * cannot hand a half-closed connection on.
 */
const lingerMilliseconds = 10_000;

/**
 * Listens on a free port of 127.0.0.1, and leads each connection to a pod: through the API server, over a WebSocket of
 * its own, in the protocol that every API server with RBAC knows (`v4.channel.k8s.io`), since what kubectl prefers
 * nowadays is SPDY inside of a WebSocket.
 *
 * https://github.com/kubernetes/cri-streaming/blob/master/pkg/streaming/portforward/websocket.go
 *
 * @param choose the pod's port that a connection is led to, asked anew for each.
 */
export async function forwardPort(
  client: KubernetesClient,
  choose: () => Promise<PodPort>,
  { signal, onError }: ForwardOptions,
): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    lead(socket).catch((error: unknown) => {
      if (!signal.aborted) onError(messageOf(error));
      socket.destroy();
    });
  });
  const lead = async (socket: Socket): Promise<void> => {
    const target = await choose();
    const tunnel = await client.portForward(target, { signal });
    join(socket, tunnel, onError);
  };
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address ? address.port : 0);
  });
  const port = await promise;
  signal.addEventListener('abort', close, { once: true });
  return {
    port,
    close() {
      signal.removeEventListener('abort', close);
      close();
    },
  };
}

/** Joins a connection of this machine with one that leads into a pod, until either ends. */
function join(socket: Socket, tunnel: Duplex, onError: (message: string) => void): void {
  const begun = new Set<number>();
  const give = (target: Duplex, bytes: Buffer, source: Duplex) => {
    if (target.destroyed || target.write(bytes)) return;
    source.pause();
    target.once('drain', () => source.resume());
  };
  const reader = new FrameReader((opcode, payload) => {
    if (opcode === opcodes.ping) tunnel.write(frame(opcodes.pong, payload));
    if (opcode === opcodes.close) tunnel.end(frame(opcodes.close, payload));
    if (opcode !== opcodes.binary || payload.length === 0) return;
    const channel = payload[0] ?? 0;
    const isFirst = !begun.has(channel);
    begun.add(channel);
    const bytes = payload.subarray(1 + (isFirst ? portBytes : 0));
    if (bytes.length === 0) return;
    if (channel === channels.data) give(socket, bytes, tunnel);
    if (channel === channels.error) onError(bytes.toString('utf8').trim());
  });
  tunnel.on('data', (chunk: Buffer) => {
    try {
      reader.write(chunk);
    } catch (error) {
      onError(messageOf(error));
      tunnel.destroy();
    }
  });
  const linger = () => {
    socket.setTimeout(lingerMilliseconds, () => socket.destroy());
  };
  socket.on('data', (chunk: Buffer) =>
    give(tunnel, frame(opcodes.binary, Buffer.concat([Buffer.from([channels.data]), chunk])), socket),
  );
  socket.once('end', linger);
  socket.once('close', () => {
    if (!tunnel.destroyed) tunnel.end(frame(opcodes.close, Buffer.alloc(0)));
  });
  tunnel.on('error', () => {});
  tunnel.once('end', () => socket.end());
  tunnel.once('close', () => socket.end());
  socket.resume();
}
