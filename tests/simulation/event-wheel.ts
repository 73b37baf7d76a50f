// What happens on the network, in slots of a millisecond: hundreds of messages share one timer of the clock.
// Invariant: of two events the one set for an earlier slot comes first, and within a slot the one that was set first.

import type { Clock } from '@enjambre/runtime';

export class EventWheel {
  readonly #clock: Clock;
  readonly #slots = new Map<number, (() => void)[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param atMs on the clock; the end of the millisecond it falls into counts */
  at(atMs: number, callback: () => void): void {
    const slot = Math.ceil(atMs);
    const present = this.#slots.get(slot);
    if (present !== undefined) return void present.push(callback);
    this.#slots.set(slot, [callback]);
    this.#clock.after(slot - this.#clock.now(), () => this.#run(slot));
  }

  #run(slot: number): void {
    const callbacks = this.#slots.get(slot)!;
    // Those set for this slot meanwhile join it: the array grows while it is run.
    for (const callback of callbacks) callback();
    this.#slots.delete(slot);
  }
}
