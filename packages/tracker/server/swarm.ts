// The peers of one info hash, as the tracker knows them.
// Invariants: an address (IP and port) is in a swarm once, and the client that announced it last owns it (a client that
// was killed and started again takes its own place over); each peer stands in the list of seeds or of leechers at `index`.

import type { Random } from '@enjambre/runtime';
import type { ListedPeer } from '../protocol/encode-answer.ts';

/** A client as it announces itself. */
export interface AnnouncingPeer extends ListedPeer {
  readonly seed: boolean;
}

interface Member extends AnnouncingPeer {
  peerId: Uint8Array;
  seed: boolean;
  announcedAt: number;
  index: number;
}

export class Swarm {
  readonly #members = new Map<string, Member>();
  readonly #seeds: Member[] = [];
  readonly #leechers: Member[] = [];
  #completed = 0;

  get seeders(): number {
    return this.#seeds.length;
  }

  get leechers(): number {
    return this.#leechers.length;
  }

  /** How often a member announced `completed`. */
  get completed(): number {
    return this.#completed;
  }

  get size(): number {
    return this.#members.size;
  }

  has(peer: ListedPeer): boolean {
    return this.#members.has(keyOf(peer));
  }

  /** Adds the peer, or notes that it is still there. @param now ms, as `removeSilent` will be asked with */
  put(peer: AnnouncingPeer, now: number): void {
    const known = this.#members.get(keyOf(peer));
    if (known === undefined) {
      const member = { ...peer, announcedAt: now, index: 0 };
      this.#members.set(keyOf(peer), member);
      this.#enlist(member);
      return;
    }
    known.announcedAt = now;
    known.peerId = peer.peerId;
    if (known.seed === peer.seed) return;
    this.#strike(known);
    known.seed = peer.seed;
    this.#enlist(known);
  }

  countCompleted(): void {
    this.#completed++;
  }

  /** Removes the peer; not when another client has taken its address over meanwhile. */
  remove(peer: ListedPeer): void {
    const member = this.#members.get(keyOf(peer));
    if (member === undefined || !sameBytes(member.peerId, peer.peerId)) return;
    this.#members.delete(keyOf(peer));
    this.#strike(member);
  }

  /** Removes who has not announced since `before` (ms). */
  removeSilent(before: number): void {
    for (const [key, member] of this.#members) {
      if (member.announcedAt >= before) continue;
      this.#members.delete(key);
      this.#strike(member);
    }
  }

  /** Everybody, with when they announced last (ms, as given to `put`). */
  members(): Iterable<AnnouncingPeer & { readonly announcedAt: number }> {
    return this.#members.values();
  }

  /** Up to `count` peers by chance: not the one that asks, and no seeds for a seed, which has no use for them. */
  sample(count: number, asking: AnnouncingPeer, random: Random): ListedPeer[] {
    const chosen: ListedPeer[] = [];
    let leechersLeft = this.#leechers.length;
    let seedsLeft = asking.seed ? 0 : this.#seeds.length;
    // Each round draws one of those left and moves it behind them: no peer twice, however few are wanted of however many.
    while (chosen.length < count && leechersLeft + seedsLeft > 0) {
      const drawn = random.below(leechersLeft + seedsLeft);
      const member =
        drawn < leechersLeft
          ? swap(this.#leechers, drawn, --leechersLeft)
          : swap(this.#seeds, drawn - leechersLeft, --seedsLeft);
      if (!sameBytes(member.compact, asking.compact) && !sameBytes(member.peerId, asking.peerId)) chosen.push(member);
    }
    return chosen;
  }

  #enlist(member: Member): void {
    const list = member.seed ? this.#seeds : this.#leechers;
    member.index = list.push(member) - 1;
  }

  #strike(member: Member): void {
    const list = member.seed ? this.#seeds : this.#leechers;
    swap(list, member.index, list.length - 1);
    list.pop();
  }
}

/** Exchanges two members of a list; returns the one that was at `from`, now at `to`. */
function swap(list: Member[], from: number, to: number): Member {
  const member = list[from];
  const other = list[to];
  list[to] = member;
  list[from] = other;
  other.index = from;
  member.index = to;
  return member;
}

function keyOf(peer: ListedPeer): string {
  return Buffer.from(peer.compact).toString('latin1');
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
