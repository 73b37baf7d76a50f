// What the only seed of a swarm gives first: each piece to one peer, before any piece to a second. It says so by suggesting
// (BEP 6): leechers that choose by themselves do not know what the others have just asked for, and ask for the same.
// Invariant: a piece is kept for one peer at a time, and offered again when that peer goes without having had it.

import { type Random, shuffle } from '@enjambre/runtime';

export interface FirstCopiesOptions<Peer> {
  readonly pieceCount: number;
  readonly random: Random;
  /** All that are connected. */
  readonly peers: Iterable<Peer>;
}

export class FirstCopies<Peer extends { readonly has: { has(pieceIndex: number): boolean } }> {
  readonly #options: FirstCopiesOptions<Peer>;
  /** Pieces that nobody was given yet, in random order. */
  readonly #pending: Set<number>;
  /** What each peer was told to ask for and has not asked for. */
  readonly #suggested = new Map<Peer, Set<number>>();
  /** What each peer has asked for, and perhaps not got. */
  readonly #asked = new Map<Peer, Set<number>>();

  constructor(options: FirstCopiesOptions<Peer>) {
    this.#options = options;
    const pieces = Array.from({ length: options.pieceCount }, (_, pieceIndex) => pieceIndex);
    this.#pending = new Set(shuffle(pieces, options.random));
  }

  /** Names pieces for the peer, until it has `ahead` of them to ask for. */
  suggest(peer: Peer, ahead: number): number[] {
    const suggested = this.#suggested.get(peer) ?? new Set();
    const added: number[] = [];
    for (const pieceIndex of this.#pending) {
      if (suggested.size >= ahead) break;
      this.#pending.delete(pieceIndex);
      if (this.#isHeld(pieceIndex)) continue;
      suggested.add(pieceIndex);
      added.push(pieceIndex);
    }
    if (added.length > 0) this.#suggested.set(peer, suggested);
    return added;
  }

  /** The peer asks for a block of the piece. Returns whether it starts what was suggested to it. */
  asked(peer: Peer, pieceIndex: number): boolean {
    const wasSuggested = this.#suggested.get(peer)?.delete(pieceIndex) === true;
    if (!wasSuggested && !this.#pending.delete(pieceIndex)) return false;
    const asked = this.#asked.get(peer);
    if (asked === undefined) this.#asked.set(peer, new Set([pieceIndex]));
    else asked.add(pieceIndex);
    return wasSuggested;
  }

  /** The peer is served no more: what it did not get is for others. */
  ended(peer: Peer): void {
    for (const pieces of [this.#suggested.get(peer), this.#asked.get(peer)]) {
      for (const pieceIndex of pieces ?? []) this.#pending.add(pieceIndex);
    }
    this.#suggested.delete(peer);
    this.#asked.delete(peer);
  }

  #isHeld(pieceIndex: number): boolean {
    for (const peer of this.#options.peers) if (peer.has.has(pieceIndex)) return true;
    return false;
  }
}
