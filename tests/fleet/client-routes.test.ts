// What the backend hands on to a container's client: its torrent in detail, its sources, its trackers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { conforms, SourceListSchema, TorrentDetailSchema, type TrackerList } from '@enjambre/contract';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { assertRefused, startBackend } from './backend-process.ts';

const TRACKER = 'http://127.0.0.1:9/announce';
const OTHER = 'http://127.0.0.1:10/announce';

test('a container tells of its torrent, and its sources and trackers are steered', { timeout: 60_000 }, async (t) => {
  const backend = await startBackend(t);
  const torrent = makeTorrent(t, 100_000, { trackers: [TRACKER] });
  await backend.upload(readFileSync(torrent.path), 'x.torrent');
  await backend.create({ name: 'x', torrentFile: 'x.torrent' });
  await backend.until('x', ({ health }) => health === 'healthy');
  const call = (method: string, path: string, body?: unknown) =>
    backend.call(method, `/api/v1/containers/x${path}`, body);

  const { status, body } = await call('GET', '/torrent');
  assert.equal(status, 200);
  assert.ok(conforms(TorrentDetailSchema, body), JSON.stringify(body));
  assert.deepEqual(
    [body.infoHash, body.pieceCount, body.files.total, body.trackers.map(({ url }) => url)],
    [torrent.infoHash, 7, 1, [TRACKER]],
  );

  const off = await call('POST', '/sources/tracker', { enabled: false });
  assert.ok(conforms(SourceListSchema, off.body), JSON.stringify(off.body));
  assert.deepEqual(
    off.body.items.map(({ name, enabled }) => [name, enabled]),
    [
      ['tracker', false],
      ['overlay', false],
    ],
  );
  assertRefused(await call('POST', '/sources/dht', { enabled: true }), 409, 'wrong-state');
  assert.equal((await call('POST', '/sources/tracker', { enabled: true })).status, 200);

  const urls = (answer: { body: unknown }) => (answer.body as TrackerList).items.map(({ url }) => url);
  assert.deepEqual(urls(await call('POST', '/trackers', { url: OTHER })), [TRACKER, OTHER]);
  assertRefused(await call('POST', '/trackers', { url: OTHER }), 409, 'wrong-state');
  const gopher = await call('POST', '/trackers', { url: 'gopher://x' });
  assertRefused(gopher, 400, 'invalid-request', 'url');
  assert.match((gopher.body as { error: string }).error, /^url: a tracker is a URL that begins with/);
  assert.deepEqual(urls(await call('DELETE', `/trackers?url=${encodeURIComponent(OTHER)}`)), [TRACKER]);

  assert.equal((await backend.call('POST', '/api/containers/x/stop')).status, 200);
  await backend.until('x', ({ state }) => state === 'exited');
  assertRefused(await call('GET', '/torrent'), 409, 'wrong-state');
  assertRefused(await backend.call('GET', '/api/v1/containers/nobody/torrent'), 404, 'container-not-found');
});
