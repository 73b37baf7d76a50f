// The blocks a peer has asked us for and not been sent, in its order. Taking the first costs the same however many follow:
// cut off the front of an array of up to 2,000, a batch at a time, they took a twentieth of a seed's processor time.

import type { BlockRange } from '../wire/message.ts';

/** So many taken ones are kept before the others move up. */
const MOST_TAKEN = 256;

export class Backlog {
  #ranges: (BlockRange | undefined)[] = [];
  #taken = 0;

  get length(): number {
    return this.#ranges.length - this.#taken;
  }

  push(range: BlockRange): void {
    this.#ranges.push(range);
  }

  /** The one that has `ahead` others before it. */
  at(ahead: number): BlockRange | undefined {
    return this.#ranges[this.#taken + ahead];
  }

  /** Takes the first one out. */
  shift(): BlockRange | undefined {
    if (this.length === 0) return undefined;
    const range = this.#ranges[this.#taken];
    this.#ranges[this.#taken++] = undefined;
    if (this.#taken === this.#ranges.length || this.#taken === MOST_TAKEN) this.#moveUp();
    return range;
  }

  /** Takes that one out, the first of several equal ones. @returns whether it was there */
  remove({ pieceIndex, begin, length }: BlockRange): boolean {
    this.#moveUp();
    const at = this.#ranges.findIndex(
      (range) => range?.pieceIndex === pieceIndex && range.begin === begin && range.length === length,
    );
    if (at < 0) return false;
    this.#ranges.splice(at, 1);
    return true;
  }

  /** Takes out, in their order, all that are not to be kept. */
  sift(isKept: (range: BlockRange) => boolean): BlockRange[] {
    this.#moveUp();
    const all = this.#ranges as BlockRange[];
    this.#ranges = all.filter(isKept);
    return all.filter((range) => !isKept(range));
  }

  clear(): void {
    this.#ranges = [];
    this.#taken = 0;
  }

  #moveUp(): void {
    this.#ranges.splice(0, this.#taken);
    this.#taken = 0;
  }
}
