// What is transferred: the shapes of content that clients get wrong, made of bytes that differ from place to place.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const KIB = 1024;

export interface Shape {
  readonly title: string;
  readonly pieceLength: number;
  /** The name in the torrent: of the file, or of the folder. */
  readonly name: string;
  /** Path to bytes; the path is `''` when the content is one file. */
  readonly files: Readonly<Record<string, number>>;
}

export const SHAPES = {
  oneFile: {
    title: 'one file',
    pieceLength: 256 * KIB,
    name: 'film.bin',
    files: { '': 8192 * KIB + 12_345 },
  },
  manyFiles: {
    title: 'many files with odd lengths and empty ones',
    pieceLength: 32 * KIB,
    name: 'album',
    files: {
      'a-empty': 0,
      'b-one-byte': 1,
      'c-odd': 33_333,
      'disc 1/eins.flac': 700_001,
      'disc 1/zwei.flac': 16_384,
      'disc 1/z-empty': 0,
      'disc 2/deep/er/drei.flac': 300_007,
      'disc 2/ñandú ✓.txt': 77,
      'y-piece': 32_768,
      'z-empty': 0,
    },
  },
  onePiece: { title: 'one piece', pieceLength: 32 * KIB, name: 'note.txt', files: { '': 20_001 } },
  lastPieceShort: {
    title: 'a last piece of one byte',
    pieceLength: 32 * KIB,
    name: 'tail.bin',
    files: { '': 40 * 32 * KIB + 1 },
  },
  exactMultiple: {
    title: 'an exact multiple of the piece length',
    pieceLength: 64 * KIB,
    name: 'even.bin',
    files: { '': 32 * 64 * KIB },
  },
} as const satisfies Record<string, Shape>;

/** Writes the content below `folder`, as a seed has it. */
export async function writeContent(shape: Shape, folder: string): Promise<void> {
  for (const [file, length] of Object.entries(shape.files)) {
    const target = path.join(folder, shape.name, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, bytesOf(file, length));
  }
}

/** @throws AssertionError that names the first file below `folder` that is missing or differs */
export async function assertContent(shape: Shape, folder: string): Promise<void> {
  for (const [file, length] of Object.entries(shape.files)) {
    const bytes = await readFile(path.join(folder, shape.name, file));
    assert.equal(bytes.length, length, `${file} has its length`);
    assert.ok(bytes.equals(bytesOf(file, length)), `${file} has its bytes`);
  }
}

/** No two words of a file are alike, nor do two files begin alike: a misplaced block is seen. */
function bytesOf(file: string, length: number): Buffer {
  const salt = [...file].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 1);
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, at) => Math.imul(at + salt, 0x9e37_79b1));
  return Buffer.from(words.buffer, 0, length);
}
