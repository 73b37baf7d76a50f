// Where verified pieces live. Implementations: files on disk, memory; both join `piece-store.contract.ts`.
// Invariant: a piece is "had" only when its bytes were hashed by us and written; a record on disk names only synced ones.

/** Bytes read for an upload. `release` must be called once, after the bytes are no longer needed. */
export interface BlockView {
  readonly bytes: Uint8Array;
  release(): void;
}

/** Room for one piece that is being fetched. */
export interface Slab {
  /** Its memory, which it gets when this is first asked for: what peers were only asked for needs none yet. */
  readonly bytes: Buffer;
}

/** How a finished piece turned out. `blockHashes` (SHA-1, 20 bytes a block, in order) when asked for or when it failed. */
export interface PieceVerdict {
  readonly verified: boolean;
  readonly blockHashes: Uint8Array | undefined;
}

/** A disk's refusal, with a sentence for people. */
export class StorageError extends Error {
  readonly code: 'disk-full' | 'not-writable' | 'not-readable' | 'locked' | 'path-conflict' | 'closed';
  constructor(code: StorageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

export interface PieceStore {
  /**
   * Finds out what is there: the resume record where files are unchanged, hashing elsewhere. Safe to call again after
   * it failed, and when open: then everything is found out anew. `onPiece` is called for each piece found good, as it is
   * found.
   * @param isTrusting false: the record is not believed, whatever is there is hashed
   * @throws StorageError
   */
  open(onPiece: (pieceIndex: number) => void, isTrusting?: boolean): Promise<void>;
  /** Room for one piece, or undefined while all is in use. To be given back by `finish` or `discard`. */
  takeSlab(pieceIndex: number): Slab | undefined;
  /** Bytes handed to `finish` and not yet written: for back-pressure. */
  readonly unwrittenBytes: number;
  /**
   * Hashes the piece and, when it is right, writes it. Takes the slab back in every case.
   * @param wantBlockHashes also for a good piece (to tell who had sent a bad version of it)
   * @throws StorageError when it could not be written
   */
  finish(pieceIndex: number, slab: Slab, wantBlockHashes: boolean): Promise<PieceVerdict>;
  /** Gives a slab back unused. */
  discard(slab: Slab): void;
  /**
   * At once when it lies in memory already. Rejects with a StorageError, and never throws. The caller has checked that
   * the piece is had and the range lies within it.
   * @param wanted bytes from `begin` on, in this piece and those behind it, that will be asked for: a hint, no more
   */
  read(pieceIndex: number, begin: number, length: number, wanted?: number): BlockView | Promise<BlockView>;
  /** `wanted` bytes from `begin` on will be asked for soon: they are read meanwhile, where that takes nobody's place. */
  prepare(pieceIndex: number, begin: number, wanted: number): void;
  /** Syncs what was written and records it; of a complete torrent nothing may be gone or damaged since. @throws StorageError */
  flush(): Promise<void>;
  /** Flushes and lets go of everything: files, memory, workers, lock. */
  close(): Promise<void>;
}
