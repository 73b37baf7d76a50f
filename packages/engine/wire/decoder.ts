// Bytes become messages: the hot path of a download. Any split of the byte stream gives the same calls in the same order.
// Invariant: a block is copied once, from the chunk into its slab; memory grows only with bytes that have arrived, and
// never beyond the longest legal message.

import { invariant } from '@enjambre/runtime';
import { ProtocolError } from '../protocol-error.ts';
import { LENGTH_PREFIX_BYTES, MESSAGE_ID, type Message, PIECE_HEADER_BYTES } from './message.ts';
import { isMessageLength, parseMessage } from './parse-message.ts';

/** Who hears what was read. Any of the calls may call `stop()` or `dropBlock()`. */
export interface MessageSink {
  onMessage(message: Message): void;
  /**
   * A block begins. Returns the slab of the whole piece, at whose offset `begin` the block will be written as it
   * arrives; `undefined` when the block is not wanted. Nothing about the three numbers has been checked.
   */
  onBlockStart(pieceIndex: number, begin: number, length: number): Buffer | undefined;
  /** The block's last byte has passed. `accepted`: it is in the slab (not refused, not dropped on the way). */
  onBlockEnd(pieceIndex: number, begin: number, length: number, accepted: boolean): void;
}

export interface DecoderLimits {
  /** The largest length prefix a peer of this torrent may send: of its bitfield, a full block, an extended message. */
  readonly maxMessageLength: number;
}

/** Enough for every message but bitfields and extended ones; what is longer borrows a buffer until it is complete. */
const HELD_BYTES = 64;

/** Reads the stream that follows the handshake. */
export class MessageDecoder {
  readonly #sink: MessageSink;
  readonly #maxMessageLength: number;
  #stopped = false;

  /** The beginning of a message whose end has not arrived. */
  #held = Buffer.alloc(HELD_BYTES);
  #heldBytes = 0;

  #slab: Buffer | undefined;
  #slabOffset = 0;
  #blockRemaining = 0;
  #pieceIndex = 0;
  #begin = 0;
  #length = 0;

  constructor(sink: MessageSink, limits: DecoderLimits) {
    this.#sink = sink;
    this.#maxMessageLength = limits.maxMessageLength;
  }

  /**
   * Takes the next bytes of the stream; they may be overwritten afterwards.
   * @throws ProtocolError when they are no legal message; what follows is ignored then.
   */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#blockRemaining > 0) at = this.#takeBlock(chunk, at);
      else if (this.#heldBytes > 0) at = this.#takeRest(chunk, at);
      else at = this.#takeUnit(chunk, at);
    }
  }

  /** The rest of the block being received is skipped: from now on its slab belongs to somebody else. */
  dropBlock(): void {
    this.#slab = undefined;
  }

  /** No call is made any more, not even for what is left of the chunk being pushed. */
  stop(): void {
    this.#stopped = true;
    this.#slab = undefined;
  }

  #takeBlock(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#blockRemaining);
    if (this.#slab !== undefined) chunk.copy(this.#slab, this.#slabOffset, at, end);
    this.#slabOffset += end - at;
    this.#blockRemaining -= end - at;
    if (this.#blockRemaining === 0) this.#endBlock();
    return end;
  }

  /** A unit (a message, or the header of a `piece`) that starts in this chunk. */
  #takeUnit(chunk: Buffer, at: number): number {
    const available = chunk.length - at;
    const unitBytes = this.#unitBytes(chunk, at, available);
    if (unitBytes > available) {
      this.#hold(chunk, at, chunk.length);
      return chunk.length;
    }
    this.#dispatch(chunk, at, at + unitBytes);
    return at + unitBytes;
  }

  /** More of the unit that is held already. */
  #takeRest(chunk: Buffer, at: number): number {
    const wanted = this.#unitBytes(this.#held, 0, this.#heldBytes) - this.#heldBytes;
    const end = Math.min(chunk.length, at + wanted);
    this.#hold(chunk, at, end);
    const unitBytes = this.#unitBytes(this.#held, 0, this.#heldBytes);
    if (unitBytes === this.#heldBytes) {
      const unit = this.#held;
      this.#heldBytes = 0;
      if (unit.length > HELD_BYTES) this.#held = Buffer.alloc(HELD_BYTES);
      this.#dispatch(unit, 0, unitBytes);
    }
    return end;
  }

  /** How long the unit at `at` is; while that can't be known, one more than is available. */
  #unitBytes(bytes: Buffer, at: number, available: number): number {
    if (available < LENGTH_PREFIX_BYTES) return available + 1;
    const length = bytes.readUInt32BE(at);
    if (length === 0) return LENGTH_PREFIX_BYTES;
    if (length > this.#maxMessageLength) this.#refuse(`message of ${length} bytes`);
    if (available === LENGTH_PREFIX_BYTES) return available + 1;
    const id = bytes[at + LENGTH_PREFIX_BYTES];
    if (!isMessageLength(id, length)) this.#refuse(`message ${id} of ${length} bytes`);
    return id === MESSAGE_ID.piece ? PIECE_HEADER_BYTES : LENGTH_PREFIX_BYTES + length;
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    const needed = this.#heldBytes + to - from;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#held.length * 2));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes, from, to);
    this.#heldBytes = needed;
  }

  #dispatch(bytes: Buffer, at: number, end: number): void {
    const idAt = at + LENGTH_PREFIX_BYTES;
    if (end === idAt) this.#sink.onMessage({ type: 'keepAlive' });
    else if (bytes[idAt] === MESSAGE_ID.piece) this.#startBlock(bytes, at);
    else this.#sink.onMessage(parseMessage(bytes, idAt, end));
  }

  #startBlock(bytes: Buffer, at: number): void {
    this.#length = bytes.readUInt32BE(at) + LENGTH_PREFIX_BYTES - PIECE_HEADER_BYTES;
    this.#pieceIndex = bytes.readUInt32BE(at + 5);
    this.#begin = bytes.readUInt32BE(at + 9);
    this.#blockRemaining = this.#length;
    this.#slabOffset = this.#begin;
    const slab = this.#sink.onBlockStart(this.#pieceIndex, this.#begin, this.#length);
    if (this.#stopped) return;
    invariant(slab === undefined || slab.length >= this.#begin + this.#length, 'an accepted block fits into its slab');
    this.#slab = slab;
    if (this.#length === 0) this.#endBlock();
  }

  #endBlock(): void {
    const accepted = this.#slab !== undefined;
    this.#slab = undefined;
    this.#sink.onBlockEnd(this.#pieceIndex, this.#begin, this.#length, accepted);
  }

  #refuse(reason: string): never {
    this.stop();
    throw new ProtocolError(reason);
  }
}
