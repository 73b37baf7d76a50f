// A picker under test among model peers: keeps the books that the download keeps, and checks the picker against them.

import assert from 'node:assert/strict';
import { BLOCK_LENGTH, PieceGeometry } from '@enjambre/metainfo';
import { seededRandom } from '@enjambre/runtime';
import type { OpenPiece } from './open-piece.ts';
import type { BlockRequest, PickingPeer } from './picking-peer.ts';
import { PiecePicker } from './piece-picker.ts';

/** A block as a key of the model's books. */
const keyOf = ({ pieceIndex, blockIndex }: BlockRequest): string => `${pieceIndex}/${blockIndex}`;

export class ModelPeer implements PickingPeer {
  readonly name: string;
  readonly pieces = new Set<number>();
  readonly pieceCount: number;
  /** What it owes, oldest first. */
  readonly owed = new Map<string, BlockRequest>();
  readonly suggested = new Set<number>();
  bytesPerSecond = 0;
  isWarmingUp = false;
  secondsPerBlock: number | undefined = undefined;
  snubbed = false;
  suspected = false;
  /** What a block of it is worth: 0 is good. */
  value: () => number = () => 0;

  constructor(name: string, pieceCount: number) {
    this.name = name;
    this.pieceCount = pieceCount;
  }

  get has() {
    return { has: (piece: number) => this.pieces.has(piece), isComplete: this.pieces.size === this.pieceCount };
  }

  get offers() {
    return this.has;
  }

  get outstandingCount(): number {
    return this.owed.size;
  }

  owesAmongFirst(pieceIndex: number, blockIndex: number, count: number): boolean {
    return [...this.owed.keys()].slice(0, count).includes(keyOf({ pieceIndex, blockIndex }));
  }
}

export interface ModelOptions {
  readonly pieceCount: number;
  readonly blocksPerPiece: number;
  readonly seed?: number;
  /** Pieces that may be in memory at once. */
  readonly slabs?: number;
}

export class PickingModel {
  readonly picker: PiecePicker<ModelPeer>;
  readonly peers = new Set<ModelPeer>();
  /** Pieces that are complete and wait for their verdict. */
  readonly waiting: OpenPiece<ModelPeer>[] = [];
  readonly #options: ModelOptions;
  #slabsUsed = 0;

  constructor(options: ModelOptions) {
    const { pieceCount, blocksPerPiece, seed = 1, slabs = Number.POSITIVE_INFINITY } = options;
    this.#options = options;
    this.picker = new PiecePicker<ModelPeer>({
      geometry: new PieceGeometry(pieceCount * blocksPerPiece * BLOCK_LENGTH, blocksPerPiece * BLOCK_LENGTH),
      random: seededRandom(seed),
      allocate: () => {
        if (this.#slabsUsed >= slabs) return undefined;
        this.#slabsUsed++;
        // One byte stands for a block.
        return { bytes: Buffer.alloc(blocksPerPiece) };
      },
      free: () => void this.#slabsUsed--,
      taken: (holder, pieceIndex, blockIndex) => this.release(holder, { pieceIndex, blockIndex }),
    });
  }

  /** @param has which pieces it has; all when left out */
  join(name: string, has: (pieceIndex: number) => boolean = () => true): ModelPeer {
    const peer = new ModelPeer(name, this.#options.pieceCount);
    for (let piece = 0; piece < this.#options.pieceCount; piece++) if (has(piece)) peer.pieces.add(piece);
    this.peers.add(peer);
    this.picker.peerJoined(peer);
    this.picker.peerTold(peer);
    return peer;
  }

  leave(peer: ModelPeer): void {
    this.releaseAll(peer);
    this.picker.peerLeft(peer);
    this.peers.delete(peer);
  }

  pick(peer: ModelPeer, want: number): BlockRequest[] {
    const picked = this.picker.pick(peer, want);
    assert.ok(picked.length <= want, 'no more than wanted');
    for (const request of picked) {
      assert.ok(peer.pieces.has(request.pieceIndex), 'only what the peer has');
      assert.ok(!peer.owed.has(keyOf(request)), 'nothing that it owes already');
      assert.ok(!this.picker.isHad(request.pieceIndex), 'nothing that is had');
      assert.equal(this.picker.openPiece(request.pieceIndex)?.received[request.blockIndex], 0, 'nothing received');
      peer.owed.set(keyOf(request), request);
    }
    return picked;
  }

  release(peer: ModelPeer, request: BlockRequest): void {
    peer.owed.delete(keyOf(request));
    this.picker.release(peer, request.pieceIndex, request.blockIndex);
  }

  releaseAll(peer: ModelPeer): void {
    for (const request of [...peer.owed.values()]) this.release(peer, request);
  }

  /** The peer sends the oldest block it owes, as far as the piece may take it. Returns whether it owed one. */
  deliver(peer: ModelPeer): boolean {
    const [request] = peer.owed.values();
    if (request === undefined) return false;
    const piece = this.picker.openPiece(request.pieceIndex);
    const mayDeliver = piece !== undefined && (!piece.exclusive || piece.owner === undefined || piece.owner === peer);
    if (!mayDeliver || piece.received[request.blockIndex] === 1) {
      this.release(peer, request);
      return true;
    }
    peer.owed.delete(keyOf(request));
    piece.slab.bytes[request.blockIndex] = peer.value();
    const { others, complete } = this.picker.received(peer, request.pieceIndex, request.blockIndex);
    for (const other of others) this.release(other, request);
    if (complete !== undefined) this.waiting.push(complete);
    return true;
  }

  /** The oldest piece that waits turns out good, bad, or could not be stored. */
  judge(verdict: 'good' | 'bad' | 'lost'): OpenPiece<ModelPeer> | undefined {
    const piece = this.waiting.shift();
    if (piece === undefined) return undefined;
    this.#slabsUsed--;
    if (verdict === 'good') this.picker.verified(piece);
    else this.picker.failed(piece, verdict === 'bad');
    return piece;
  }

  /** Fetches all that is missing from whoever is there. @returns whether everything is had within so many rounds */
  finish(rounds = 1000): boolean {
    for (let round = 0; round < rounds && this.picker.hadCount < this.#options.pieceCount; round++) {
      for (const peer of this.peers) {
        this.pick(peer, 8);
        this.deliver(peer);
      }
      while (this.judge('good') !== undefined);
      this.check();
    }
    return this.picker.hadCount === this.#options.pieceCount;
  }

  /** Compares the picker's books with the model's. */
  check(): void {
    const { pieceCount } = this.#options;
    const open = [...this.picker.openPieces];
    const waiting = new Set(this.waiting.map((piece) => piece.pieceIndex));
    assert.equal(waiting.size, this.waiting.length, 'no piece waits twice');
    for (let piece = 0; piece < pieceCount; piece++) {
      const states = [this.picker.isHad(piece), this.picker.openPiece(piece) !== undefined, waiting.has(piece)];
      assert.ok(states.filter(Boolean).length <= 1, `piece ${piece} is had, open or waiting, not several of them`);
    }
    assert.equal(this.#slabsUsed, open.length + waiting.size, 'a slab for each piece under way');
    for (const piece of open) this.#checkOpen(piece);
  }

  #checkOpen(piece: OpenPiece<ModelPeer>): void {
    let free = 0;
    let received = 0;
    for (let blockIndex = 0; blockIndex < piece.blockCount; blockIndex++) {
      const key = keyOf({ pieceIndex: piece.pieceIndex, blockIndex });
      const asked = [...this.peers].filter((peer) => peer.owed.has(key));
      assert.ok(asked.length <= 2, `${key} is asked of ${asked.length}`);
      const noted = [piece.requesters[blockIndex], piece.seconds[blockIndex]].filter((peer) => peer !== undefined);
      if (piece.received[blockIndex] === 0) assert.deepEqual(new Set(noted), new Set(asked), `who owes ${key}`);
      else assert.equal(noted.length, 0, 'nobody is asked for what is there');
      if (piece.isFree(blockIndex)) free++;
      received += piece.received[blockIndex];
    }
    assert.equal(piece.freeCount, free);
    assert.equal(piece.receivedCount, received);
    assert.ok(received < piece.blockCount, 'a complete piece is not open');
  }
}
