// Resume data over real files: the order in which it is written.

import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { it } from 'node:test';
import { FakeClock, silentLogger, systemClock } from '@enjambre/runtime';
import { type Disk, systemDisk } from './disk.ts';
import type { StoreFile } from './file-layout.ts';
import { INFO_HASH, scratchArchives, writeFiles } from './file-store.contract.ts';
import { PieceSet } from './piece-set.ts';
import { madeTorrent, openedPieces, putPiece } from './piece-store.contract.ts';
import { decodeResumeRecord, resumePath } from './resume-record.ts';
import { DiskWorkshop } from './workshop.ts';

const scratch = scratchArchives();
const { layout, content } = madeTorrent([100_000, 0, 5, -3, 70_000, 200_000]);
const { pieceCount } = layout.geometry;
const pieces = Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex);
const infoHash = Buffer.from(INFO_HASH).toString('hex');
const torrent = { infoHash, pieceCount, fileCount: layout.files.length };

/** The real disk, and a list of what it was asked to do, by relative paths. */
function watchedDisk(archives: string): { disk: Disk; calls: string[] } {
  const calls: string[] = [];
  const watched = ['state', 'write', 'syncData', 'sync', 'rename', 'remove'] as const;
  const disk: Disk = { ...systemDisk };
  for (const name of watched) {
    const real = systemDisk[name] as (path: string, other: string) => Promise<unknown>;
    Object.assign(disk, {
      async [name](path: string, other: string) {
        calls.push(`${name} ${relative(archives, path) || '.'}`);
        return real(path, other);
      },
    });
  }
  return { disk, calls };
}

it('measures, then syncs files and new folders, then writes, syncs and renames the record, then syncs its folder', async () => {
  const archives = scratch.folder();
  const { disk, calls } = watchedDisk(archives);
  const store = scratch.store(archives, layout, { disk });
  await openedPieces(store);
  await putPiece(store, layout, content, 0);
  calls.length = 0;
  await store.flush();
  const [file] = layout.files;
  const record = relative(archives, resumePath(archives, infoHash));
  assert.deepEqual(calls, [
    `state ${file.path}`,
    `syncData ${file.path}`,
    `sync made`,
    `sync .`,
    `write ${record}.new`,
    `sync ${record}.new`,
    `rename ${record}.new`,
    `sync .enjambre`,
  ]);
  // The names of the file and its folders are durable now.
  await putPiece(store, layout, content, 1);
  calls.length = 0;
  await store.flush();
  assert.equal(calls.filter((call) => call === 'sync made').length, 0);
  calls.length = 0;
  await store.flush();
  assert.deepEqual(calls, [], 'nothing new, nothing done');
  await store.close();
});

it('never names a piece in a record that is written before its files were synced, while pieces keep coming', async () => {
  const archives = scratch.folder();
  const synced = new Set<string>();
  let records = 0;
  const disk: Disk = {
    ...systemDisk,
    async syncData(path) {
      const file = layout.files.find((each) => join(archives, each.path) === path)!;
      const now = await readFile(path);
      await systemDisk.syncData(path);
      for (const pieceIndex of pieces) {
        const { from, end } = stretch(file, pieceIndex);
        const right = content.subarray(from, end).equals(now.subarray(from - file.offset, end - file.offset));
        if (from < end && right) synced.add(`${pieceIndex} ${file.path}`);
      }
    },
    async write(path, text) {
      records++;
      const record = new PieceSet(pieceCount, decodeResumeRecord(text, torrent)!.pieces);
      for (const pieceIndex of pieces.filter((each) => record.has(each))) {
        for (const file of layout.files) {
          const { from, end } = stretch(file, pieceIndex);
          if (!file.padding && from < end) assert.ok(synced.has(`${pieceIndex} ${file.path}`));
        }
      }
      await systemDisk.write(path, text);
    },
  };
  const store = scratch.store(archives, layout, { disk });
  await openedPieces(store);
  const flushes: Promise<void>[] = [];
  // Pieces of one turn of the event loop are written together: these come one by one, each while a record is being made.
  for (const pieceIndex of pieces) {
    await putPiece(store, layout, content, pieceIndex);
    flushes.push(store.flush());
  }
  await Promise.all(flushes);
  await store.close();
  assert.ok(records > 1);
});

it('records by itself after five seconds', async () => {
  const archives = scratch.folder();
  const clock = new FakeClock();
  const recorded = Promise.withResolvers<void>();
  const disk: Disk = {
    ...systemDisk,
    async rename(from, to) {
      await systemDisk.rename(from, to);
      recorded.resolve();
    },
  };
  const store = scratch.store(archives, layout, { clock, disk });
  await openedPieces(store);
  await putPiece(store, layout, content, 0);
  clock.advance(4_999);
  await assert.rejects(stat(resumePath(archives, infoHash)), { code: 'ENOENT' });
  clock.advance(1);
  await recorded.promise;
  await store.close();
});

it('believes unchanged files without reading them, also what is missing, and keeps figures for its user', async () => {
  const archives = scratch.folder();
  let store = scratch.store(archives, layout);
  await openedPieces(store);
  assert.deepEqual(store.extra, {});
  await putPiece(store, layout, content, 0);
  await putPiece(store, layout, content, 2);
  store.setExtra({ uploadedBytes: 12 });
  await store.close();
  const workshop = new DiskWorkshop({ clock: systemClock });
  store = scratch.store(archives, layout, { workshop });
  assert.deepEqual(await openedPieces(store), [0, 2]);
  assert.equal(workshop.workers.running, 0, 'nobody was needed to hash');
  assert.deepEqual(store.extra, { uploadedBytes: 12 });
  await store.close();
  await workshop.close();
});

it('finds pieces that were written after the last record', async () => {
  const archives = await completeArchives();
  const other = scratch.folder();
  const store = scratch.store(other, layout);
  await openedPieces(store);
  await putPiece(store, layout, content, 0);
  await store.close();
  // As after a crash: newer files beside an older record.
  for (const { path, padding } of layout.files) if (!padding) await copyInto(join(archives, path), join(other, path));
  const again = scratch.store(other, layout);
  assert.deepEqual(await openedPieces(again), pieces);
  await again.close();
});

it('does not take for missing what it had no time to check', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  let store = scratch.store(archives, layout);
  const opening = store.open(() => {
    // As after five seconds of a long check, then as when it is interrupted.
    void store.flush();
    void store.close();
  });
  await assert.rejects(opening, { code: 'closed' });
  await store.close();
  store = scratch.store(archives, layout);
  assert.deepEqual(await openedPieces(store), pieces);
  await store.close();
});

it('seeds although the record cannot be written, and says so', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const said: string[] = [];
  const disk: Disk = {
    ...systemDisk,
    write: () => Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS' })),
  };
  const logger = { log: (level: string, message: string) => void said.push(`${level} ${message}`) };
  const store = scratch.store(archives, layout, { disk, logger });
  assert.deepEqual(await openedPieces(store), pieces);
  await store.close();
  assert.ok(said.some((line) => line.startsWith('warn')));
});

it('does not record what could not be synced, and checks that file at the next start', async () => {
  const archives = scratch.folder();
  let broken = true;
  const disk: Disk = {
    ...systemDisk,
    async syncData(path) {
      if (broken && path.endsWith('file-0')) throw Object.assign(new Error('broken'), { code: 'EIO' });
      await systemDisk.syncData(path);
    },
  };
  const store = scratch.store(archives, layout, { disk, logger: silentLogger });
  await openedPieces(store);
  await putPiece(store, layout, content, 0);
  await assert.rejects(store.flush(), { code: 'not-writable' });
  broken = false;
  await store.close();
  const text = await readFile(resumePath(archives, infoHash), 'utf8');
  assert.equal(decodeResumeRecord(text, torrent)?.files[0], undefined);
});

/** Where in the torrent that piece and that file meet; nothing when `from` is not below `end`. */
function stretch({ offset, size }: StoreFile, pieceIndex: number): { from: number; end: number } {
  const start = pieceIndex * layout.geometry.pieceLength;
  const after = start + layout.geometry.pieceSize(pieceIndex);
  return { from: Math.max(offset, start), end: Math.min(offset + size, after) };
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

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
