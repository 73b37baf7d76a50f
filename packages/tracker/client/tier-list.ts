// Tiers of trackers in the order in which they are tried (BEP 12).
// Invariant: an item never leaves its tier; within it, the last one that worked stands first.

import { type Random, shuffle } from '@enjambre/runtime';

export class TierList<T> {
  readonly #tiers: T[][];

  /** Shuffles each tier once, as BEP 12 wants: the load spreads over a tier's trackers. */
  constructor(tiers: readonly (readonly T[])[], random: Random) {
    this.#tiers = tiers.map((tier) => shuffle([...tier], random));
  }

  /** All items, first tier first: a copy, so that a promotion does not disturb a walk. */
  inOrder(): T[] {
    return this.#tiers.flat();
  }

  /** A tier of its own, after all others. */
  append(item: T): void {
    this.#tiers.push([item]);
  }

  remove(item: T): void {
    for (const tier of this.#tiers) {
      const position = tier.indexOf(item);
      if (position !== -1) tier.splice(position, 1);
    }
  }

  /** Moves an item that worked to the front of its tier. */
  promote(item: T): void {
    for (const tier of this.#tiers) {
      const position = tier.indexOf(item);
      if (position > 0) {
        tier.splice(position, 1);
        tier.unshift(item);
      }
    }
  }
}
