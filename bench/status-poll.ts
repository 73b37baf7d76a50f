// How long a client takes to answer `/status`, asked again and again while it works.

import { setTimeout as sleep } from 'node:timers/promises';

/** Often enough for a 99th percentile in a run of seconds, seldom enough to cost the client nothing. */
const INTERVAL_MS = 50;

export class StatusPoll implements Disposable {
  /** Each answer's time, in milliseconds. */
  readonly takenMs: number[] = [];
  #isOver = false;

  constructor(url: string) {
    void this.#run(url);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  async #run(url: string): Promise<void> {
    while (!this.#isOver) {
      const started = performance.now();
      try {
        await (await fetch(url)).text();
        if (!this.#isOver) this.takenMs.push(performance.now() - started);
      } catch {
        // It has just ended.
      }
      await sleep(INTERVAL_MS);
    }
  }
}
