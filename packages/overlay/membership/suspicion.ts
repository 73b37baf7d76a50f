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
/** So long the socket is given then, and the member, who may stand still itself. */
const CATCH_UP_MS = 3_000;
/** So long before the end the member is asked once more: longer than the stall of a busy machine … */
const LAST_CALLS_MS = 3_000;
/** … and again and again, so that lost datagrams do not decide: eight calls, where a fifth is lost, fail once in 3,500 times. */
const LAST_CALL_INTERVAL_MS = 400;

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
  readonly #lastCall: () => void;
  readonly #startedMs: number;
  /** Who found it silent; the first is no confirmation. */
  readonly #by: Set<MemberId>;
  #timer!: Timer;

  /** @param lastCall asks the member whether it is there; called several times */
  constructor(by: MemberId, times: SuspicionTimes, clock: Clock, expire: () => void, lastCall: () => void) {
    this.#by = new Set([by]);
    this.#times = times;
    this.#clock = clock;
    this.#expire = expire;
    this.#lastCall = lastCall;
    this.#startedMs = clock.now();
    this.#arm(suspicionTimeoutMs(times, 0));
  }

  /** True when it is news and worth passing on. */
  confirm(by: MemberId): boolean {
    if (this.#by.has(by) || this.#by.size > this.#times.confirmations) return false;
    this.#by.add(by);
    this.#timer.cancel();
    const passedMs = this.#clock.now() - this.#startedMs;
    const leftMs = suspicionTimeoutMs(this.#times, this.#by.size - 1) - passedMs;
    this.#arm(Math.max(LAST_CALLS_MS, leftMs));
    return true;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #arm(delayMs: number): void {
    this.#wait(this.#clock.now() + delayMs);
  }

  #wait(dueMs: number): void {
    const leftMs = dueMs - this.#clock.now();
    const untilCallsMs = leftMs - LAST_CALLS_MS;
    const waitMs = Math.max(0, untilCallsMs > 0 ? untilCallsMs : Math.min(leftMs, LAST_CALL_INTERVAL_MS));
    const plannedMs = this.#clock.now() + waitMs;
    this.#timer = this.#clock.after(waitMs, () => {
      const nowMs = this.#clock.now();
      // Each of these is looked at, not the last alone: a stall may well end just before that one.
      if (nowMs - plannedMs > STALL_MS) return this.#wait(Math.max(dueMs, nowMs + CATCH_UP_MS));
      // Timers are not exact to the fraction of a millisecond.
      if (dueMs - nowMs < 1) return this.#expire();
      this.#lastCall();
      this.#wait(dueMs);
    });
  }
}
