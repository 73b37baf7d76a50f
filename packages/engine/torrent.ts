// One torrent of a session: puts store, download, upload and peers together and carries its state. No algorithm here.
// Invariant: peers are only connected while the phase is `active` or `error`; `complete` never goes back.

import { formatInfoHash, type PeerAddress, type TorrentFile } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { type KnownPeer, KnownPeers, type PeerOrigin } from './discovery/known-peers.ts';
import type { PeerSource, SwarmView } from './discovery/peer-source.ts';
import { Download } from './download/download.ts';
import type { Connection } from './net/transport.ts';
import { Conversation } from './peer/conversation.ts';
import { type Greeting, greet, introduce } from './peer/greeting.ts';
import { Peer } from './peer/peer.ts';
import { Swarm } from './peer/swarm.ts';
import { ProtocolError } from './protocol-error.ts';
import { SpeedMeter } from './rate/speed-meter.ts';
import type { TokenBucket } from './rate/token-bucket.ts';
import { type PieceStore, StorageError } from './storage/piece-store.ts';
import type { TorrentSnapshot } from './torrent-snapshot.ts';
import { REQUESTS_WE_KEEP, Upload } from './upload/upload.ts';
import { Bitfield } from './wire/bitfield.ts';
import { MessageDecoder } from './wire/decoder.ts';
import type { Handshake } from './wire/handshake.ts';

/** Speeds shown to people: steady, and 0 within five seconds after the last byte (contract C6). */
const SPEED_WINDOW_SECONDS = 4;
/** A disk that refused is tried again so often. */
const STORAGE_RETRY_MS = 10_000;
/** The longest message that is neither a block nor a bitfield: an extended one. */
const LONGEST_EXTENDED_MESSAGE = 64 * 1024;

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
  #retry: Timer | undefined;

  constructor(options: TorrentOptions, surroundings: TorrentSurroundings) {
    const { geometry, infoHashV1 } = options.metainfo;
    if (infoHashV1 === undefined) throw new Error('a v2-only torrent cannot be transferred yet');
    this.metainfo = options.metainfo;
    this.infoHashBytes = infoHashV1;
    this.infoHash = formatInfoHash(infoHashV1);
    this.#options = options;
    this.#surroundings = surroundings;
    const { clock, random, peerId, downloadBucket, uploadBucket } = surroundings;
    const { store } = options;
    this.#had = new Bitfield(geometry.pieceCount);
    this.#swarm = new Swarm(clock, peerId);
    const { peers } = this.#swarm;
    const events = {
      pieceVerified: (pieceIndex: number) => this.#pieceVerified(pieceIndex),
      guilty: (guilty: readonly Peer[]) => this.#ban(guilty),
      storageFailed: (error: unknown) => this.#storageFailed(error),
    };
    const meter = this.#downloadMeter;
    this.#download = new Download({ geometry, store, clock, random, bucket: downloadBucket, meter, peers, events });
    this.#upload = new Upload({
      geometry,
      store,
      clock,
      random,
      bucket: uploadBucket,
      meter: this.#uploadMeter,
      peers,
      isHad: (pieceIndex) => this.#had.has(pieceIndex),
      isSeeding: () => this.#had.isComplete,
      storageFailed: events.storageFailed,
    });
    for (const address of options.peers ?? []) this.knownPeers.add(address, 'manual', clock.now());
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
      this.#setProblem(error);
      this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => void this.#startAgain());
      return;
    }
    if (this.#isStopped) return;
    this.#problem = undefined;
    this.#phase = 'active';
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
    const { peers } = this.#swarm;
    return {
      phase: this.#phase,
      problem: this.#problem,
      paused: this.#paused,
      complete: this.#phase !== 'opening' && this.#phase !== 'checking' && this.#had.isComplete,
      verifiedBytes: this.#verifiedBytes,
      totalSize: this.metainfo.geometry.totalSize,
      downloadBytesPerSecond: this.#downloadMeter.bytesPerSecond,
      uploadBytesPerSecond: this.#uploadMeter.bytesPerSecond,
      connectedPeers: peers.size,
      knownPeers: Math.max(this.knownPeers.count, peers.size),
      downloadedBytes: this.#downloadMeter.totalBytes,
      uploadedBytes: this.#uploadMeter.totalBytes,
      wastedBytes: this.#download.wastedBytes,
      failedPieces: this.#download.failedPieces,
    };
  }

  get connectedPeers(): ReadonlySet<Peer> {
    return this.#swarm.peers;
  }

  /** Resolves when everything is verified, written and synced. */
  whenComplete(): Promise<void> {
    return this.#completion.promise;
  }

  /** Whether peers may connect now. */
  get isActive(): boolean {
    return this.#phase === 'active' || this.#phase === 'error';
  }

  /** Takes over a connection whose handshakes are done. Returns false when it was closed instead. */
  attach(connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): boolean {
    const { clock } = this.#surroundings;
    const peer = new Peer(connection, known, handshake, this.metainfo.geometry, clock.now());
    if (!this.isActive || !this.#admit(peer)) {
      connection.close();
      return false;
    }
    const decoder = this.#converse(peer);
    peer.dropBlock = () => decoder.dropBlock();
    this.#swarm.peers.add(peer);
    known.isConnected = true;
    known.failures = 0;
    this.#download.picker.peerJoined(peer);
    peer.write(greet(peer, this.#greeting()), clock.now());
    if (rest.length > 0) this.#received(peer, decoder, rest);
    return true;
  }

  /** Several times a second. */
  tick(): void {
    this.#upload.tick();
    if (this.#surroundings.downloadBucket.isLimited) this.#download.fillAll();
  }

  tickSecond(): void {
    this.#downloadMeter.tickSecond();
    this.#uploadMeter.tickSecond();
    for (const peer of this.#swarm.tickSecond()) this.#disconnect(peer, 'silent');
    this.#download.tickSecond();
  }

  /** Ends: sources tell their trackers, peers are let go, the store is flushed. Resolves within about `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#phase = 'stopped';
    this.#retry?.cancel();
    const stopping = this.#options.sources.map((source) => source.stop(deadlineMs));
    for (const peer of [...this.#swarm.peers]) this.#disconnect(peer, 'stopped');
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

  #greeting(): Greeting {
    return {
      infoHash: this.infoHashBytes,
      pieceCount: this.#had.pieceCount,
      hadCount: this.#had.count,
      toBitfield: () => this.#had.toWire(),
      listenPort: this.#surroundings.listenPort(),
      requestsWeKeep: REQUESTS_WE_KEEP,
    };
  }

  #converse(peer: Peer): MessageDecoder {
    const { geometry } = this.metainfo;
    const conversation = new Conversation({
      peer,
      geometry,
      clock: this.#surroundings.clock,
      download: this.#download,
      upload: this.#upload,
      introduced: () => this.#introduced(peer),
      piecesChanged: () => this.#piecesChanged(peer),
    });
    const maxMessageLength = Math.max(LONGEST_EXTENDED_MESSAGE, 1 + Math.ceil(geometry.pieceCount / 8));
    const decoder = new MessageDecoder(conversation, { maxMessageLength });
    peer.connection.setHandlers({
      onData: (bytes) => this.#received(peer, decoder, bytes),
      onDrain: () => this.#upload.drained(peer),
      onClose: (error) => {
        decoder.stop();
        this.#disconnect(peer, error?.message ?? 'closed by the peer');
      },
    });
    return decoder;
  }

  #received(peer: Peer, decoder: MessageDecoder, bytes: Buffer): void {
    if (peer.isClosed) return decoder.stop();
    peer.lastReceivedAtMs = this.#surroundings.clock.now();
    try {
      decoder.push(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      decoder.stop();
      this.#disconnect(peer, error.message);
    }
    if (peer.isClosed) decoder.stop();
  }

  /** Keeps one connection a peer. */
  #admit(newcomer: Peer): boolean {
    const present = this.#swarm.duplicateOf(newcomer);
    if (present === undefined) return true;
    if (newcomer.known.isDialable) this.#identify(present, newcomer.known.address);
    if (!this.#swarm.keepsNewcomer(present, newcomer)) return false;
    this.#disconnect(present, 'doubled');
    return true;
  }

  #introduced(peer: Peer): void {
    const port = peer.extension?.listenPort;
    if (port !== undefined && !peer.connection.outgoing) {
      this.#identify(peer, { host: peer.connection.remote.host, port });
    }
    this.#piecesChanged(peer);
  }

  #identify(peer: Peer, address: PeerAddress): void {
    peer.known = this.knownPeers.identify(peer.known, address, this.#surroundings.clock.now());
  }

  /** Interest follows what it has that we lack; two that need nothing of each other part (BEP 21). */
  #piecesChanged(peer: Peer): void {
    if (this.#had.isComplete && peer.isUploadOnly) return this.#disconnect(peer, 'both need nothing');
    const interested = peer.missingCount > 0;
    if (interested === peer.amInterested) return;
    peer.amInterested = interested;
    peer.send({ type: interested ? 'interested' : 'notInterested' }, this.#surroundings.clock.now());
  }

  #disconnect(peer: Peer, reason: string): void {
    if (!this.#swarm.peers.delete(peer)) return;
    peer.close();
    const isUseful = !(this.#had.isComplete && peer.isUploadOnly);
    this.knownPeers.disconnected(peer.known, this.#surroundings.clock.now(), isUseful);
    this.#download.left(peer);
    this.#upload.left(peer);
    const { host, port } = peer.connection.remote;
    this.#surroundings.logger.log('debug', 'peer left', { host, port, client: peer.clientName, reason });
  }

  #ban(guilty: readonly Peer[]): void {
    for (const peer of guilty) {
      if (peer.known.isBanned) continue;
      peer.known.isBanned = true;
      const { host, port } = peer.connection.remote;
      this.#surroundings.logger.log('warn', 'a peer sent bad data and is banned', {
        host,
        port,
        client: peer.clientName,
      });
      this.#download.picker.distrust(peer);
      this.#disconnect(peer, 'bad data');
    }
  }

  #pieceFound(pieceIndex: number): void {
    if (!this.#had.set(pieceIndex)) return;
    this.#verifiedBytes += this.metainfo.geometry.pieceSize(pieceIndex);
    this.#download.picker.pieceHad(pieceIndex);
  }

  #pieceVerified(pieceIndex: number): void {
    if (this.#isStopped) return;
    this.#pieceFound(pieceIndex);
    if (this.#phase === 'error') {
      this.#phase = 'active';
      this.#problem = undefined;
    }
    this.#swarm.announce(pieceIndex);
    for (const peer of this.#swarm.peers) {
      if (!peer.has.has(pieceIndex)) continue;
      peer.missingCount--;
      if (peer.missingCount === 0 && !this.#had.isComplete) this.#piecesChanged(peer);
    }
    if (this.#had.isComplete) this.#becomeSeed();
  }

  #becomeSeed(): void {
    this.#surroundings.logger.log('info', 'complete', { name: this.metainfo.name, infoHash: this.infoHash });
    // The last `have` must be on its way before seeds are left.
    this.#surroundings.clock.after(0, () => {
      const nowMs = this.#surroundings.clock.now();
      for (const peer of [...this.#swarm.peers]) {
        if (peer.handshake.extensionProtocol) peer.write([introduce(peer, this.#greeting())], nowMs);
        this.#piecesChanged(peer);
      }
      for (const source of this.#options.sources) source.completed();
    });
    void this.#settle();
  }

  async #settle(): Promise<void> {
    try {
      await this.#options.store.flush();
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
    }
  }

  #storageFailed(error: unknown): void {
    if (this.#isStopped || this.#phase === 'error') return;
    this.#setProblem(error);
    this.#download.hold();
    this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => this.#tryStorageAgain());
  }

  /** The state stays `error` until a piece was really stored. */
  #tryStorageAgain(): void {
    if (this.#phase !== 'error') return;
    this.#retry = this.#surroundings.clock.after(STORAGE_RETRY_MS, () => this.#tryStorageAgain());
    if (!this.#paused) this.#download.proceed();
  }

  #setProblem(error: unknown): void {
    const code = error instanceof StorageError ? error.code : 'not-readable';
    const message = error instanceof Error ? error.message : String(error);
    if (this.#problem?.message !== message)
      this.#surroundings.logger.log('error', message, { infoHash: this.infoHash });
    this.#problem = { code, message };
    this.#phase = 'error';
  }
}
