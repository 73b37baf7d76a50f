// Which pieces somebody has, as the wire writes it: piece 0 is the high bit of the first byte (BEP 3).
// Invariant: spare bits are zero, `count` is the number of set bits.

import { invariant } from '@enjambre/runtime';
import { ProtocolError } from '../protocol-error.ts';

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => countBits(byte));

/** A set of piece indexes below `pieceCount`. */
export class Bitfield {
  readonly pieceCount: number;
  readonly #bytes: Uint8Array;
  #count = 0;

  /** Empty. */
  constructor(pieceCount: number) {
    this.pieceCount = pieceCount;
    this.#bytes = new Uint8Array(Math.ceil(pieceCount / 8));
  }

  /**
   * What a peer sent; the bytes are copied.
   * @throws ProtocolError when the length is not that of `pieceCount` or a spare bit is set
   */
  static fromWire(bytes: Uint8Array, pieceCount: number): Bitfield {
    const field = new Bitfield(pieceCount);
    if (bytes.length !== field.#bytes.length) {
      throw new ProtocolError(`bitfield of ${bytes.length} bytes for ${pieceCount} pieces`);
    }
    if (((bytes.at(-1) ?? 0) & ~field.#lastByteMask & 0xff) !== 0) throw new ProtocolError('bitfield with spare bits');
    field.#bytes.set(bytes);
    for (const byte of bytes) field.#count += BITS_OF_BYTE[byte];
    return field;
  }

  /** How many are set. */
  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === this.pieceCount;
  }

  /** False for an index out of range, too. */
  has(pieceIndex: number): boolean {
    return (this.#bytes[pieceIndex >>> 3] & (0x80 >>> (pieceIndex & 7))) !== 0;
  }

  /** @returns whether it was not set before */
  set(pieceIndex: number): boolean {
    this.#checkRange(pieceIndex);
    if (this.has(pieceIndex)) return false;
    this.#bytes[pieceIndex >>> 3] |= 0x80 >>> (pieceIndex & 7);
    this.#count++;
    return true;
  }

  /** @returns whether it was set before */
  clear(pieceIndex: number): boolean {
    this.#checkRange(pieceIndex);
    if (!this.has(pieceIndex)) return false;
    this.#bytes[pieceIndex >>> 3] &= ~(0x80 >>> (pieceIndex & 7));
    this.#count--;
    return true;
  }

  setAll(): void {
    if (this.pieceCount === 0) return;
    this.#bytes.fill(0xff);
    this.#bytes[this.#bytes.length - 1] = this.#lastByteMask;
    this.#count = this.pieceCount;
  }

  /** A copy of the bytes, as a `bitfield` message carries them. */
  toWire(): Uint8Array {
    return this.#bytes.slice();
  }

  /** The bits of the last byte that stand for pieces. */
  get #lastByteMask(): number {
    return (0xff << (-this.pieceCount & 7)) & 0xff;
  }

  #checkRange(pieceIndex: number): void {
    invariant(pieceIndex >= 0 && pieceIndex < this.pieceCount, `piece ${pieceIndex} is below ${this.pieceCount}`);
  }
}

function countBits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}
