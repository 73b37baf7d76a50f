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
  /** Calls `callback` every `intervalMs`. Does not keep the process alive. */
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
    const handle = setInterval(callback, intervalMs);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};
