// Two torrents of one client that would write other bytes to the same file: the second is refused when it comes, by whatever way.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TorrentPage } from '@enjambre/contract';
import { until } from '../swarm/until.ts';
import { ClientApi } from './client-api.ts';
import { startClient, startEnjambre } from './client-process.ts';
import { emptyClient, refusal } from './empty-client.ts';
import { makeFolderTorrent, temporaryFolder } from './torrent-fixture.ts';

/** Of one name and with one file in common, of which the second has more. */
function twoAlbums(t: TestContext) {
  const first = makeFolderTorrent(t, 'album', { 'a.bin': 20_000, 'own.bin': 10 });
  const second = makeFolderTorrent(t, 'album', { 'a.bin': 30_000 });
  return { first, second, sentence: new RegExp(`album/a\\.bin belongs to album \\(${first.infoHash}\\) already`) };
}

test('one that is sent is refused by file and torrent, and taken when the other is gone', async (t) => {
  const { api, start, stop } = await emptyClient(t);
  const { first, second, sentence } = twoAlbums(t);
  const send = (path: string) => api.post<{ error: string }>('/torrents', readFileSync(path));
  assert.equal((await send(first.path)).status, 201);
  const refused = await send(second.path);
  assert.deepEqual(refusal(refused), [409, 'path-in-use']);
  assert.match(refused.body.error, sentence);
  assert.equal((await api.get<TorrentPage>('/torrents')).body.total, 1);
  assert.equal((await api.delete(`/torrents/${first.infoHash}`)).status, 200);
  assert.equal((await send(second.path)).status, 201);
  await stop();
  const again = await start();
  const { items } = (await again.api.get<TorrentPage>('/torrents')).body;
  assert.deepEqual(
    items.map(({ infoHash }) => infoHash),
    [second.infoHash],
  );
  const other = await again.api.post('/torrents', readFileSync(first.path));
  assert.deepEqual(refusal(other), [409, 'path-in-use']);
});

test('a file where the other has a folder is refused, both ways round', async (t) => {
  const inner = makeFolderTorrent(t, 'album', { 'a/b.bin': 10 });
  const outer = makeFolderTorrent(t, 'album', { a: 10 });
  for (const [first, second] of [
    [inner, outer],
    [outer, inner],
  ]) {
    const { api } = await emptyClient(t);
    assert.equal((await api.post('/torrents', readFileSync(first.path))).status, 201);
    const refused = await api.post('/torrents', readFileSync(second.path));
    assert.deepEqual(refusal(refused), [409, 'path-in-use']);
  }
});

test('of several given by flag the second ends the start, in one line', async (t) => {
  const { first, second, sentence } = twoAlbums(t);
  const archives = join(temporaryFolder(t), 'archives');
  const flags = [first, second].map(({ path }) => `--torrent-file=${path}`);
  const client = startEnjambre(t, [
    'client',
    ...flags,
    `--archives=${archives}`,
    '--http-port=auto',
    '--listen-port=0',
  ]);
  const { code, stderr } = await client.ended;
  assert.equal(code, 2);
  assert.match(stderr, sentence);
  assert.match(stderr, new RegExp(`^enjambre client: ${second.path}: [^\n]+\n$`));
  assert.ok(!existsSync(join(archives, 'album')));
});

test('one in a watched folder is named and left', async (t) => {
  const { first, second, sentence } = twoAlbums(t);
  const folder = temporaryFolder(t);
  const watched = join(folder, 'watched');
  mkdirSync(watched);
  const flags = [`--archives=${join(folder, 'archives')}`, `--watch=${watched}`];
  const client = await startClient(t, [...flags, `--torrent-file=${first.path}`]);
  copyFileSync(second.path, join(watched, 'second.torrent'));
  const { level, message } = await client.line(sentence);
  assert.equal(level, 'warn');
  assert.match(message, /watched\/second\.torrent: /);
  assert.ok(existsSync(join(watched, 'second.torrent')));
  const api = new ClientApi(client.httpPort);
  assert.equal((await api.get<TorrentPage>('/torrents')).body.total, 1);
});

test('those in a watched folder are tried again, one after the other, as what was in their way is removed', async (t) => {
  const { first, second, sentence } = twoAlbums(t);
  const third = makeFolderTorrent(t, 'album', { 'a.bin': 40_000 });
  const watched = temporaryFolder(t);
  for (const [name, { path }] of Object.entries({ first, second, third }))
    copyFileSync(path, join(watched, `${name}.torrent`));
  const client = await startClient(t, [`--archives=${join(temporaryFolder(t), 'archives')}`, `--watch=${watched}`]);
  const api = new ClientApi(client.httpPort);
  const there = async () => (await api.get<TorrentPage>('/torrents')).body.items.map(({ infoHash }) => infoHash).join();
  await client.line(new RegExp(`third\\.torrent: ${sentence.source}`));
  assert.equal(await there(), first.infoHash);
  await api.delete(`/torrents/${first.infoHash}`);
  assert.equal((await client.line(/second\.torrent: tried again/)).level, 'info');
  await client.line(new RegExp(`third\\.torrent: album/a\\.bin belongs to album \\(${second.infoHash}\\) already`));
  assert.equal(await there(), second.infoHash);
  await api.delete(`/torrents/${second.infoHash}`);
  await until('the third', async () => (await there()) === third.infoHash || undefined);
  client.child.kill('SIGTERM');
  const { stdout } = await client.ended;
  const tried = [...stdout.matchAll(/(\w+)\.torrent: tried again/g)].map(([, name]) => name);
  assert.deepEqual(tried, ['second', 'third', 'third']);
});

test('one that was kept before is named at a start and stays kept', async (t) => {
  const { first, second, sentence } = twoAlbums(t);
  const { api, stop, folder, archives } = await emptyClient(t);
  await api.post('/torrents', readFileSync(second.path));
  await stop();
  const state = `--state-dir=${join(folder, 'state')}`;
  const client = await startClient(t, [state, `--archives=${archives}`, `--torrent-file=${first.path}`]);
  await client.line(sentence);
  assert.ok(existsSync(join(folder, 'state', `${second.infoHash}.torrent`)));
});
