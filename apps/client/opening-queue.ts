// Torrents are opened in the order they came and a few at a time: a thousand at once would hold all their hashes in memory
// and keep the first ones from getting ready.

/** Enough that one big torrent's check does not hold back those that only have to be looked at. */
export const AT_ONCE = 32;

export class OpeningQueue {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** Calls `open` when it is its turn; resolves as it does. */
  async run<T>(open: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await open();
    } finally {
      // Its place goes to the next one without being free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
