// The v2 half of an info dictionary (BEP 52): a tree of files, each beginning at a piece and hashed by itself.

import { BencodeDictionary } from './bencode-dictionary.ts';
import { MetainfoError } from './errors.ts';
import { FileList, isLink, type ListedFile } from './listed-file.ts';
import { verifyPieceLayer } from './piece-layers.ts';
import { decodeUtf8Key } from './utf8.ts';

/** Bytes of a SHA-256. */
const ROOT_LENGTH = 32;
/** BEP 52: pieces are a power of two of at least one block. */
const MIN_PIECE_LENGTH = 16384;

/**
 * Reads the file tree and proves the piece layers against it. Offsets are those of the hybrid form: each file that is
 * not empty begins at a piece.
 * @param pieceLayers the `piece layers` beside `info`, if there are any
 * @throws MetainfoError
 */
export function readV2Layout(
  info: BencodeDictionary,
  name: string,
  pieceLength: number,
  pieceLayers: BencodeDictionary | undefined,
): { files: readonly ListedFile[]; totalSize: number } {
  if (pieceLength < MIN_PIECE_LENGTH || !Number.isInteger(Math.log2(pieceLength))) {
    throw new MetainfoError(
      'bad-piece-length',
      'the piece length is no power of two from 16 KiB',
      info.offsetOf('piece length'),
    );
  }
  const tree = info.getDict('file tree');
  if (tree === undefined || tree.size === 0) {
    throw new MetainfoError('bad-file-tree', 'there is no file tree', info.offsetOf('file tree'));
  }
  const list = new FileList();
  const addFile = (file: BencodeDictionary, path: readonly string[]): void => {
    const isEmpty = isLink(file) || file.getInteger('length') === 0;
    list.add(file, path, isEmpty ? list.end : Math.ceil(list.end / pieceLength) * pieceLength);
    if (isEmpty) return;
    const root = file.getBytes('pieces root');
    if (root?.length !== ROOT_LENGTH) {
      throw new MetainfoError('bad-file-tree', 'a file has no pieces root of 32 bytes', file.offsetOf('pieces root'));
    }
    const size = list.files[list.files.length - 1].size;
    if (size > pieceLength) verifyPieceLayer(pieceLayers, root, size, pieceLength);
  };
  const walk = (folder: BencodeDictionary, path: readonly string[]): void => {
    for (const [key, entry] of folder) {
      if (key === '' || !(entry instanceof BencodeDictionary) || entry.size === 0) {
        throw new MetainfoError(
          'bad-file-tree',
          'an entry of the file tree is neither a file nor a folder',
          folder.offsetOf(key),
        );
      }
      const entryPath = [...path, decodeUtf8Key(key)];
      const file = entry.getDict('');
      if (file === undefined) walk(entry, entryPath);
      else if (entry.size === 1) addFile(file, entryPath);
      else throw new MetainfoError('bad-file-tree', 'an entry of the file tree is both file and folder', entry.start);
    }
  };
  // One file named as the torrent itself stands alone; everything else stands in a folder of that name.
  const [first] = tree.keys();
  const isSingleFile = tree.size === 1 && decodeUtf8Key(first) === name && tree.getDict(first)?.has('') === true;
  walk(tree, isSingleFile ? [] : [name]);
  return { files: list.files, totalSize: list.end };
}
