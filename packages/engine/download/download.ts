// The way of a block: a request goes out, its bytes go into a slab, a full slab is verified and written, and the piece
// is ours. Holds the picker to its word: every block asked for is either received, or released.
// Invariant: a slab is written by one connection at a time for each block, and by none once it was handed to the store.

import { BLOCK_LENGTH, type PieceGeometry } from '@enjambre/metainfo';
import { type Clock, invariant, type Random } from '@enjambre/runtime';
import type { Peer } from '../peer/peer.ts';
import { Suspicion } from '../peer/suspicion.ts';
import type { OpenPiece } from '../picker/open-piece.ts';
import { PiecePicker } from '../picker/piece-picker.ts';
import { ProtocolError } from '../protocol-error.ts';
import type { SpeedMeter } from '../rate/speed-meter.ts';
import type { TokenBucket } from '../rate/token-bucket.ts';
import type { PieceStore } from '../storage/piece-store.ts';
import { ALLOWED_FAST_COUNT } from '../wire/allowed-fast.ts';
import { encodeCancels, encodeRequests } from '../wire/encoder.ts';

/**
 * Bytes handed to the store and not yet written above which nothing more is asked for: the disk sets the pace. A third of
 * the slabs is left to the network.
 */
const MOST_UNWRITTEN_BYTES = 32 * 1024 * 1024;
/** Cancelled blocks that are remembered because they may still come. */
const MOST_CANCELLED = 8192;
/** Blocks nobody asked for, beyond what crossing cancels explain: a peer that floods is not worth keeping. */
const MOST_UNASKED = 512;

/** Somebody who chokes us again and again before a block has come only keeps us busy. */
const MOST_FRUITLESS_CHOKES = 3;

/** What a download tells the torrent it belongs to. */
interface DownloadEvents {
  pieceVerified(pieceIndex: number): void;
  /** These sent bad data for certain. */
  guilty(peers: readonly Peer[]): void;
  /** A piece could not be stored. */
  storageFailed(error: unknown): void;
}

export interface DownloadOptions {
  readonly geometry: PieceGeometry;
  readonly store: PieceStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly bucket: TokenBucket;
  readonly meter: SpeedMeter;
  readonly peers: ReadonlySet<Peer>;
  readonly events: DownloadEvents;
}

export class Download {
  readonly picker: PiecePicker<Peer>;
  readonly #options: DownloadOptions;
  readonly #suspicion = new Suspicion<Peer>();
  /** Nothing is asked for: the user paused, or the disk refuses. */
  #isHeld = false;
  /** Payload that was of no use: duplicates, blocks nobody asked for, pieces that failed. */
  wastedBytes = 0;
  failedPieces = 0;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.picker = new PiecePicker({
      geometry: options.geometry,
      random: options.random,
      allocate: (pieceIndex) => options.store.takeSlab(pieceIndex),
      free: (slab) => options.store.discard(slab),
      taken: (holder, pieceIndex, blockIndex) => this.#cancel(holder, [holder.keyOf(pieceIndex, blockIndex)]),
    });
  }

  /** Asks the peer for more, as far as it, the limits and the store allow. */
  fill(peer: Peer): void {
    if (this.#isHeld || peer.isClosed || !peer.amInterested) return;
    if (peer.peerChoking && (peer.allowedToUs.size === 0 || this.picker.hadCount >= ALLOWED_FAST_COUNT)) return;
    const { store, clock, bucket } = this.#options;
    let want = peer.requests.room();
    if (want === 0 || store.unwrittenBytes > MOST_UNWRITTEN_BYTES) return;
    const nowMs = clock.now();
    if (bucket.isLimited) want = Math.min(want, Math.max(0, Math.ceil(bucket.available(nowMs) / BLOCK_LENGTH)));
    if (want === 0) return;
    const picked = this.picker.pick(peer, want);
    if (picked.length === 0) return;
    const ranges = picked.map(({ pieceIndex, blockIndex }) => {
      const key = peer.keyOf(pieceIndex, blockIndex);
      peer.requests.asked(key, nowMs);
      peer.cancelled.delete(key);
      const range = peer.rangeOf(key);
      bucket.take(range.length);
      return range;
    });
    peer.write([encodeRequests(ranges)], nowMs);
  }

  /** Those that let requests time out come last: what they are asked for again, nobody else would be. */
  fillAll(): void {
    for (const peer of this.#options.peers) if (!peer.snubbed) this.fill(peer);
    for (const peer of this.#options.peers) if (peer.snubbed) this.fill(peer);
  }

  /** Asks for nothing any more and takes back what was asked for (contract C10). */
  hold(): void {
    this.#isHeld = true;
    for (const peer of this.#options.peers) this.#cancelAll(peer);
  }

  /** Goes on after `hold`. */
  proceed(): void {
    this.#isHeld = false;
    this.fillAll();
  }

  /** A block begins to arrive. Returns its piece's slab, or undefined when it is not wanted. */
  blockStarted(peer: Peer, pieceIndex: number, begin: number, length: number): Buffer | undefined {
    const { geometry } = this.#options;
    const blockIndex = begin / BLOCK_LENGTH;
    if (
      pieceIndex >= geometry.pieceCount ||
      !Number.isInteger(blockIndex) ||
      blockIndex >= geometry.blockCount(pieceIndex) ||
      length !== geometry.blockSize(pieceIndex, blockIndex)
    ) {
      throw new ProtocolError(`block ${pieceIndex}/${begin}+${length} that nobody could have asked for`);
    }
    const key = peer.keyOf(pieceIndex, blockIndex);
    if (!peer.requests.has(key) && !peer.cancelled.has(key)) {
      if (++peer.unaskedCount > MOST_UNASKED) throw new ProtocolError('too many blocks that nobody asked for');
      return undefined;
    }
    const piece = this.picker.openPiece(pieceIndex);
    if (piece === undefined || piece.received[blockIndex] === 1 || !this.#mayDeliver(peer, piece)) return undefined;
    for (const other of this.#options.peers) if (other.receiving === key) other.dropBlock();
    peer.receiving = key;
    return piece.slab.bytes;
  }

  /** The block's last byte is here; `accepted` when it went into the slab. */
  blockEnded(peer: Peer, pieceIndex: number, begin: number, length: number, accepted: boolean): void {
    const nowMs = peer.lastReceivedAtMs;
    const blockIndex = begin / BLOCK_LENGTH;
    const key = peer.keyOf(pieceIndex, blockIndex);
    peer.receiving = undefined;
    peer.download.add(length);
    peer.given.add(length);
    this.#options.meter.add(length);
    const awaited = peer.requests.came(key, nowMs);
    if (awaited) peer.fruitlessChokes = 0;
    peer.cancelled.delete(key);
    if (awaited && peer.snubbed) {
      peer.snubbed = false;
      peer.requests.restart();
    }
    if (accepted) this.#blockReceived(peer, pieceIndex, blockIndex);
    else {
      this.wastedBytes += length;
      this.picker.cameInVain();
      if (awaited) this.picker.release(peer, pieceIndex, blockIndex);
    }
    this.fill(peer);
  }

  /**
   * It chokes us. BEP 3 means: what it owes will not come. With the fast extension it refuses each request by itself,
   * and what it does not refuse still comes (BEP 6): fetching that elsewhere would only double it.
   */
  choked(peer: Peer): void {
    if (peer.requests.size > 0 && ++peer.fruitlessChokes >= MOST_FRUITLESS_CHOKES) this.#snub(peer);
    if (!peer.handshake.fast) for (const key of [...peer.requests.keys()]) this.#giveUp(peer, key);
    this.picker.disowned(peer);
    this.fillAll();
  }

  /** It refuses one request (BEP 6). The next event asks again, not this one: two that disagree must not spin. */
  rejected(peer: Peer, key: number): void {
    if (peer.peerChoking) peer.allowedToUs.delete(peer.blockOf(key).pieceIndex);
    this.#giveUp(peer, key);
    peer.cancelled.delete(key);
  }

  left(peer: Peer): void {
    for (const key of [...peer.requests.keys()]) this.#giveUp(peer, key);
    this.picker.peerLeft(peer);
    this.fillAll();
  }

  /** Once a second: queues follow rates, and peers that let a request time out are snubbed. */
  tickSecond(): void {
    const nowMs = this.#options.clock.now();
    for (const peer of this.#options.peers) {
      peer.requests.tickSecond(peer.download.bytesPerSecond);
      if (peer.requests.size > 0) this.#checkTimeout(peer, nowMs);
    }
    this.fillAll();
  }

  #checkTimeout(peer: Peer, nowMs: number): void {
    const overdueMs = peer.requests.overdueMs(nowMs);
    if (overdueMs <= peer.requests.timeoutMs) return;
    if (!peer.snubbed) {
      // Only the last block is freed: a slow peer may still deliver the others; idle peers steal them meanwhile.
      this.#snub(peer);
      const last = [...peer.requests.keys()].at(-1);
      if (last !== undefined) this.#cancel(peer, [last]);
    } else if (overdueMs > 2 * peer.requests.timeoutMs) {
      this.#cancelAll(peer);
    }
  }

  #snub(peer: Peer): void {
    peer.snubbed = true;
    peer.requests.shrink();
    this.picker.disowned(peer);
    // Nobody takes blocks over in a piece that is one peer's alone.
    const alone = [...peer.requests.keys()].filter(
      (key) => this.picker.openPiece(peer.blockOf(key).pieceIndex)?.exclusive === true,
    );
    this.#cancel(peer, alone);
  }

  #blockReceived(peer: Peer, pieceIndex: number, blockIndex: number): void {
    const { others, complete } = this.picker.received(peer, pieceIndex, blockIndex);
    for (const other of others) this.#cancel(other, [other.keyOf(pieceIndex, blockIndex)]);
    if (complete !== undefined) this.#finish(complete);
  }

  #finish(piece: OpenPiece<Peer>): void {
    const { store, events } = this.#options;
    store.finish(piece.pieceIndex, piece.slab, this.#suspicion.isWaitingFor(piece.pieceIndex)).then(
      ({ verified, blockHashes }) => {
        if (verified) {
          this.picker.verified(piece);
          events.guilty(this.#suspicion.piecePassed(piece, blockHashes));
          events.pieceVerified(piece.pieceIndex);
        } else {
          invariant(blockHashes !== undefined, 'a bad piece comes with its block hashes');
          this.failedPieces++;
          this.wastedBytes += this.#options.geometry.pieceSize(piece.pieceIndex);
          this.picker.failed(piece, true);
          events.guilty(this.#suspicion.pieceFailed(piece, blockHashes));
        }
        this.fillAll();
      },
      (error: unknown) => {
        this.picker.failed(piece, false);
        events.storageFailed(error);
      },
    );
  }

  /** A piece that is to tell the guilty from the others must not be mixed by a late block. */
  #mayDeliver(peer: Peer, piece: OpenPiece<Peer>): boolean {
    return !piece.exclusive || piece.owner === undefined || piece.owner === peer;
  }

  #cancelAll(peer: Peer): void {
    this.#cancel(peer, [...peer.requests.keys()]);
  }

  #cancel(peer: Peer, keys: readonly number[]): void {
    if (keys.length === 0) return;
    const ranges = keys.map((key) => {
      this.#giveUp(peer, key);
      return peer.rangeOf(key);
    });
    if (!peer.isClosed) peer.write([encodeCancels(ranges)], this.#options.clock.now());
  }

  #giveUp(peer: Peer, key: number): void {
    if (!peer.requests.drop(key)) return;
    const { pieceIndex, blockIndex } = peer.blockOf(key);
    this.#options.bucket.giveBack(peer.rangeOf(key).length);
    this.picker.release(peer, pieceIndex, blockIndex);
    if (peer.cancelled.size < MOST_CANCELLED) peer.cancelled.add(key);
  }
}
