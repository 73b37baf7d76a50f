// Time as the world hands it in: the system's, or a fake one that a test moves.

/** A timer that was set; `cancel` may be called at any time, also twice. */
export interface Timer {
  cancel(): void;
}

/** All times are milliseconds. */
export interface Clock {
  /** Monotonic, fractional; only differences mean something. */
  now(): number;
  /** Unix time, for what people and other programs see. */
  wallTime(): number;
  /** Calls `callback` once after `delayMs`. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` every `intervalMs`, the first time at the latest after that. Does not keep the process alive. */
  every(intervalMs: number, callback: () => void): Timer;
}

/** The system's clock. */
export const systemClock: Clock = {
  // Not `performance.now()`: the first use of it loads six modules of Node, 2 ms of every start.
  now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  wallTime: () => Date.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(intervalMs, callback) {
    const beat = beats.get(intervalMs) ?? new Beat(intervalMs);
    return beat.add(callback);
  },
};

/** One timer for all that have the same interval: each time that it wakes a process which sleeps costs 0.2 ms. */
class Beat {
  readonly #intervalMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #calls = new Set<() => void>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#timer = setInterval(() => this.#callAll(), intervalMs);
    this.#timer.unref();
    beats.set(intervalMs, this);
  }

  add(callback: () => void): Timer {
    const call = (): void => callback();
    this.#calls.add(call);
    return { cancel: () => this.#remove(call) };
  }

  /** Whoever is cancelled by one that is called before is not called, who comes meanwhile is called next time. */
  #callAll(): void {
    for (const call of [...this.#calls]) if (this.#calls.has(call)) call();
  }

  #remove(call: () => void): void {
    this.#calls.delete(call);
    if (this.#calls.size > 0 || beats.get(this.#intervalMs) !== this) return;
    clearInterval(this.#timer);
    beats.delete(this.#intervalMs);
  }
}

/** By interval. */
const beats = new Map<number, Beat>();
