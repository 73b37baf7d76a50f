// HalfSipHash-2-4 (Aumasson, Bernstein): 32 bits of what only the holder of the key can foresee. Strangers choose info hashes
// and addresses; without a key they could choose them so that all fall into one chain of a table.

const KEY_LENGTH = 8;
const WORD_LENGTH = 4;

export class KeyedHash {
  readonly #low: number;
  readonly #high: number;

  /** @param key 8 bytes of chance */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, KEY_LENGTH);
    this.#low = view.getInt32(0, true);
    this.#high = view.getInt32(WORD_LENGTH, true);
  }

  /** Of the first `count` words. @returns an unsigned 32-bit number */
  of(words: Uint32Array, count: number): number {
    let v0 = this.#low;
    let v1 = this.#high;
    let v2 = this.#low ^ 0x6c796765;
    let v3 = this.#high ^ 0x74656462;
    for (let at = 0; at <= count; at++) {
      // The last block has no bytes left, only the length.
      const word = at < count ? words[at] | 0 : (count * WORD_LENGTH) << 24;
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    return (v1 ^ v3) >>> 0;
  }
}
