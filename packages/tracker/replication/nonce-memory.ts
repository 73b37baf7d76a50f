// Which requests were seen already. Invariant: a nonce is remembered for at least as long as its request's time is
// believed, and the memory is bounded: when it is full nothing more is believed until it is not.

import { TIME_WINDOW_MS } from './envelope.ts';

/** A time may be one window ahead when it is first seen and is believed until it is one window behind. */
const GENERATION_MS = 2 * TIME_WINDOW_MS;
/** 200 requests a second from each of ten others; strangers' nonces are not remembered, so they can't fill it. */
const MOST_NONCES = 262_144;

export class NonceMemory {
  #younger = new Set<string>();
  #older = new Set<string>();
  #turnedAtMs = 0;

  /** True the first time. @param nowMs monotonic */
  take(nonce: string, nowMs: number): boolean {
    if (nowMs - this.#turnedAtMs >= GENERATION_MS) {
      this.#older = nowMs - this.#turnedAtMs >= 2 * GENERATION_MS ? new Set() : this.#younger;
      this.#younger = new Set();
      this.#turnedAtMs = nowMs;
    }
    if (this.#younger.has(nonce) || this.#older.has(nonce) || this.#younger.size >= MOST_NONCES) return false;
    this.#younger.add(nonce);
    return true;
  }
}
