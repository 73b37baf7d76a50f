// The tracker on a port: bare node:http, every request bounded in length and time before the tracker hears of it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, type Random, systemClock, systemRandom, type Timer } from '@enjambre/runtime';
import { Answerer } from '../server/answer.ts';
import { ChangeClock } from '../server/change-clock.ts';
import { COMPLETE, UNKNOWN_REMAINING } from '../server/remaining.ts';
import { SwarmStore } from '../server/swarm-store.ts';

export interface TrackerServerOptions {
  /** Seconds after which clients shall announce again. Default 120: a swarm of one's own changes quickly. */
  readonly intervalSeconds?: number;
  /** Seconds before which they must not. Default 30. */
  readonly minIntervalSeconds?: number;
  /** Peers handed to a client that does not say how many it wants. Default 50. */
  readonly defaultNumWant?: number;
  /** Peers handed out at most. Default 200. */
  readonly maxNumWant?: number;
  /** Default 5,000. */
  readonly maxPeersPerSwarm?: number;
  /** Default 1,000,000. */
  readonly maxPeers?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A peer as it is kept over a restart. */
export interface RememberedPeer {
  /** 20 bytes, one a character (latin1). */
  readonly infoHash: string;
  readonly peer: { readonly compact: Uint8Array; readonly peerId: Uint8Array; readonly seed: boolean };
  /** How long ago it announced. */
  readonly silentMs: number;
}

export interface TrackerServer {
  /**
   * @param port 0 for any free one
   * @returns the port as bound
   * @throws Error code EADDRINUSE, EADDRNOTAVAIL, EACCES, …
   */
  listen(port: number, host: string): Promise<number>;
  /** Everybody it knows, and its way back into a tracker that starts anew. */
  remembered(): RememberedPeer[];
  restore(peers: readonly RememberedPeer[]): void;
  /** Ends every connection and lets go of the port. */
  close(): Promise<void>;
}

/** Request line and headers; some 200 info hashes of a scrape fit. */
const MAX_HEADER_LENGTH = 16 * 1024;
/** A client that has not sent its few hundred bytes by then is holding the connection on purpose. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often those two are looked at. */
const TIMEOUT_CHECK_MS = 1_000;
const KEEP_ALIVE_TIMEOUT_MS = 15_000;
/** Bounds descriptors; announces take milliseconds. */
const MAX_CONNECTIONS = 10_000;
const BACKLOG = 511;
/** A peer is forgotten when it missed two announces; the grace is for a slow network. */
const SILENT_INTERVALS = 2;
const SILENT_GRACE_MS = 30_000;
const MAX_SWEEP_INTERVAL_MS = 15_000;

/** A tracker that does not listen yet. */
export function createTrackerServer(options: TrackerServerOptions = {}): TrackerServer {
  const { clock = systemClock, random = systemRandom } = options;
  const { maxPeersPerSwarm = 5_000, maxPeers = 1_000_000, intervalSeconds = 120, minIntervalSeconds = 30 } = options;
  const { defaultNumWant = 50, maxNumWant = 200 } = options;
  const changes = new ChangeClock(() => clock.wallTime());
  const store = new SwarmStore({ maxPeersPerSwarm, maxPeers, maxNumWant, order: 'random', clock: changes, random });
  const limits = { intervalSeconds, minIntervalSeconds, defaultNumWant };
  const answerer = new Answerer(store, limits, clock.now());
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_LENGTH,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request, response) => respond(request, response, answerer, clock),
  );
  server.maxConnections = MAX_CONNECTIONS;
  let sweeping: Timer | undefined;

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host, backlog: BACKLOG }, () => {
          server.off('error', reject);
          // From here on an error is a connection that could not be accepted (no descriptors left): the others go on.
          server.on('error', () => {});
          const silentMs = SILENT_INTERVALS * intervalSeconds * 1000 + SILENT_GRACE_MS;
          sweeping = clock.every(Math.min(silentMs, MAX_SWEEP_INTERVAL_MS), () =>
            store.removeSilent(clock.now(), silentMs),
          );
          resolve((server.address() as AddressInfo).port);
        });
      }),
    remembered: () =>
      [...store.swarms()].flatMap(({ infoHash }) =>
        [...store.peersOf(infoHash, clock.now())].map(({ compact, peerId, remaining, silentMs }) => ({
          infoHash: Buffer.from(infoHash).toString('latin1'),
          peer: { compact, peerId, seed: remaining === COMPLETE },
          silentMs,
        })),
      ),
    restore(peers) {
      for (const { infoHash, peer, silentMs } of peers) {
        const remaining = peer.seed ? COMPLETE : UNKNOWN_REMAINING;
        const change = {
          kind: 'put',
          infoHash: Buffer.from(infoHash, 'latin1'),
          ...peer,
          remaining,
          stamp: 0,
        } as const;
        store.apply(change, clock.now(), silentMs);
      }
    },
    close: () =>
      new Promise((resolve) => {
        sweeping?.cancel();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(request: IncomingMessage, response: ServerResponse, answerer: Answerer, clock: Clock): void {
  if (request.method !== 'GET') {
    send(response, 405, 'text/plain; charset=utf-8', 'Method not allowed\n', { Allow: 'GET' });
    return;
  }
  const { status, contentType, body } = answerer.answer(
    request.url ?? '/',
    request.socket.remoteAddress ?? '',
    clock.now(),
  );
  send(response, status, contentType, body);
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
