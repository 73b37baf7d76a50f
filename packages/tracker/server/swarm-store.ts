// All swarms of a tracker. Invariants: no swarm is empty; the number of peers, of a swarm and in all, is bounded; an address
// is in a swarm once, and the client that announced it last owns it (a client that was killed and started again takes its
// own place over, and its former self can't sign it off).
//
// For trackers that hold the same swarms there are these doors, and no more:
// - `onChange` hears of every change that an announce made here, with its stamp; expiry is no change: each member does its own.
// - `apply` takes a change from elsewhere, if its stamp is newer than the peer's. The store keeps nothing of peers that are gone:
//   whoever calls it remembers what was removed, and until when an older `put` must not revive it.
// - `peerAt` and `stampOf` tell what is known of a peer; undefined when it is not there.
// - `watchRows` hears of everything that comes to stand in the store or goes from it, so that sums of it can be kept.
// - `swarms()` and `peersOf(infoHash)` walk over everything, and may be left and gone on with between changes.
// - `clock`, handed in, gives the stamps, and is shown those that `apply` is given: refuse one from the future before.

import type { Random } from '@enjambre/runtime';
import type { AnnounceEvent } from '../protocol/announce-request.ts';
import { NO_ROW } from './chain-index.ts';
import type { ChangeClock } from './change-clock.ts';
import { type AddressFamily, HandOut, type HandOutOrder } from './hand-out.ts';
import type { PeerChange, PeerEntry, RowWatch, StandingPeer, SwarmEntry } from './peer-change.ts';
import { PeerTable } from './peer-table.ts';
import { COMPLETE } from './remaining.ts';
import { SwarmTable } from './swarm-table.ts';

export interface SwarmStoreOptions {
  /** Peers of one info hash; beyond that a stranger is filling it up. */
  readonly maxPeersPerSwarm: number;
  /** Peers in all: what bounds the memory. */
  readonly maxPeers: number;
  /** Peers handed out at once, at most. */
  readonly maxNumWant: number;
  readonly order: HandOutOrder;
  readonly clock: ChangeClock;
  readonly random: Random;
}

/** An announce, checked. */
export interface Announcement {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 6 bytes (IPv4) or 18 (IPv6): address and port as compact answers have them. */
  readonly compact: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** What it lacks, on the scale of `remaining.ts`. */
  readonly remaining: number;
  readonly event: AnnounceEvent | undefined;
  /** Peers wanted, at most. */
  readonly numWant: number;
  /** Of which kind their addresses may be. */
  readonly family: AddressFamily;
}

export interface SwarmCounts {
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
}

const EMPTY: SwarmCounts = { seeders: 0, leechers: 0, completed: 0 };

export class SwarmStore {
  readonly #options: SwarmStoreOptions;
  readonly #peers: PeerTable;
  readonly #swarms: SwarmTable;
  readonly #handOut: HandOut;
  #listener: ((change: PeerChange) => void) | undefined;
  #watch: RowWatch | undefined;
  #seeders = 0;
  /** The row at which the search for silent peers goes on. */
  #sweepAt = 0;

  constructor(options: SwarmStoreOptions) {
    const { maxPeers, maxNumWant, order, random } = options;
    this.#options = options;
    this.#peers = new PeerTable(maxPeers);
    this.#swarms = new SwarmTable(maxPeers, this.#peers, random);
    this.#handOut = new HandOut(maxNumWant, order, this.#peers, this.#swarms, random);
  }

  /** Takes note of a peer and draws others for it; a string is the reason why not. @param now ms, any clock but always the same */
  announce(announcement: Announcement, now: number): SwarmCounts | string {
    const { infoHash, compact, peerId, event, numWant, family } = announcement;
    const known = this.#swarms.find(infoHash);
    const row = this.#find(known, compact);
    if (event === 'stopped') {
      const isOwner = row !== NO_ROW && this.#peers.hasPeerId(row, peerId);
      if (isOwner) this.#remove(row);
      // One that is not known here may be known elsewhere.
      if (isOwner || row === NO_ROW) this.#tell('removed', announcement, this.#options.clock.next());
      this.#handOut.clear();
      return this.counts(infoHash);
    }
    if (row === NO_ROW) {
      const refusal = this.#whyFull(known);
      if (refusal !== undefined) return refusal;
    }
    const stamp = this.#options.clock.next();
    const peer = this.#put(known, row, announcement, stamp, now);
    const swarm = this.#peers.swarmOf(peer);
    if (event === 'completed') this.#swarms.setCompleted(swarm, this.#swarms.completedOf(swarm) + 1);
    this.#tell(event === 'completed' ? 'completed' : 'put', announcement, stamp);
    this.#handOut.draw(swarm, peer, family, Math.min(numWant, this.#options.maxNumWant));
    const seeders = this.#swarms.seedersOf(swarm);
    const leechers = this.#swarms.peersOf(swarm) - seeders;
    return { seeders, leechers, completed: this.#swarms.completedOf(swarm) };
  }

  /** The peers that the last announce was given, until the next change. */
  get handedOut(): HandOut {
    return this.#handOut;
  }

  /** A copy: 6 or 18 bytes. @param row that is used */
  compactOf(row: number): Uint8Array {
    return (this.#peers.isIpv6(row) ? this.#swarms.ipv6 : this.#swarms.ipv4).compactOf(row);
  }

  peerIdOf(row: number): Uint8Array {
    return this.#peers.peerIdOf(row);
  }

  /** Zeros for a swarm that is not known. */
  counts(infoHash: Uint8Array): SwarmCounts {
    const swarm = this.#swarms.find(infoHash);
    if (swarm === NO_ROW) return EMPTY;
    const seeders = this.#swarms.seedersOf(swarm);
    return { seeders, leechers: this.#swarms.peersOf(swarm) - seeders, completed: this.#swarms.completedOf(swarm) };
  }

  has(infoHash: Uint8Array): boolean {
    return this.#swarms.find(infoHash) !== NO_ROW;
  }

  totals(): { torrents: number; peers: number; seeders: number; leechers: number } {
    const peers = this.#peers.size;
    return { torrents: this.#swarms.size, peers, seeders: this.#seeders, leechers: peers - this.#seeders };
  }

  /** Told at once, in order, within the announce that changed something. One at a time. */
  onChange(listener: (change: PeerChange) => void): void {
    this.#listener = listener;
  }

  /** Told of every peer that comes to stand in the store or goes from it, for whatever reason; a change is both. One at a time. */
  watchRows(watch: RowWatch): void {
    this.#watch = watch;
  }

  /**
   * Takes a change from elsewhere. Nobody is told of it again.
   * @param silentMs how long ago the peer announced it
   * @returns whether it was newer than what is here, and there was room
   */
  apply(change: PeerChange, now: number, silentMs = 0): boolean {
    this.#options.clock.observe(change.stamp);
    const known = this.#swarms.find(change.infoHash);
    const row = this.#find(known, change.compact);
    if (row !== NO_ROW && !this.#isNewer(change, row)) return false;
    if (change.kind === 'removed') {
      if (row !== NO_ROW) this.#remove(row);
      return row !== NO_ROW;
    }
    // How full one swarm may be is decided where its peer announces: members would never agree otherwise.
    if (row === NO_ROW && this.isFull) return false;
    const swarm = this.#peers.swarmOf(this.#put(known, row, change, change.stamp, now - silentMs));
    if (change.kind === 'completed') this.#swarms.setCompleted(swarm, this.#swarms.completedOf(swarm) + 1);
    return true;
  }

  /** Whether there is room for no peer more. */
  get isFull(): boolean {
    return this.#peers.size >= this.#options.maxPeers;
  }

  /** A peer as far as changes are compared by it; undefined when it is not there. */
  peerAt(infoHash: Uint8Array, compact: Uint8Array): Pick<PeerEntry, 'peerId' | 'remaining' | 'stamp'> | undefined {
    const row = this.#find(this.#swarms.find(infoHash), compact);
    return row === NO_ROW ? undefined : this.#told(row);
  }

  stampOf(infoHash: Uint8Array, compact: Uint8Array): number | undefined {
    const row = this.#find(this.#swarms.find(infoHash), compact);
    return row === NO_ROW ? undefined : this.#peers.stampOf(row);
  }

  /** The peer of a row, if it is still one of that swarm. @param now ms, as given to `announce` */
  peerIn(infoHash: Uint8Array, row: number, now: number): PeerEntry | undefined {
    // A list may change between two steps of a walk over it, a row only when its peer goes.
    if (!this.#peers.isUsed(row) || this.#peers.swarmOf(row) !== this.#swarms.find(infoHash)) return undefined;
    return { compact: this.compactOf(row), ...this.#told(row), silentMs: this.#peers.silenceOf(row, now) };
  }

  /**
   * Every swarm that is there from the first step to the last, once; those that come or go meanwhile perhaps.
   * @param wants by the first two bytes of the info hash, as a number
   */
  *swarms(wants?: (prefix: number) => boolean): IterableIterator<SwarmEntry> {
    for (let swarm = 0; swarm < this.#swarms.top; swarm++) {
      if (wants?.(this.#swarms.prefixOf(swarm)) === false) continue;
      const infoHash = this.#swarms.infoHashOf(swarm);
      if (infoHash === undefined) continue;
      const peers = this.#swarms.peersOf(swarm);
      yield { infoHash, peers, seeders: this.#swarms.seedersOf(swarm), completed: this.#swarms.completedOf(swarm) };
    }
  }

  /** Every peer of a swarm that is there from the first step to the last, once. */
  *peersOf(infoHash: Uint8Array, now: number): IterableIterator<PeerEntry> {
    for (const row of this.rowsOf(infoHash)) {
      const peer = this.peerIn(infoHash, row, now);
      if (peer !== undefined) yield peer;
    }
  }

  /** The completions of a swarm that was kept over a restart; nothing when nobody of it is here. */
  restoreCompleted(infoHash: Uint8Array, completed: number): void {
    const swarm = this.#swarms.find(infoHash);
    if (swarm !== NO_ROW) this.#swarms.setCompleted(swarm, Math.max(completed, this.#swarms.completedOf(swarm)));
  }

  /**
   * Forgets who has been silent for longer than `silentMs`, among the next `rows` rows; after the last begins at the first.
   * @param now ms, as given to `announce`
   */
  removeSilent(now: number, silentMs: number, rows: number = this.#peers.top): void {
    const { top } = this.#peers;
    for (let count = Math.min(rows, top); count > 0; count--) {
      if (this.#sweepAt >= top) this.#sweepAt = 0;
      const row = this.#sweepAt++;
      if (this.#peers.isUsed(row) && this.#peers.silenceOf(row, now) > silentMs) this.#remove(row);
    }
  }

  /** How many rows `removeSilent` has to go round. */
  get rows(): number {
    return this.#peers.top;
  }

  /** A copy of the swarm's lists of rows. */
  rowsOf(infoHash: Uint8Array): Uint32Array {
    const swarm = this.#swarms.find(infoHash);
    if (swarm === NO_ROW) return new Uint32Array(0);
    const rows = new Uint32Array(this.#swarms.peersOf(swarm));
    const ipv4 = this.#swarms.ipv4.rowsOf(swarm);
    rows.set(ipv4);
    rows.set(this.#swarms.ipv6.rowsOf(swarm), ipv4.length);
    return rows;
  }

  /** @param swarm a row, or `NO_ROW`  @returns the peer's row, or `NO_ROW` */
  #find(swarm: number, compact: Uint8Array): number {
    return swarm === NO_ROW ? NO_ROW : this.#swarms.listsFor(compact.length).find(swarm, compact);
  }

  #whyFull(swarm: number): string | undefined {
    const { maxPeersPerSwarm } = this.#options;
    if (swarm !== NO_ROW && this.#swarms.peersOf(swarm) >= maxPeersPerSwarm) {
      return 'this swarm is full, try again later';
    }
    return this.isFull ? 'this tracker is full, try again later' : undefined;
  }

  /** @returns the peer's row */
  #put(
    known: number,
    row: number,
    what: Pick<PeerChange, 'infoHash' | 'compact' | 'peerId' | 'remaining'>,
    stamp: number,
    heardAt: number,
  ): number {
    const swarm = known === NO_ROW ? this.#swarms.add(what.infoHash) : known;
    const lists = this.#swarms.listsFor(what.compact.length);
    const seedsBefore = this.#swarms.seedersOf(swarm);
    const { infoHash, compact: key, remaining } = what;
    if (row !== NO_ROW) this.#watch?.goes(this.#standing(row, infoHash, key));
    const peer = row === NO_ROW ? lists.add(swarm, key, remaining) : row;
    if (row !== NO_ROW) lists.setRemaining(swarm, peer, remaining);
    this.#seeders += this.#swarms.seedersOf(swarm) - seedsBefore;
    this.#peers.setPeerId(peer, what.peerId);
    this.#peers.setStamp(peer, stamp);
    this.#peers.hear(peer, heardAt);
    this.#watch?.stands({ infoHash, key, state: remaining, stamp, peerId: what.peerId });
    return peer;
  }

  #remove(row: number): void {
    const swarm = this.#peers.swarmOf(row);
    const infoHash = this.#watch === undefined ? undefined : this.#swarms.infoHashOf(swarm);
    const gone = infoHash && this.#standing(row, infoHash, this.compactOf(row));
    if (this.#peers.remainingOf(row) === COMPLETE) this.#seeders--;
    (this.#peers.isIpv6(row) ? this.#swarms.ipv6 : this.#swarms.ipv4).remove(swarm, row);
    if (this.#swarms.peersOf(swarm) === 0) this.#swarms.remove(swarm);
    if (gone !== undefined) this.#watch?.goes(gone);
  }

  #told(row: number): Pick<PeerEntry, 'peerId' | 'remaining' | 'stamp'> {
    const peers = this.#peers;
    return { peerId: peers.peerIdOf(row), remaining: peers.remainingOf(row), stamp: peers.stampOf(row) };
  }

  #standing(row: number, infoHash: Uint8Array, key: Uint8Array): StandingPeer {
    const { remaining, stamp, peerId } = this.#told(row);
    return { infoHash, key, state: remaining, stamp, peerId };
  }

  /** Of two changes in one instant everybody must prefer the same: a goodbye, then by what they say. */
  #isNewer({ kind, stamp, remaining, peerId }: PeerChange, row: number): boolean {
    if (stamp !== this.#peers.stampOf(row)) return stamp > this.#peers.stampOf(row);
    if (kind === 'removed') return true;
    if (remaining !== this.#peers.remainingOf(row)) return remaining > this.#peers.remainingOf(row);
    return Buffer.compare(peerId, this.#peers.peerIdOf(row)) > 0;
  }

  #tell(kind: PeerChange['kind'], { infoHash, compact, peerId, remaining }: Announcement, stamp: number): void {
    // What an announcement holds may be overwritten by the next one.
    this.#listener?.({
      kind,
      infoHash: Uint8Array.from(infoHash),
      compact: Uint8Array.from(compact),
      peerId: Uint8Array.from(peerId),
      remaining,
      stamp,
    });
  }
}
