// Files and records that were tampered with: none of it is believed.

import assert from 'node:assert/strict';
import { readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { INFO_HASH, scratchArchives, writeFiles } from './file-store.contract.ts';
import { madeTorrent, openedPieces } from './piece-store.contract.ts';
import { decodeResumeRecord, encodeResumeRecord, resumePath } from './resume-record.ts';

const scratch = scratchArchives();
const { layout, content } = madeTorrent([100_000, 0, 5, -3, 70_000, 200_000]);
const { pieceCount } = layout.geometry;
const pieces = Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex);
const infoHash = Buffer.from(INFO_HASH).toString('hex');
const torrent = { infoHash, pieceCount, fileCount: layout.files.length };

const tampering: [string, (path: string, record: string) => Promise<void>][] = [
  ['changed, its size kept', async (path) => damage(path)],
  ['changed, with its old time put back to the second', async (path) => damageQuietly(path)],
  ['cut off', async (path) => truncate(path, 50_000)],
  ['emptied', async (path) => writeFile(path, '')],
  ['deleted', async (path) => rm(path)],
  [
    'deleted and made anew as a hole',
    async (path) =>
      rm(path)
        .then(() => writeFile(path, ''))
        .then(() => truncate(path, 100_000)),
  ],
];

for (const [name, tamper] of tampering) {
  it(`does not believe a file that was ${name}`, async () => {
    const archives = await completeArchives();
    await tamper(join(archives, layout.files[0].path), resumePath(archives, infoHash));
    await assertOnlyTrueClaims(archives);
  });
}

const forgeries: [string, (path: string) => Promise<void>][] = [
  ['is cut off', async (path) => truncate(path, (await stat(path)).size - 20)],
  ['is empty', async (path) => writeFile(path, '')],
  ['is garbage', async (path) => writeFile(path, Buffer.alloc(5000, 0xa5))],
  ['has a flipped bit', async (path) => damage(path)],
  [
    'is of a newer version',
    async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('"version":1', '"version":2')),
  ],
  ['is of another torrent', async (path) => writeFile(path, await foreignRecord(path))],
];

for (const [name, forge] of forgeries) {
  it(`checks everything when the record ${name}`, async () => {
    const archives = await completeArchives();
    // What the record says of this file is true no longer, but its size and time are as recorded.
    const path = join(archives, layout.files[0].path);
    const time = new Date(1_600_000_000_000);
    await utimes(path, time, time);
    await openAndClose(archives);
    await damage(path);
    await utimes(path, time, time);
    await forge(resumePath(archives, infoHash));
    await assertOnlyTrueClaims(archives);
  });
}

async function completeArchives(): Promise<string> {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  await openAndClose(archives);
  return archives;
}

async function openAndClose(archives: string): Promise<void> {
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  await store.close();
}

async function assertOnlyTrueClaims(archives: string): Promise<void> {
  const store = scratch.store(archives, layout);
  const found = await openedPieces(store);
  const read = await Promise.all(
    layout.files.map(({ path, size, padding }) => {
      return padding ? Buffer.alloc(size) : readFile(join(archives, path)).catch(() => Buffer.alloc(0));
    }),
  );
  const onDisk = Buffer.concat(
    layout.files.map(({ size }, index) => Buffer.concat([read[index], Buffer.alloc(size)], size)),
  );
  for (const pieceIndex of pieces) {
    const start = pieceIndex * layout.geometry.pieceLength;
    const end = start + layout.geometry.pieceSize(pieceIndex);
    assert.equal(found.includes(pieceIndex), onDisk.subarray(start, end).equals(content.subarray(start, end)));
  }
  assert.ok(found.length < pieceCount && found.length > 0);
  await store.close();
}

async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  await writeFile(path, bytes);
}

async function damageQuietly(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  await damage(path);
  await utimes(path, atime, new Date(Math.floor(mtime.getTime() / 1000) * 1000));
}

async function foreignRecord(path: string): Promise<string> {
  const record = decodeResumeRecord(await readFile(path, 'utf8'), torrent)!;
  return encodeResumeRecord({ ...record, infoHash: '00'.repeat(20) });
}
