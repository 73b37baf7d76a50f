// Finished pieces of one turn of the event loop as one order to the disk worker, in a few flat lists: a message each way for
// each piece of 16 KiB costs eight times as much.
// Invariant: each piece added is answered once, by its own verdict or its own failure.

import { BLOCK_LENGTH } from '@enjambre/metainfo';
import { pathOf } from './archive-folder.ts';
import { type FinishJob, type FinishResult, PADDING, type WrittenFile } from './disk-job.ts';
import { expectedHash, pieceSpans, type StoreLayout } from './file-layout.ts';
import { type PieceVerdict, StorageError } from './piece-store.ts';
import type { SlabPlace } from './slab-pool.ts';

const GOOD: PieceVerdict = { verified: true, blockHashes: undefined };

export class FinishBatch {
  readonly #layout: StoreLayout;
  readonly #root: string;
  readonly #pieces: number[] = [];
  readonly #hashes: string[] = [];
  readonly #spans: number[] = [];
  readonly #files: WrittenFile[] = [];
  /** By index in the torrent: the index in `#files`. */
  readonly #fileNumbers = new Map<number, number>();
  readonly #waiting: PromiseWithResolvers<PieceVerdict>[] = [];
  /** Memory that the worker must have, by the number of its sheet. */
  readonly memories = new Map<number, SharedArrayBuffer>();

  /** @param root real path of the archives */
  constructor(layout: StoreLayout, root: string) {
    this.#layout = layout;
    this.#root = root;
  }

  /** @throws StorageError when the piece could not be written */
  add(pieceIndex: number, place: SlabPlace, wantBlockHashes: boolean): Promise<PieceVerdict> {
    const spans = pieceSpans(this.#layout, pieceIndex);
    const length = this.#layout.geometry.pieceSize(pieceIndex);
    this.memories.set(place.sheetId, place.memory);
    this.#hashes.push(Buffer.from(expectedHash(this.#layout, pieceIndex)).toString('hex'));
    this.#pieces.push(place.sheetId, place.offset, length, wantBlockHashes ? 1 : 0, spans.length);
    for (const span of spans) this.#spans.push(this.#fileNumber(span.fileIndex), span.fileOffset, span.length);
    const waiting = Promise.withResolvers<PieceVerdict>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  get job(): FinishJob {
    return {
      kind: 'finish',
      root: this.#root,
      blockLength: BLOCK_LENGTH,
      pieces: this.#pieces,
      hashes: this.#hashes,
      spans: this.#spans,
      files: this.#files,
    };
  }

  settle(result: FinishResult): void {
    for (const [index, { resolve, reject }] of this.#waiting.entries()) {
      const outcome = result[index];
      if (outcome === true) resolve(GOOD);
      else if ('failure' in outcome) reject(new StorageError(outcome.failure.code, outcome.failure.message));
      else resolve(outcome);
    }
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error);
  }

  #fileNumber(fileIndex: number): number {
    const file = this.#layout.files[fileIndex];
    if (file.padding) return PADDING;
    let number = this.#fileNumbers.get(fileIndex);
    if (number === undefined) {
      number = this.#files.push({ path: pathOf(this.#root, file), executable: file.executable === true }) - 1;
      this.#fileNumbers.set(fileIndex, number);
    }
    return number;
  }
}
