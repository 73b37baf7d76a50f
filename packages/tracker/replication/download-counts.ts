// How often a swarm was downloaded to the end, as each tracker of the set counted it: the sum is what clients are told.
// Invariant: a tracker raises its own count only, and of two counts of one tracker the higher is right, so that any order of
// messages gives the same sum.

import { DOWNLOADS, type Entry, NO_BYTES, textOf } from './entry.ts';

/** Trackers whose counts of one swarm are kept: each that lost its state and came back is a new one. */
const MOST_TRACKERS = 64;

export class DownloadCounts {
  /** By info hash, then by tracker. */
  readonly #swarms = new Map<string, Map<string, Entry>>();

  get(infoHash: Uint8Array, tracker: Uint8Array): Entry | undefined {
    return this.#swarms.get(textOf(infoHash))?.get(textOf(tracker));
  }

  /** Over all trackers. */
  sum(infoHash: Uint8Array): number {
    let sum = 0;
    for (const { stamp } of this.of(infoHash)) sum += stamp;
    return sum;
  }

  /** Of every tracker that counted any. */
  of(infoHash: Uint8Array): Iterable<Entry> {
    return this.#swarms.get(textOf(infoHash))?.values() ?? [];
  }

  /** Puts a higher count in the place of the tracker's former one; undefined when there is no room for another tracker. */
  set(infoHash: Uint8Array, tracker: Uint8Array, count: number): Entry | undefined {
    const name = textOf(infoHash);
    const trackers = this.#swarms.get(name) ?? new Map<string, Entry>();
    if (trackers.size >= MOST_TRACKERS && !trackers.has(textOf(tracker))) return undefined;
    this.#swarms.set(name, trackers);
    const entry = {
      infoHash: infoHash.slice(),
      key: tracker.slice(),
      state: DOWNLOADS,
      stamp: count,
      peerId: NO_BYTES,
    };
    trackers.set(textOf(tracker), entry);
    return entry;
  }

  /** Forgets a swarm. @returns what was known of it */
  remove(infoHash: Uint8Array): Iterable<Entry> {
    if (this.#swarms.size === 0) return [];
    const entries = this.of(infoHash);
    this.#swarms.delete(textOf(infoHash));
    return entries;
  }

  *all(): Iterable<Entry> {
    for (const trackers of this.#swarms.values()) yield* trackers.values();
  }
}
