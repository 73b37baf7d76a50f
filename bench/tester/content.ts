// Content that needs no disk: each block is a stretch of one pattern, begun at a place of its own, so that any 64 KiB…4 GiB
// torrent can be served without being stored and every block be verified for itself. Invariant: two blocks of a torrent of
// up to 4 GiB differ from their first bytes on.

import { hash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { BLOCK_LENGTH, encodeBencode, type PieceGeometry } from '@enjambre/metainfo';

/** Stays in the second-level cache; begins of blocks, one byte apart at least, for 4 GiB. */
const PATTERN_STARTS = 2 ** 18;
/** Odd: neighbouring blocks begin far apart, and no two of 2^18 at the same place. */
const STRIDE = 0x9e_37_79b1;
const PATTERN = makePattern(PATTERN_STARTS + BLOCK_LENGTH);

/** The same in each process: a linear congruential generator's high bytes. */
function makePattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function startOf({ pieceLength }: PieceGeometry, pieceIndex: number, begin: number): number {
  const block = (pieceIndex * pieceLength + begin) / BLOCK_LENGTH;
  return Math.imul(block, STRIDE) & (PATTERN_STARTS - 1);
}

/** Up to 16 KiB of that block; `begin` is a multiple of 16 KiB. A view: not to be written to. */
export function blockView(geometry: PieceGeometry, pieceIndex: number, begin: number, length: number): Buffer {
  const start = startOf(geometry, pieceIndex, begin);
  return PATTERN.subarray(start, start + length);
}

/** Whether `bytes` from `from` to `to` are what that block has from `offset` on. */
export function isRight(view: Buffer, offset: number, bytes: Buffer, from: number, to: number): boolean {
  return view.compare(bytes, from, to, offset, offset + to - from) === 0;
}

function pieceOf(geometry: PieceGeometry, pieceIndex: number): Buffer {
  const blocks = Array.from({ length: geometry.blockCount(pieceIndex) }, (_, blockIndex) =>
    blockView(geometry, pieceIndex, blockIndex * BLOCK_LENGTH, geometry.blockSize(pieceIndex, blockIndex)),
  );
  return Buffer.concat(blocks);
}

/** A .torrent of the content, with an info hash of its own each time. @param announce the tracker's URL, if any */
export function torrentOf(geometry: PieceGeometry, name: string, announce?: string): Uint8Array {
  const pieces = Array.from({ length: geometry.pieceCount }, (_, pieceIndex) =>
    hash('sha1', pieceOf(geometry, pieceIndex), 'buffer'),
  );
  return encodeBencode({
    announce,
    info: {
      length: geometry.totalSize,
      name,
      'piece length': geometry.pieceLength,
      pieces: Buffer.concat(pieces),
      salt: randomBytes(8),
    },
  });
}

/** The content as a file, for a client that is to seed it. */
export async function writeContent(geometry: PieceGeometry, file: string): Promise<void> {
  const handle = await open(file, 'w');
  for (let pieceIndex = 0; pieceIndex < geometry.pieceCount; pieceIndex++)
    await handle.write(pieceOf(geometry, pieceIndex));
  await handle.close();
}
