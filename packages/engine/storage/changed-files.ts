// Files of a complete torrent that somebody else changed after they were verified. They are hashed again where they lie, and
// nothing is fetched over them: what they hold now may be somebody's work.
// Invariant: a file is hashed when it looked the same at two looks, so not while it is written; a damaged one once.

import type { PathState } from './disk.ts';
import type { StoreLayout } from './file-layout.ts';
import type { RecordedFile } from './resume-record.ts';

export interface ChangedFilesOptions {
  readonly layout: StoreLayout;
  /** How the file was when it was verified; undefined while that is not settled. */
  readonly recorded: (fileIndex: number) => RecordedFile | undefined;
  /** Hashes those pieces. Resolves with the bad ones. @throws StorageError */
  readonly check: (pieces: readonly number[]) => Promise<readonly number[]>;
  /** The file was found to be right as it is now. */
  readonly accepted: (fileIndex: number, state: PathState) => Promise<void>;
}

export interface DamagedFile {
  readonly fileIndex: number;
  readonly badPieces: number;
}

export class ChangedFiles {
  readonly #options: ChangedFilesOptions;
  /** By file: how it looked last time, and how many of its pieces are bad once they were hashed. */
  readonly #seen = new Map<number, { readonly state: PathState; badPieces: number | undefined }>();

  constructor(options: ChangedFilesOptions) {
    this.#options = options;
  }

  /**
   * @param states by file, as they are now; undefined for padding
   * @returns the first file that is damaged, if there is one
   * @throws StorageError when a file could not be read
   */
  async look(states: readonly (PathState | undefined)[]): Promise<DamagedFile | undefined> {
    for (const [fileIndex, state] of states.entries()) {
      const recorded = this.#options.recorded(fileIndex);
      if (state === undefined || recorded === undefined || isSame(recorded, state)) {
        this.#seen.delete(fileIndex);
        continue;
      }
      const seen = this.#seen.get(fileIndex);
      if (seen === undefined || !isSame(seen.state, state)) this.#seen.set(fileIndex, { state, badPieces: undefined });
      else seen.badPieces ??= await this.#badPiecesOf(fileIndex, state);
    }
    for (const [fileIndex, { badPieces = 0 }] of this.#seen) if (badPieces > 0) return { fileIndex, badPieces };
    return undefined;
  }

  async #badPiecesOf(fileIndex: number, state: PathState): Promise<number> {
    const { layout, check, accepted } = this.#options;
    const { offset, size } = layout.files[fileIndex];
    const { pieceLength } = layout.geometry;
    const first = Math.floor(offset / pieceLength);
    const end = size === 0 ? first : Math.ceil((offset + size) / pieceLength);
    const bad = await check(Array.from({ length: end - first }, (_, index) => first + index));
    if (bad.length === 0) await accepted(fileIndex, state);
    return bad.length;
  }
}

function isSame(one: RecordedFile, other: RecordedFile): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs;
}
