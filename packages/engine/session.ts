// All torrents of one engine: one listening port, shared limits, connections and slots, whom to dial next.
// Invariant: connections, dials and strangers still shaking hands are each bounded, over all torrents.

import { formatInfoHash, makePeerId, PEER_ID_RANDOM_LENGTH } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { KnownPeer } from './discovery/known-peers.ts';
import { type Abandon, shakeHands } from './net/handshaking.ts';
import type { Connection, Listener, Transport } from './net/transport.ts';
import { TokenBucket } from './rate/token-bucket.ts';
import { SessionPatrol } from './session-patrol.ts';
import { SessionTurns } from './session-turns.ts';
import { Torrent } from './torrent.ts';
import type { TorrentOptions } from './torrent-options.ts';
import type { TorrentSurroundings } from './transfer.ts';
import type { Handshake } from './wire/handshake.ts';

/** Enough for the best rate, few enough that each gets a useful share. */
const DEFAULT_MAX_CONNECTIONS = 200;
/** Strangers that have not shaken hands yet; one more, and the oldest has to go: who means it takes one round trip. */
const MOST_STRANGERS = 100;
/** 30 dials a second: quick to fill up, slow enough for the routers at home. */
const DIALS_PER_TICK = 3;
/** Dials under way at once. */
const MOST_DIALLING = 50;
const DIAL_TIMEOUT_MS = 8_000;
/** Peers one torrent serves at once: eight keep a link busy without cutting it into slivers … */
const SLOTS_OF_ONE = 8;
/** … and so many all torrents together, … */
const SLOTS_OF_ALL = 40;
/** … but for two each, lest nobody new gets a chance. */
const LEAST_SLOTS = 2;
/** A torrent that is taken out while others go on need not wait longer for its trackers. */
const REMOVAL_DEADLINE_MS = 3_000;

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
  /** Called when a torrent has something to do and none had. */
  readonly awoke?: () => void;
}

export class Session {
  readonly torrents: ReadonlyMap<string, Torrent>;
  readonly #torrents = new Map<string, Torrent>();
  readonly #options: SessionOptions;
  readonly #peerId: Uint8Array;
  readonly #downloadBucket: TokenBucket;
  readonly #uploadBucket: TokenBucket;
  readonly #turns: SessionTurns;
  readonly #patrol: SessionPatrol;
  readonly #surroundings: TorrentSurroundings;
  #listener: Listener | undefined;
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
    this.#turns = new SessionTurns(
      clock,
      (inTurn) => this.#dialSome(inTurn),
      () => options.awoke?.(),
    );
    this.#patrol = new SessionPatrol(clock, this.#torrents);
    this.#surroundings = {
      clock,
      random,
      logger: options.logger,
      peerId: this.#peerId,
      listenPort: () => this.#listener?.port ?? 0,
      downloadBucket: this.#downloadBucket,
      uploadBucket: this.#uploadBucket,
      unchokeSlots: () => this.#unchokeSlots,
      isFull: () => this.#isFull,
    };
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
    const torrent = new Torrent(options, this.#surroundings, (woken) => this.#wake(woken));
    if (this.#torrents.has(torrent.infoHash)) throw new Error(`torrent ${torrent.infoHash} is there already`);
    this.#torrents.set(torrent.infoHash, torrent);
    return torrent;
  }

  /** Stops a torrent and forgets it; resolves once its trackers were told (or too slow) and its store is closed. */
  async removeTorrent(torrent: Torrent): Promise<void> {
    if (this.#torrents.get(torrent.infoHash) !== torrent) return;
    this.#torrents.delete(torrent.infoHash);
    this.#turns.remove(torrent);
    await torrent.stop(REMOVAL_DEADLINE_MS);
  }

  /** Stops every torrent and lets go of everything, within about `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#isClosed = true;
    this.#turns.close();
    this.#patrol.close();
    await Promise.allSettled([
      this.#listener?.close(),
      ...[...this.#torrents.values()].map((torrent) => torrent.stop(deadlineMs)),
    ]);
  }

  /** Whether anything that its torrents tell may change by itself; what checks its files apart. */
  get isAtWork(): boolean {
    return this.#turns.working.size > 0;
  }

  #wake(torrent: Torrent): void {
    if (this.#isClosed) return;
    this.#turns.wake(torrent);
    if (torrent.pieces.isComplete) this.#patrol.start();
  }

  get #maxConnections(): number {
    return this.#options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  }

  get #connections(): number {
    let count = 0;
    for (const torrent of this.#turns.working) count += torrent.connectedPeers.size;
    return count;
  }

  get #isFull(): boolean {
    return this.#connections >= this.#maxConnections;
  }

  get #unchokeSlots(): number {
    let serving = 0;
    for (const torrent of this.#turns.working) if (torrent.connectedPeers.size > 0) serving++;
    return Math.max(LEAST_SLOTS, Math.min(SLOTS_OF_ONE, Math.floor(SLOTS_OF_ALL / Math.max(1, serving))));
  }

  /**
   * Who has to give a connection up so that this torrent may have one more: nobody (`undefined`) while some are free; one
   * with a peer that idles, lest a few who only shake hands keep everybody else out; the torrent that has most, when this
   * one has less than its share; else there is none for it (`none`).
   */
  #giverFor(torrent: Torrent): Torrent | undefined | 'none' {
    if (!this.#isFull) return undefined;
    const { working } = this.#turns;
    let richest = torrent;
    for (const other of working) {
      if (other.hasIdler) return other;
      if (other.connectedPeers.size > richest.connectedPeers.size) richest = other;
    }
    const share = Math.max(1, Math.floor(this.#maxConnections / Math.max(1, working.size)));
    return torrent.connectedPeers.size < share && richest.connectedPeers.size > share ? richest : 'none';
  }

  #dialSome(torrents: readonly Torrent[]): void {
    let left = DIALS_PER_TICK;
    for (const torrent of torrents) {
      while (left > 0 && this.#dialling < MOST_DIALLING) {
        const known = torrent.knownPeers.nextToDial(this.#options.clock.now());
        if (known === undefined || this.#giverFor(torrent) === 'none') break;
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
      this.#turns.wake(torrent);
    };
    let connection: Connection;
    try {
      connection = await this.#options.transport.dial(known.address, DIAL_TIMEOUT_MS);
    } catch {
      return failed();
    }
    if (this.#isClosed || !torrent.isActive) {
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
    if (this.#isClosed) return connection.close();
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
    const giver = this.#giverFor(torrent);
    const isWelcome = giver !== 'none' && !torrent.knownPeers.isRefused(known, handshake.peerId);
    if (isWelcome && torrent.attach(connection, known, handshake, rest)) {
      this.#turns.wake(torrent);
      return giver?.dropLeastUseful();
    }
    connection.close();
    if (known.isConnected) return;
    torrent.knownPeers.disconnected(known, this.#options.clock.now(), 'some');
    this.#turns.wake(torrent);
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
