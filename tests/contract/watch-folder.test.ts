// --watch: what people do with .torrent files there while the client runs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TorrentDetail } from '@enjambre/contract';
import { until } from '../swarm/until.ts';
import { afterwards } from './cleanup.ts';
import { ClientApi } from './client-api.ts';
import { startClient } from './client-process.ts';
import { makeTorrent, temporaryFolder } from './torrent-fixture.ts';

/** A client that has one complete torrent from there. */
async function watching(t: TestContext) {
  const fixture = makeTorrent(t, 100_000);
  const watched = join(temporaryFolder(t), 'watched');
  mkdirSync(watched);
  const file = join(watched, 'a.torrent');
  copyFileSync(fixture.path, file);
  const client = await startClient(t, [`--watch=${watched}`, `--archives=${fixture.complete}`]);
  const api = new ClientApi(client.httpPort);
  const detail = async () => (await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`)).body;
  const shown = (what: string, is: (torrent: TorrentDetail) => boolean) =>
    until(what, async () => {
      const torrent = await detail();
      return is(torrent) ? torrent : undefined;
    });
  await shown('complete', ({ state }) => state === 'completed');
  return { ...client, api, file, watched, shown, path: `/torrents/${fixture.infoHash}` };
}

test('a .torrent that gets another name is the same torrent, and can be rechecked', async (t) => {
  const { api, file, watched, shown, path, child, ended } = await watching(t);
  const renamed = join(watched, 'b.torrent');
  renameSync(file, renamed);
  await shown('at its new place', ({ torrentFile }) => torrentFile === renamed);
  assert.equal((await api.post(`${path}/recheck`)).status, 202);
  await shown('complete again', ({ state }) => state === 'completed');
  child.kill('SIGTERM');
  assert.doesNotMatch((await ended).stdout, /same torrent|"level":"(?:warn|error)"/);
});

test('a .torrent that is touched says nothing; the same one twice is named', async (t) => {
  const { file, watched, line, child, ended } = await watching(t);
  utimesSync(file, 1, 1);
  copyFileSync(file, join(watched, 'b.torrent'));
  assert.match((await line(/are the same torrent/)).message, /a\.torrent and .*b\.torrent are/);
  child.kill('SIGTERM');
  assert.equal((await ended).stdout.match(/same torrent/g)?.length, 1);
});

test('a .torrent that comes while the same one is on its way out is there afterwards', async (t) => {
  const stopped = Promise.withResolvers<ServerResponse>();
  const tracker = createServer(({ url = '' }, response) => {
    // Told that we left, it takes its time: as long is the torrent being removed.
    if (url.includes('event=stopped')) stopped.resolve(response);
    else response.end('d8:intervali1800e5:peers0:e');
  }).listen(0, '127.0.0.1');
  afterwards(t, () => void tracker.close().closeAllConnections());
  await once(tracker, 'listening');
  const { port } = tracker.address() as AddressInfo;
  const fixture = makeTorrent(t, 100_000, { trackers: [`http://127.0.0.1:${port}/announce`] });
  const watched = temporaryFolder(t);
  const given = [`--torrent-file=${fixture.path}`, `--watch=${watched}`, `--archives=${fixture.complete}`];
  const { httpPort, line } = await startClient(t, given);
  const api = new ClientApi(httpPort);
  const path = `/torrents/${fixture.infoHash}`;
  await until('told', async () => {
    const { items } = (await api.get<{ items: { state: string }[] }>(`${path}/trackers`)).body;
    return items[0].state === 'working' || undefined;
  });
  const removed = api.delete(path);
  const response = await stopped.promise;
  copyFileSync(fixture.path, join(watched, 'a.torrent'));
  await line(/same torrent/);
  response.end('d8:intervali1800e5:peers0:e');
  assert.equal((await removed).status, 200);
  await line(/a\.torrent: tried again/);
  await until('there', async () => (await api.get(path)).status === 200 || undefined);
});
