// All swarms of a tracker. Invariants: no swarm is empty; the number of peers, of a swarm and in all, is bounded.

import type { Random } from '@enjambre/runtime';
import type { AnnounceEvent } from '../protocol/announce-request.ts';
import type { ListedPeer } from '../protocol/encode-answer.ts';
import { type AnnouncingPeer, Swarm } from './swarm.ts';

export interface SwarmStoreOptions {
  /** Peers of one info hash; beyond that a stranger is filling it up. */
  readonly maxPeersPerSwarm: number;
  /** Peers in all: what bounds the memory. */
  readonly maxPeers: number;
  readonly random: Random;
}

export interface SwarmCounts {
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
}

/** An announce, checked. */
export interface Announcement {
  /** 20 bytes, one a character (latin1). */
  readonly infoHash: string;
  readonly peer: AnnouncingPeer;
  readonly event: AnnounceEvent | undefined;
  /** Peers wanted, at most. */
  readonly numWant: number;
}

/** A peer as it is kept over a restart. */
export interface RememberedPeer {
  /** 20 bytes, one a character (latin1). */
  readonly infoHash: string;
  readonly peer: AnnouncingPeer;
  /** How long ago it announced. */
  readonly silentMs: number;
}

const EMPTY: SwarmCounts = { seeders: 0, leechers: 0, completed: 0 };

export class SwarmStore {
  readonly #options: SwarmStoreOptions;
  readonly #swarms = new Map<string, Swarm>();
  #peers = 0;

  constructor(options: SwarmStoreOptions) {
    this.#options = options;
  }

  /** Takes note of a peer and gives it others; a string is the reason why not. */
  announce(
    { infoHash, peer, event, numWant }: Announcement,
    now: number,
  ): (SwarmCounts & { peers: ListedPeer[] }) | string {
    const known = this.#swarms.get(infoHash);
    if (event === 'stopped') {
      if (known !== undefined) this.#change(infoHash, known, () => known.remove(peer));
      return { ...this.counts(infoHash), peers: [] };
    }
    const swarm = known ?? new Swarm();
    if (!swarm.has(peer)) {
      if (swarm.size >= this.#options.maxPeersPerSwarm) return 'this swarm is full, try again later';
      if (this.#peers >= this.#options.maxPeers) return 'this tracker is full, try again later';
    }
    this.#swarms.set(infoHash, swarm);
    this.#change(infoHash, swarm, () => swarm.put(peer, now));
    if (event === 'completed') swarm.countCompleted();
    return { ...this.counts(infoHash), peers: swarm.sample(numWant, peer, this.#options.random) };
  }

  /** Zeros for a swarm that is not known. */
  counts(infoHash: string): SwarmCounts {
    const swarm = this.#swarms.get(infoHash);
    if (swarm === undefined) return EMPTY;
    return { seeders: swarm.seeders, leechers: swarm.leechers, completed: swarm.completed };
  }

  has(infoHash: string): boolean {
    return this.#swarms.has(infoHash);
  }

  totals(): { torrents: number; peers: number; seeders: number; leechers: number } {
    let seeders = 0;
    for (const swarm of this.#swarms.values()) seeders += swarm.seeders;
    return { torrents: this.#swarms.size, peers: this.#peers, seeders, leechers: this.#peers - seeders };
  }

  /** Everybody in every swarm, so that they can be kept over a restart. @param now ms, as given to `announce` */
  remembered(now: number): RememberedPeer[] {
    const all: RememberedPeer[] = [];
    for (const [infoHash, swarm] of this.#swarms) {
      for (const { compact, peerId, seed, announcedAt } of swarm.members()) {
        all.push({ infoHash, peer: { compact, peerId, seed }, silentMs: now - announcedAt });
      }
    }
    return all;
  }

  /** Takes them in again, as far as the bounds allow; whoever announced meanwhile stays as they are. */
  restore(peers: readonly RememberedPeer[], now: number): void {
    for (const { infoHash, peer, silentMs } of peers) {
      const swarm = this.#swarms.get(infoHash) ?? new Swarm();
      if (swarm.has(peer) || swarm.size >= this.#options.maxPeersPerSwarm) continue;
      if (this.#peers >= this.#options.maxPeers) return;
      this.#swarms.set(infoHash, swarm);
      this.#change(infoHash, swarm, () => swarm.put(peer, now - silentMs));
    }
  }

  /** Forgets who has not announced since `before` (ms, as given to `announce`). */
  removeSilent(before: number): void {
    for (const [infoHash, swarm] of this.#swarms) this.#change(infoHash, swarm, () => swarm.removeSilent(before));
  }

  #change(infoHash: string, swarm: Swarm, change: () => void): void {
    const before = swarm.size;
    change();
    this.#peers += swarm.size - before;
    if (swarm.size === 0) this.#swarms.delete(infoHash);
  }
}
