// When it is told how things stand: each second while they may change, and not at all while they do not.
// Invariant: while nothing is at work, and all is told, no timer runs.

import type { Clock, Timer } from '@enjambre/runtime';

const INTERVAL_MS = 1000;

export interface ProgressOptions {
  readonly clock: Clock;
  /** @returns whether it need not be told again while nothing changes */
  readonly tell: () => boolean;
  /** Whether anything may change by itself before `stir` is called. */
  readonly isAtWork: () => boolean;
}

export class Progress {
  readonly #options: ProgressOptions;
  #isOn = false;
  #timer: Timer | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isOn = true;
    this.stir();
  }

  /** Something has changed, or is about to. */
  stir(): void {
    if (this.#isOn) this.#timer ??= this.#options.clock.every(INTERVAL_MS, () => this.#beat());
  }

  /** Tells it once more, and never again. Idempotent. */
  end(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#rest();
    this.#options.tell();
  }

  #beat(): void {
    // Asked first: what changes while it is told is told the next time.
    const mayChange = this.#options.isAtWork();
    if (this.#options.tell() && !mayChange) this.#rest();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
