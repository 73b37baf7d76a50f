// What a tracker has in some leaves, to be listed leaf by leaf or slice by slice. Invariant: a leaf is divided into its slices
// at most once, however many of them are looked at.

import type { Entry } from './entry.ts';
import { hashOfEntry, leafOf, SLICES, sliceOf } from './hash-tree.ts';

/** A leaf, or some neighbouring slices of it. */
export interface Unit {
  readonly leaf: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
}

export class Stock {
  readonly #leaves = new Map<number, Entry[]>();
  readonly #slices = new Map<number, Entry[][]>();

  add(entry: Entry): void {
    const leaf = leafOf(entry.infoHash);
    const entries = this.#leaves.get(leaf);
    if (entries === undefined) this.#leaves.set(leaf, [entry]);
    else entries.push(entry);
  }

  of(leaf: number): readonly Entry[] {
    return this.#leaves.get(leaf) ?? [];
  }

  within({ leaf, firstSlice, lastSlice }: Unit): readonly Entry[] {
    if (firstSlice === 0 && lastSlice === SLICES - 1) return this.of(leaf);
    return this.#slicesOf(leaf)
      .slice(firstSlice, lastSlice + 1)
      .flat();
  }

  /** The sum of each slice of a leaf. */
  sums(leaf: number): Uint32Array {
    return Uint32Array.from(this.#slicesOf(leaf), (entries) =>
      entries.reduce((sum, entry) => sum ^ hashOfEntry(entry), 0),
    );
  }

  #slicesOf(leaf: number): Entry[][] {
    const known = this.#slices.get(leaf);
    if (known !== undefined) return known;
    const slices: Entry[][] = Array.from({ length: SLICES }, () => []);
    for (const entry of this.of(leaf)) slices[sliceOf(entry.key)].push(entry);
    this.#slices.set(leaf, slices);
    return slices;
  }
}
