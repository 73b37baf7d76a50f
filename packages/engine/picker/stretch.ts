// Neighbouring small pieces are fetched one after the other, as far as they are equally rare: whoever serves them reads
// once, not once a piece, and whoever fetches them writes in order. Pure.

import type { PieceGeometry } from '@enjambre/metainfo';
import { type Random, shuffle } from '@enjambre/runtime';

/** What one read of a disk is worth. */
const STRETCH_BYTES = 2 ** 20;
/** A swarm spreads best in many parts: a small torrent has shorter stretches. */
const LEAST_STRETCHES = 256;

/** Pieces in a stretch: 1 for pieces of 1 MiB and more, and for torrents of few pieces. */
export function stretchLength({ totalSize, pieceLength }: PieceGeometry): number {
  const bytes = Math.min(STRETCH_BYTES, totalSize / LEAST_STRETCHES);
  return Math.max(1, Math.floor(bytes / pieceLength));
}

/** All pieces, the stretches in random order, each from its beginning on. */
export function shuffledStretches(geometry: PieceGeometry, random: Random): number[] {
  const length = stretchLength(geometry);
  const starts = Array.from({ length: Math.ceil(geometry.pieceCount / length) }, (_, stretch) => stretch * length);
  return shuffle(starts, random).flatMap((start) =>
    Array.from({ length: Math.min(length, geometry.pieceCount - start) }, (_, place) => start + place),
  );
}
