// Where the bytes of a torrent lie in its files. Pure.
// Invariant: the spans of a range, in order, cover it once and without a gap; empty files have no span.

import type { PieceGeometry } from '@enjambre/metainfo';

/** One file of a torrent. `path` is relative and safe, with `/` between its parts; `offset` counts from the torrent's start. */
export interface StoreFile {
  readonly path: string;
  readonly size: number;
  readonly offset: number;
  /** A padding file (BEP 47): its bytes are zeros, it is never written and never looked for. */
  readonly padding: boolean;
  /** Made with the right to be run (BEP 47). */
  readonly executable?: boolean;
  /** A symbolic link (BEP 47), and what it says; it has no bytes. '': one that is left out. */
  readonly linkTarget?: string;
}

/** Whether its bytes, if any, are to be found at its path. */
export function isPlainFile({ padding, linkTarget }: StoreFile): boolean {
  return !padding && linkTarget === undefined;
}

/** What a store has to know of a torrent. `pieceHashes`: SHA-1, 20 bytes a piece. */
export interface StoreLayout {
  readonly files: readonly StoreFile[];
  readonly geometry: PieceGeometry;
  readonly pieceHashes: Uint8Array;
}

/** A stretch of one file; `fileOffset` and `length` are bytes. */
export interface FileSpan {
  readonly fileIndex: number;
  readonly fileOffset: number;
  readonly length: number;
}

/** Bytes of a SHA-1. */
export const HASH_LENGTH = 20;

/** The spans of `length` bytes from `position` (counted from the torrent's start), in order. */
export function fileSpans(files: readonly StoreFile[], position: number, length: number): FileSpan[] {
  const spans: FileSpan[] = [];
  let at = position;
  const end = position + length;
  for (let fileIndex = fileAt(files, position); at < end && fileIndex < files.length; fileIndex++) {
    const file = files[fileIndex];
    const stop = Math.min(end, file.offset + file.size);
    if (stop <= at) continue;
    spans.push({ fileIndex, fileOffset: at - file.offset, length: stop - at });
    at = stop;
  }
  return spans;
}

/** The spans of one piece, in order. */
export function pieceSpans(layout: StoreLayout, pieceIndex: number): FileSpan[] {
  const { geometry } = layout;
  return fileSpans(layout.files, pieceIndex * geometry.pieceLength, geometry.pieceSize(pieceIndex));
}

/** The SHA-1 that piece should have. A view: a message with it would carry the hashes of all pieces along. */
export function expectedHash(layout: StoreLayout, pieceIndex: number): Uint8Array {
  return layout.pieceHashes.subarray(pieceIndex * HASH_LENGTH, (pieceIndex + 1) * HASH_LENGTH);
}

/** The last file that starts at or before `position`: of empty files at one place it is the one that has bytes, if any. */
function fileAt(files: readonly StoreFile[], position: number): number {
  let low = 0;
  let high = files.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (files[middle].offset <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
