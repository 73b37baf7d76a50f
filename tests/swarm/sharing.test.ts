// Many torrents in one client share what there is: connections, and the limit.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TorrentDetail, TorrentPage } from '@enjambre/contract';
import { ClientApi } from '../contract/client-api.ts';
import { startClient } from '../contract/client-process.ts';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { startGoodSeed } from './good-seed.ts';
import { listenAsPeer } from './raw-peer.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;

describe('torrents of one client', { concurrency: 2 }, () => {
  it('give connections up to one that has none', async (t) => {
    const greedy = makeTorrent(t, MIB, { seed: 1 });
    const poor = makeTorrent(t, MIB, { seed: 2 });
    const hosts = ['127.0.7.1', '127.0.7.2', '127.0.7.3'];
    const silent = await Promise.all(hosts.map((host) => listenAsPeer(t, greedy, host, { requested() {} })));
    const seed = await startGoodSeed(t, poor, { host: '127.0.7.4' });
    const client = await startClient(t, [
      `--torrent-file=${greedy.path}`,
      `--archives=${greedy.empty}`,
      `--state-dir=${path.join(greedy.folder, 'state')}`,
      '--max-connections=3',
      ...[...silent, seed].map((peer) => `--peer=${peer}`),
    ]);
    const api = new ClientApi(client.httpPort);
    const detail = async (infoHash: string) => (await api.get<TorrentDetail>(`/torrents/${infoHash}`)).body;
    await until('all connections used', async () =>
      (await detail(greedy.infoHash)).connectedPeers === 3 ? true : undefined,
    );
    await api.post('/torrents', readFileSync(poor.path));
    await until('the other complete', async () =>
      (await detail(poor.infoHash)).state === 'completed' ? true : undefined,
    );
  });

  it('get about the same of a limit', async (t) => {
    const torrents = [1, 2, 3].map((seed) => makeTorrent(t, 8 * MIB, { seed, pieceLength: 65_536 }));
    const seeds = await Promise.all(
      torrents.map((torrent, index) => startGoodSeed(t, torrent, { host: `127.0.7.${11 + index}` })),
    );
    const archives = path.join(torrents[0].folder, 'all');
    mkdirSync(archives);
    const client = await startClient(t, [
      ...torrents.map((torrent) => `--torrent-file=${torrent.path}`),
      ...seeds.map((peer) => `--peer=${peer}`),
      `--archives=${archives}`,
      '--download-limit=2M',
    ]);
    const api = new ClientApi(client.httpPort);
    const downloaded = await until('something of each', async () => {
      const { items } = (await api.get<TorrentPage>('/torrents')).body;
      const bytes = items.map(({ downloadedBytes }) => downloadedBytes);
      return bytes.reduce((sum, one) => sum + one, 0) > 12 * MIB ? bytes : undefined;
    });
    assert.ok(Math.max(...downloaded) < 2 * Math.min(...downloaded), `${downloaded}`);
  });
});
