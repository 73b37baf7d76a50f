// docs/contract.md §6: a client's own API, every route and every refusal, against a real client.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  conforms,
  FilePageSchema,
  PeerPageSchema,
  SourceListSchema,
  type TorrentDetail,
  TorrentDetailSchema,
  type TorrentPage,
  TorrentPageSchema,
  TorrentRemovalSchema,
  type TorrentSummary,
  TorrentSummarySchema,
} from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { until } from '../swarm/until.ts';
import { ClientApi } from './client-api.ts';
import { startClient } from './client-process.ts';
import { emptyClient, refusal } from './empty-client.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { makeFolderTorrent, makeTorrent } from './torrent-fixture.ts';

const MIB = 1024 * 1024;

test('a .torrent is sent as it is, is there at once, and a second time is refused', async (t) => {
  const { api } = await emptyClient(t);
  const fixture = makeTorrent(t, 100_000);
  const bytes = readFileSync(fixture.path);
  for (const type of ['application/x-bittorrent', 'application/x-www-form-urlencoded']) {
    const { status, body } = await api.post('/torrents?paused=true', bytes, { 'Content-Type': type });
    if (type === 'application/x-bittorrent') {
      assert.ok(conforms(TorrentSummarySchema, body), JSON.stringify(body));
      assert.deepEqual([status, body.infoHash, body.paused, body.addedBy], [201, fixture.infoHash, true, 'api']);
    } else {
      assert.deepEqual(refusal({ status, body }), [409, 'torrent-exists']);
    }
  }
});

test('what is no .torrent, too large or v2 alone is refused, and nothing changes', async (t) => {
  const { api } = await emptyClient(t);
  const tree = { x: { '': { length: 10, 'pieces root': Buffer.alloc(32) } } };
  const v2 = encodeBencode({ info: { name: 'x', 'piece length': 16384, 'meta version': 2, 'file tree': tree } });
  const refused: [Uint8Array, string, number, string][] = [
    [Buffer.from('hello'), '', 400, 'not-a-torrent'],
    [Buffer.alloc(0), '', 400, 'not-a-torrent'],
    [Buffer.from(encodeBencode({ info: { name: 'x' } })), '', 400, 'not-a-torrent'],
    [v2, '', 400, 'unsupported-torrent'],
    [Buffer.alloc(10 * MIB + 1), '', 413, 'too-large'],
    [Buffer.from('x'), '?paused=perhaps', 400, 'invalid-request'],
    [Buffer.from('x'), '?pause=true', 400, 'invalid-request'],
  ];
  for (const [bytes, query, status, code] of refused) {
    assert.deepEqual(refusal(await api.post(`/torrents${query}`, bytes)), [status, code]);
  }
  assert.equal((await api.get<TorrentPage>('/torrents')).body.total, 0);
});

test('a list is cut into pages, filtered and sorted by the client', async (t) => {
  const { api } = await emptyClient(t);
  const sizes = [30_000, 10_000, 20_000];
  for (const [index, size] of sizes.entries()) {
    const { path } = makeTorrent(t, size, { seed: index + 1 });
    await api.post(`/torrents?paused=${index === 0}`, readFileSync(path));
  }
  const list = async (query: string) => {
    const { body } = await api.get<TorrentPage>(`/torrents${query}`);
    assert.ok(conforms(TorrentPageSchema, body), JSON.stringify(body));
    return body;
  };
  const names = async (query: string) => (await list(query)).items.map(({ name }) => name.slice(5, 6)).join('');
  assert.equal(await names(''), '123');
  assert.equal(await names('?sort=-name'), '321');
  assert.equal(await names('?sort=size'), '231');
  for (const sort of ['added', 'progress', 'download', 'upload', 'peers', 'state']) {
    assert.equal((await names(`?sort=${sort}`)).length, 3);
  }
  assert.deepEqual(await list('?limit=2').then(({ items, ...page }) => [items.length, page]), [
    2,
    { total: 3, offset: 0, next: 2 },
  ]);
  assert.equal(await names('?limit=2&offset=2'), '3');
  assert.equal((await list('?limit=2&offset=2')).next, null);
  assert.equal(await names('?state=paused'), '1');
  await until('settled', async () => ((await names('?state=stalled,paused')) === '123' ? true : undefined));
  const bad = ['?sort=colour', '?sort=', '?state=flying', '?limit=0', '?limit=-1', '?offset=x'];
  for (const query of [...bad, '?search=data', '?state=error&state=stalled']) {
    assert.deepEqual(refusal(await api.get(`/torrents${query}`)), [400, 'invalid-request'], query);
  }
});

test('one torrent is told with its files, peers, trackers, sources and pieces', async (t) => {
  const fixture = makeTorrent(t, 8 * MIB, { trackers: ['http://127.0.0.1:1/announce'] });
  const peer = new ScriptedPeer(t, fixture);
  const peerPort = await peer.listen();
  const { api } = await emptyClient(t, [`--peer=127.0.0.1:${peerPort}`]);
  await api.post('/torrents', readFileSync(fixture.path));
  const path = `/torrents/${fixture.infoHash.toUpperCase()}`;
  const body = await until('a peer and pieces', async () => {
    const { body } = await api.get<TorrentDetail>(path);
    assert.ok(conforms(TorrentDetailSchema, body), JSON.stringify(body));
    const isThere = body.peers.total === 1 && body.verifiedPieces > 3 && body.trackers[0]?.error !== null;
    return isThere && body.state === 'downloading' ? body : undefined;
  });
  const [shown] = body.peers.items;
  assert.deepEqual([shown.host, shown.port, shown.client], ['127.0.0.1', peerPort, 'SP 0.0.0.1']);
  assert.match(shown.flags, /^D U/);
  assert.deepEqual(shown.origins, ['manual']);
  assert.ok(shown.progress > 98 && shown.progress < 100 && shown.downloadedBytes > 0);
  assert.equal(body.reason.code, 'downloading');
  assert.deepEqual([body.pieceCount, body.pieceLength, body.private], [512, 16384, false]);
  const bits = Buffer.from(body.pieces, 'base64');
  const counted = [...bits].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  assert.deepEqual([bits.length, counted], [64, body.verifiedPieces]);
  assert.deepEqual(body.files.items, [{ path: 'data-1.bin', size: 8 * MIB, verifiedBytes: body.verifiedBytes }]);
  const [tracker] = body.trackers;
  assert.deepEqual([tracker.state, tracker.error, tracker.tier], ['failing', 'connection refused', 0]);
  assert.ok(tracker.nextAnnounceAt !== null && tracker.nextAnnounceAt > Date.now());
  const [source] = body.sources;
  assert.deepEqual(
    [source.name, source.enabled, source.found, source.error],
    ['tracker', true, 0, 'connection refused'],
  );

  const peers = await api.get(`${path}/peers?limit=1`);
  assert.ok(conforms(PeerPageSchema, peers.body) && peers.body.total === 1, JSON.stringify(peers.body));
  const files = await api.get(`${path}/files?offset=1`);
  assert.ok(conforms(FilePageSchema, files.body) && files.body.items.length === 0, JSON.stringify(files.body));
});

test('a torrent that is not there is a 404, and so is a source that it has not', async (t) => {
  const { api } = await emptyClient(t);
  const fixture = makeTorrent(t, 10_000);
  await api.post('/torrents', readFileSync(fixture.path));
  const missing = `/torrents/${'0'.repeat(40)}`;
  for (const part of ['', '/peers', '/files']) {
    assert.deepEqual(refusal(await api.get(missing + part)), [404, 'torrent-not-found']);
  }
  for (const part of ['/pause', '/resume', '/recheck', '/sources/tracker']) {
    assert.deepEqual(refusal(await api.post(missing + part)), [404, 'torrent-not-found']);
  }
  assert.deepEqual(refusal(await api.delete(missing)), [404, 'torrent-not-found']);
  const source = `/torrents/${fixture.infoHash}/sources`;
  assert.deepEqual(refusal(await api.post(`${source}/dht`, Buffer.from('{"enabled":true}'))), [
    404,
    'source-not-found',
  ]);
  for (const body of ['', '{}', '{"enabled":1}', '[']) {
    assert.deepEqual(refusal(await api.post(`${source}/tracker`, Buffer.from(body))), [400, 'invalid-request']);
  }
  assert.equal((await api.delete('/torrents')).status, 405);
  for (const query of ['?data=1', '?withData=true']) {
    const answer = await api.delete(`/torrents/${fixture.infoHash}${query}`);
    assert.deepEqual(refusal(answer), [400, 'invalid-request'], query);
  }
});

test('a page of another origin changes nothing', async (t) => {
  const { api } = await emptyClient(t);
  const fixture = makeTorrent(t, 10_000);
  await api.post('/torrents', readFileSync(fixture.path));
  const foreign = { Origin: 'http://evil.example' };
  const torrent = `/torrents/${fixture.infoHash}`;
  const answers = [
    await api.post('/torrents', readFileSync(fixture.path), foreign),
    await api.post(`${torrent}/pause`, undefined, foreign),
    await api.delete(torrent, foreign),
  ];
  for (const answer of answers) assert.deepEqual(refusal(answer), [403, 'foreign-origin']);
});

test('a source is switched off and on; a private torrent has its trackers alone', async (t) => {
  const fixture = makeTorrent(t, 10_000, { trackers: ['http://127.0.0.1:1/announce'] });
  const { api } = await emptyClient(t);
  await api.post('/torrents', readFileSync(fixture.path));
  const switchTo = async (enabled: boolean) => {
    const body = Buffer.from(JSON.stringify({ enabled }));
    const answer = await api.post(`/torrents/${fixture.infoHash}/sources/tracker`, body);
    assert.ok(conforms(SourceListSchema, answer.body), JSON.stringify(answer.body));
    return answer.body.items[0];
  };
  const reasonIs = (code: string) =>
    until(code, async () => {
      const { body } = await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`);
      return body.reason.code === code ? body : undefined;
    });
  await reasonIs('sources-failing');
  assert.equal((await switchTo(false)).enabled, false);
  await reasonIs('no-sources');
  assert.equal((await switchTo(true)).enabled, true);
  await reasonIs('sources-failing');
});

test('pauses and torrents that were sent survive a restart; /resume resumes all', async (t) => {
  const first = await emptyClient(t);
  const torrents = [1, 2, 3].map((seed) => makeTorrent(t, 10_000, { seed }));
  for (const { path } of torrents) await first.api.post('/torrents', readFileSync(path));
  const { status, body } = await first.api.post<TorrentSummary>(`/torrents/${torrents[1].infoHash}/pause`);
  assert.deepEqual([status, body.paused], [200, true]);
  await first.api.delete(`/torrents/${torrents[2].infoHash}`);
  await first.stop();

  const second = await first.start();
  const list = async () => (await second.api.get<TorrentPage>('/torrents')).body.items;
  assert.deepEqual(
    (await list()).map(({ infoHash, paused, addedBy }) => [infoHash, paused, addedBy]),
    [
      [torrents[0].infoHash, false, 'api'],
      [torrents[1].infoHash, true, 'api'],
    ],
  );
  await second.api.call('POST', '/resume');
  assert.deepEqual(
    (await list()).map(({ paused }) => paused),
    [false, false],
  );
  await second.stop();
  const third = await first.start();
  const { body: page } = await third.api.get<TorrentPage>('/torrents');
  assert.deepEqual(
    page.items.map(({ paused }) => paused),
    [false, false],
  );
});

test('a recheck finds what was damaged behind our back', async (t) => {
  const fixture = makeTorrent(t, 10 * 16384);
  const { httpPort, line } = await startClient(t, [`--torrent-file=${fixture.path}`, `--archives=${fixture.complete}`]);
  const api = new ClientApi(httpPort);
  await line(/: complete$/);
  const file = join(fixture.complete, 'data-1.bin');
  const bytes = readFileSync(file);
  bytes[3 * 16384] ^= 1;
  writeFileSync(file, bytes);
  const torrent = `/torrents/${fixture.infoHash}`;
  const { status, body } = await api.post<TorrentSummary>(`${torrent}/recheck`);
  assert.deepEqual([status, body.state], [202, 'checking']);
  const found = await until('checked', async () => {
    const { body } = await api.get<TorrentDetail>(torrent);
    return body.state === 'checking' ? undefined : body;
  });
  assert.deepEqual([found.state, found.verifiedPieces, found.reason.code], ['stalled', 9, 'sources-failing']);
});

test('a removal without data leaves the files, one with data takes only its own', async (t) => {
  const { api, archives } = await emptyClient(t);
  const fixture = makeFolderTorrent(t, 'album', { 'a.bin': 20_000, 'sub/b.bin': 30_000, 'sub/deep/c.bin': 10 });
  const bytes = readFileSync(fixture.path);
  mkdirSync(join(archives, 'album/sub/deep'), { recursive: true });
  for (const [name, content] of Object.entries(fixture.contents)) writeFileSync(join(archives, 'album', name), content);
  writeFileSync(join(archives, 'album/own.txt'), 'of the user');
  const add = async () => {
    await api.post('/torrents', bytes);
    await until('complete', async () => {
      const { body } = await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`);
      return body.state === 'completed' ? true : undefined;
    });
  };
  const remove = async (query: string) => {
    const { status, body } = await api.delete(`/torrents/${fixture.infoHash}${query}`);
    assert.ok(status === 200 && conforms(TorrentRemovalSchema, body), JSON.stringify(body));
    return body;
  };
  await add();
  assert.deepEqual(await remove(''), { infoHash: fixture.infoHash, removedFiles: 0, removedBytes: 0, keptFiles: [] });
  assert.ok(existsSync(join(archives, 'album/sub/deep/c.bin')));
  await add();
  const removed = await remove('?data=true');
  assert.deepEqual([removed.removedFiles, removed.removedBytes, removed.keptFiles], [3, 50_010, []]);
  assert.deepEqual(readdirSync(join(archives, 'album')), ['own.txt']);
  assert.equal((await api.get<TorrentPage>('/torrents')).body.total, 0);
});

test('a removal with data never follows a link out of the archives', async (t) => {
  const { api, archives, folder } = await emptyClient(t);
  const fixture = makeFolderTorrent(t, 'album', { 'sub/b.bin': 30_000 });
  await api.post('/torrents?paused=true', readFileSync(fixture.path));
  await until('opened', async () => (existsSync(join(archives, 'album/sub')) ? true : undefined));
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'b.bin'), 'precious');
  rmSync(join(archives, 'album/sub'), { recursive: true });
  symlinkSync(outside, join(archives, 'album/sub'));
  const { body } = await api.delete<{ keptFiles: string[] }>(`/torrents/${fixture.infoHash}?data=true`);
  assert.match(body.keptFiles[0], /lies outside the archives/);
  assert.equal(readFileSync(join(outside, 'b.bin'), 'utf8'), 'precious');
});

test('a file that two torrents have stays with the other', async (t) => {
  const { api, archives } = await emptyClient(t);
  const one = makeFolderTorrent(t, 'album', { 'a.bin': 20_000, 'b.bin': 10 });
  const other = makeFolderTorrent(t, 'album', { 'a.bin': 20_000 });
  mkdirSync(join(archives, 'album'), { recursive: true });
  for (const [name, content] of Object.entries(one.contents)) writeFileSync(join(archives, 'album', name), content);
  for (const { path } of [one, other]) await api.post('/torrents', readFileSync(path));
  const { body } = await api.delete<{ keptFiles: string[]; removedFiles: number }>(
    `/torrents/${one.infoHash}?data=true`,
  );
  assert.equal(body.removedFiles, 1);
  assert.match(body.keptFiles[0], /a\.bin: it is also a file of album/);
  assert.deepEqual(readdirSync(join(archives, 'album')), ['a.bin']);
});
