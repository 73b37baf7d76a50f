// The blocks one peer owes us: how many to ask for, and since when each is awaited.
// Invariant: `size` ≤ what the peer accepts; a block is in the queue from being asked for until it came, was refused,
// cancelled or given up.

import { BLOCK_LENGTH } from '@enjambre/metainfo';

/** Doubled with each round trip until the rate is known. More would reserve pieces that a slow peer takes long for. */
const FIRST_TARGET = 16;
/** A peer always has one block to send and one waiting. */
const LEAST_TARGET = 2;
/**
 * Waiting requests cover this long at the peer's rate besides the round trip: refills follow each block, so it never
 * dries up, and what is asked for is reserved no longer than needed (docs/decisions/0001).
 */
const QUEUE_SECONDS = 0.5;
/** More than this only helps where the round trip is long: 8 MiB under way stay within the last-level cache. */
const LOCAL_TARGET_LIMIT = 512;
/** What a peer that does not tell its `reqq` is taken to accept (BEP 10). */
const UNTOLD_PEER_LIMIT = 250;
/** However much a peer would accept: bounds what is open at once. */
const OUR_LIMIT = 4096;
/** The queue grows for as long as the rate grows by this much a second. */
const GROWTH = 1.1;

/** A rate over fewer seconds is that of a beginning. */
const MEASURED_SECONDS = 3;

/** Bounds of the request time-out; the first one holds until a block has come. */
const FIRST_TIMEOUT_MS = 10_000;
const LEAST_TIMEOUT_MS = 2_000;
const MOST_TIMEOUT_MS = 60_000;

export class RequestQueue {
  /** Block key → when it was asked for, in the order of asking. */
  readonly #askedAt = new Map<number, number>();
  #target = FIRST_TARGET;
  #peerLimit = UNTOLD_PEER_LIMIT;
  #growing = true;
  #isShrunk = false;
  #lastRate = 0;
  /** Ticks in a row at which something was owed. */
  #busySeconds = 0;
  #lastBlockAtMs = 0;
  #gapMeanMs: number | undefined;
  #gapDeviationMs = 0;
  /** The quickest answer seen: the round trip, without the waiting in the peer's queue. */
  #roundTripMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#askedAt.size;
  }

  has(key: number): boolean {
    return this.#askedAt.has(key);
  }

  keys(): IterableIterator<number> {
    return this.#askedAt.keys();
  }

  /** How many more to ask for now: none until a quarter of the queue is used up, so that requests go out in batches. */
  room(): number {
    return this.size <= this.#target - Math.ceil(this.#target / 4) ? this.#target - this.size : 0;
  }

  asked(key: number, nowMs: number): void {
    this.#askedAt.set(key, nowMs);
  }

  /** The block will not come, or is no longer wanted. Returns whether it was awaited. */
  drop(key: number): boolean {
    return this.#askedAt.delete(key);
  }

  /** The block came. Returns whether it was awaited. */
  came(key: number, nowMs: number): boolean {
    const askedAtMs = this.#askedAt.get(key);
    if (askedAtMs === undefined) return false;
    this.#askedAt.delete(key);
    this.#roundTripMs = Math.min(this.#roundTripMs, nowMs - askedAtMs);
    const gapMs = nowMs - Math.max(this.#lastBlockAtMs, askedAtMs);
    const mean = this.#gapMeanMs ?? gapMs;
    this.#gapDeviationMs += (Math.abs(gapMs - mean) - this.#gapDeviationMs) / 4;
    this.#gapMeanMs = mean + (gapMs - mean) / 8;
    this.#lastBlockAtMs = nowMs;
    // A block that waited its turn for so long shows that the queue is deep enough.
    if (nowMs - askedAtMs > QUEUE_SECONDS * 1000 + this.#roundTripMs) this.#growing = false;
    if (this.#growing) this.#setTarget(this.#target + 1);
    return true;
  }

  /** `reqq` of the peer's extension handshake. */
  limitTo(peerLimit: number): void {
    this.#peerLimit = peerLimit;
    this.#setTarget(this.#target);
  }

  /** Once a second: the queue follows the rate. */
  tickSecond(bytesPerSecond: number): void {
    this.#busySeconds = this.size > 0 ? this.#busySeconds + 1 : 0;
    if (this.#growing && this.#lastRate > 0 && bytesPerSecond < this.#lastRate * GROWTH) this.#growing = false;
    if (!this.#growing) this.#setTarget(Math.ceil((bytesPerSecond * QUEUE_SECONDS) / BLOCK_LENGTH));
    this.#lastRate = bytesPerSecond;
  }

  /** It let a request time out: one block at a time until it delivers again. */
  shrink(): void {
    this.#growing = false;
    this.#isShrunk = true;
    this.#setTarget(1);
  }

  /** It delivers again. */
  restart(): void {
    this.#growing = true;
    this.#isShrunk = false;
    this.#lastRate = 0;
    this.#setTarget(LEAST_TARGET);
  }

  /** Whether its rate means something: it has owed us blocks for whole seconds. */
  get isMeasured(): boolean {
    return this.#busySeconds >= MEASURED_SECONDS;
  }

  /**
   * How long nothing may come while something is awaited: mean and four deviations of this peer's own gaps, and twice
   * the mean at least, lest a steady peer be snubbed for its first hiccup.
   */
  get timeoutMs(): number {
    if (this.#gapMeanMs === undefined) return FIRST_TIMEOUT_MS;
    const timeoutMs = this.#gapMeanMs + Math.max(4 * this.#gapDeviationMs, 3 * this.#gapMeanMs);
    return Math.min(Math.max(timeoutMs, LEAST_TIMEOUT_MS), MOST_TIMEOUT_MS);
  }

  /** The mean of this peer's gaps between two blocks; undefined before the first. */
  get secondsPerBlock(): number | undefined {
    return this.#gapMeanMs && this.#gapMeanMs / 1000;
  }

  /** How long the peer has owed us something without sending anything; 0 when it owes nothing. */
  overdueMs(nowMs: number): number {
    const oldest = this.#askedAt.values().next();
    return oldest.done === true ? 0 : nowMs - Math.max(this.#lastBlockAtMs, oldest.value);
  }

  #setTarget(target: number): void {
    const bytesPerRoundTrip = (this.#lastRate * this.#roundTripMs) / 1000;
    const farLimit = Number.isFinite(bytesPerRoundTrip) ? Math.ceil((2 * bytesPerRoundTrip) / BLOCK_LENGTH) : 0;
    const limit = Math.min(this.#peerLimit, OUR_LIMIT, Math.max(LOCAL_TARGET_LIMIT, farLimit));
    // A rate from before it fell silent must not lengthen the queue again.
    const [least, most] = this.#isShrunk ? [1, 1] : [LEAST_TARGET, limit];
    this.#target = Math.max(Math.min(target, most), Math.min(least, this.#peerLimit));
  }
}
