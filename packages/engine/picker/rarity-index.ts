// Which unstarted pieces are rarest: pieces in order of availability, kept sorted in O(1) a change.
// Invariant: `#order` holds each piece that may be started once, grouped by availability; `#bucketStart[a]` is where the
// group of availability `a` begins. Within a group the order is random, so that equal clients pick differently.

import { type Random, shuffle } from '@enjambre/runtime';

export class RarityIndex {
  readonly #order: number[];
  /** Where each piece stands in `#order`, -1 when it is not there (had, or being fetched). */
  readonly #position: Int32Array;
  readonly #availability: Uint16Array;
  readonly #bucketStart: number[] = [0];

  constructor(pieceCount: number, random: Random) {
    this.#order = shuffle(
      Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex),
      random,
    );
    this.#position = new Int32Array(pieceCount);
    this.#order.forEach((pieceIndex, position) => {
      this.#position[pieceIndex] = position;
    });
    this.#availability = new Uint16Array(pieceCount);
  }

  /** How many pieces may still be started. */
  get size(): number {
    return this.#order.length;
  }

  /** Whether the piece may still be started. */
  includes(pieceIndex: number): boolean {
    return this.#position[pieceIndex] >= 0;
  }

  /** Whether the piece may be started, and no rarer one may. */
  isRarest(pieceIndex: number): boolean {
    return this.includes(pieceIndex) && this.#availability[pieceIndex] === this.#availability[this.#order[0]];
  }

  /** The piece at that place, 0 being the rarest. */
  at(position: number): number {
    return this.#order[position];
  }

  /** How many counted peers have the piece. */
  availability(pieceIndex: number): number {
    return this.#availability[pieceIndex];
  }

  increase(pieceIndex: number): void {
    const bucket = this.#availability[pieceIndex]++;
    if (this.#position[pieceIndex] < 0) return;
    // To the end of its group; the next group's start then moves back over it.
    this.#startOf(bucket + 1);
    this.#swap(this.#position[pieceIndex], this.#endOf(bucket) - 1);
    this.#bucketStart[bucket + 1]--;
  }

  decrease(pieceIndex: number): void {
    const bucket = this.#availability[pieceIndex]--;
    if (this.#position[pieceIndex] < 0) return;
    this.#swap(this.#position[pieceIndex], this.#bucketStart[bucket]);
    this.#bucketStart[bucket]++;
  }

  /** Takes the piece out: it is had or being fetched. */
  remove(pieceIndex: number): void {
    if (this.#position[pieceIndex] < 0) return;
    // Over each later group's edge to the very end.
    for (let bucket = this.#availability[pieceIndex]; bucket < this.#bucketStart.length; bucket++) {
      this.#swap(this.#position[pieceIndex], this.#endOf(bucket) - 1);
      if (bucket + 1 < this.#bucketStart.length) this.#bucketStart[bucket + 1]--;
    }
    this.#order.pop();
    this.#position[pieceIndex] = -1;
  }

  /** Puts the piece back: it is to be fetched after all. */
  insert(pieceIndex: number): void {
    if (this.#position[pieceIndex] >= 0) return;
    const bucket = this.#availability[pieceIndex];
    this.#startOf(bucket);
    this.#position[pieceIndex] = this.#order.push(pieceIndex) - 1;
    for (let later = this.#bucketStart.length - 1; later > bucket; later--) {
      this.#swap(this.#position[pieceIndex], this.#bucketStart[later]);
      this.#bucketStart[later]++;
    }
  }

  #startOf(bucket: number): void {
    while (this.#bucketStart.length <= bucket) this.#bucketStart.push(this.#order.length);
  }

  #endOf(bucket: number): number {
    return bucket + 1 < this.#bucketStart.length ? this.#bucketStart[bucket + 1] : this.#order.length;
  }

  #swap(left: number, right: number): void {
    const order = this.#order;
    const moved = order[left];
    order[left] = order[right];
    order[right] = moved;
    this.#position[order[left]] = left;
    this.#position[moved] = right;
  }
}
