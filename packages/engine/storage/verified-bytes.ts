// A torrent's verified bytes as one long stretch, for read-ahead.
// Invariant: `verifiedAround` never leaves the run of had pieces it begins in.

import type { ExtentSource } from './extent-cache.ts';
import { fileSpans, type StoreFile, type StoreLayout } from './file-layout.ts';
import type { PieceSet } from './piece-set.ts';

/** Fills `target` from `position` of that file. @throws StorageError */
type ReadFile = (file: StoreFile, target: Buffer, position: number) => Promise<void>;

export class VerifiedBytes implements ExtentSource {
  readonly #layout: StoreLayout;
  readonly #had: PieceSet;
  readonly #readFile: ReadFile;

  /** @param had kept up to date by its owner */
  constructor(layout: StoreLayout, had: PieceSet, readFile: ReadFile) {
    this.#layout = layout;
    this.#had = had;
    this.#readFile = readFile;
  }

  get pieceLength(): number {
    return this.#layout.geometry.pieceLength;
  }

  verifiedAround(position: number, from: number, end: number): { from: number; end: number } {
    const { pieceLength, totalSize } = this.#layout.geometry;
    const endPiece = Math.ceil(Math.min(end, totalSize) / pieceLength);
    const pieceIndex = Math.floor(position / pieceLength);
    const [first, after] = this.#had.runAround(pieceIndex, Math.floor(from / pieceLength), endPiece);
    return { from: Math.max(from, first * pieceLength), end: Math.min(end, after * pieceLength, totalSize) };
  }

  async fill(target: Buffer, position: number): Promise<void> {
    let at = 0;
    for (const { fileIndex, fileOffset, length } of fileSpans(this.#layout.files, position, target.length)) {
      const file = this.#layout.files[fileIndex];
      const part = target.subarray(at, at + length);
      if (file.padding) part.fill(0);
      else await this.#readFile(file, part, fileOffset);
      at += length;
    }
  }
}
