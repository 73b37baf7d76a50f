// The v1 half of an info dictionary (BEP 3): files one after the other, SHA-1 of every piece.

import { BencodeDictionary } from './bencode-dictionary.ts';
import { MetainfoError } from './errors.ts';
import { FileList, type ListedFile } from './listed-file.ts';
import { PieceGeometry } from './piece-geometry.ts';
import { decodeUtf8 } from './utf8.ts';

/** Bytes of a SHA-1. */
const PIECE_HASH_LENGTH = 20;

/**
 * Reads files and piece hashes. `multiFile`: there is a root folder.
 * @throws MetainfoError
 */
export function readV1Layout(
  info: BencodeDictionary,
  name: string,
  pieceLength: number,
): { files: readonly ListedFile[]; geometry: PieceGeometry; pieceHashes: Uint8Array } {
  const list = new FileList();
  if (info.has('files')) {
    const entries = info.getList('files');
    if (entries === undefined || entries.length === 0) {
      throw new MetainfoError('bad-files', 'the list of files is empty or none', info.offsetOf('files'));
    }
    for (const [index, entry] of entries.entries()) {
      if (!(entry instanceof BencodeDictionary)) {
        throw new MetainfoError('bad-files', `file ${index} is not a dictionary`, info.offsetOf('files'));
      }
      list.add(entry, readPath(entry, name));
    }
  } else {
    list.add(info, [name]);
  }
  const geometry = new PieceGeometry(list.end, pieceLength);
  const pieceHashes = info.getBytes('pieces');
  if (pieceHashes === undefined || pieceHashes.length % PIECE_HASH_LENGTH !== 0) {
    throw new MetainfoError('bad-pieces', 'the piece hashes are not 20 bytes each', info.offsetOf('pieces'));
  }
  const count = pieceHashes.length / PIECE_HASH_LENGTH;
  if (count !== geometry.pieceCount) {
    throw new MetainfoError(
      'bad-pieces',
      `there are ${count} piece hashes, but the files have ${geometry.pieceCount} pieces`,
      info.offsetOf('pieces'),
    );
  }
  return { files: list.files, geometry, pieceHashes };
}

function readPath(entry: BencodeDictionary, rootFolder: string): string[] {
  // Old clients wrote `path` in the system's own encoding and UTF-8 beside it.
  const parts = entry.getList('path.utf-8') ?? entry.getList('path') ?? [];
  const path = [rootFolder];
  for (const part of parts) if (part instanceof Uint8Array) path.push(decodeUtf8(part));
  if (parts.length === 0 || path.length !== parts.length + 1) {
    throw new MetainfoError('bad-files', 'a file has no valid path', entry.offsetOf('path'));
  }
  return path;
}
