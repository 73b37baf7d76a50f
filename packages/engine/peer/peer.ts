// One peer we are connected to: what each side has said to the other, and the means to say more. It decides nothing.
// Invariant: after `close` nothing is sent and no handler is called any more.

import { BLOCK_LENGTH, clientName, type PieceGeometry } from '@enjambre/metainfo';
import type { KnownPeer } from '../discovery/known-peers.ts';
import type { Connection } from '../net/transport.ts';
import type { PickingPeer } from '../picker/picking-peer.ts';
import { SpeedMeter } from '../rate/speed-meter.ts';
import { Bitfield } from '../wire/bitfield.ts';
import { encodeMessage, type OutgoingMessage } from '../wire/encoder.ts';
import type { ExtensionHandshake } from '../wire/extension-handshake.ts';
import type { Handshake } from '../wire/handshake.ts';
import type { BlockRange } from '../wire/message.ts';
import { Backlog } from './backlog.ts';
import { RequestQueue } from './request-queue.ts';

/** A peer's own rate decides about queues: fresh enough to follow a change within seconds. */
const RATE_WINDOW_SECONDS = 3;
/** What it gave decides whether it is served (BEP 3: "a twenty-second rolling average"): a pause between pieces is no refusal. */
const TRADE_WINDOW_SECONDS = 20;

export class Peer implements PickingPeer {
  readonly connection: Connection;
  /** Its address; changes when it tells where it listens. */
  known: KnownPeer;
  readonly handshake: Handshake;
  readonly connectedAtMs: number;

  has: Bitfield;
  /** Whether it has told what it has; only the first message may tell all at once. */
  toldPieces = false;
  /** How many pieces it has that we lack: interest follows it. */
  missingCount = 0;

  amChoking = true;
  amInterested = false;
  peerChoking = true;
  peerInterested = false;
  /** Pieces we got that it has not heard of; whether it lacks one of them. */
  readonly untold: number[] = [];
  untoldLacks = false;
  /** Pieces it sends us although it chokes us, and those we send it (BEP 6). */
  readonly allowedToUs = new Set<number>();
  readonly allowedToPeer = new Set<number>();

  /** Pieces it would rather send than others (BEP 6). */
  readonly suggested = new Set<number>();
  readonly requests = new RequestQueue();
  /** Blocks that were asked for and then cancelled or refused by a choke: they may still come, and are welcome. */
  readonly cancelled = new Set<number>();
  /** The block whose bytes are arriving: its key. */
  receiving: number | undefined;
  /** Makes the rest of the block that is arriving be skipped. */
  dropBlock: () => void = () => {};
  snubbed = false;
  suspected = false;

  /** What it asked us for, oldest first. */
  readonly wanted = new Backlog();
  /** A batch of what it asked for is on its way from the store to the socket. */
  serving = false;
  /** Twice what its socket took at once, last time; 0 once something had to wait. */
  burstBytes = 0;
  /** When its socket last took blocks, or what lies in it began to wait. */
  lastTookAtMs = 0;
  optimistic = false;
  unchokedAtMs: number | undefined;
  waitingSinceMs: number;
  /** When it last told of a piece, or was sent a block of ours. */
  lastGotAtMs = Number.NEGATIVE_INFINITY;
  hoards = false;
  turnBytes = 0;
  /** When it last asked for a block, or was told that it may. */
  lastAskedAtMs = 0;
  /** When it was told that it may ask, until it does; it may have been choked meanwhile. */
  invitedAtMs: number | undefined;
  /** How long it took from then until its first request was here, last time: its uplink may be full of blocks. */
  reactionMs = 0;

  extension: ExtensionHandshake | undefined;
  readonly download = new SpeedMeter(RATE_WINDOW_SECONDS);
  readonly given = new SpeedMeter(TRADE_WINDOW_SECONDS);
  readonly upload = new SpeedMeter(RATE_WINDOW_SECONDS);
  lastReceivedAtMs: number;
  lastSentAtMs: number;
  isClosed = false;
  /** How often in a row it choked us while it owed us blocks, and had sent none. */
  fruitlessChokes = 0;
  /** Refusals that its socket has not taken yet. */
  refusalsUnderWay = 0;
  /** Blocks nobody asked for. */
  unaskedCount = 0;

  /** A peer may allow pieces that it has yet to get (BEP 6). */
  readonly #allowedAndHad = {
    has: (pieceIndex: number): boolean => this.allowedToUs.has(pieceIndex) && this.has.has(pieceIndex),
  };
  readonly #geometry: PieceGeometry;
  readonly #blocksPerPiece: number;

  constructor(connection: Connection, known: KnownPeer, handshake: Handshake, geometry: PieceGeometry, nowMs: number) {
    this.connection = connection;
    this.known = known;
    this.handshake = handshake;
    this.#geometry = geometry;
    this.#blocksPerPiece = Math.ceil(geometry.pieceLength / BLOCK_LENGTH);
    this.has = new Bitfield(geometry.pieceCount);
    this.connectedAtMs = this.waitingSinceMs = this.lastReceivedAtMs = this.lastSentAtMs = nowMs;
  }

  get offers(): { has(pieceIndex: number): boolean } {
    return this.peerChoking ? this.#allowedAndHad : this.has;
  }

  get bytesPerSecond(): number {
    return this.download.bytesPerSecond;
  }

  get isWarmingUp(): boolean {
    return !this.requests.isMeasured;
  }

  get secondsPerBlock(): number | undefined {
    return this.requests.secondsPerBlock;
  }

  get outstandingCount(): number {
    return this.requests.size;
  }

  owesAmongFirst(pieceIndex: number, blockIndex: number, count: number): boolean {
    const key = this.keyOf(pieceIndex, blockIndex);
    let left = count;
    for (const owed of this.requests.keys()) {
      if (left-- === 0) return false;
      if (owed === key) return true;
    }
    return false;
  }

  get givenBytesPerSecond(): number {
    return this.given.bytesPerSecond;
  }

  get interested(): boolean {
    return this.peerInterested;
  }

  /** It wants nothing from anybody: it has all, or says so (BEP 21). */
  get isUploadOnly(): boolean {
    return this.has.isComplete || this.extension?.uploadOnly === true;
  }

  /** Its program, as far as it tells. */
  get clientName(): string {
    return this.extension?.clientVersion ?? clientName(this.handshake.peerId);
  }

  /** A number that names a block of the torrent. */
  keyOf(pieceIndex: number, blockIndex: number): number {
    return pieceIndex * this.#blocksPerPiece + blockIndex;
  }

  /** The block that a key names. */
  blockOf(key: number): { pieceIndex: number; blockIndex: number } {
    return { pieceIndex: Math.floor(key / this.#blocksPerPiece), blockIndex: key % this.#blocksPerPiece };
  }

  /** The block that a key names, as the wire names it. */
  rangeOf(key: number): BlockRange {
    const { pieceIndex, blockIndex } = this.blockOf(key);
    const length = this.#geometry.blockSize(pieceIndex, blockIndex);
    return { pieceIndex, begin: blockIndex * BLOCK_LENGTH, length };
  }

  send(message: OutgoingMessage, nowMs: number): void {
    this.write([encodeMessage(message)], nowMs);
  }

  write(parts: readonly Uint8Array[], nowMs: number, onFlushed?: () => void): void {
    this.lastSentAtMs = nowMs;
    if (this.connection.bufferedBytes === 0) this.lastTookAtMs = nowMs;
    this.connection.write(parts, onFlushed);
  }

  close(): void {
    this.isClosed = true;
    this.connection.close();
  }
}
