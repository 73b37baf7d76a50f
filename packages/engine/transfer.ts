// What a torrent needs only while it exchanges pieces: picker, requests, peers. Made when somebody connects, let go when
// everything is there and nobody is: a torrent that waits costs nothing of it.
// Invariant: after `end` nobody is connected and nothing is told any more.

import type { PieceGeometry } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { KnownPeer, KnownPeers } from './discovery/known-peers.ts';
import { Download } from './download/download.ts';
import type { Connection } from './net/transport.ts';
import type { Peer } from './peer/peer.ts';
import { Swarm } from './peer/swarm.ts';
import { SpeedMeter } from './rate/speed-meter.ts';
import type { TokenBucket } from './rate/token-bucket.ts';
import type { PieceStore } from './storage/piece-store.ts';
import { Upload } from './upload/upload.ts';
import type { Bitfield } from './wire/bitfield.ts';
import type { Handshake } from './wire/handshake.ts';

/** Speeds shown to people: steady, and 0 within five seconds after the last byte (contract C6). */
const SPEED_WINDOW_SECONDS = 4;
/** Whoever is interested says so within a round trip, and has been heard by then. */
const IDLER_MS = 5_000;

/** What the session lends to each of its torrents. */
export interface TorrentSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly peerId: Uint8Array;
  readonly listenPort: () => number;
  readonly downloadBucket: TokenBucket;
  readonly uploadBucket: TokenBucket;
  /** How many peers a torrent may serve at once now. */
  readonly unchokeSlots: () => number;
  /** Whether no further connection is allowed. */
  readonly isFull: () => boolean;
}

export interface TransferOptions {
  readonly geometry: PieceGeometry;
  readonly infoHash: Uint8Array;
  readonly store: PieceStore;
  /** Which pieces there are; kept up to date by its owner. */
  readonly had: Bitfield;
  readonly knownPeers: KnownPeers;
  readonly surroundings: TorrentSurroundings;
  /** What went over the wire in transfers before this one. */
  readonly before: TransferTotals;
  readonly pieceVerified: (pieceIndex: number) => void;
  readonly storageFailed: (error: unknown) => void;
}

/** Bytes of payload that went over the wire, and what was of no use. */
export interface TransferTotals {
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly wastedBytes: number;
  readonly failedPieces: number;
}

export const NOTHING_TRANSFERRED: TransferTotals = {
  downloadedBytes: 0,
  uploadedBytes: 0,
  wastedBytes: 0,
  failedPieces: 0,
};

export class Transfer {
  readonly peers: ReadonlySet<Peer>;
  readonly download: Download;
  readonly #store: PieceStore;
  readonly #clock: Clock;
  readonly #before: TransferTotals;
  readonly #swarm: Swarm;
  readonly #upload: Upload;
  readonly #downloadMeter = new SpeedMeter(SPEED_WINDOW_SECONDS);
  readonly #uploadMeter = new SpeedMeter(SPEED_WINDOW_SECONDS);
  #isOver = false;

  constructor(options: TransferOptions) {
    const { geometry, infoHash, store, had, knownPeers } = options;
    const { clock, random, logger, peerId, listenPort, downloadBucket, uploadBucket, unchokeSlots } =
      options.surroundings;
    const peers = new Set<Peer>();
    this.peers = peers;
    this.#store = store;
    this.#clock = clock;
    this.#before = options.before;
    const storageFailed = (error: unknown): void => {
      if (!this.#isOver) options.storageFailed(error);
    };
    const download = new Download({
      geometry,
      store,
      clock,
      random,
      bucket: downloadBucket,
      meter: this.#downloadMeter,
      peers,
      events: {
        pieceVerified: (pieceIndex) => {
          if (!this.#isOver) options.pieceVerified(pieceIndex);
        },
        guilty: (guilty) => this.#swarm.ban(guilty),
        storageFailed,
      },
    });
    for (let pieceIndex = 0; pieceIndex < geometry.pieceCount; pieceIndex++) {
      if (had.has(pieceIndex)) download.picker.pieceHad(pieceIndex);
    }
    const upload = new Upload({
      geometry,
      store,
      clock,
      random,
      bucket: uploadBucket,
      meter: this.#uploadMeter,
      peers,
      isHad: (pieceIndex) => had.has(pieceIndex),
      slots: unchokeSlots,
      isSeeding: () => had.isComplete,
      storageFailed,
    });
    const partners = { download, upload, peers, knownPeers, had };
    this.#swarm = new Swarm({ ...partners, geometry, infoHash, ourPeerId: peerId, listenPort, clock, logger });
    this.download = download;
    this.#upload = upload;
  }

  get downloadBytesPerSecond(): number {
    return this.#downloadMeter.bytesPerSecond;
  }

  get uploadBytesPerSecond(): number {
    return this.#uploadMeter.bytesPerSecond;
  }

  /** With those of the transfers before. */
  get totals(): TransferTotals {
    return {
      downloadedBytes: this.#before.downloadedBytes + this.#downloadMeter.totalBytes,
      uploadedBytes: this.#before.uploadedBytes + this.#uploadMeter.totalBytes,
      wastedBytes: this.#before.wastedBytes + this.download.wastedBytes,
      failedPieces: this.#before.failedPieces + this.download.failedPieces,
    };
  }

  /** Nobody is there, and no speed has to fall to 0 any more. */
  get isQuiet(): boolean {
    return this.peers.size === 0 && this.downloadBytesPerSecond === 0 && this.uploadBytesPerSecond === 0;
  }

  /** Takes over a connection whose handshakes are done. Returns false, and leaves it alone, when it is not kept. */
  attach(connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): boolean {
    return this.#swarm.attach(connection, known, handshake, rest);
  }

  /** The piece is ours: everybody hears of it. */
  announce(pieceIndex: number): void {
    this.#swarm.announce(pieceIndex);
  }

  /** Whether somebody has been here for a while with nothing to give or to take. */
  get hasIdler(): boolean {
    return this.#idler !== undefined;
  }

  /** Parts with who idles, or else with the peer that is of the least use, for the sake of somebody else. */
  dropLeastUseful(): void {
    let least = this.#idler;
    const use = (peer: Peer): number => peer.download.bytesPerSecond + peer.upload.bytesPerSecond;
    if (least === undefined) {
      for (const peer of this.peers) if (least === undefined || use(peer) <= use(least)) least = peer;
    }
    if (least !== undefined) this.#swarm.disconnect(least, 'somebody else needs the connection');
  }

  get #idler(): Peer | undefined {
    const since = this.#clock.now() - IDLER_MS;
    for (const peer of this.peers) {
      if (peer.connectedAtMs < since && !peer.amInterested && !peer.peerInterested) return peer;
    }
    return undefined;
  }

  /** Several times a second. */
  tick(isLimited: boolean): void {
    if (this.peers.size === 0) return;
    this.#upload.tick();
    if (isLimited) this.download.fillAll();
  }

  tickSecond(): void {
    this.#downloadMeter.tickSecond();
    this.#uploadMeter.tickSecond();
    this.#swarm.tickSecond();
    this.download.tickSecond();
  }

  /** Parts with everybody and gives the memory of unfinished pieces back. */
  end(reason: string): void {
    this.#isOver = true;
    this.#swarm.disconnectAll(reason);
    for (const { slab } of this.download.picker.openPieces) this.#store.discard(slab);
  }
}
