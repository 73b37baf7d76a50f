// A set of pieces as a bit field, the first piece in the highest bit of the first byte (as BEP 3's `bitfield`).
// Invariant: `count` is the number of set bits; bits beyond the last piece are never set.

export class PieceSet {
  readonly bytes: Uint8Array;
  readonly #pieceCount: number;
  #count = 0;

  /** @param bytes a bit field to copy; bits beyond `pieceCount` are dropped */
  constructor(pieceCount: number, bytes?: Uint8Array) {
    this.#pieceCount = pieceCount;
    this.bytes = new Uint8Array(Math.ceil(pieceCount / 8));
    if (bytes === undefined) return;
    for (let pieceIndex = 0; pieceIndex < pieceCount; pieceIndex++) {
      if ((bytes[pieceIndex >> 3] & (0x80 >> (pieceIndex & 7))) !== 0) this.add(pieceIndex);
    }
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.#pieceCount;
  }

  has(pieceIndex: number): boolean {
    return (this.bytes[pieceIndex >> 3] & (0x80 >> (pieceIndex & 7))) !== 0;
  }

  add(pieceIndex: number): void {
    if (this.has(pieceIndex)) return;
    this.bytes[pieceIndex >> 3] |= 0x80 >> (pieceIndex & 7);
    this.#count++;
  }

  /** The run of pieces without a gap around that one, which is in the set: [first, end), within [from, end). */
  runAround(pieceIndex: number, from: number, end: number): [number, number] {
    let first = pieceIndex;
    let after = pieceIndex + 1;
    while (first > from && this.has(first - 1)) first--;
    while (after < end && this.has(after)) after++;
    return [first, after];
  }

  clear(): void {
    this.bytes.fill(0);
    this.#count = 0;
  }
}
