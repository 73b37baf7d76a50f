// Which blocks to ask a peer for next: random first pieces, then rarest first; a piece from one peer where it can
// deliver it, partial pieces finished, stealing and endgame when nothing else is left.
// Invariant: every piece is exactly one of had, startable (in the rarity index), open, or being verified.

import type { PieceGeometry } from '@enjambre/metainfo';
import type { Random } from '@enjambre/runtime';
import type { Slab } from '../storage/piece-store.ts';
import { FailedPieces } from './failed-pieces.ts';
import { OpenPiece } from './open-piece.ts';
import { Participation } from './participation.ts';
import { type BlockRequest, delivers, isSilent, type PickingPeer } from './picking-peer.ts';
import { RarityIndex } from './rarity-index.ts';
import { chooseStolen, maySteal } from './stealing.ts';
import { stretchLength } from './stretch.ts';

/** The first pieces are random: a newcomer needs something to trade at once, not what is rare (and so slow to get). */
const RANDOM_FIRST_PIECES = 4;
/** Above this many pieces with free blocks a peer, finish some before starting others: a part of one serves nobody. */
const PARTIAL_PIECES_PER_PEER = 1.5;
/** Stretches that others are at, before one is shared: about as many as there are peers that send. */
const MOST_STRETCHES_LOOKED_AT = 64;
/** A peer that needs longer for a piece shares it with others. */
const WHOLE_PIECE_SECONDS = 20;

export interface PickerOptions<Peer> {
  readonly geometry: PieceGeometry;
  readonly random: Random;
  /** Room for a piece to be started, or undefined while there is none. */
  readonly allocate: (pieceIndex: number) => Slab | undefined;
  /** Takes back the room of a piece that was given up. */
  readonly free: (slab: Slab) => void;
  /** A block that was asked of `holder` is asked of a quicker peer instead, or its piece was given up. */
  readonly taken: (holder: Peer, pieceIndex: number, blockIndex: number) => void;
}

export class PiecePicker<Peer extends PickingPeer> {
  readonly #options: PickerOptions<Peer>;
  readonly #index: RarityIndex;
  readonly #had: Uint8Array;
  readonly #open = new Map<number, OpenPiece<Peer>>();
  readonly #withFree = new Set<OpenPiece<Peer>>();
  readonly #peers = new Set<Peer>();
  /** Peers counted as having everything; kept apart so that a seed's coming costs nothing per piece. */
  readonly #seeds = new Set<Peer>();
  readonly #failed = new FailedPieces<Peer>();
  readonly #participation = new Participation<Peer>();
  readonly #stretch: number;
  /** The piece that each peer was last asked for anew. */
  readonly #lastStarted = new Map<Peer, number>();
  #hadCount = 0;
  /** Blocks that came twice since nothing is left to start. */
  #inVain = 0;

  constructor(options: PickerOptions<Peer>) {
    this.#options = options;
    this.#index = new RarityIndex(options.geometry.pieceCount, options.random);
    this.#had = new Uint8Array(options.geometry.pieceCount);
    this.#stretch = stretchLength(options.geometry);
  }

  /** The piece is verified (or was found on disk). */
  pieceHad(pieceIndex: number): void {
    if (this.#had[pieceIndex] === 1) return;
    this.#had[pieceIndex] = 1;
    this.#hadCount++;
    this.#index.remove(pieceIndex);
    this.#failed.delete(pieceIndex);
  }

  /** How many pieces are had. */
  get hadCount(): number {
    return this.#hadCount;
  }

  isHad(pieceIndex: number): boolean {
    return this.#had[pieceIndex] === 1;
  }

  openPiece(pieceIndex: number): OpenPiece<Peer> | undefined {
    return this.#open.get(pieceIndex);
  }

  get openPieces(): IterableIterator<OpenPiece<Peer>> {
    return this.#open.values();
  }

  /** How many connected peers have the piece. */
  availability(pieceIndex: number): number {
    return this.#index.availability(pieceIndex) + this.#seeds.size;
  }

  /** A peer is there; nothing is known of its pieces yet. */
  peerJoined(peer: Peer): void {
    this.#peers.add(peer);
  }

  /** The peer has told all at once what it has. */
  peerTold(peer: Peer): void {
    if (peer.has.isComplete) this.#seeds.add(peer);
    else this.#countPieces(peer, 1);
  }

  /** The peer, already joined, now also has that piece. */
  peerGot(pieceIndex: number): void {
    this.#index.increase(pieceIndex);
  }

  /** The peer is gone; its requests must have been released before. */
  peerLeft(peer: Peer): void {
    if (!this.#peers.delete(peer)) return;
    this.disowned(peer);
    if (!this.#seeds.delete(peer)) this.#countPieces(peer, -1);
    this.#participation.left(peer);
    this.#lastStarted.delete(peer);
  }

  /** Names up to `want` blocks to ask `peer` for, and takes them as asked. */
  pick(peer: Peer, want: number): BlockRequest[] {
    const picked: BlockRequest[] = [];
    const takeWhere = (allowed: (piece: OpenPiece<Peer>) => boolean): void => {
      for (const piece of this.#withFree) {
        if (picked.length >= want) return;
        if (!peer.offers.has(piece.pieceIndex) || !this.#participation.allows(peer, piece) || !allowed(piece)) continue;
        if (piece.owner === undefined && this.#deliversWhole(peer, piece)) piece.owner = peer;
        this.#take(piece, peer, want, picked);
      }
    };
    takeWhere((piece) => piece.owner === peer);
    while (picked.length < want && peer.suggested.size > 0) {
      const piece = this.#start(peer, false, this.#chooseSuggested(peer));
      if (piece === undefined) break;
      this.#take(piece, peer, want, picked);
    }
    if (!peer.suspected) {
      const joins = !this.#isFast(peer) || this.#withFree.size > PARTIAL_PIECES_PER_PEER * this.#peers.size;
      takeWhere((piece) => piece.owner === undefined || (joins && !piece.exclusive));
    }
    let hasNothingNew = false;
    while (picked.length < want) {
      const pieceIndex = this.#chooseNew(peer);
      hasNothingNew = pieceIndex === undefined;
      const piece = this.#start(peer, picked.length === 0, pieceIndex);
      if (piece === undefined) break;
      this.#take(piece, peer, want, picked);
    }
    if (picked.length >= want) return picked;
    if (peer.suspected) {
      takeWhere((piece) => piece.owner === undefined && this.#adopt(piece, peer));
    } else {
      takeWhere((piece) => !piece.exclusive);
      if (picked.length === 0) this.#steal(peer, want, picked, hasNothingNew);
    }
    if (picked.length === 0) this.#takeFromSilent(peer, want, picked);
    return picked;
  }

  /** The peer will not deliver the block after all. */
  release(peer: Peer, pieceIndex: number, blockIndex: number): void {
    const piece = this.#open.get(pieceIndex);
    if (piece === undefined) return;
    piece.release(blockIndex, peer);
    if (piece.freeCount > 0) this.#withFree.add(piece);
  }

  /** A block came that was of no use any more. */
  cameInVain(): void {
    if (this.#index.size === 0) this.#inVain++;
  }

  /** No piece is that peer's alone any more: it chokes us, is snubbed, or gone. */
  disowned(peer: Peer): void {
    for (const piece of this.#open.values()) if (piece.owner === peer) piece.owner = undefined;
  }

  /** The block is in the slab. Returns who else need not send it, and whether the piece now waits to be verified. */
  received(
    peer: Peer,
    pieceIndex: number,
    blockIndex: number,
  ): { others: readonly Peer[]; complete: OpenPiece<Peer> | undefined } {
    const piece = this.#open.get(pieceIndex)!;
    const others = piece.receive(blockIndex, peer);
    if (piece.freeCount === 0) this.#withFree.delete(piece);
    if (!piece.isComplete) return { others, complete: undefined };
    this.#open.delete(pieceIndex);
    return { others, complete: piece };
  }

  /** A piece that waited to be verified was: it is had. */
  verified(piece: OpenPiece<Peer>): void {
    this.#participation.proven(piece);
    this.#participation.closed(piece);
    this.pieceHad(piece.pieceIndex);
  }

  /** A piece that waited to be verified failed (`wasBad`), or could not be stored: it may be started again. */
  failed(piece: OpenPiece<Peer>, wasBad: boolean): void {
    this.#participation.closed(piece);
    if (wasBad) this.#failed.add(piece);
    this.#index.insert(piece.pieceIndex);
  }

  /** Nothing that this peer delivered counts any more. */
  distrust(peer: Peer): void {
    for (const piece of this.#open.values()) {
      piece.disown(peer);
      if (piece.freeCount > 0) this.#withFree.add(piece);
    }
  }

  #take(piece: OpenPiece<Peer>, peer: Peer, want: number, picked: BlockRequest[]): void {
    this.#participation.count(piece, peer);
    for (let blockIndex = 0; blockIndex < piece.blockCount && picked.length < want; blockIndex++) {
      if (!piece.isFree(blockIndex)) continue;
      piece.ask(blockIndex, peer);
      picked.push({ pieceIndex: piece.pieceIndex, blockIndex });
    }
    if (piece.freeCount === 0) this.#withFree.delete(piece);
  }

  #start(peer: Peer, mayEvict: boolean, pieceIndex: number | undefined): OpenPiece<Peer> | undefined {
    if (pieceIndex === undefined || !this.#participation.allows(peer, undefined)) return undefined;
    const slab =
      this.#options.allocate(pieceIndex) ??
      (mayEvict && this.#evict(peer) ? this.#options.allocate(pieceIndex) : undefined);
    if (slab === undefined) return undefined;
    const exclusive = peer.suspected || this.#failed.has(pieceIndex);
    const piece = new OpenPiece<Peer>(pieceIndex, this.#options.geometry.blockCount(pieceIndex), slab, exclusive);
    if (exclusive || this.#isFast(peer)) piece.owner = peer;
    this.#lastStarted.set(peer, pieceIndex);
    this.#index.remove(pieceIndex);
    this.#open.set(pieceIndex, piece);
    this.#withFree.add(piece);
    return piece;
  }

  /** A suspect takes over a piece nobody owns: all of it, for a mixed piece would not tell who spoilt it. */
  #adopt(piece: OpenPiece<Peer>, peer: Peer): boolean {
    for (const other of piece.participants) if (other !== peer) piece.disown(other);
    piece.exclusive = true;
    piece.owner = peer;
    return true;
  }

  /** The oldest suggestion that can be followed; those that are had or under way are dropped in passing. */
  #chooseSuggested(peer: Peer): number | undefined {
    for (const pieceIndex of peer.suggested) {
      if (!this.#index.includes(pieceIndex)) peer.suggested.delete(pieceIndex);
      else if (peer.offers.has(pieceIndex)) return pieceIndex;
    }
    return undefined;
  }

  #chooseNew(peer: Peer): number | undefined {
    const size = this.#index.size;
    const isFirst = this.#hadCount < RANDOM_FIRST_PIECES && size > 0;
    const neighbour = isFirst ? undefined : this.#chooseNeighbour(peer);
    if (neighbour !== undefined) return neighbour;
    const first = isFirst ? this.#options.random.below(size) : 0;
    let best: number | undefined;
    let underWay = 0;
    for (let step = 0; step < size; step++) {
      const pieceIndex = this.#index.at((first + step) % size);
      if (!this.#suits(peer, pieceIndex)) continue;
      if (isFirst) return pieceIndex;
      if (best !== undefined && this.availability(pieceIndex) !== this.availability(best)) break;
      const beginning = this.#beginningOfStretch(peer, pieceIndex);
      if (beginning % this.#stretch === 0 || !this.#open.has(beginning - 1)) return beginning;
      // Somebody else is at that stretch.
      best ??= beginning;
      if (++underWay > MOST_STRETCHES_LOOKED_AT) break;
    }
    return best;
  }

  /** What lies in the same stretch behind the piece it was asked for last, where nothing is rarer. */
  #chooseNeighbour(peer: Peer): number | undefined {
    const next = (this.#lastStarted.get(peer) ?? -1) + 1;
    const isNeighbour = next % this.#stretch > 0 && this.#index.isRarest(next) && this.#suits(peer, next);
    return isNeighbour ? next : undefined;
  }

  /** Where to begin in the stretch of that piece: at the first one before it from which all are as rare. */
  #beginningOfStretch(peer: Peer, pieceIndex: number): number {
    const rarity = this.#index.availability(pieceIndex);
    const isAsRare = (other: number): boolean =>
      this.#index.includes(other) && this.#index.availability(other) === rarity && this.#suits(peer, other);
    let first = pieceIndex;
    while (first % this.#stretch > 0 && isAsRare(first - 1)) first--;
    return first;
  }

  #suits(peer: Peer, pieceIndex: number): boolean {
    return peer.offers.has(pieceIndex) && !this.#failed.isBetterFrom(this.#peers, peer, pieceIndex);
  }

  #steal(peer: Peer, want: number, picked: BlockRequest[], hasNothingNew: boolean): void {
    const situation = { atTheEnd: this.#index.size === 0, hasNothingNew, inVain: this.#inVain };
    if (!maySteal(peer, this.#peers, situation)) return;
    for (const stolen of chooseStolen(this.#open.values(), peer, want, situation)) {
      const { piece, blockIndex, isDoubled } = stolen;
      if (!this.#participation.allows(peer, piece)) continue;
      this.#participation.count(piece, peer);
      if (isDoubled) piece.askBesides(blockIndex, peer);
      else {
        this.#callBack(piece, blockIndex);
        piece.ask(blockIndex, peer);
      }
      if (piece.freeCount === 0) this.#withFree.delete(piece);
      picked.push({ pieceIndex: piece.pieceIndex, blockIndex });
    }
  }

  /** A piece that is one peer's alone, which has sent nothing yet for whole seconds, becomes that of one that delivers. */
  #takeFromSilent(peer: Peer, want: number, picked: BlockRequest[]): void {
    if (!delivers(peer)) return;
    for (const piece of this.#open.values()) {
      const { owner, pieceIndex } = piece;
      if (!piece.exclusive || owner === undefined || owner === peer || piece.receivedCount > 0) continue;
      if (!isSilent(owner) || !peer.offers.has(pieceIndex) || !this.#participation.allows(peer, piece)) continue;
      for (let blockIndex = 0; blockIndex < piece.blockCount; blockIndex++) this.#callBack(piece, blockIndex);
      piece.owner = peer;
      this.#withFree.add(piece);
      this.#take(piece, peer, want, picked);
      return;
    }
  }

  /** Whoever was asked for the block is not any more. */
  #callBack(piece: OpenPiece<Peer>, blockIndex: number): void {
    for (const asked of [piece.seconds[blockIndex], piece.requesters[blockIndex]]) {
      if (asked === undefined) continue;
      this.#options.taken(asked, piece.pieceIndex, blockIndex);
      piece.release(blockIndex, asked);
    }
  }

  /** Gives up the least advanced piece that nobody is delivering, so that `peer` can start one it has. */
  #evict(peer: Peer): boolean {
    let least: OpenPiece<Peer> | undefined;
    for (const piece of this.#open.values()) {
      if (peer.offers.has(piece.pieceIndex) && !piece.exclusive) continue;
      const awaited = piece.requesters.some((holder) => holder !== undefined && !holder.snubbed);
      if (!awaited && (least === undefined || piece.receivedCount < least.receivedCount)) least = piece;
    }
    if (least !== undefined) this.#abandon(least);
    return least !== undefined;
  }

  #abandon(piece: OpenPiece<Peer>): void {
    for (let blockIndex = 0; blockIndex < piece.blockCount; blockIndex++) this.#callBack(piece, blockIndex);
    this.#open.delete(piece.pieceIndex);
    this.#withFree.delete(piece);
    this.#participation.closed(piece);
    this.#options.free(piece.slab);
    this.#index.insert(piece.pieceIndex);
  }

  #isFast(peer: Peer): boolean {
    // A rate of zero is a newcomer's: it gets the benefit of the doubt, stealing mends it.
    return peer.bytesPerSecond === 0 || peer.bytesPerSecond * WHOLE_PIECE_SECONDS >= this.#options.geometry.pieceLength;
  }

  #deliversWhole(peer: Peer, piece: OpenPiece<Peer>): boolean {
    return piece.exclusive || this.#isFast(peer);
  }

  #countPieces(peer: Peer, direction: 1 | -1): void {
    for (let pieceIndex = 0; pieceIndex < this.#options.geometry.pieceCount; pieceIndex++) {
      if (!peer.has.has(pieceIndex)) continue;
      if (direction === 1) this.#index.increase(pieceIndex);
      else this.#index.decrease(pieceIndex);
    }
  }
}
