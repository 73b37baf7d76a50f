import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseTorrentFile } from '@enjambre/metainfo';
import { createTorrent } from './create-torrent.ts';
import { CreationError } from './creation-error.ts';
import { hashPieces } from './piece-hashes.ts';
import { findSource } from './source-files.ts';

const PIECE_LENGTH = 16_384;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enjambre-create-'));
});
after(() => rm(folder, { recursive: true }));

/** What the piece hashes must be, the slow and plain way. */
function hashesOf(content: Uint8Array, pieceLength: number): Uint8Array {
  const hashes: Uint8Array[] = [];
  for (let start = 0; start < content.length; start += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(content.subarray(start, start + pieceLength))
        .digest(),
    );
  }
  return new Uint8Array(Buffer.concat(hashes));
}

async function makeFile(name: string, size: number): Promise<Buffer> {
  const content = randomBytes(size);
  await writeFile(join(folder, name), content);
  return content;
}

describe('createTorrent', () => {
  it('makes a torrent of one file, with all that was asked for', async () => {
    const content = await makeFile('one.bin', 10 * PIECE_LENGTH + 1);
    const created = await createTorrent({
      path: join(folder, 'one.bin'),
      pieceLength: PIECE_LENGTH,
      trackers: [['http://a/'], ['udp://b:1']],
      webseeds: ['http://w/'],
      private: true,
      comment: 'ñ',
      createdBy: 'x',
      creationDate: 5,
    });
    const torrent = parseTorrentFile(created.bytes);
    assert.deepEqual(torrent.infoHashV1, created.infoHashV1);
    assert.deepEqual(torrent.pieceHashes, hashesOf(content, PIECE_LENGTH));
    assert.deepEqual(torrent.trackers, [['http://a/'], ['udp://b:1']]);
    assert.deepEqual(torrent.webseeds, ['http://w/']);
    assert.deepEqual([torrent.private, torrent.comment, torrent.createdBy, torrent.creationDate], [true, 'ñ', 'x', 5]);
    assert.deepEqual([created.pieceCount, created.fileCount, created.totalSize], [11, 1, content.length]);
    assert.equal(torrent.unsortedKeys, false);
  });

  it('hashes pieces across files, in byte order, without links that lead out, with empty files', async () => {
    const root = join(folder, 'tree');
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    await mkdir(join(root, '.enjambre'));
    await writeFile(join(root, '.enjambre', 'state'), 'ours');
    const z = await makeFile('tree/Z', 3_000_001);
    const a = await makeFile('tree/a', 5);
    const deep = await makeFile('tree/b/deep/ñ', 1_234_567);
    await writeFile(join(root, 'b', 'empty'), '');
    await symlink('/etc', join(root, 'out'));
    await symlink('..', join(root, 'b', 'circle'));
    await symlink('gone', join(root, 'broken'));
    await symlink('../a', join(root, 'b', 'in'));
    const hashed: number[] = [];
    const created = await createTorrent({
      path: root,
      pieceLength: PIECE_LENGTH,
      onProgress: (bytes, total) => hashed.push(bytes / total),
    });
    const torrent = parseTorrentFile(created.bytes);
    assert.deepEqual(
      torrent.files.map((file) => file.path),
      ['tree/Z', 'tree/a', 'tree/b/deep/ñ', 'tree/b/empty', 'tree/b/in'],
    );
    assert.deepEqual(torrent.pieceHashes, hashesOf(Buffer.concat([z, a, deep, a]), PIECE_LENGTH));
    assert.equal(created.skipped.length, 3);
    assert.equal(hashed.at(-1), 1);
    assert.deepEqual(
      hashed,
      hashed.toSorted((x, y) => x - y),
    );
  });

  it('takes neither an empty folder nor empty files alone, which other clients refuse to open', async () => {
    await writeFile(join(folder, 'empty'), '');
    await assert.rejects(createTorrent({ path: join(folder, 'empty') }), { code: 'nothing-to-share' });
    await mkdir(join(folder, 'nothing'));
    await assert.rejects(createTorrent({ path: join(folder, 'nothing') }), { code: 'nothing-to-share' });
    await writeFile(join(folder, 'nothing', 'empty'), '');
    await assert.rejects(createTorrent({ path: join(folder, 'nothing') }), { code: 'nothing-to-share' });
  });

  it('says when there is no such file', async () => {
    await assert.rejects(createTorrent({ path: join(folder, 'none') }), { name: 'CreationError', code: 'not-found' });
  });

  it('refuses a file that became shorter or vanished before it was read', async () => {
    const path = join(folder, 'moving');
    await makeFile('moving', 100_000);
    const { files } = await findSource(path);
    await truncate(path, 50_000);
    await assert.rejects(hashPieces(files, { pieceLength: PIECE_LENGTH }), { code: 'changed' });
    await unlink(path);
    await assert.rejects(hashPieces(files, { pieceLength: PIECE_LENGTH }), { code: 'not-found' });
  });

  it('refuses a file that grew while it was read', async () => {
    const path = join(folder, 'growing');
    await makeFile('growing', 100_000);
    const creation = createTorrent({ path, onProgress: () => appendFileSync(path, 'x') });
    await assert.rejects(creation, { code: 'changed' });
  });

  it('stops when it is told to, before and in the middle', async () => {
    await assert.rejects(createTorrent({ path: folder, signal: AbortSignal.abort() }), { code: 'aborted' });
    await writeFile(join(folder, 'sparse'), '');
    await truncate(join(folder, 'sparse'), 2 ** 36);
    const controller = new AbortController();
    const creation = createTorrent({
      path: join(folder, 'sparse'),
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(creation, (error) => error instanceof CreationError && error.code === 'aborted');
  });
});
