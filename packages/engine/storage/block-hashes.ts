// The hash of each block of a piece: tells which of several senders sent the bytes that were wrong. Pure.

import { hash } from 'node:crypto';
import { HASH_LENGTH } from './file-layout.ts';

/** SHA-1 of each block, 20 bytes each, in order. @param blockLength bytes of every block but the last */
export function blockHashes(piece: Uint8Array, blockLength: number): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(piece.length / blockLength) * HASH_LENGTH);
  for (let block = 0; block * blockLength < piece.length; block++) {
    const bytes = piece.subarray(block * blockLength, (block + 1) * blockLength);
    hashes.set(hash('sha1', bytes, 'buffer'), block * HASH_LENGTH);
  }
  return hashes;
}
