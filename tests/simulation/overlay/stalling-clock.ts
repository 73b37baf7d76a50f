// One host's clock on a clock that all share: while the host stands still nothing of it runs, and then everything that
// fell due runs at once, late, as in a process that got no processor.

import type { Clock, Timer } from '@enjambre/runtime';

export class StallingClock implements Clock {
  readonly #clock: Clock;
  #stalledUntilMs = 0;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  /** Nothing runs any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Stands still from now on. */
  stall(durationMs: number): void {
    this.#stalledUntilMs = this.now() + durationMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const run = (): void => {
      const leftMs = this.#stalledUntilMs - this.now();
      if (this.#isStopped) return;
      if (leftMs > 0) timer = this.#clock.after(leftMs, run);
      else callback();
    };
    let timer = this.#clock.after(delayMs, run);
    return { cancel: () => timer.cancel() };
  }

  every(intervalMs: number, callback: () => void): Timer {
    return this.#clock.every(intervalMs, () => {
      if (this.#stalledUntilMs <= this.now() && !this.#isStopped) callback();
    });
  }
}
