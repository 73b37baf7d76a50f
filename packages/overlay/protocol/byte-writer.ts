// Bytes of a message as they are put together, in network order. Invariant: never longer than it was made for.

import { invariant } from '@enjambre/runtime';

export class ByteWriter {
  readonly #bytes: Buffer;
  #length = 0;

  /** @param capacity bytes that fit */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get remaining(): number {
    return this.#bytes.length - this.#length;
  }

  uint8(value: number): this {
    return this.#integer(value, 1);
  }

  uint16(value: number): this {
    return this.#integer(value, 2);
  }

  uint32(value: number): this {
    return this.#integer(value, 4);
  }

  /** Up to 2^48 - 1. */
  uint48(value: number): this {
    return this.#integer(value, 6);
  }

  bytes(value: Uint8Array): this {
    invariant(value.length <= this.remaining, 'a message fits into what was made for it');
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** @param value lower-case hexadecimal digits, two a byte */
  hex(value: string): this {
    this.#length += this.#bytes.write(value, this.#length, 'hex');
    return this;
  }

  /** What was written, a view. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #integer(value: number, byteLength: number): this {
    this.#length = this.#bytes.writeUIntBE(value, this.#length, byteLength);
    return this;
  }
}
