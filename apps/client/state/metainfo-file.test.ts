import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StorageError } from '@enjambre/engine';
import { encodeBencode } from '@enjambre/metainfo';
import { MetainfoFile } from './metainfo-file.ts';

function torrentIn(t: TestContext, name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'metainfo-file-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.torrent');
  const write = (called: string) =>
    writeFileSync(
      path,
      encodeBencode({ info: { length: 5, name: called, 'piece length': 4, pieces: Buffer.alloc(40, 7) } }),
    );
  write(name);
  return { path, write };
}

test('hashes that were given back are read again when they are needed', (t) => {
  const { path } = torrentIn(t, 'one');
  const file = MetainfoFile.read(path);
  const before = file.pieceHashes;
  assert.equal(before.length, 40);
  file.forgetHashes();
  assert.equal(before.length, 0, 'the memory is gone at once');
  assert.deepEqual(
    [...file.pieceHashes],
    Array.from({ length: 40 }, () => 7),
  );
  assert.equal(file.description.name, 'one');
});

test('a .torrent that became another one, or is gone, is an error of the disk in one sentence', (t) => {
  const { path, write } = torrentIn(t, 'one');
  const file = MetainfoFile.read(path);
  file.forgetHashes();
  write('other');
  const refused = (message: RegExp) => (error: unknown) => error instanceof StorageError && message.test(error.message);
  assert.throws(() => file.pieceHashes, refused(/x\.torrent is another torrent now/));
  rmSync(path);
  assert.throws(() => file.pieceHashes, refused(/x\.torrent: cannot be read: no such file/));
});

test('bytes that share their memory with others are left alone', (t) => {
  const { path } = torrentIn(t, 'one');
  const shared = Buffer.from(
    encodeBencode({ info: { length: 5, name: 'one', 'piece length': 4, pieces: Buffer.alloc(40, 7) } }),
  );
  const around = Buffer.alloc(shared.length + 10);
  around.set(shared, 5);
  const file = MetainfoFile.from(around.subarray(5, 5 + shared.length), path);
  file.forgetHashes();
  assert.equal(around.length, shared.length + 10);
});
