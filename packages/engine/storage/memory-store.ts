// Pieces in memory: for simulation and tests, with the rules of files but without their failures.
// Invariant: as every store's: what is had was hashed.

import { hash } from 'node:crypto';
import { BLOCK_LENGTH } from '@enjambre/metainfo';
import { invariant } from '@enjambre/runtime';
import { blockHashes } from './block-hashes.ts';
import { expectedHash, type StoreLayout } from './file-layout.ts';
import { PieceSet } from './piece-set.ts';
import { type BlockView, type PieceStore, type PieceVerdict, type Slab, StorageError } from './piece-store.ts';

export interface MemoryPieceStoreOptions {
  readonly layout: StoreLayout;
  /** Bytes of the whole torrent to begin with, for a seed: `open` finds its good pieces. */
  readonly content?: Uint8Array;
  /** Bytes of slabs in use at a time; default: as many as are asked for. */
  readonly slabBudgetBytes?: number;
}

export class MemoryPieceStore implements PieceStore {
  readonly #layout: StoreLayout;
  readonly #content: Uint8Array;
  readonly #seeded: boolean;
  readonly #had: PieceSet;
  readonly #slabBudgetBytes: number;
  readonly #slabs = new Set<Slab>();
  #slabBytes = 0;
  #unwrittenBytes = 0;
  #closed = false;

  constructor({ layout, content, slabBudgetBytes }: MemoryPieceStoreOptions) {
    this.#layout = layout;
    this.#seeded = content !== undefined;
    this.#content = content ?? new Uint8Array(layout.geometry.totalSize);
    this.#had = new PieceSet(layout.geometry.pieceCount);
    this.#slabBudgetBytes = slabBudgetBytes ?? Number.POSITIVE_INFINITY;
    invariant(this.#content.length === layout.geometry.totalSize, 'the content is the whole torrent');
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  async open(onPiece: (pieceIndex: number) => void, isTrusting = true): Promise<void> {
    if (this.#closed) throw closedError();
    const before = new PieceSet(this.#layout.geometry.pieceCount, this.#had.bytes);
    if (!isTrusting) this.#had.clear();
    for (let pieceIndex = 0; pieceIndex < this.#layout.geometry.pieceCount; pieceIndex++) {
      const isWritten = this.#seeded || before.has(pieceIndex);
      if (!this.#had.has(pieceIndex) && isWritten && this.#isGood(pieceIndex, this.#piece(pieceIndex))) {
        this.#had.add(pieceIndex);
      }
      if (this.#had.has(pieceIndex)) onPiece(pieceIndex);
    }
  }

  takeSlab(pieceIndex: number): Slab | undefined {
    const length = this.#layout.geometry.pieceSize(pieceIndex);
    if (this.#closed || this.#slabBytes + length > this.#slabBudgetBytes) return undefined;
    const slab: Slab = { bytes: Buffer.alloc(length) };
    this.#slabs.add(slab);
    this.#slabBytes += length;
    return slab;
  }

  async finish(pieceIndex: number, slab: Slab, wantBlockHashes: boolean): Promise<PieceVerdict> {
    invariant(this.#slabs.has(slab), 'a slab comes from this store and is given back once');
    this.#unwrittenBytes += slab.bytes.length;
    // As with a worker, the verdict comes later; the order of microtasks keeps a simulation the same each time.
    await undefined;
    this.#unwrittenBytes -= slab.bytes.length;
    this.discard(slab);
    if (this.#closed) throw closedError();
    const verified = this.#isGood(pieceIndex, slab.bytes);
    if (verified) {
      this.#piece(pieceIndex).set(slab.bytes);
      this.#had.add(pieceIndex);
    }
    return { verified, blockHashes: verified && !wantBlockHashes ? undefined : blockHashes(slab.bytes, BLOCK_LENGTH) };
  }

  discard(slab: Slab): void {
    invariant(this.#slabs.delete(slab), 'a slab comes from this store and is given back once');
    this.#slabBytes -= slab.bytes.length;
  }

  async read(pieceIndex: number, begin: number, length: number): Promise<BlockView> {
    if (this.#closed) throw closedError();
    return { bytes: this.#piece(pieceIndex).subarray(begin, begin + length), release() {} };
  }

  prepare(): void {}

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
  }

  #piece(pieceIndex: number): Uint8Array {
    const { geometry } = this.#layout;
    const start = pieceIndex * geometry.pieceLength;
    return this.#content.subarray(start, start + geometry.pieceSize(pieceIndex));
  }

  #isGood(pieceIndex: number, bytes: Uint8Array): boolean {
    return hash('sha1', bytes, 'buffer').equals(expectedHash(this.#layout, pieceIndex));
  }
}

function closedError(): StorageError {
  return new StorageError('closed', 'the torrent in memory is closed');
}
