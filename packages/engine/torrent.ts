// One torrent of a session: puts store, download, upload and peers together and carries its state. No algorithm here.
// Invariant: peers are only connected while the phase is `active` or `error`; `complete` never goes back.

import { formatInfoHash, type PeerAddress, type TorrentFile } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { type KnownPeer, KnownPeers, type PeerOrigin } from './discovery/known-peers.ts';
import type { PeerSource, SwarmView } from './discovery/peer-source.ts';
import { Download } from './download/download.ts';
import type { Connection } from './net/transport.ts';
import type { Peer } from './peer/peer.ts';
import { Swarm } from './peer/swarm.ts';
import { SpeedMeter } from './rate/speed-meter.ts';
import type { TokenBucket } from './rate/token-bucket.ts';
import { type PieceStore, StorageError } from './storage/piece-store.ts';
import type { TorrentSnapshot } from './torrent-snapshot.ts';
import { Upload } from './upload/upload.ts';
import { Bitfield } from './wire/bitfield.ts';
import type { Handshake } from './wire/handshake.ts';

/** Speeds shown to people: steady, and 0 within five seconds after the last byte (contract C6). */
const SPEED_WINDOW_SECONDS = 4;
/** A disk that refused is tried again so often. */
const STORAGE_RETRY_MS = 10_000;
/** A download with fewer peers than this asks its sources for more, so often. */
const FEW_PEERS = 5;
const NEED_PEERS_SECONDS = 30;

export interface TorrentOptions {
  readonly metainfo: TorrentFile;
  readonly store: PieceStore;
  readonly sources: readonly PeerSource[];
  /** Given by hand. */
  readonly peers?: readonly PeerAddress[];
}

/** What the session lends to each of its torrents. */
export interface TorrentSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly peerId: Uint8Array;
  readonly listenPort: () => number;
  readonly downloadBucket: TokenBucket;
  readonly uploadBucket: TokenBucket;
}

export class Torrent {
  readonly metainfo: TorrentFile;
  /** Hex, v1. */
  readonly infoHash: string;
  readonly infoHashBytes: Uint8Array;
  readonly knownPeers = new KnownPeers();
  readonly connectedPeers: ReadonlySet<Peer>;
  readonly #options: TorrentOptions;
  readonly #surroundings: TorrentSurroundings;
  readonly #had: Bitfield;
  readonly #swarm: Swarm;
  readonly #download: Download;
  readonly #upload: Upload;
  readonly #downloadMeter = new SpeedMeter(SPEED_WINDOW_SECONDS);
  readonly #uploadMeter = new SpeedMeter(SPEED_WINDOW_SECONDS);
  readonly #completion = Promise.withResolvers<void>();
  #phase: TorrentSnapshot['phase'] = 'opening';
  #problem: TorrentSnapshot['problem'];
  #paused = false;
  #verifiedBytes = 0;
  #lonelySeconds = 0;
  #retry: Timer | undefined;

  constructor(options: TorrentOptions, surroundings: TorrentSurroundings) {
    const { store, metainfo } = options;
    const { geometry, infoHashV1: infoHash } = metainfo;
    if (infoHash === undefined) throw new Error('a v2-only torrent cannot be transferred yet');
    this.metainfo = metainfo;
    this.infoHashBytes = infoHash;
    this.infoHash = formatInfoHash(infoHash);
    this.#options = options;
    this.#surroundings = surroundings;
    const { clock, random, logger, peerId: ourPeerId, listenPort, downloadBucket, uploadBucket } = surroundings;
    const had = new Bitfield(geometry.pieceCount);
    const peers = new Set<Peer>();
    this.#had = had;
    this.connectedPeers = peers;
    const storageFailed = (error: unknown): void => this.#storageFailed(error);
    const download = new Download({
      geometry,
      store,
      clock,
      random,
      bucket: downloadBucket,
      meter: this.#downloadMeter,
      peers,
      events: {
        pieceVerified: (pieceIndex) => this.#pieceVerified(pieceIndex),
        guilty: (guilty) => this.#swarm.ban(guilty),
        storageFailed,
      },
    });
    const upload = new Upload({
      geometry,
      store,
      clock,
      random,
      bucket: uploadBucket,
      meter: this.#uploadMeter,
      peers,
      isHad: (pieceIndex) => had.has(pieceIndex),
      isSeeding: () => had.isComplete,
      storageFailed,
    });
    const { knownPeers } = this;
    const partners = { download, upload, peers, knownPeers, had };
    this.#swarm = new Swarm({ ...partners, geometry, infoHash, ourPeerId, listenPort, clock, logger });
    this.#download = download;
    this.#upload = upload;
    for (const address of options.peers ?? []) knownPeers.add(address, 'manual', clock.now());
  }

  /**
   * Finds out what is on disk, then looks for peers. Disk faults become the torrent's state and are retried.
   * @throws StorageError code `locked` or `path-conflict`: nothing that waiting would mend
   */
  async start(): Promise<void> {
    this.#phase = 'checking';
    try {
      await this.#options.store.open((pieceIndex) => this.#pieceFound(pieceIndex));
    } catch (error) {
      if (error instanceof StorageError && (error.code === 'locked' || error.code === 'path-conflict')) throw error;
      if (this.#isStopped) return;
      this.#setProblem(error);
      this.#download.hold();
      this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => void this.#startAgain());
      return;
    }
    if (this.#isStopped) return;
    this.#becomeActive();
    for (const source of this.#options.sources) source.start(this.#viewFor(source.name as PeerOrigin));
    if (this.#had.isComplete) await this.#settle();
  }

  /** Asks for nothing any more; peers stay and are served on. Idempotent, may come before `start`. */
  pause(): void {
    this.#paused = true;
    this.#download.hold();
  }

  resume(): void {
    this.#paused = false;
    if (this.#phase !== 'error') this.#download.proceed();
  }

  get snapshot(): TorrentSnapshot {
    const connectedPeers = this.connectedPeers.size;
    return {
      phase: this.#phase,
      problem: this.#problem,
      paused: this.#paused,
      complete: this.#phase !== 'opening' && this.#phase !== 'checking' && this.#had.isComplete,
      verifiedBytes: this.#verifiedBytes,
      totalSize: this.metainfo.geometry.totalSize,
      downloadBytesPerSecond: this.#downloadMeter.bytesPerSecond,
      uploadBytesPerSecond: this.#uploadMeter.bytesPerSecond,
      connectedPeers,
      knownPeers: Math.max(this.knownPeers.count, connectedPeers),
      downloadedBytes: this.#downloadMeter.totalBytes,
      uploadedBytes: this.#uploadMeter.totalBytes,
      wastedBytes: this.#download.wastedBytes,
      failedPieces: this.#download.failedPieces,
    };
  }

  /** Resolves when everything is verified, written and synced. */
  whenComplete(): Promise<void> {
    return this.#completion.promise;
  }

  /** Whether peers may connect now. */
  get isActive(): boolean {
    return this.#phase === 'active' || this.#phase === 'error';
  }

  /** Takes over a connection whose handshakes are done. Returns false, and leaves it alone, when it is not kept. */
  attach(connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): boolean {
    return this.isActive && this.#swarm.attach(connection, known, handshake, rest);
  }

  /** Several times a second. */
  tick(): void {
    this.#upload.tick();
    if (this.#surroundings.downloadBucket.isLimited) this.#download.fillAll();
  }

  tickSecond(): void {
    this.#downloadMeter.tickSecond();
    this.#uploadMeter.tickSecond();
    this.#swarm.tickSecond();
    this.#download.tickSecond();
    const isLonely = !this.#had.isComplete && !this.#paused && this.connectedPeers.size < FEW_PEERS;
    this.#lonelySeconds = isLonely ? this.#lonelySeconds + 1 : 0;
    if (isLonely && this.#lonelySeconds % NEED_PEERS_SECONDS === 0) {
      for (const source of this.#options.sources) source.needPeers();
    }
  }

  /** Ends: sources tell their trackers, peers are let go, the store is flushed. Resolves within about `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#phase = 'stopped';
    this.#retry?.cancel();
    const stopping = this.#options.sources.map((source) => source.stop(deadlineMs));
    this.#swarm.disconnectAll('stopped');
    await Promise.allSettled([...stopping, this.#options.store.close()]);
  }

  get #isStopped(): boolean {
    return this.#phase === 'stopped';
  }

  #viewFor(origin: PeerOrigin): SwarmView {
    const { clock, peerId, listenPort } = this.#surroundings;
    const torrent = this;
    return {
      infoHash: this.infoHashBytes,
      peerId,
      get listenPort() {
        return listenPort();
      },
      get uploadedBytes() {
        return torrent.#uploadMeter.totalBytes;
      },
      get downloadedBytes() {
        return torrent.#downloadMeter.totalBytes;
      },
      get leftBytes() {
        return torrent.metainfo.geometry.totalSize - torrent.#verifiedBytes;
      },
      addPeers(addresses) {
        for (const address of addresses) torrent.knownPeers.add(address, origin, clock.now());
      },
    };
  }

  #pieceFound(pieceIndex: number): void {
    if (!this.#had.set(pieceIndex)) return;
    this.#verifiedBytes += this.metainfo.geometry.pieceSize(pieceIndex);
    this.#download.picker.pieceHad(pieceIndex);
  }

  #pieceVerified(pieceIndex: number): void {
    if (this.#isStopped) return;
    this.#pieceFound(pieceIndex);
    if (this.#phase === 'error') this.#becomeActive();
    this.#swarm.announce(pieceIndex);
    if (!this.#had.isComplete) return;
    for (const source of this.#options.sources) source.completed();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    try {
      await this.#options.store.flush();
      if (this.#phase === 'error') this.#becomeActive();
      this.#completion.resolve();
    } catch (error) {
      if (this.#isStopped) return;
      this.#setProblem(error);
      this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => void this.#settle());
    }
  }

  async #startAgain(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#setProblem(error);
      this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => void this.#startAgain());
    }
  }

  /** The disk does what it should: whatever was held back goes on. */
  #becomeActive(): void {
    this.#retry?.cancel();
    this.#problem = undefined;
    this.#phase = 'active';
    if (!this.#paused) this.#download.proceed();
  }

  #storageFailed(error: unknown): void {
    if (this.#isStopped) return;
    // Each time: a retry that failed must not go on fetching what can't be stored.
    this.#download.hold();
    if (this.#phase === 'error') return;
    this.#setProblem(error);
    this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => this.#tryStorageAgain());
  }

  /** The state stays `error` until a piece was really stored; a seed, which stores none, learns by serving. */
  #tryStorageAgain(): void {
    if (this.#phase !== 'error') return;
    if (this.#had.isComplete) return this.#becomeActive();
    this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => this.#tryStorageAgain());
    if (!this.#paused) this.#download.proceed();
  }

  #setProblem(error: unknown): void {
    const code = error instanceof StorageError ? error.code : 'not-readable';
    const message = error instanceof Error ? error.message : String(error);
    if (this.#problem?.message !== message) {
      this.#surroundings.logger.log('error', message, { infoHash: this.infoHash, code });
    }
    this.#problem = { code, message };
    this.#phase = 'error';
  }
}
