// Resume data over real files: the order in which it is written, and what is never believed.

import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { it } from 'node:test';
import { FakeClock, silentLogger } from '@enjambre/runtime';
import { INFO_HASH, scratchArchives, writeFiles } from './archives.fixture.ts';
import { type Disk, systemDisk } from './disk.ts';
import { madeTorrent, openedPieces, putPiece } from './piece-store.contract.ts';
import { decodeResumeRecord, encodeResumeRecord, resumePath } from './resume-record.ts';

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
  const { disk } = watchedDisk(archives);
  const synced = new Set<number>();
  const written = new Set<number>();
  let records = 0;
  const store = scratch.store(archives, layout, {
    disk: {
      ...disk,
      async syncData(path) {
        const before = [...written];
        await systemDisk.syncData(path);
        const fileIndex = layout.files.findIndex((file) => join(archives, file.path) === path);
        for (const pieceIndex of before) synced.add(pieceIndex * 100 + fileIndex);
      },
      async write(path, text) {
        records++;
        const record = decodeResumeRecord(text, torrent)!;
        for (const pieceIndex of pieces) {
          if ((record.pieces[pieceIndex >> 3] & (0x80 >> (pieceIndex & 7))) === 0) continue;
          const start = pieceIndex * layout.geometry.pieceLength;
          const end = start + layout.geometry.pieceSize(pieceIndex);
          layout.files.forEach(({ offset, size, padding }, fileIndex) => {
            if (padding || size === 0 || offset >= end || offset + size <= start) return;
            assert.ok(synced.has(pieceIndex * 100 + fileIndex), `piece ${pieceIndex}, file ${fileIndex}`);
          });
        }
        await systemDisk.write(path, text);
      },
    },
  });
  await openedPieces(store);
  const flushes: Promise<void>[] = [];
  for (const pieceIndex of pieces) {
    await putPiece(store, layout, content, pieceIndex);
    written.add(pieceIndex);
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
  // The other workshop has no worker to hash with: it would fail if anything were checked.
  store = scratch.store(archives, layout);
  const before = scratch.workshop.workers.running;
  assert.deepEqual(await openedPieces(store), [0, 2]);
  assert.equal(scratch.workshop.workers.running, before);
  assert.deepEqual(store.extra, { uploadedBytes: 12 });
  await store.close();
});

const tampering: [string, (path: string, record: string) => Promise<void>][] = [
  ['changed with the size and time kept newer', async (path) => damage(path)],
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
    // What the record says of it is true no longer, but its size and time are as recorded.
    const path = join(archives, layout.files[0].path);
    const { atime, mtime } = await stat(path);
    await utimes(path, atime, new Date(1_600_000_000_000));
    await openAndClose(archives);
    await damage(path);
    await utimes(path, atime, new Date(1_600_000_000_000));
    await forge(resumePath(archives, infoHash));
    await assertOnlyTrueClaims(archives);
    assert.ok(mtime);
  });
}

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

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
