// docs/contract.md §3, torrents: what is taken, what is refused, under which name it is kept.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { conforms, type StoredTorrent, StoredTorrentSchema, TorrentPreviewSchema } from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { assertRefused, startBackend } from './backend-process.ts';

const TIMEOUT_MS = 60_000;
const TEN_MEBIBYTES = 10 * 1024 * 1024;
const NOTHING = { items: [], total: 0, offset: 0, next: null };

test('torrents are uploaded, listed, looked into and deleted', { timeout: TIMEOUT_MS }, async (t) => {
  const { call, upload, url, home, create } = await startBackend(t);
  const torrent = makeTorrent(t, 100_000);
  const other = makeTorrent(t, 100_000, { seed: 2 });
  const bytes = readFileSync(torrent.path);
  const path = join(home, 'torrents', 'one.torrent');

  await t.test('the list is [] when empty', async () => {
    assert.deepEqual((await call('GET', '/api/torrents')).body, []);
    assert.deepEqual((await call('GET', '/api/v1/torrents')).body, NOTHING);
  });

  await t.test(
    'an upload is kept, the same again changes nothing, other content under its name is refused',
    async () => {
      for (const _ of ['once', 'twice']) {
        const { status, body } = await upload(bytes, 'one.torrent');
        const message = 'Torrent uploaded successfully';
        const expected = { success: true, filename: 'one.torrent', size: bytes.length, path, message };
        assert.deepEqual({ status, body }, { status: 200, body: expected });
      }
      assertRefused(await upload(readFileSync(other.path), 'one.torrent'), 409, 'name-taken', 'file');
      assert.deepEqual((await call('GET', '/api/torrents')).body, [{ name: 'one.torrent', path, size: bytes.length }]);
    },
  );

  await t.test('names of strangers are made safe', async () => {
    const cases = [
      ['../../up.torrent', 'up.torrent'],
      ['a\\b\\win.torrent', 'win.torrent'],
      ['.hidden.torrent', 'hidden.torrent'],
      ['no-ending', 'no-ending.torrent'],
      ['CON.torrent', '_CON.torrent'],
    ] as const;
    for (const [given, kept] of cases) {
      const { body } = await upload(bytes, given, '/api/v1/torrents');
      assert.ok(conforms(StoredTorrentSchema, body), JSON.stringify(body));
      assert.equal(body.name, kept);
      assert.equal((await call('DELETE', `/api/torrents/${encodeURIComponent(kept)}`)).status, 200);
    }
  });

  await t.test('what is no torrent is refused with the reason', async () => {
    const cases: [Uint8Array, string][] = [
      [Buffer.from('hello'), 'not-a-torrent'],
      [Buffer.from('de'), 'not-a-torrent'],
      [bytes.subarray(0, 100), 'not-a-torrent'],
      [makeV2Torrent(), 'unsupported-torrent'],
    ];
    for (const path of ['/api/torrents/upload', '/api/v1/torrents', '/api/v1/torrents/inspect']) {
      for (const [wrong, code] of cases) assertRefused(await upload(wrong, 'wrong.torrent', path), 400, code, 'file');
      assertRefused(await upload(Buffer.alloc(TEN_MEBIBYTES + 1), 'long.torrent', path), 413, 'too-large', 'file');
      assertRefused(await call('POST', path), 400, 'no-file');
      const headers = { 'content-type': 'multipart/form-data' };
      const unbounded = await fetch(url + path, { method: 'POST', headers, body: 'x' });
      assert.equal(unbounded.status, 400, 'no boundary');
      const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="cut.torrent"\r\n\r\nd8:';
      const cut = { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: head };
      const cutAnswer = await fetch(url + path, cut);
      assert.deepEqual([cutAnswer.status, ((await cutAnswer.json()) as { code: string }).code], [400, 'no-file']);
      const wrongField = new FormData();
      wrongField.append('torrent', new Blob([bytes]), 'x.torrent');
      const answer = await fetch(url + path, { method: 'POST', body: wrongField });
      assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [400, 'no-file']);
    }
  });

  await t.test('a look inside keeps nothing', async () => {
    const { body } = await upload(readFileSync(other.path), 'other.torrent', '/api/v1/torrents/inspect');
    assert.ok(conforms(TorrentPreviewSchema, body), JSON.stringify(body));
    assert.deepEqual(body.files, [{ path: 'data-2.bin', size: 100_000 }]);
    assert.deepEqual([body.infoHash, body.pieces, body.suggestedName], [other.infoHash, 7, 'data-2.bin']);
    assert.equal(((await call('GET', '/api/torrents')).body as unknown[]).length, 1);
  });

  await t.test('it is told who uses it, and the next name that is free', async () => {
    await create({ name: 'data-1.bin', torrentFile: path });
    const { items } = (await call('GET', '/api/v1/torrents')).body as { items: StoredTorrent[] };
    assert.deepEqual(items[0].usedBy, ['data-1.bin']);
    const { body } = await upload(bytes, 'one.torrent', '/api/v1/torrents/inspect');
    const { usedBy, suggestedName } = body as { usedBy: string[]; suggestedName: string };
    assert.deepEqual([usedBy, suggestedName], [['data-1.bin'], 'data-1.bin-2']);
  });

  await t.test('deleting takes it away, also for containers to come, not for those that have it', async () => {
    assert.equal((await call('DELETE', '/api/torrents/one.torrent')).status, 200);
    assertRefused(await call('DELETE', '/api/torrents/one.torrent'), 404, 'torrent-not-found');
    assertRefused(await call('DELETE', '/api/v1/torrents/..%2Fenjambre.sqlite'), 404, 'torrent-not-found');
    assert.equal((await call('POST', '/api/containers/data-1.bin/restart')).status, 200);
  });

  await t.test('a file that somebody else put there is listed as it is', async () => {
    writeFileSync(join(home, 'torrents', 'broken.torrent'), 'x');
    assert.equal(((await call('GET', '/api/torrents')).body as unknown[]).length, 1);
    assert.deepEqual((await call('GET', '/api/v1/torrents')).body, NOTHING);
  });
});

/** One file in one piece: no piece layers are needed. */
function makeV2Torrent(): Uint8Array {
  const file = { '': { length: 5, 'pieces root': Buffer.alloc(32, 1) } };
  return encodeBencode({
    info: { 'file tree': { 'a.txt': file }, 'meta version': 2, name: 'a.txt', 'piece length': 16384 },
  });
}
