// Which blocks to ask a peer for next: random first pieces, then rarest first; a piece from one peer where it can
// deliver it, partial pieces finished, stealing and endgame when nothing else is left.
// Invariant: every piece is exactly one of had, startable (in the rarity index), open, or being verified.

import type { PieceGeometry } from '@enjambre/metainfo';
import type { Random } from '@enjambre/runtime';
import { OpenPiece } from './open-piece.ts';
import type { BlockRequest, PickingPeer } from './picking-peer.ts';
import { RarityIndex } from './rarity-index.ts';
import { chooseStolen } from './stealing.ts';

/** The first pieces are random: a newcomer needs something to trade at once, not what is rare (and so slow to get). */
const RANDOM_FIRST_PIECES = 4;
/** Above this many pieces with free blocks a peer, finish some before starting others: a part of one serves nobody. */
const PARTIAL_PIECES_PER_PEER = 1.5;
/** A peer that needs longer for a piece shares it with others. */
const WHOLE_PIECE_SECONDS = 20;
/** Pieces that an unproven or suspected peer may take part in at once: bounds what a poisoner can spoil. */
const UNPROVEN_PIECES = 4;

export interface PickerOptions<Peer> {
  readonly geometry: PieceGeometry;
  readonly random: Random;
  /** Memory for a piece to be started, or undefined while there is none. */
  readonly allocate: (pieceIndex: number) => Buffer | undefined;
  /** Takes back the memory of a piece that was given up. */
  readonly free: (slab: Buffer) => void;
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
  /** Pieces that failed, and who had a part in them. */
  readonly #failed = new Map<number, Set<Peer>>();
  /** How many unverified pieces each peer has a part in. */
  readonly #partCount = new Map<Peer, number>();
  #hadCount = 0;

  constructor(options: PickerOptions<Peer>) {
    this.#options = options;
    this.#index = new RarityIndex(options.geometry.pieceCount, options.random);
    this.#had = new Uint8Array(options.geometry.pieceCount);
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
    this.#partCount.delete(peer);
  }

  /** Names up to `want` blocks to ask `peer` for, and takes them as asked. */
  pick(peer: Peer, want: number): BlockRequest[] {
    const picked: BlockRequest[] = [];
    const takeWhere = (allowed: (piece: OpenPiece<Peer>) => boolean): void => {
      for (const piece of this.#withFree) {
        if (picked.length >= want) return;
        if (!peer.offers.has(piece.pieceIndex) || !this.#mayTakePart(peer, piece) || !allowed(piece)) continue;
        if (piece.owner === undefined && this.#deliversWhole(peer, piece)) piece.owner = peer;
        this.#take(piece, peer, want, picked);
      }
    };
    takeWhere((piece) => piece.owner === peer);
    if (!peer.suspected) {
      const joins = !this.#isFast(peer) || this.#withFree.size > PARTIAL_PIECES_PER_PEER * this.#peers.size;
      takeWhere((piece) => piece.owner === undefined || (joins && !piece.exclusive));
    }
    while (picked.length < want) {
      const piece = this.#start(peer, picked.length === 0);
      if (piece === undefined) break;
      this.#take(piece, peer, want, picked);
    }
    if (picked.length >= want) return picked;
    if (peer.suspected) {
      takeWhere((piece) => piece.owner === undefined && this.#adopt(piece, peer));
    } else {
      takeWhere((piece) => !piece.exclusive);
      if (picked.length === 0) this.#steal(peer, want, picked);
    }
    return picked;
  }

  /** The peer will not deliver the block after all. */
  release(peer: Peer, pieceIndex: number, blockIndex: number): void {
    const piece = this.#open.get(pieceIndex);
    if (piece === undefined) return;
    piece.release(blockIndex, peer);
    if (piece.freeCount > 0) this.#withFree.add(piece);
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
  ): { others: Peer[]; complete: OpenPiece<Peer> | undefined } {
    const piece = this.#open.get(pieceIndex)!;
    const others = piece.receive(blockIndex, peer);
    if (piece.freeCount === 0) this.#withFree.delete(piece);
    if (!piece.isComplete) return { others, complete: undefined };
    this.#open.delete(pieceIndex);
    return { others, complete: piece };
  }

  /** A piece that waited to be verified was: it is had. */
  verified(piece: OpenPiece<Peer>): void {
    this.#closed(piece);
    this.pieceHad(piece.pieceIndex);
  }

  /** A piece that waited to be verified failed (`wasBad`), or could not be stored: it may be started again. */
  failed(piece: OpenPiece<Peer>, wasBad: boolean): void {
    this.#closed(piece);
    if (wasBad) {
      const suspects = this.#failed.get(piece.pieceIndex) ?? new Set();
      for (const peer of piece.suppliers) if (peer !== undefined) suspects.add(peer);
      this.#failed.set(piece.pieceIndex, suspects);
    }
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
    this.#countPart(piece, peer);
    for (let blockIndex = 0; blockIndex < piece.blockCount && picked.length < want; blockIndex++) {
      if (!piece.isFree(blockIndex)) continue;
      piece.ask(blockIndex, peer);
      picked.push({ pieceIndex: piece.pieceIndex, blockIndex });
    }
    if (piece.freeCount === 0) this.#withFree.delete(piece);
  }

  #start(peer: Peer, mayEvict: boolean): OpenPiece<Peer> | undefined {
    if (!this.#mayTakePart(peer, undefined)) return undefined;
    const pieceIndex = this.#chooseNew(peer);
    if (pieceIndex === undefined) return undefined;
    const slab =
      this.#options.allocate(pieceIndex) ??
      (mayEvict && this.#evict(peer) ? this.#options.allocate(pieceIndex) : undefined);
    if (slab === undefined) return undefined;
    const exclusive = peer.suspected || this.#failed.has(pieceIndex);
    const piece = new OpenPiece<Peer>(pieceIndex, this.#options.geometry.blockCount(pieceIndex), slab, exclusive);
    if (exclusive || this.#isFast(peer)) piece.owner = peer;
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

  #chooseNew(peer: Peer): number | undefined {
    const size = this.#index.size;
    const first = this.#hadCount < RANDOM_FIRST_PIECES && size > 0 ? this.#options.random.below(size) : 0;
    for (let step = 0; step < size; step++) {
      const pieceIndex = this.#index.at((first + step) % size);
      if (peer.offers.has(pieceIndex) && !this.#betterFromOthers(peer, pieceIndex)) return pieceIndex;
    }
    return undefined;
  }

  /** The piece failed with this peer's part in it, and somebody who had none can deliver it. */
  #betterFromOthers(peer: Peer, pieceIndex: number): boolean {
    const suspects = this.#failed.get(pieceIndex);
    if (suspects === undefined || !suspects.has(peer)) return false;
    for (const other of this.#peers) {
      if (!suspects.has(other) && !other.snubbed && other.outstandingCount > 0 && other.has.has(pieceIndex))
        return true;
    }
    return false;
  }

  #steal(peer: Peer, want: number, picked: BlockRequest[]): void {
    for (const stolen of chooseStolen(this.#open.values(), peer, want, this.#index.size === 0)) {
      const { piece, blockIndex, holder, isDoubled } = stolen;
      if (!this.#mayTakePart(peer, piece)) continue;
      this.#countPart(piece, peer);
      if (!isDoubled) {
        this.#options.taken(holder, piece.pieceIndex, blockIndex);
        piece.release(blockIndex, holder);
      }
      if (isDoubled) piece.askBesides(blockIndex, peer);
      else piece.ask(blockIndex, peer);
      if (piece.freeCount === 0) this.#withFree.delete(piece);
      picked.push({ pieceIndex: piece.pieceIndex, blockIndex });
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
    for (let blockIndex = 0; blockIndex < piece.blockCount; blockIndex++) {
      for (const holder of [piece.requesters[blockIndex], piece.seconds[blockIndex]]) {
        if (holder !== undefined) this.#options.taken(holder, piece.pieceIndex, blockIndex);
      }
    }
    this.#open.delete(piece.pieceIndex);
    this.#withFree.delete(piece);
    this.#closed(piece);
    this.#options.free(piece.slab);
    this.#index.insert(piece.pieceIndex);
  }

  #closed(piece: OpenPiece<Peer>): void {
    for (const peer of piece.participants) {
      const count = this.#partCount.get(peer);
      if (count !== undefined) this.#partCount.set(peer, count - 1);
    }
  }

  #countPart(piece: OpenPiece<Peer>, peer: Peer): void {
    if (piece.participants.has(peer)) return;
    piece.participants.add(peer);
    this.#partCount.set(peer, (this.#partCount.get(peer) ?? 0) + 1);
  }

  #mayTakePart(peer: Peer, piece: OpenPiece<Peer> | undefined): boolean {
    if (peer.proven && !peer.suspected) return true;
    return piece?.participants.has(peer) === true || (this.#partCount.get(peer) ?? 0) < UNPROVEN_PIECES;
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
