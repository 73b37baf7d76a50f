// A member that did not answer, on its way to being called dead. Invariant: others who find the same shorten the wait
// (Lifeguard), from what one sick prober alone needs to the least that a refutation needs to get round.

import type { Clock, Timer } from '@enjambre/runtime';
import type { MemberId } from '../protocol/rumour.ts';

export interface SuspicionTimes {
  /** With all confirmations. */
  readonly leastMs: number;
  /** With none. */
  readonly mostMs: number;
  /** Other members' findings that bring it down to the least. */
  readonly confirmations: number;
}

/** A timer that fires so late shows that we stood still; what refutes may be waiting in our socket. */
const STALL_MS = 250;
/** So long the socket is given then. */
const CATCH_UP_MS = 1_000;

/** Lifeguard's formula: falls with the logarithm of the confirmations. */
export function suspicionTimeoutMs({ leastMs, mostMs, confirmations }: SuspicionTimes, count: number): number {
  if (confirmations <= 0) return leastMs;
  const share = Math.log(count + 1) / Math.log(confirmations + 1);
  return Math.max(leastMs, mostMs - (mostMs - leastMs) * share);
}

export class Suspicion {
  readonly #times: SuspicionTimes;
  readonly #clock: Clock;
  readonly #expire: () => void;
  readonly #startedMs: number;
  /** Who found it silent; the first is no confirmation. */
  readonly #by: Set<MemberId>;
  #timer!: Timer;

  constructor(by: MemberId, times: SuspicionTimes, clock: Clock, expire: () => void) {
    this.#by = new Set([by]);
    this.#times = times;
    this.#clock = clock;
    this.#expire = expire;
    this.#startedMs = clock.now();
    this.#arm(suspicionTimeoutMs(times, 0));
  }

  /** True when it is news and worth passing on. */
  confirm(by: MemberId): boolean {
    if (this.#by.has(by) || this.#by.size > this.#times.confirmations) return false;
    this.#by.add(by);
    this.#timer.cancel();
    const passedMs = this.#clock.now() - this.#startedMs;
    this.#arm(Math.max(0, suspicionTimeoutMs(this.#times, this.#by.size - 1) - passedMs));
    return true;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #arm(delayMs: number): void {
    const dueMs = this.#clock.now() + delayMs;
    this.#timer = this.#clock.after(delayMs, () => {
      if (this.#clock.now() - dueMs > STALL_MS) this.#arm(CATCH_UP_MS);
      else this.#expire();
    });
  }
}
