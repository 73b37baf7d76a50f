// A hybrid logical clock (Kulkarni et al., 2014): stamps that order changes as they followed from each other, close to wall time.
// A stamp is unix milliseconds × 2048 + a counter, in a double: exact until the year 2109. Invariant: every stamp that `next` gives
// is above all that it gave and all that it was shown, unless the wall clock is set back by more than a minute.

/** Changes within a millisecond; beyond that the clock runs ahead of the wall's. */
const STAMPS_PER_MS = 2048;

/** A clock further ahead than this is wrong: believing it would drag everybody's along. */
const MOST_AHEAD_MS = 60_000;

/** True for a stamp that nobody whose clock is right can have given. @param wallMs unix ms */
export function isAhead(stamp: number, wallMs: number): boolean {
  return stamp >= (Math.floor(wallMs) + MOST_AHEAD_MS + 1) * STAMPS_PER_MS;
}

export class ChangeClock {
  readonly #wallTime: () => number;
  #last = 0;

  /** @param wallTime unix ms */
  constructor(wallTime: () => number) {
    this.#wallTime = wallTime;
  }

  next(): number {
    const wallMs = this.#wallTime();
    // The wall clock was far ahead and has been set right: going on from there would give stamps that no other tracker takes.
    if (isAhead(this.#last, wallMs)) this.#last = 0;
    this.#last = Math.max(ChangeClock.firstOf(wallMs), this.#last + 1);
    return this.#last;
  }

  /** A stamp from elsewhere: what happens here from now on is newer. Whether to believe it is the caller's to decide. */
  observe(stamp: number): void {
    this.#last = Math.max(this.#last, stamp);
  }

  /** The first stamp of a time, unix ms. */
  static firstOf(wallMs: number): number {
    return Math.floor(wallMs) * STAMPS_PER_MS;
  }

  /** When it was given, as unix ms. */
  static timeOf(stamp: number): number {
    return Math.floor(stamp / STAMPS_PER_MS);
  }
}
