import assert from 'node:assert/strict';
import { mkdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { BLOCK_LENGTH } from '@enjambre/metainfo';
import { INFO_HASH, scratchArchives, writeFiles } from './file-store.contract.ts';
import { madeTorrent, openedPieces, pieceStoreContract, putPiece } from './piece-store.contract.ts';
import { removeTorrentFiles } from './torrent-removal.ts';

const scratch = scratchArchives();

pieceStoreContract('a file store', async (layout, content) => {
  const archives = scratch.folder();
  if (content !== undefined) await writeFiles(archives, layout, content);
  return scratch.store(archives, layout);
});

const { layout, content } = madeTorrent([100_000, 0, 5, -3, 70_000, 1, 0]);
const pieces = Array.from({ length: layout.geometry.pieceCount }, (_, pieceIndex) => pieceIndex);

it('writes files as they should be, empty ones too, and no padding file', async () => {
  const archives = scratch.folder();
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  await Promise.all(pieces.map((pieceIndex) => putPiece(store, layout, content, pieceIndex)));
  await store.close();
  for (const { path, size, offset, padding } of layout.files) {
    if (padding) await assert.rejects(stat(join(archives, path)), { code: 'ENOENT' });
    else assert.deepEqual(await readFile(join(archives, path)), content.subarray(offset, offset + size));
  }
});

it('makes no file before there is a piece for it, and files without the pieces that are missing', async () => {
  const archives = scratch.folder();
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  await assert.rejects(stat(join(archives, layout.files[0].path)), { code: 'ENOENT' });
  assert.equal((await stat(join(archives, layout.files[1].path))).size, 0);
  await putPiece(store, layout, content, 1);
  await store.close();
  const { pieceLength } = layout.geometry;
  const written = await readFile(join(archives, layout.files[0].path));
  assert.deepEqual(written.subarray(0, pieceLength), Buffer.alloc(pieceLength));
  assert.deepEqual(written.subarray(pieceLength), content.subarray(pieceLength, 2 * pieceLength));
});

it('cuts a file that is too long, but only once the whole torrent is verified', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const [long, empty] = [layout.files[0], layout.files[1]];
  await writeFile(join(archives, long.path), Buffer.concat([content.subarray(0, long.size), Buffer.from('more')]));
  await writeFile(join(archives, empty.path), 'not empty');
  const last = layout.files[4];
  const damaged = content.subarray(last.offset, last.offset + last.size - 1);
  await writeFile(join(archives, last.path), damaged);
  const store = scratch.store(archives, layout);
  const found = await openedPieces(store);
  assert.equal((await stat(join(archives, long.path))).size, long.size + 4);
  assert.equal((await stat(join(archives, empty.path))).size, 9);
  const missing = pieces.filter((pieceIndex) => !found.includes(pieceIndex));
  assert.equal(missing.length, 1);
  await putPiece(store, layout, content, missing[0]);
  assert.equal((await stat(join(archives, long.path))).size, long.size);
  assert.equal((await stat(join(archives, empty.path))).size, 0);
  await store.close();
});

it('reads any range, over files, padding and extents', async () => {
  const big = madeTorrent([2 ** 20 - 10_000, -100, 9_000, 3, 2 ** 20], 10_000, 3);
  const archives = scratch.folder();
  await writeFiles(archives, big.layout, big.content);
  const store = scratch.store(archives, big.layout);
  await openedPieces(store);
  const { pieceCount, pieceLength } = big.layout.geometry;
  await Promise.all(
    Array.from({ length: pieceCount }, async (_, pieceIndex) => {
      const begin = pieceIndex % 100;
      const length = big.layout.geometry.pieceSize(pieceIndex) - begin;
      const view = await store.read(pieceIndex, begin, length);
      const start = pieceIndex * pieceLength + begin;
      assert.deepEqual(Buffer.from(view.bytes), big.content.subarray(start, start + length));
      view.release();
    }),
  );
  await store.close();
});

it('reads pieces that came after their neighbours had been read ahead', async () => {
  const store = scratch.store(scratch.folder(), layout);
  await openedPieces(store);
  for (const pieceIndex of [1, 0, 2]) {
    await putPiece(store, layout, content, pieceIndex);
    const start = pieceIndex * layout.geometry.pieceLength;
    const view = await store.read(pieceIndex, 0, BLOCK_LENGTH);
    assert.deepEqual(Buffer.from(view.bytes), content.subarray(start, start + BLOCK_LENGTH));
    view.release();
  }
  await store.close();
});

it('says which file is gone when a piece cannot be read', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  const path = join(archives, layout.files[0].path);
  await writeFile(path, 'short');
  await assert.rejects(
    async () => store.read(0, 0, 100),
    (error: Error & { code?: string }) => {
      return error.code === 'not-readable' && error.message.includes(layout.files[0].path);
    },
  );
  await store.close();
});

it('does not call a torrent kept whose file was removed while it was written', async () => {
  const archives = scratch.folder();
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  await Promise.all(pieces.map((pieceIndex) => putPiece(store, layout, content, pieceIndex)));
  await store.flush();
  await rm(join(archives, layout.files[0].path));
  await assert.rejects(store.flush(), { code: 'not-readable', message: /was removed or cut while it was in use/ });
  await store.close();
});

it('finds out that a file of a complete torrent was changed, at rest again, and fetches nothing over it', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const store = scratch.store(archives, layout);
  assert.equal((await openedPieces(store)).length, pieces.length);
  await store.flush();
  const path = join(archives, layout.files[4].path);
  const good = await readFile(path);
  const edited = Buffer.from(good);
  edited[0] ^= 1;
  await writeFile(path, edited);
  await store.flush();
  await assert.rejects(store.flush(), {
    code: 'not-readable',
    message: /was changed since it was verified, and is damaged in 1 of/,
  });
  await assert.rejects(store.flush(), { code: 'not-readable' }, 'it stays so');
  assert.deepEqual(await readFile(path), edited);
  await writeFile(path, good);
  await store.flush();
  await store.flush();
  await store.close();
  await findsAllAgain(archives);
});

it('takes a file that was only touched for what it is', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  await store.flush();
  await utimes(join(archives, layout.files[0].path), 1, 1);
  for (let look = 0; look < 3; look++) await store.flush();
  await store.close();
  await findsAllAgain(archives);
});

it('makes links and files that may be run, and takes them away with the torrent', async () => {
  const archives = scratch.folder();
  const [first, empty, ...rest] = layout.files;
  const linked = { ...empty, linkTarget: 'file-0' };
  const made = { ...layout, files: [{ ...first, executable: true }, linked, ...rest] };
  await mkdir(join(archives, 'made'), { recursive: true });
  // What a version without links made of it.
  await writeFile(join(archives, empty.path), '');
  const store = scratch.store(archives, made);
  await openedPieces(store);
  await Promise.all(pieces.map((pieceIndex) => putPiece(store, layout, content, pieceIndex)));
  await store.flush();
  assert.equal(await readlink(join(archives, empty.path)), 'file-0');
  assert.deepEqual(await readFile(join(archives, empty.path)), content.subarray(0, first.size));
  assert.equal((await stat(join(archives, first.path))).mode & 0o100, 0o100);
  assert.equal((await stat(join(archives, rest[2].path))).mode & 0o111, 0);
  await store.close();
  await findsAllAgain(archives, made);
  const infoHash = Buffer.from(INFO_HASH).toString('hex');
  const removal = await removeTorrentFiles({ archives, infoHash, files: made.files, whyKept: () => undefined });
  assert.deepEqual(removal.kept, []);
  await assert.rejects(stat(join(archives, 'made')), { code: 'ENOENT' });
});

it('never goes through a link out of the archives, to write or to make folders', async () => {
  const outside = scratch.folder();
  await mkdir(outside);
  for (const where of ['made', 'made/deep']) {
    const archives = scratch.folder();
    await mkdir(join(archives, where, '..'), { recursive: true });
    await symlink(outside, join(archives, where));
    const store = scratch.store(archives, layout);
    await assert.rejects(openedPieces(store), { code: 'path-conflict' });
    await assert.rejects(stat(join(outside, 'deep')), { code: 'ENOENT' });
    await assert.rejects(stat(join(outside, 'er')), { code: 'ENOENT' });
    await store.close();
  }
});

it('follows a folder link that stays in the archives', async () => {
  const archives = scratch.folder();
  await mkdir(join(archives, 'elsewhere'), { recursive: true });
  await symlink('elsewhere', join(archives, 'made'));
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  assert.ok(await putPiece(store, layout, content, 0));
  await store.close();
  assert.ok((await stat(join(archives, 'elsewhere', 'file-0'))).size > 0);
});

it('names a folder, a link or a file that is in the way, and opens once it is gone', async () => {
  const [first] = layout.files;
  const ways = [
    (path: string) => mkdir(path, { recursive: true }),
    (path: string) => mkdir(join(path, '..'), { recursive: true }).then(() => symlink('/etc/passwd', path)),
  ];
  for (const way of ways) {
    const archives = scratch.folder();
    await way(join(archives, first.path));
    const store = scratch.store(archives, layout);
    await assert.rejects(openedPieces(store), (error: Error & { code?: string }) => {
      return error.code === 'path-conflict' && error.message.includes(first.path);
    });
    await store.close();
  }
  const archives = scratch.folder();
  await mkdir(archives);
  await writeFile(join(archives, 'made'), 'a file');
  await assert.rejects(openedPieces(scratch.store(archives, layout)), { code: 'path-conflict' });
});

it('does not let a torrent write among the records', async () => {
  for (const folder of ['.enjambre', '.Enjambre']) {
    const files = layout.files.map((file) => ({ ...file, path: file.path.replace('made', folder) }));
    const store = scratch.store(scratch.folder(), { ...layout, files });
    await assert.rejects(openedPieces(store), { code: 'path-conflict' });
  }
});

it('refuses a second store of the same torrent and folder until the first is closed, others not', async () => {
  const archives = scratch.folder();
  const store = scratch.store(archives, layout);
  await openedPieces(store);
  const second = scratch.store(archives, layout);
  await assert.rejects(openedPieces(second), (error: Error & { code?: string }) => {
    return error.code === 'locked' && error.message.includes(archives);
  });
  const other = scratch.store(archives, layout, { infoHash: new Uint8Array(20).fill(9) });
  await openedPieces(other);
  await other.close();
  await store.close();
  await openedPieces(second);
  await second.close();
});

it('ends a check that is under way when it is closed', async () => {
  const archives = scratch.folder();
  await writeFiles(archives, layout, content);
  const store = scratch.store(archives, layout);
  const opening = assert.rejects(openedPieces(store), { code: 'closed' });
  await store.close();
  await opening;
});

/** A client that is started later finds every piece. */
async function findsAllAgain(archives: string, found: typeof layout = layout): Promise<void> {
  const store = scratch.store(archives, found);
  assert.equal((await openedPieces(store)).length, pieces.length);
  await store.close();
}
