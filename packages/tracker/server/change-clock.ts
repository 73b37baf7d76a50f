// A hybrid logical clock (Kulkarni et al., 2014): stamps that order changes as they followed from each other, close to wall time.
// A stamp is unix milliseconds × 2048 + a counter, in a double: exact until the year 2109. Invariant: every stamp that `next` gives
// is above all that it gave and all that it was shown.

/** Changes within a millisecond; beyond that the clock runs ahead of the wall's. */
const STAMPS_PER_MS = 2048;

export class ChangeClock {
  readonly #wallTime: () => number;
  #last = 0;

  /** @param wallTime unix ms */
  constructor(wallTime: () => number) {
    this.#wallTime = wallTime;
  }

  next(): number {
    this.#last = Math.max(Math.floor(this.#wallTime()) * STAMPS_PER_MS, this.#last + 1);
    return this.#last;
  }

  /** A stamp from elsewhere: what happens here from now on is newer. Whether to believe it is the caller's to decide. */
  observe(stamp: number): void {
    this.#last = Math.max(this.#last, stamp);
  }

  /** When it was given, as unix ms. */
  static timeOf(stamp: number): number {
    return Math.floor(stamp / STAMPS_PER_MS);
  }
}
