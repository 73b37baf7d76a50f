// A limit in bytes a second, shared by all who take from it.
// Invariant: over any stretch of time the bytes taken stay within limit × time + burst; a take may go into debt once, so
// that a block larger than what is left is not held back for ever.

/** Unused allowance is kept for so long: enough to bridge a tick, too little to be seen as a peak. */
const BURST_MS = 250;

export class TokenBucket {
  #bytesPerSecond: number;
  #tokens: number;
  #refilledAtMs: number;

  /** @param bytesPerSecond Infinity means no limit */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#tokens = 0;
    this.#refilledAtMs = nowMs;
  }

  get isLimited(): boolean {
    return this.#bytesPerSecond !== Number.POSITIVE_INFINITY;
  }

  /** Bytes that may be taken now; ≤ 0 means wait. */
  available(nowMs: number): number {
    if (!this.isLimited) return Number.POSITIVE_INFINITY;
    const earned = (this.#bytesPerSecond * (nowMs - this.#refilledAtMs)) / 1000;
    this.#refilledAtMs = nowMs;
    this.#tokens = Math.min(this.#tokens + earned, (this.#bytesPerSecond * BURST_MS) / 1000);
    return this.#tokens;
  }

  take(bytes: number): void {
    this.#tokens -= bytes;
  }

  /** What was taken was not used after all. */
  giveBack(bytes: number): void {
    this.#tokens += bytes;
  }
}
