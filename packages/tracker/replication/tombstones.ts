// Peers that said they leave, remembered so that a tracker that did not hear it cannot bring them back. Invariants: a deletion
// is remembered for twice as long as a peer may be silent, so whatever it forbids is forgotten by everybody before it is;
// their number is bounded, and the oldest go first.

import { type Entry, GONE, NO_BYTES, nameOf } from './entry.ts';
import { leafOf } from './hash-tree.ts';

/** 370 peers a second that leave, with the usual interval; 50 MB. */
const MOST_TOMBSTONES = 200_000;

export class Tombstones {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  /** Deletions given up for want of room. */
  dropped = 0;

  constructor(most = MOST_TOMBSTONES) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(infoHash: Uint8Array, key: Uint8Array): Entry | undefined {
    return this.#entries.get(nameOf({ infoHash, key }));
  }

  /**
   * The bytes are copied.
   * @returns what had to be given up for it, if anything had
   */
  add(infoHash: Uint8Array, key: Uint8Array, stamp: number): Entry | undefined {
    let given: Entry | undefined;
    if (this.#entries.size >= this.#most) {
      given = this.#entries.values().next().value;
      if (given !== undefined) this.remove(given.infoHash, given.key);
      this.dropped++;
    }
    const entry = { infoHash: infoHash.slice(), key: key.slice(), state: GONE, stamp, peerId: NO_BYTES };
    this.#entries.set(nameOf({ infoHash, key }), entry);
    return given;
  }

  remove(infoHash: Uint8Array, key: Uint8Array): void {
    this.#entries.delete(nameOf({ infoHash, key }));
  }

  /** Forgets those with a stamp below this. @returns them */
  removeBefore(stamp: number): Entry[] {
    const old = [...this.#entries.values()].filter((entry) => entry.stamp < stamp);
    for (const { infoHash, key } of old) this.remove(infoHash, key);
    return old;
  }

  /** Those in leaves that are wanted. */
  *within(wants: (leaf: number) => boolean): Iterable<Entry> {
    for (const entry of this.#entries.values()) if (wants(leafOf(entry.infoHash))) yield entry;
  }
}
