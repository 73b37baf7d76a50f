// The page's one clock: a tick a second while somebody looks.

const TICK_MS = 1_000;

export class Clock {
  #now = Date.now();
  readonly #listeners = new Set<() => void>();

  constructor() {
    setInterval(() => {
      if (document.visibilityState !== 'hidden') this.#tick();
    }, TICK_MS);
    document.addEventListener('visibilitychange', () => this.#tick());
  }

  /** Unix milliseconds at the last tick. */
  readonly get = (): number => this.#now;

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tick(): void {
    this.#now = Date.now();
    for (const listener of [...this.#listeners]) listener();
  }
}
