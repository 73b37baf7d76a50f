// The way of a block from the store to the socket.
// Invariant: a peer's blocks leave in the order they were asked for; at most one batch a peer waits for the store.

import type { Clock } from '@enjambre/runtime';
import type { Peer } from '../peer/peer.ts';
import type { SpeedMeter } from '../rate/speed-meter.ts';
import type { TokenBucket } from '../rate/token-bucket.ts';
import type { BlockView, PieceStore } from '../storage/piece-store.ts';
import { encodePieceHeader } from '../wire/encoder.ts';
import type { BlockRange } from '../wire/message.ts';
import { MOST_BYTES, SocketRoom } from './socket-room.ts';

/** Blocks that go out in one write: few system calls, and still short batches for a cancel to take effect. */
const BATCH_BLOCKS = 64;

export interface BlockSenderOptions {
  readonly store: PieceStore;
  /** Bytes of each piece but the last. */
  readonly pieceLength: number;
  readonly clock: Clock;
  readonly bucket: TokenBucket;
  readonly meter: SpeedMeter;
  /** The block will not come. */
  readonly refuse: (peer: Peer, range: BlockRange) => void;
  /** Data that we have could not be read. */
  readonly storageFailed: (error: unknown) => void;
}

export class BlockSender {
  readonly #options: BlockSenderOptions;
  /** Peers with requests that wait for the upload limit. */
  readonly #waiting = new Set<Peer>();
  readonly #socketRoom: SocketRoom;
  /** Peers with requests who have no block in their sockets, since others have. */
  readonly #heldBack = new Set<Peer>();

  constructor(options: BlockSenderOptions) {
    this.#options = options;
    this.#socketRoom = new SocketRoom(options.clock, options.meter);
  }

  /** Requests come many at a time: they are served together, once all that came with this one were read. */
  serveSoon(peer: Peer): void {
    if (peer.serving) return;
    peer.serving = true;
    queueMicrotask(() => {
      peer.serving = false;
      this.serve(peer);
    });
  }

  /** The peer's socket has taken what it was given: whoever was held back by it comes first. */
  drained(peer: Peer): void {
    this.#socketRoom.drained(peer);
    this.#serveAll(this.#heldBack);
    this.serve(peer);
  }

  /** Sends what the peer's socket has room for. */
  serve(peer: Peer): void {
    while (!peer.serving && !peer.isClosed && peer.wanted.length > 0) {
      const room = this.#socketRoom.of(peer);
      if (room <= 0) {
        if (!this.#socketRoom.holds(peer)) this.#heldBack.add(peer);
        return;
      }
      const batch = this.#takeBatch(peer, room);
      if (batch.length === 0) return void this.#waiting.add(peer);
      this.#readAhead(peer, batch);
      const reads = this.#read(peer, batch);
      // A promise for each block would cost more than everything else here: what is read ahead goes out at once.
      if (reads.every(isAtHand)) this.#send(peer, batch, reads);
      else this.#sendLater(peer, batch, reads);
    }
  }

  /** Those who wait for the upload limit, or for somebody's socket, get their share in turn. */
  tick(): void {
    this.#serveAll(this.#waiting);
    this.#serveAll(this.#heldBack);
  }

  left(peer: Peer): void {
    this.#waiting.delete(peer);
    this.#heldBack.delete(peer);
    this.#socketRoom.drained(peer);
    this.#serveAll(this.#heldBack);
  }

  /** Each once; who still has to wait comes in again, at the end. */
  #serveAll(peers: Set<Peer>): void {
    if (peers.size === 0) return;
    const inTurn = [...peers];
    peers.clear();
    for (const peer of inTurn) this.serve(peer);
  }

  /** The next requests of the peer, as far as its socket has room and the upload limit allows. */
  #takeBatch(peer: Peer, room: number): BlockRange[] {
    const { bucket, clock } = this.#options;
    let allowance = Math.min(room, bucket.available(clock.now()));
    const batch: BlockRange[] = [];
    let bytes = 0;
    while (batch.length < BATCH_BLOCKS && allowance > 0) {
      const range = peer.wanted.shift();
      if (range === undefined) break;
      bucket.take(range.length);
      allowance -= range.length;
      bytes += range.length;
      batch.push(range);
    }
    if (bytes > 0) this.#socketRoom.gives(peer, bytes);
    return batch;
  }

  /** Of one who takes full batches, what comes after the next one is read while this one is sent. */
  #readAhead(peer: Peer, batch: readonly BlockRange[]): void {
    const ahead = batch.length === BATCH_BLOCKS ? peer.wanted.at(BATCH_BLOCKS) : undefined;
    if (ahead === undefined) return;
    const wanted = ahead.length + this.#followingBytes(ahead, peer, BATCH_BLOCKS + 1);
    this.#options.store.prepare(ahead.pieceIndex, ahead.begin, wanted);
  }

  #read(peer: Peer, batch: readonly BlockRange[]): (BlockView | Promise<BlockView>)[] {
    // How much of what was asked for lies in one stretch from each block on: the last one's goes on in the backlog.
    const wanted: number[] = [];
    let following = this.#followingBytes(batch[batch.length - 1], peer, 0);
    for (let at = batch.length - 1; at >= 0; at--) {
      const { length } = batch[at];
      if (at + 1 < batch.length) following = this.#follows(batch[at], batch[at + 1]) ? wanted[at + 1] : 0;
      wanted[at] = length + following;
    }
    return batch.map(({ pieceIndex, begin, length }, at) =>
      this.#options.store.read(pieceIndex, begin, length, wanted[at]),
    );
  }

  /** Bytes in the peer's backlog, from its `ahead`th request on, that lie directly behind `range`. */
  #followingBytes(range: BlockRange, peer: Peer, ahead: number): number {
    let bytes = 0;
    let last = range;
    for (let at = ahead; at < ahead + BATCH_BLOCKS; at++) {
      const next = peer.wanted.at(at);
      if (next === undefined || !this.#follows(last, next)) break;
      bytes += next.length;
      last = next;
    }
    return bytes;
  }

  #follows(range: BlockRange, next: BlockRange): boolean {
    const end = range.begin + range.length;
    if (next.pieceIndex === range.pieceIndex) return next.begin === end;
    return next.pieceIndex === range.pieceIndex + 1 && next.begin === 0 && end === this.#options.pieceLength;
  }

  #sendLater(peer: Peer, batch: readonly BlockRange[], reads: readonly (BlockView | Promise<BlockView>)[]): void {
    peer.serving = true;
    void Promise.allSettled(reads).then((outcomes) => {
      peer.serving = false;
      const ranges: BlockRange[] = [];
      const views: BlockView[] = [];
      for (const [at, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') {
          ranges.push(batch[at]);
          views.push(outcome.value);
        } else {
          this.#options.refuse(peer, batch[at]);
          this.#options.storageFailed(outcome.reason);
        }
      }
      this.#send(peer, ranges, views);
      this.serve(peer);
    });
  }

  #send(peer: Peer, ranges: readonly BlockRange[], views: readonly BlockView[]): void {
    const release = (): void => {
      for (const view of views) view.release();
    };
    if (peer.isClosed || ranges.length === 0) {
      this.#socketRoom.gave(peer);
      return release();
    }
    const parts: Uint8Array[] = [];
    let sentBytes = 0;
    for (const [at, { pieceIndex, begin, length }] of ranges.entries()) {
      parts.push(encodePieceHeader(pieceIndex, begin, length), views[at].bytes);
      sentBytes += length;
    }
    const { clock } = this.#options;
    peer.write(parts, clock.now(), () => {
      peer.lastTookAtMs = clock.now();
      release();
    });
    peer.upload.add(sentBytes);
    peer.turnBytes += sentBytes;
    peer.lastGotAtMs = clock.now();
    this.#options.meter.add(sentBytes);
    this.#socketRoom.gave(peer);
    const keepsPace = peer.connection.bufferedBytes === 0;
    peer.burstBytes = keepsPace ? Math.min(2 * sentBytes, MOST_BYTES) : 0;
  }
}

function isAtHand(read: BlockView | Promise<BlockView>): read is BlockView {
  return !(read instanceof Promise);
}
