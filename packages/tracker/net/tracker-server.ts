// The tracker on a port, HTTP and UDP: the store, what answers from it, and the sockets, put together.

import type { PeerAddress } from '@enjambre/metainfo';
import { type Clock, type Logger, type Random, systemClock, systemRandom, type Timer } from '@enjambre/runtime';
import { MOST_BODY_LENGTH, PATH_PREFIX } from '../replication/gate.ts';
import { Replication } from '../replication/replication.ts';
import type { SecretRing } from '../replication/secret-ring.ts';
import { AdmittedHashes } from '../server/admitted-hashes.ts';
import { type Answer, Answerer } from '../server/answer.ts';
import { ChangeClock } from '../server/change-clock.ts';
import { DatagramAnswerer } from '../server/datagram-answer.ts';
import type { HandOutOrder } from '../server/hand-out.ts';
import { encodeSnapshot, SnapshotReader } from '../server/snapshot.ts';
import { SwarmStore } from '../server/swarm-store.ts';
import { emptyTally } from '../server/tally.ts';
import { formatStats, type TrackerFigures } from '../server/tracker-figures.ts';
import type { Elsewhere } from './http-connection.ts';
import { type HttpListener, listenHttp } from './http-listener.ts';
import { createReplicationPort, type ReplicationPort } from './replication-port.ts';
import { createReplicationTransport } from './replication-transport.ts';
import { listenUdp, type UdpListener } from './udp-listener.ts';

export interface TrackerServerOptions {
  /** Seconds after which clients shall announce again. Default 120: a swarm of one's own changes quickly. */
  readonly intervalSeconds?: number;
  /** Seconds before which they must not. Default 30. */
  readonly minIntervalSeconds?: number;
  /** Peers handed to a client that does not say how many it wants. Default 50. */
  readonly defaultNumWant?: number;
  /** Peers handed out at most. Default 200. */
  readonly maxNumWant?: number;
  /** Default `random`. */
  readonly handOut?: HandOutOrder;
  /** Default 5,000. */
  readonly maxPeersPerSwarm?: number;
  /** Default 1,000,000. */
  readonly maxPeers?: number;
  /** More that is answered over HTTP, by path. */
  readonly pages?: ReadonlyMap<string, (figures: TrackerFigures) => Answer>;
  /** The set of trackers that hold the same swarms; without it there is none. */
  readonly set?: TrackerSet | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface TrackerSet {
  /** All others; this one may be among them. */
  readonly fellows: readonly PeerAddress[];
  readonly secrets: SecretRing;
  readonly logger: Logger;
}

export interface TrackerServer {
  /**
   * HTTP and UDP on the same port of the same address.
   * @param port 0 for any that is free for both
   * @returns the port as bound
   * @throws Error code EADDRINUSE, EADDRNOTAVAIL, EACCES, …
   */
  listen(port: number, host: string): Promise<number>;
  /** From now on it serves these info hashes alone (lower-case hex), or all, and not those. */
  admit(allowed: ReadonlySet<string> | undefined, denied: ReadonlySet<string> | undefined): void;
  /** Everything that it knows, in pieces of some 200 kB that are made one by one: each is overwritten by the next. */
  snapshot(): Iterable<Uint8Array>;
  /**
   * Takes in a snapshot before it listens.
   * @throws SnapshotError when it can't be used: the tracker can't either, then
   */
  restore(pieces: AsyncIterable<Uint8Array>): Promise<void>;
  /** What a tracker of a set must know again besides; undefined without a set. */
  setState(): Buffer | undefined;
  /**
   * Takes that in again, after `restore`; to be called in any case, with undefined when there is none.
   * @returns false when these are not its bytes
   */
  restoreSet(bytes: Buffer | undefined): boolean;
  figures(): TrackerFigures;
  /** Ends every connection and lets go of the port. */
  close(): Promise<void>;
}

/** A peer is forgotten when it missed two announces; the grace is for a slow network. */
const SILENT_INTERVALS = 2;
const SILENT_GRACE_MS = 30_000;
/** How often some of all peers are looked at, and how long it takes until all were: a million at once would be felt. */
const SWEEP_INTERVAL_MS = 1_000;
const SWEEP_ROUND_MS = 15_000;
/** Any port is free for TCP; when it is not for UDP the next one is tried. */
const PORT_ATTEMPTS = 20;

/** A tracker that does not listen yet. */
export function createTrackerServer(options: TrackerServerOptions = {}): TrackerServer {
  const { clock = systemClock, random = systemRandom, handOut: order = 'random' } = options;
  const { maxPeersPerSwarm = 5_000, maxPeers = 1_000_000, intervalSeconds = 120, minIntervalSeconds = 30 } = options;
  const { defaultNumWant = 50, maxNumWant = 200, pages = new Map() } = options;
  const changes = new ChangeClock(() => clock.wallTime());
  const store = new SwarmStore({ maxPeersPerSwarm, maxPeers, maxNumWant, order, clock: changes, random });
  const admitted = new AdmittedHashes();
  const tally = emptyTally();
  const startedAt = clock.now();
  let http: HttpListener | undefined;
  let udp: UdpListener | undefined;
  let sweeping: Timer | undefined;
  const silentMs = SILENT_INTERVALS * intervalSeconds * 1000 + SILENT_GRACE_MS;
  const replication = options.set && joinSet(options.set, store, clock, random, silentMs);
  const setPort = replication && createReplicationPort(replication);

  const figures = (): TrackerFigures => ({
    ...store.totals(),
    ...tally,
    uptimeSeconds: Math.floor((clock.now() - startedAt) / 1000),
    connections: http?.connections ?? 0,
    set: replication?.view,
  });
  const allPages = new Map<string, () => Answer>([
    ['/health', () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: 'OK' })],
    ['/stats', () => ({ status: 200, contentType: 'application/json', body: formatStats(figures()) })],
  ]);
  for (const [path, page] of pages) allPages.set(path, () => page(figures()));
  const limits = { intervalSeconds, minIntervalSeconds, defaultNumWant };
  const answerer = new Answerer(store, admitted, tally, limits, allPages);
  const datagrams = new DatagramAnswerer(store, admitted, tally, limits, random);

  const listenBoth = async (port: number, host: string): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      http = await listenHttp(
        port,
        host,
        (target, ip) => answerer.answer(target, ip, clock.now()),
        clock,
        elsewhere(setPort),
      );
      try {
        udp = await listenUdp(http.port, http.address, (bytes, ip) => datagrams.answer(bytes, ip, clock.now()));
        return;
      } catch (error) {
        await http.close();
        http = undefined;
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (port !== 0 || !isTaken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  };
  const sweep = (): void => {
    store.removeSilent(clock.now(), silentMs, Math.ceil((store.rows * SWEEP_INTERVAL_MS) / SWEEP_ROUND_MS));
    replication?.sweep();
  };

  return {
    async listen(port, host) {
      await listenBoth(port, host);
      sweeping = clock.every(SWEEP_INTERVAL_MS, sweep);
      replication?.start();
      return http!.port;
    },
    admit: (allowed, denied) => admitted.replace(allowed, denied),
    snapshot: () => encodeSnapshot(store, () => ({ now: clock.now(), wall: clock.wallTime() })),
    async restore(pieces) {
      const reader = new SnapshotReader(store, clock.now(), clock.wallTime());
      for await (const piece of pieces) reader.push(piece);
      reader.finish();
    },
    setState: () => replication?.snapshot(),
    restoreSet: (bytes) => replication?.restore(bytes) ?? true,
    figures,
    async close() {
      sweeping?.cancel();
      replication?.stop();
      setPort?.close();
      await Promise.all([http?.close(), udp?.close()]);
    },
  };
}

function joinSet(
  { fellows, secrets, logger }: TrackerSet,
  store: SwarmStore,
  clock: Clock,
  random: Random,
  timeoutMs: number,
): Replication {
  const transport = createReplicationTransport({ mostAnswerLength: MOST_BODY_LENGTH });
  return new Replication({ store, fellows, ring: secrets, timeoutMs, transport, clock, random, logger });
}

function elsewhere(port: ReplicationPort | undefined): Elsewhere | undefined {
  return port && { prefix: `POST ${PATH_PREFIX}`, take: port.take };
}
