// Chance as the world hands it in: the system's, or a seeded one that repeats.

import { randomFillSync } from 'node:crypto';

export interface Random {
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** `length` bytes. */
  bytes(length: number): Uint8Array;
}

/** Unpredictable: for peer ids, keys and choices that strangers may try to foresee. */
export const systemRandom: Random = {
  below: (bound) => Math.floor(Math.random() * bound),
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

/** The same sequence for the same seed (mulberry32): for tests and simulation. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return {
    below: (bound) => Math.floor(next() * bound),
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
  };
}

/** Puts `items` in random order, in place (Fisher–Yates). */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    [items[last], items[chosen]] = [items[chosen], items[last]];
  }
  return items;
}
