// Small torrents of bytes that everybody can make again: the data in a folder, the .torrent beside it.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BencodeInput, encodeBencode } from '@enjambre/metainfo';
import { seededRandom } from '@enjambre/runtime';
import { afterwards } from './cleanup.ts';

export interface TorrentFixture {
  readonly folder: string;
  /** The .torrent. */
  readonly path: string;
  /** An archives folder that holds the data. */
  readonly complete: string;
  /** An archives folder that holds nothing. */
  readonly empty: string;
  readonly infoHash: string;
  readonly data: Buffer;
  readonly pieceLength: number;
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-contract-'));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One file of random bytes, in pieces of 16 KiB unless told otherwise. */
export function makeTorrent(
  t: TestContext,
  size: number,
  { seed = 1, pieceLength = 16384, trackers = [] as readonly string[], isPrivate = false } = {},
): TorrentFixture {
  const data = Buffer.from(seededRandom(seed).bytes(size));
  const hashes: Buffer[] = [];
  for (let offset = 0; offset < size; offset += pieceLength)
    hashes.push(sha1(data.subarray(offset, offset + pieceLength)));
  const fixture = layOut(t, `data-${seed}.bin`, size, pieceLength, Buffer.concat(hashes), trackers, isPrivate);
  writeFileSync(join(fixture.complete, `data-${seed}.bin`), data);
  return { ...fixture, data };
}

/** Several files in a folder of that name, by their paths and sizes; the same path has the same bytes each time. */
export function makeFolderTorrent(t: TestContext, name: string, sizes: Readonly<Record<string, number>>) {
  const pieceLength = 16384;
  const paths = Object.keys(sizes);
  const contents = Object.fromEntries(
    paths.map((path) => [path, Buffer.from(seededRandom(path.length).bytes(sizes[path]))]),
  );
  const data = Buffer.concat(Object.values(contents));
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < data.length; offset += pieceLength)
    pieces.push(sha1(data.subarray(offset, offset + pieceLength)));
  const files = paths.map((path) => ({ length: sizes[path], path: path.split('/') }));
  const info = { files, name, 'piece length': pieceLength, pieces: Buffer.concat(pieces) };
  const path = join(temporaryFolder(t), `${name}.torrent`);
  writeFileSync(path, encodeBencode({ info }));
  return { path, contents, data, infoHash: sha1(Buffer.from(encodeBencode(info))).toString('hex') };
}

/** One file of zeros, sparse on disk: big enough that checking it takes a while, made in no time. */
export function makeZeroTorrent(t: TestContext, pieceCount: number, pieceLength: number): TorrentFixture {
  const hash = sha1(Buffer.alloc(pieceLength));
  const pieces = Buffer.concat(Array.from({ length: pieceCount }, () => hash));
  const fixture = layOut(t, 'zeros.bin', pieceCount * pieceLength, pieceLength, pieces, []);
  const file = join(fixture.complete, 'zeros.bin');
  writeFileSync(file, '');
  truncateSync(file, pieceCount * pieceLength);
  return { ...fixture, data: Buffer.alloc(0) };
}

function layOut(
  t: TestContext,
  name: string,
  length: number,
  pieceLength: number,
  pieces: Buffer,
  trackers: readonly string[],
  isPrivate = false,
) {
  const folder = temporaryFolder(t);
  const info = { length, name, 'piece length': pieceLength, pieces, ...(isPrivate && { private: 1 }) };
  const torrent: Record<string, BencodeInput> = { info };
  if (trackers.length > 0) torrent['announce-list'] = [[...trackers]];
  const path = join(folder, `${name}.torrent`);
  writeFileSync(path, encodeBencode(torrent));
  const [complete, empty] = ['complete', 'empty'].map((part) => join(folder, part));
  mkdirSync(complete);
  mkdirSync(empty);
  return {
    folder,
    path,
    complete,
    empty,
    pieceLength,
    infoHash: sha1(Buffer.from(encodeBencode(info))).toString('hex'),
  };
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
