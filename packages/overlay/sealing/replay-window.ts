// Which numbers of one session were seen. Invariant: no number is taken twice, and none that is too old to be sure of.

/** Numbers behind the highest that may still come: a sender counts what it sends to everybody, and networks reorder. */
export const WINDOW_LENGTH = 1024;
const WORD_BITS = 32;

export class ReplayWindow {
  /** Bit n of the ring: whether the one number within the window that is n modulo its length was seen. */
  readonly #seen = new Uint32Array(WINDOW_LENGTH / WORD_BITS);
  #highest = -1;

  /** True the first time, false for what was seen or is behind the window. @param number whole, 0 or more */
  take(number: number): boolean {
    if (number <= this.#highest - WINDOW_LENGTH) return false;
    if (number > this.#highest) {
      const first = Math.max(this.#highest + 1, number - WINDOW_LENGTH + 1);
      for (let skipped = first; skipped <= number; skipped++) this.#write(skipped, false);
      this.#highest = number;
    } else if (this.#wasSeen(number)) {
      return false;
    }
    this.#write(number, true);
    return true;
  }

  #wasSeen(number: number): boolean {
    const bit = number % WINDOW_LENGTH;
    return (this.#seen[Math.floor(bit / WORD_BITS)] & (1 << (bit % WORD_BITS))) !== 0;
  }

  #write(number: number, seen: boolean): void {
    const bit = number % WINDOW_LENGTH;
    const mask = 1 << (bit % WORD_BITS);
    if (seen) this.#seen[Math.floor(bit / WORD_BITS)] |= mask;
    else this.#seen[Math.floor(bit / WORD_BITS)] &= ~mask;
  }
}
