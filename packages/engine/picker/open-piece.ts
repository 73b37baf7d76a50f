// One piece being fetched: which blocks are free, asked for, received, and from whom.
// Invariant: a block is exactly one of free (no requester), requested (a requester, perhaps a second) or received.

import type { Slab } from '../storage/piece-store.ts';

const NOBODY: readonly never[] = [];

export class OpenPiece<Peer> {
  readonly pieceIndex: number;
  readonly blockCount: number;
  /** Where its bytes are put together. */
  readonly slab: Slab;
  readonly received: Uint8Array;
  /** Who was asked for each block. */
  readonly requesters: (Peer | undefined)[];
  /** Who was asked for it besides: the endgame allows one duplicate. */
  readonly seconds: (Peer | undefined)[];
  /** Who delivered each block. */
  readonly suppliers: (Peer | undefined)[];
  /** Everyone who was ever asked for or delivered a block of it. */
  readonly participants = new Set<Peer>();
  receivedCount = 0;
  /** Blocks that two are asked for. */
  doubledCount = 0;
  freeCount: number;
  /** The peer meant to deliver all of it, as long as it does. */
  owner: Peer | undefined;
  /** Only the owner may deliver: the piece failed before, or the owner is under suspicion. */
  exclusive: boolean;

  constructor(pieceIndex: number, blockCount: number, slab: Slab, exclusive: boolean) {
    this.pieceIndex = pieceIndex;
    this.blockCount = blockCount;
    this.slab = slab;
    this.exclusive = exclusive;
    this.freeCount = blockCount;
    this.received = new Uint8Array(blockCount);
    this.requesters = new Array(blockCount);
    this.seconds = new Array(blockCount);
    this.suppliers = new Array(blockCount);
  }

  isFree(blockIndex: number): boolean {
    return this.received[blockIndex] === 0 && this.requesters[blockIndex] === undefined;
  }

  ask(blockIndex: number, peer: Peer): void {
    this.requesters[blockIndex] = peer;
    this.freeCount--;
    this.participants.add(peer);
  }

  askBesides(blockIndex: number, peer: Peer): void {
    this.seconds[blockIndex] = peer;
    this.doubledCount++;
    this.participants.add(peer);
  }

  /** The peer will not deliver the block: its place is taken by the second one asked, or the block is free again. */
  release(blockIndex: number, peer: Peer): void {
    if (this.received[blockIndex] === 1) return;
    if (this.seconds[blockIndex] === peer) {
      this.#forgetSecond(blockIndex);
    } else if (this.requesters[blockIndex] === peer) {
      this.requesters[blockIndex] = this.seconds[blockIndex];
      this.#forgetSecond(blockIndex);
      if (this.requesters[blockIndex] === undefined) this.freeCount++;
    }
  }

  /** The block is here. Returns who else was asked for it and need not send it any more. */
  receive(blockIndex: number, peer: Peer): readonly Peer[] {
    const first = this.requesters[blockIndex];
    const second = this.seconds[blockIndex];
    // Nearly every block was asked of one peer alone: no list is made for it.
    const isAlone = second === undefined && (first === undefined || first === peer);
    const others = isAlone
      ? NOBODY
      : [first, second].filter((asked): asked is Peer => asked !== undefined && asked !== peer);
    if (first === undefined) this.freeCount--;
    this.requesters[blockIndex] = undefined;
    this.#forgetSecond(blockIndex);
    this.received[blockIndex] = 1;
    this.receivedCount++;
    this.suppliers[blockIndex] = peer;
    this.participants.add(peer);
    return others;
  }

  /** Forgets what that peer delivered: it is not to be trusted. */
  disown(peer: Peer): void {
    for (let blockIndex = 0; blockIndex < this.blockCount; blockIndex++) {
      if (this.suppliers[blockIndex] !== peer) continue;
      this.suppliers[blockIndex] = undefined;
      this.received[blockIndex] = 0;
      this.receivedCount--;
      this.freeCount++;
    }
  }

  get isComplete(): boolean {
    return this.receivedCount === this.blockCount;
  }

  #forgetSecond(blockIndex: number): void {
    if (this.seconds[blockIndex] !== undefined) this.doubledCount--;
    this.seconds[blockIndex] = undefined;
  }
}
