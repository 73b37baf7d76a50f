// All torrents of one engine: one listening port, shared limits, whom to dial next.
// Invariant: connections, dials and strangers still shaking hands are each bounded.

import { formatInfoHash, makePeerId, PEER_ID_RANDOM_LENGTH } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import type { KnownPeer } from './discovery/known-peers.ts';
import { type Abandon, shakeHands } from './net/handshaking.ts';
import type { Connection, Listener, Transport } from './net/transport.ts';
import { TokenBucket } from './rate/token-bucket.ts';
import { Torrent, type TorrentOptions } from './torrent.ts';
import type { Handshake } from './wire/handshake.ts';

/** Enough for the best rate, few enough that each gets a useful share. */
const DEFAULT_MAX_CONNECTIONS = 200;
/** Strangers that have not shaken hands yet; one more, and the oldest has to go: who means it takes one round trip. */
const MOST_STRANGERS = 100;
const TICK_MS = 100;
const TICKS_PER_SECOND = 1000 / TICK_MS;
/** 30 dials a second: quick to fill up, slow enough for the routers at home. */
const DIALS_PER_TICK = 3;
/** Dials under way at once. */
const MOST_DIALLING = 50;
const DIAL_TIMEOUT_MS = 8_000;

export interface SessionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly transport: Transport;
  /** The address peer connections are accepted on; all when undefined. */
  readonly listenHost?: string;
  /** Bytes of payload a second, over all torrents; no limit when undefined. */
  readonly downloadLimit?: number;
  readonly uploadLimit?: number;
  readonly maxConnections?: number;
}

export class Session {
  readonly torrents: ReadonlyMap<string, Torrent>;
  readonly #torrents = new Map<string, Torrent>();
  readonly #options: SessionOptions;
  readonly #peerId: Uint8Array;
  readonly #downloadBucket: TokenBucket;
  readonly #uploadBucket: TokenBucket;
  #listener: Listener | undefined;
  #ticking: Timer | undefined;
  #tickCount = 0;
  readonly #strangers = new Set<Abandon>();
  #dialling = 0;
  #isClosed = false;

  constructor(options: SessionOptions) {
    const { clock, random, downloadLimit, uploadLimit } = options;
    this.torrents = this.#torrents;
    this.#options = options;
    this.#peerId = makePeerId(random.bytes(PEER_ID_RANDOM_LENGTH));
    this.#downloadBucket = new TokenBucket(downloadLimit ?? Number.POSITIVE_INFINITY, clock.now());
    this.#uploadBucket = new TokenBucket(uploadLimit ?? Number.POSITIVE_INFINITY, clock.now());
  }

  /**
   * Accepts peer connections from now on.
   * @param port 0 for any free one  @returns the port as bound  @throws Error code EADDRINUSE
   */
  async listen(port: number): Promise<number> {
    const { transport, listenHost } = this.#options;
    this.#listener = await transport.listen(port, listenHost, (connection) => this.#accept(connection));
    return this.#listener.port;
  }

  /** @throws Error when the session has that info hash already, or it is v2-only */
  addTorrent(options: TorrentOptions): Torrent {
    const torrent = new Torrent(options, {
      ...this.#options,
      peerId: this.#peerId,
      listenPort: () => this.#listener?.port ?? 0,
      downloadBucket: this.#downloadBucket,
      uploadBucket: this.#uploadBucket,
    });
    if (this.#torrents.has(torrent.infoHash)) throw new Error(`torrent ${torrent.infoHash} is there already`);
    this.#torrents.set(torrent.infoHash, torrent);
    this.#ticking ??= this.#options.clock.every(TICK_MS, () => this.#tick());
    return torrent;
  }

  /** Stops every torrent and lets go of everything, within about `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#isClosed = true;
    this.#ticking?.cancel();
    await Promise.allSettled([
      this.#listener?.close(),
      ...[...this.#torrents.values()].map((torrent) => torrent.stop(deadlineMs)),
    ]);
  }

  get #connections(): number {
    let count = 0;
    for (const torrent of this.#torrents.values()) count += torrent.connectedPeers.size;
    return count;
  }

  get #isFull(): boolean {
    return this.#connections >= (this.#options.maxConnections ?? DEFAULT_MAX_CONNECTIONS);
  }

  #tick(): void {
    this.#tickCount++;
    // A different torrent comes first each time, so that limits are shared.
    const active = [...this.#torrents.values()].filter((torrent) => torrent.isActive);
    const first = active.length === 0 ? 0 : this.#tickCount % active.length;
    const inTurn = [...active.slice(first), ...active.slice(0, first)];
    for (const torrent of inTurn) {
      torrent.tick();
      if (this.#tickCount % TICKS_PER_SECOND === 0) torrent.tickSecond();
    }
    this.#dialSome(inTurn);
  }

  #dialSome(torrents: readonly Torrent[]): void {
    let left = DIALS_PER_TICK;
    for (const torrent of torrents) {
      while (left > 0 && this.#dialling < MOST_DIALLING && !this.#isFull) {
        const known = torrent.knownPeers.nextToDial(this.#options.clock.now());
        if (known === undefined) break;
        left--;
        void this.#dial(torrent, known);
      }
    }
  }

  async #dial(torrent: Torrent, known: KnownPeer): Promise<void> {
    known.isDialling = true;
    this.#dialling++;
    const ended = (): void => {
      known.isDialling = false;
      this.#dialling--;
    };
    const failed = (): void => {
      ended();
      torrent.knownPeers.dialFailed(known, this.#options.clock.now());
    };
    let connection: Connection;
    try {
      connection = await this.#options.transport.dial(known.address, DIAL_TIMEOUT_MS);
    } catch {
      return failed();
    }
    if (this.#isClosed) {
      connection.close();
      return ended();
    }
    shakeHands({
      connection,
      clock: this.#options.clock,
      greeting: this.#handshakeFor(torrent),
      answer: () => undefined,
      failed,
      done: (handshake, rest) => {
        ended();
        this.#attach(torrent, connection, known, handshake, rest);
      },
    });
  }

  #accept(connection: Connection): void {
    if (this.#isClosed || this.#isFull) return connection.close();
    if (this.#strangers.size >= MOST_STRANGERS) this.#strangers.values().next().value?.('others wait');
    const abandon = shakeHands({
      connection,
      clock: this.#options.clock,
      greeting: undefined,
      answer: (infoHash) => {
        const torrent = this.#torrents.get(formatInfoHash(infoHash));
        return torrent?.isActive ? this.#handshakeFor(torrent) : undefined;
      },
      failed: () => void this.#strangers.delete(abandon),
      done: (handshake, rest) => {
        this.#strangers.delete(abandon);
        const torrent = this.#torrents.get(formatInfoHash(handshake.infoHash));
        if (torrent === undefined) return connection.close();
        const known = torrent.knownPeers.addIncoming(connection.remote);
        this.#attach(torrent, connection, known, handshake, rest);
      },
    });
    this.#strangers.add(abandon);
  }

  #attach(torrent: Torrent, connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): void {
    if (Buffer.compare(handshake.peerId, this.#peerId) === 0) {
      known.isSelf = true;
      return connection.close();
    }
    const isRefused = torrent.knownPeers.isRefused(known, handshake.peerId);
    const isAttached = !isRefused && torrent.attach(connection, known, handshake, rest);
    if (isAttached) return;
    connection.close();
    if (!known.isConnected) torrent.knownPeers.disconnected(known, this.#options.clock.now(), true);
  }

  #handshakeFor(torrent: Torrent): Handshake {
    return {
      infoHash: torrent.infoHashBytes,
      peerId: this.#peerId,
      extensionProtocol: true,
      fast: true,
      dht: false,
    };
  }
}
