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
    const paths = new PathReader(name);
    for (const [index, entry] of entries.entries()) {
      if (!(entry instanceof BencodeDictionary)) {
        throw new MetainfoError('bad-files', `file ${index} is not a dictionary`, info.offsetOf('files'));
      }
      list.add(entry, paths.read(entry));
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

/** Reads paths. Files of one folder follow each other, so a part that stood before is not decoded again. */
class PathReader {
  readonly #rootFolder: string;
  #bytes: readonly Uint8Array[] = [];
  #texts: readonly string[] = [];

  constructor(rootFolder: string) {
    this.#rootFolder = rootFolder;
  }

  /** @throws MetainfoError */
  read(entry: BencodeDictionary): readonly string[] {
    // Old clients wrote `path` in the system's own encoding and UTF-8 beside it.
    const parts = entry.getList('path.utf-8') ?? entry.getList('path') ?? [];
    const texts = [this.#rootFolder];
    for (const [index, part] of parts.entries()) {
      if (part instanceof Uint8Array) texts.push(this.#text(part, index));
    }
    if (parts.length === 0 || texts.length !== parts.length + 1) {
      throw new MetainfoError('bad-files', 'a file has no valid path', entry.offsetOf('path'));
    }
    this.#bytes = parts as readonly Uint8Array[];
    this.#texts = texts;
    return texts;
  }

  #text(part: Uint8Array, index: number): string {
    const before = this.#bytes[index];
    const isSame = before?.length === part.length && Buffer.compare(before, part) === 0;
    return isSame ? this.#texts[index + 1] : decodeUtf8(part);
  }
}
