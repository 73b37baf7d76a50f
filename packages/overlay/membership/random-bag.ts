// A set that a random item can be picked from at once. Invariant: `#places` says where each item stands in `#items`.

import type { Random } from '@enjambre/runtime';

export class RandomBag<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#items.length;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }

  has(item: T): boolean {
    return this.#places.has(item);
  }

  add(item: T): void {
    if (this.#places.has(item)) return;
    this.#places.set(item, this.#items.push(item) - 1);
  }

  /** The last one takes its place. False when it was not in. */
  delete(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    const last = this.#items.pop()!;
    this.#places.delete(item);
    if (last !== item) {
      this.#items[place] = last;
      this.#places.set(last, place);
    }
    return true;
  }

  /** Undefined when it is empty. */
  pick(): T | undefined {
    return this.#items[this.#random.below(this.#items.length)];
  }

  /** Up to `count` different ones that fit. */
  sample(count: number, fits: (item: T) => boolean = () => true): T[] {
    const chosen = new Set<T>();
    // A few misses more than wanted: most items fit, and a missing one matters little.
    for (let tries = 0; tries < 4 * count && chosen.size < Math.min(count, this.size); tries++) {
      const item = this.pick()!;
      if (fits(item)) chosen.add(item);
    }
    if (chosen.size === 0 && count > 0) {
      for (const item of this.#items) {
        if (chosen.size < count && fits(item)) chosen.add(item);
      }
    }
    return [...chosen];
  }
}
