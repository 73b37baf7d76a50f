// --watch: what people do with .torrent files there while the client runs.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TorrentDetail } from '@enjambre/contract';
import { until } from '../swarm/until.ts';
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
