// What to believe of the files found at start. Pure.
// Invariant: a piece is believed only when every file it touches is there and unchanged since it was recorded.

import type { PathState } from './disk.ts';
import { isPlainFile, pieceSpans, type StoreLayout } from './file-layout.ts';
import { PieceSet } from './piece-set.ts';
import type { ResumeRecord } from './resume-record.ts';

export interface ResumePlan {
  readonly had: PieceSet;
  /** Pieces that have to be hashed, ascending. The others are not had. */
  readonly toCheck: readonly number[];
}

/** @param found by file; undefined when it is missing */
export function planResume(
  layout: StoreLayout,
  found: readonly (Pick<PathState, 'size' | 'mtimeNs'> | undefined)[],
  record: ResumeRecord | undefined,
): ResumePlan {
  const { pieceCount } = layout.geometry;
  const unchanged = layout.files.map((file, fileIndex) => {
    if (record === undefined || !isPlainFile(file)) return record !== undefined;
    const then = record.files[fileIndex];
    const now = found[fileIndex];
    return then !== undefined && now !== undefined && then.size === now.size && then.mtimeNs === now.mtimeNs;
  });
  const recorded = new PieceSet(pieceCount, record?.pieces);
  // As nearly always. A client that resumes a thousand torrents must not look at each of a million pieces for it.
  const isWhole = layout.files.every((file, at) => !isPlainFile(file) || (found[at]?.size ?? -1) >= file.size);
  if (isWhole && unchanged.every(Boolean)) return { had: recorded, toCheck: [] };
  const had = new PieceSet(pieceCount);
  const toCheck: number[] = [];
  for (let pieceIndex = 0; pieceIndex < pieceCount; pieceIndex++) {
    const spans = pieceSpans(layout, pieceIndex);
    // A file that ends before the piece does cannot hold it: no need to read.
    const possible = spans.every(({ fileIndex, fileOffset, length }) => {
      return layout.files[fileIndex].padding || (found[fileIndex]?.size ?? -1) >= fileOffset + length;
    });
    if (!possible) continue;
    if (!spans.every(({ fileIndex }) => unchanged[fileIndex])) toCheck.push(pieceIndex);
    else if (recorded.has(pieceIndex)) had.add(pieceIndex);
  }
  return { had, toCheck };
}
