// A state folder that takes nothing any more (docs/errors.md `not-kept`): what would be forgotten is refused, and nothing else.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TorrentPage } from '@enjambre/contract';
import { until } from '../swarm/until.ts';
import { emptyClient, refusal } from './empty-client.ts';
import { makeTorrent } from './torrent-fixture.ts';

/** A file takes the folder's place: who may do anything, as root, cannot write into it either. */
async function clientWithLostState(t: TestContext) {
  const client = await emptyClient(t);
  const fixture = makeTorrent(t, 10_000);
  const other = makeTorrent(t, 10_000, { seed: 2 });
  await client.api.post('/torrents', readFileSync(fixture.path));
  await client.api.post('/torrents?paused=true', readFileSync(other.path));
  const state = join(client.folder, 'state');
  renameSync(state, `${state}.aside`);
  writeFileSync(state, '');
  const giveBack = (): void => {
    rmSync(state);
    renameSync(`${state}.aside`, state);
  };
  const list = async () => (await client.api.get<TorrentPage>('/torrents')).body.items;
  return { ...client, torrent: `/torrents/${fixture.infoHash}`, infoHash: fixture.infoHash, list, giveBack };
}

test('a removal that would be forgotten is refused, and the torrent stays as it was', async (t) => {
  const { api, torrent, infoHash, list, giveBack, stop, start } = await clientWithLostState(t);
  assert.deepEqual(refusal(await api.delete(torrent)), [507, 'not-kept']);
  assert.ok((await list()).some((one) => one.infoHash === infoHash));
  giveBack();
  assert.equal((await api.delete(torrent)).status, 200);
  assert.equal((await list()).length, 1);
  await stop();
  const again = await start();
  assert.equal((await again.api.get<TorrentPage>('/torrents')).body.total, 1);
});

test('a pause that would be forgotten is refused; that of all is not remembered anyway', async (t) => {
  const { api, torrent, list, line } = await clientWithLostState(t);
  assert.deepEqual(refusal(await api.post(`${torrent}/pause`)), [507, 'not-kept']);
  assert.deepEqual((await list()).map(({ paused }) => paused).sort(), [false, true]);
  assert.equal((await api.call('POST', '/resume')).status, 200);
  await line(/paused again after a restart/);
  await until('all resumed', async () => ((await list()).every(({ paused }) => !paused) ? true : undefined));
});
