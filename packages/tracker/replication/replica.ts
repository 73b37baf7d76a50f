// What this tracker holds, as entries: peers stand in the store, deletions and counts of downloads here. Invariants: each key
// has one entry; the tree sums up exactly those; nothing of another tracker is taken that its peers or its clock forbid.

import type { Clock } from '@enjambre/runtime';
import { ChangeClock, isAhead } from '../server/change-clock.ts';
import type { PeerChange } from '../server/peer-change.ts';
import type { SwarmStore } from '../server/swarm-store.ts';
import { DownloadCounts } from './download-counts.ts';
import { DOWNLOADS, type Entry, GONE, isPeer, NO_BYTES, replaces } from './entry.ts';
import { HashTree } from './hash-tree.ts';
import type { SetState } from './set-state.ts';
import { Stock } from './stock.ts';
import { Tombstones } from './tombstones.ts';

export interface ReplicaOptions {
  readonly store: SwarmStore;
  readonly clock: Clock;
  /** Under which this tracker counts downloads, unless it counted before under another: 8 bytes. */
  readonly trackerId: Uint8Array;
  /** After how long a silent peer is forgotten. */
  readonly timeoutMs: number;
  /** Told of each change that was made here, at once. */
  readonly onChange: (entry: Entry) => void;
}

/** Of the peer timeout: what a deletion forbids has then expired everywhere, clocks a minute apart included. */
const TOMBSTONE_TIMEOUTS = 2;

export class Replica {
  readonly tree = new HashTree();
  readonly #options: ReplicaOptions;
  readonly #tombstones = new Tombstones();
  readonly #downloads = new DownloadCounts();
  #trackerId: Uint8Array;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#trackerId = options.trackerId;
    options.store.onChange((change) => this.#changed(change));
    options.store.watchRows({
      stands: (entry) => this.tree.toggle(entry),
      goes: (entry) => this.#went(entry),
    });
  }

  get tombstones(): number {
    return this.#tombstones.size;
  }

  /** True when the entry says something new that we would believe. */
  wants(entry: Entry): boolean {
    const { infoHash, key, state, stamp } = entry;
    const { store, clock, timeoutMs } = this.#options;
    if (state === DOWNLOADS) return store.has(infoHash) && stamp > (this.#downloads.get(infoHash, key)?.stamp ?? 0);
    if (isAhead(stamp, clock.wallTime())) return false;
    const mostSilentMs = state === GONE ? TOMBSTONE_TIMEOUTS * timeoutMs : timeoutMs;
    if (this.#silenceMs(stamp) > mostSilentMs) return false;
    const known = this.#tombstones.get(infoHash, key) ?? this.#peer(infoHash, key);
    if (known !== undefined && !replaces(entry, known)) return false;
    // A full store takes nobody new.
    return state === GONE || !store.isFull || (known !== undefined && isPeer(known));
  }

  /** Takes an entry of another tracker. @returns whether it changed anything */
  merge(entry: Entry): boolean {
    if (!this.wants(entry)) return false;
    const { infoHash, key, state, stamp, peerId } = entry;
    if (state === DOWNLOADS) return this.#count(infoHash, key, stamp) !== undefined;
    const { store, clock } = this.#options;
    const change = {
      kind: state === GONE ? 'removed' : 'put',
      infoHash,
      compact: key,
      peerId,
      remaining: state,
      stamp,
    };
    if (state === GONE) {
      store.apply(change as PeerChange, clock.now());
      this.#bury(infoHash, key, stamp);
      return true;
    }
    if (!store.apply(change as PeerChange, clock.now(), this.#silenceMs(stamp))) return false;
    this.#unbury(infoHash, key);
    return true;
  }

  /** Everything in some leaves. */
  stock(leaves: ReadonlySet<number>): Stock {
    const { store, clock } = this.#options;
    const stock = new Stock();
    const wants = (leaf: number): boolean => leaves.has(leaf);
    for (const { infoHash } of store.swarms(wants)) {
      for (const { compact, remaining, stamp, peerId } of store.peersOf(infoHash, clock.now())) {
        stock.add({ infoHash, key: compact, state: remaining, stamp, peerId });
      }
      // Behind the peers: who knows nobody of a swarm keeps no counts of it.
      for (const entry of this.#downloads.of(infoHash)) stock.add(entry);
    }
    for (const entry of this.#tombstones.within(wants)) stock.add(entry);
    return stock;
  }

  /** Forgets deletions that nothing can contradict any more. */
  sweep(): void {
    const { clock, timeoutMs } = this.#options;
    const before = ChangeClock.firstOf(clock.wallTime() - TOMBSTONE_TIMEOUTS * timeoutMs);
    for (const entry of this.#tombstones.removeBefore(before)) this.tree.toggle(entry);
  }

  /** What the store does not hold and a restart would lose. */
  get state(): SetState {
    return { trackerId: this.#trackerId, entries: [...this.#tombstones.within(() => true), ...this.#downloads.all()] };
  }

  /** After the store was restored, and once: what was kept, and counts that the store has without anybody's name to them. */
  restore(kept: SetState | undefined): void {
    this.#trackerId = kept?.trackerId ?? this.#trackerId;
    const trackerId = this.#trackerId;
    const { store } = this.#options;
    for (const entry of kept?.entries ?? []) this.merge(entry);
    for (const { infoHash, completed } of store.swarms()) {
      const nameless = completed - this.#downloads.sum(infoHash);
      const own = this.#downloads.get(infoHash, trackerId)?.stamp ?? 0;
      if (nameless > 0) this.#count(infoHash, trackerId, own + nameless);
    }
  }

  #peer(infoHash: Uint8Array, key: Uint8Array): Entry | undefined {
    const peer = this.#options.store.peerAt(infoHash, key);
    return peer && { infoHash, key, state: peer.remaining, stamp: peer.stamp, peerId: peer.peerId };
  }

  #changed({ kind, infoHash, compact, peerId, remaining, stamp }: PeerChange): void {
    const { onChange } = this.#options;
    const trackerId = this.#trackerId;
    if (kind === 'removed') {
      onChange({ infoHash, key: compact, state: GONE, stamp, peerId: NO_BYTES });
      this.#bury(infoHash, compact, stamp);
      return;
    }
    this.#unbury(infoHash, compact);
    onChange({ infoHash, key: compact, state: remaining, stamp, peerId });
    if (kind !== 'completed') return;
    const own = this.#downloads.get(infoHash, trackerId)?.stamp ?? 0;
    const counted = this.#count(infoHash, trackerId, own + 1);
    if (counted !== undefined) onChange(counted);
  }

  #count(infoHash: Uint8Array, tracker: Uint8Array, count: number): Entry | undefined {
    const before = this.#downloads.get(infoHash, tracker);
    const entry = this.#downloads.set(infoHash, tracker, count);
    if (entry === undefined) return undefined;
    if (before !== undefined) this.tree.toggle(before);
    this.tree.toggle(entry);
    this.#options.store.restoreCompleted(infoHash, this.#downloads.sum(infoHash));
    return entry;
  }

  #bury(infoHash: Uint8Array, key: Uint8Array, stamp: number): void {
    this.#unbury(infoHash, key);
    const given = this.#tombstones.add(infoHash, key, stamp);
    if (given !== undefined) this.tree.toggle(given);
    this.tree.toggle({ infoHash, key, state: GONE, stamp, peerId: NO_BYTES });
  }

  #unbury(infoHash: Uint8Array, key: Uint8Array): void {
    if (this.#tombstones.size === 0) return;
    const entry = this.#tombstones.get(infoHash, key);
    if (entry === undefined) return;
    this.tree.toggle(entry);
    this.#tombstones.remove(infoHash, key);
  }

  #went(entry: Entry): void {
    this.tree.toggle(entry);
    if (this.#options.store.has(entry.infoHash)) return;
    for (const count of this.#downloads.remove(entry.infoHash)) this.tree.toggle(count);
  }

  #silenceMs(stamp: number): number {
    return Math.max(0, this.#options.clock.wallTime() - ChangeClock.timeOf(stamp));
  }
}
