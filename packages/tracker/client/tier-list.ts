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

  /** Behind the others of that tier. @param tier from 0; those before it may be empty */
  add(item: T, tier: number): void {
    while (this.#tiers.length <= tier) this.#tiers.push([]);
    this.#tiers[tier].push(item);
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
