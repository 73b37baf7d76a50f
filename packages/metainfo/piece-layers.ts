// Piece layers (BEP 52): a v2 file's piece hashes, which must be the layer of its Merkle tree that its root promises.

import { hash } from 'node:crypto';
import type { BencodeDictionary } from './bencode-dictionary.ts';
import { MetainfoError } from './errors.ts';
import { BLOCK_LENGTH } from './piece-geometry.ts';

/** Bytes of a SHA-256. */
const HASH_LENGTH = 32;

/**
 * Proves the layer of one file that is longer than a piece.
 * @param root the file's `pieces root`  @param size the file's bytes
 * @throws MetainfoError `bad-piece-layers` when it is missing, too long or short, or does not give that root
 */
export function verifyPieceLayer(
  layers: BencodeDictionary | undefined,
  root: Uint8Array,
  size: number,
  pieceLength: number,
): void {
  const key = Buffer.from(root).toString('latin1');
  const layer = layers?.getBytes(key);
  if (layers === undefined || layer === undefined) {
    throw new MetainfoError(
      'bad-piece-layers',
      `the piece hashes of the root ${root.toHex()} are missing`,
      layers?.start,
    );
  }
  const pieceCount = Math.ceil(size / pieceLength);
  if (layer.length !== pieceCount * HASH_LENGTH) {
    throw new MetainfoError(
      'bad-piece-layers',
      `a file of ${pieceCount} pieces has ${layer.length / HASH_LENGTH} piece hashes`,
      layers.offsetOf(key),
    );
  }
  if (Buffer.compare(merkleRoot(layer, paddingHash(pieceLength)), root) !== 0) {
    throw new MetainfoError(
      'bad-piece-layers',
      `piece hashes do not give the root ${root.toHex()}`,
      layers.offsetOf(key),
    );
  }
}

/** The root over that layer, filled up to a power of two with `padding`. */
function merkleRoot(layer: Uint8Array, padding: Uint8Array): Uint8Array {
  let hashes = layer;
  let fill = padding;
  while (hashes.length > HASH_LENGTH) {
    const parents = new Uint8Array(Math.ceil(hashes.length / (2 * HASH_LENGTH)) * HASH_LENGTH);
    for (let start = 0; start < parents.length; start += HASH_LENGTH) {
      const pair = hashes.subarray(2 * start, 2 * start + 2 * HASH_LENGTH);
      parents.set(pair.length === HASH_LENGTH ? hashPair(pair, fill) : hash('sha256', pair, 'buffer'), start);
    }
    hashes = parents;
    fill = hashPair(fill, fill);
  }
  return hashes;
}

/** The hash of a piece that lies wholly behind the end of the file: a tree over blocks whose hashes are zeros. */
function paddingHash(pieceLength: number): Uint8Array {
  let padding: Uint8Array = new Uint8Array(HASH_LENGTH);
  for (let covered = BLOCK_LENGTH; covered < pieceLength; covered *= 2) padding = hashPair(padding, padding);
  return padding;
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([left, right]), 'buffer');
}
