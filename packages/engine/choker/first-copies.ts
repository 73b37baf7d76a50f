// What the only seed of a swarm gives first: each piece to one peer, before any piece to a second. It says so by suggesting
// (BEP 6): leechers that choose by themselves do not know what the others have just asked for, and ask for the same.
// Who was given many and passes none on, hoards, until a piece of it is seen elsewhere: others are served before it, and what
// it has counts as still to be given.
// Invariant: a piece is kept for one peer at a time, and offered again when that peer goes without having had it.

/** A piece is passed on while the next one comes: whoever has so many to itself hoards … */
const HOARD_PIECES = 4;
/** … and whoever was given so many without telling that it has them, more than are ever under way to one peer. */
const UNTOLD_HOARD_PIECES = 12;
/** So many of a hoard are looked at each time, in turn: a hoard may be nearly all of the torrent's pieces. */
const HOARD_LOOKS = 16;

export interface FirstCopiesOptions<Peer> {
  /** All of them, in the order in which they are to be given. */
  readonly pieces: readonly number[];
  /** All that are connected. */
  readonly peers: Iterable<Peer>;
}

export class FirstCopies<Peer extends { readonly has: { has(pieceIndex: number): boolean } }> {
  readonly #options: FirstCopiesOptions<Peer>;
  /** Pieces that nobody was given yet, in order. */
  readonly #pending: Set<number>;
  /** What each peer was told to ask for and has not asked for. */
  readonly #suggested = new Map<Peer, Set<number>>();
  /** What each peer has asked for, perhaps not got, and nobody else has been seen to have. */
  readonly #asked = new Map<Peer, Set<number>>();
  /** Who hoards, and what of it nobody else was given. */
  readonly #kept = new Map<Peer, Set<number>>();

  constructor(options: FirstCopiesOptions<Peer>) {
    this.#options = options;
    this.#pending = new Set(options.pieces);
  }

  /** Names pieces for the peer, until it has `ahead` of them to ask for. */
  suggest(peer: Peer, ahead: number): number[] {
    const suggested = this.#suggested.get(peer) ?? new Set();
    const added: number[] = [];
    for (const pieceIndex of this.#pending) {
      if (suggested.size >= ahead) break;
      if (peer.has.has(pieceIndex) && !this.#isHeld(pieceIndex, peer)) continue;
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
    for (const [keeper, kept] of this.#kept) if (keeper !== peer) kept.delete(pieceIndex);
    const wasSuggested = this.#suggested.get(peer)?.delete(pieceIndex) === true;
    if (!wasSuggested && !this.#pending.delete(pieceIndex)) return false;
    const asked = this.#asked.get(peer);
    if (asked === undefined) this.#asked.set(peer, new Set([pieceIndex]));
    else asked.add(pieceIndex);
    if (asked !== undefined && asked.size > HOARD_PIECES) this.#judge(peer, asked);
    if (this.#pending.size === 0) this.#offerAgain();
    return wasSuggested;
  }

  /** It keeps to itself what it was given, while there is still something to be given. */
  hoards(peer: Peer): boolean {
    const kept = this.#kept.get(peer);
    if (kept === undefined) return false;
    for (const pieceIndex of kept.values().take(HOARD_LOOKS).toArray()) {
      // Who passes on what it alone had, is taken for a hoarder no longer.
      if (this.#isHeld(pieceIndex, peer)) {
        this.#kept.delete(peer);
        return false;
      }
      kept.delete(pieceIndex);
      kept.add(pieceIndex);
    }
    return this.#pending.size > 0;
  }

  /** The peer is served no more: what it did not get is for others. */
  ended(peer: Peer): void {
    for (const pieces of [this.#suggested.get(peer), this.#asked.get(peer)]) {
      for (const pieceIndex of pieces ?? []) this.#pending.add(pieceIndex);
    }
    this.#suggested.delete(peer);
    this.#asked.delete(peer);
  }

  /** The peer is gone. */
  left(peer: Peer): void {
    this.ended(peer);
    this.#kept.delete(peer);
  }

  #judge(peer: Peer, asked: Set<number>): void {
    for (const pieceIndex of asked) if (this.#isHeld(pieceIndex, peer)) asked.delete(pieceIndex);
    const told = [...asked].filter((pieceIndex) => peer.has.has(pieceIndex)).length;
    if (told < HOARD_PIECES && asked.size < UNTOLD_HOARD_PIECES) return;
    const kept = this.#kept.get(peer) ?? new Set();
    this.#kept.set(peer, kept);
    for (const pieceIndex of asked) {
      kept.add(pieceIndex);
      // Behind what nobody has: it may still pass them on.
      this.#pending.add(pieceIndex);
    }
    asked.clear();
  }

  /** All are given: those that their peer has had and not passed on are for others, too. */
  #offerAgain(): void {
    for (const [peer, asked] of this.#asked) {
      for (const pieceIndex of asked) {
        if (!peer.has.has(pieceIndex)) continue;
        asked.delete(pieceIndex);
        if (!this.#isHeld(pieceIndex, peer)) this.#pending.add(pieceIndex);
      }
    }
  }

  #isHeld(pieceIndex: number, besides?: Peer): boolean {
    for (const peer of this.#options.peers) {
      if (peer !== besides && peer.has.has(pieceIndex) && !this.#kept.has(peer)) return true;
    }
    return false;
  }
}
