// Clients in containers that find each other with no tracker: on a network of somebody's own, by their names there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ContainerView } from '@enjambre/contract';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { isComplete, keepTorrent, makeContent, makeFleet } from './fleet-on-docker.ts';

const TIMEOUT_MS = 120_000;
const SIZE = 24 * 1024 * 1024;
const DOWNLOAD_LIMIT = 3 * 1024 * 1024;
const NETWORK = 'lan';
const OVERLAY_PORT = 6000;
/** Within so long a newcomer knows everybody, and the backend, which asks once a second, has heard of it. */
const NEWCOMER_MS = 5_000 + 2_000;

const lab = enterEngines();

describe('clients in containers, with no tracker', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('find each other by the name of one, outlive it, and a killed one comes back', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, SIZE, []);
    const backend = await fleet.start(t);
    assert.equal((await backend.call('POST', '/api/networks', { name: NETWORK })).status, 200);
    const torrentFile = await keepTorrent(backend, torrent);
    const place = { torrentFile, networkName: NETWORK, discoveryMode: 'overlay' };
    const joinBy = (containerName: string, bootstrap: string) =>
      backend.create({
        containerName,
        ...place,
        bootstrap: `${bootstrap}:${OVERLAY_PORT}`,
        downloadLimit: DOWNLOAD_LIMIT,
      });
    await backend.create({ containerName: 'seed', folderPath: 'seed', ...place });
    await backend.until('seed', isComplete);
    await joinBy('leech-1', 'seed');
    await joinBy('leech-2', 'leech-1');
    await joinBy('leech-3', 'leech-2');
    await Promise.all(['leech-1', 'leech-2', 'leech-3'].map((name) => backend.until(name, knows(3))));
    await joinBy('leech-4', 'leech-3');
    const before = performance.now();
    await backend.until('leech-4', knows(4));
    const tookMs = performance.now() - before;
    assert.ok(tookMs <= NEWCOMER_MS, `${tookMs} ms`);

    engine.docker('kill', 'leech-2');
    await backend.until('leech-1', isComplete);
    assert.equal((await backend.call('POST', '/api/containers/seed/stop')).status, 200);
    const leechers = ['leech-1', 'leech-2', 'leech-3', 'leech-4'];
    await Promise.all(leechers.map((name) => backend.until(name, isComplete)));
    await backend.until('leech-2', ({ restarts }) => restarts === 1);
    // The seed, too, when it was back before that stopped.
    await backend.until('leech-2', ({ status }) => status !== null && status.total_peers >= 3);
    for (const name of leechers) assert.deepEqual(readFileSync(join(fleet.root, name, 'data-1.bin')), torrent.data);
  });
});

function knows(count: number): (row: ContainerView) => boolean {
  return ({ status }) => status !== null && status.total_peers === count;
}
