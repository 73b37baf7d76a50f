// How fast bytes go by: a mean over the last few whole seconds.
// Invariant: never negative; 0 when nothing came for the whole window.

export class SpeedMeter {
  readonly #seconds: number[];
  #next = 0;
  #filled = 0;
  #current = 0;
  #sum = 0;
  #total = 0;
  #bytesPerSecond = 0;

  /** @param windowSeconds how many seconds the mean goes over */
  constructor(windowSeconds: number) {
    this.#seconds = new Array(windowSeconds).fill(0);
  }

  add(bytes: number): void {
    this.#current += bytes;
    this.#total += bytes;
  }

  /** To be called once a second. */
  tickSecond(): void {
    this.#sum += this.#current - this.#seconds[this.#next];
    this.#seconds[this.#next] = this.#current;
    this.#current = 0;
    this.#next = (this.#next + 1) % this.#seconds.length;
    this.#filled = Math.min(this.#filled + 1, this.#seconds.length);
    this.#bytesPerSecond = Math.round(this.#sum / this.#filled);
  }

  /** A whole number, refreshed each second. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** All bytes ever added. */
  get totalBytes(): number {
    return this.#total;
  }
}
