// The tracker's HTTP port. Invariant: the number of connections is bounded, and each of them in time and in what it may keep.

import { type AddressInfo, createServer } from 'node:net';
import type { Clock } from '@enjambre/runtime';
import { type AnswerRequest, type Elsewhere, HttpConnection } from './http-connection.ts';
import { Turn } from './turn.ts';

export interface HttpListener {
  /** As bound: the address a literal. */
  readonly port: number;
  readonly address: string;
  readonly connections: number;
  /** Ends every connection and lets go of the port. */
  close(): Promise<void>;
}

/** A client that has not sent its few hundred bytes by then, or not read its answer, is holding the connection on purpose. */
const HEAD_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 15_000;
/** How often those two are looked at. */
const CHECK_INTERVAL_MS = 1_000;
/** Bounds descriptors; announces take milliseconds. */
const MAX_CONNECTIONS = 10_000;
const BACKLOG = 511;

/** @param elsewhere who takes other connections over @throws Error code EADDRINUSE, EADDRNOTAVAIL, EACCES, … */
export async function listenHttp(
  port: number,
  host: string,
  answer: AnswerRequest,
  clock: Clock,
  elsewhere?: Elsewhere,
): Promise<HttpListener> {
  const connections = new Map<object, HttpConnection>();
  const turn = new Turn();
  let date = new Date(clock.wallTime()).toUTCString();
  const server = createServer({ noDelay: true }, (socket) => {
    connections.set(socket, new HttpConnection(socket, answer, turn, () => date, elsewhere));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // From here on an error is a connection that could not be accepted (no descriptors left): the others go on.
  server.on('error', () => {});
  const checking = clock.every(CHECK_INTERVAL_MS, () => {
    date = new Date(clock.wallTime()).toUTCString();
    const now = clock.now();
    for (const connection of connections.values()) connection.check(now, HEAD_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS);
  });
  const bound = server.address() as AddressInfo;
  return {
    port: bound.port,
    address: bound.address,
    get connections() {
      return connections.size;
    },
    close: () =>
      new Promise((resolve) => {
        checking.cancel();
        turn.close();
        server.close(() => resolve());
        for (const connection of connections.values()) connection.destroy();
      }),
  };
}
