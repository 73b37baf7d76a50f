// A clock that stands still until a test moves it; timers run in the order of their times.

import type { Clock, Timer } from './clock.ts';

interface Entry {
  at: number;
  order: number;
  callback: () => void;
  intervalMs: number | undefined;
  isCancelled: boolean;
}

export class FakeClock implements Clock {
  #now = 0;
  #wallAtStart = 1_700_000_000_000;
  #order = 0;
  readonly #heap: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallAtStart + this.#now;
  }

  /** Somebody sets the wall clock; timers and `now` know nothing of it. */
  setWall(byMs: number): void {
    this.#wallAtStart += byMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#schedule(delayMs, callback, undefined);
  }

  every(intervalMs: number, callback: () => void): Timer {
    return this.#schedule(intervalMs, callback, intervalMs);
  }

  /** Runs the earliest timer, moving the time to it. False when none is left or it lies beyond `untilMs`. */
  step(untilMs = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined || entry.at > untilMs) return false;
      this.#pop();
      if (entry.isCancelled) continue;
      this.#now = Math.max(this.#now, entry.at);
      if (entry.intervalMs !== undefined) {
        entry.at += entry.intervalMs;
        entry.order = this.#order++;
        this.#push(entry);
      }
      entry.callback();
      return true;
    }
  }

  /** Runs every timer due within `durationMs` and leaves the time there. */
  advance(durationMs: number): void {
    const until = this.#now + durationMs;
    while (this.step(until));
    this.#now = until;
  }

  #schedule(delayMs: number, callback: () => void, intervalMs: number | undefined): Timer {
    const entry = {
      at: this.#now + Math.max(0, delayMs),
      order: this.#order++,
      callback,
      intervalMs,
      isCancelled: false,
    };
    this.#push(entry);
    return {
      cancel: () => {
        entry.isCancelled = true;
      },
    };
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[child] = heap[parent];
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
