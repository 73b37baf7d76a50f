// A client on every host of a Swarm, and its image updated: from host to host, as long as the new clients answer.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { readEvents } from '../fleet/event-reader.ts';
import { isComplete, keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet, readVolume, removeAll, untilNothingIsLeft } from './fleet-on-swarm.ts';

const TIMEOUT_MS = 150_000;
const NEXT_IMAGE = 'enjambre:next';
/** Its clients run and never answer. */
const DEAF_IMAGE = 'enjambre:deaf';

const lab = enterEngines(2);

describe('a client on every host', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  lab?.makeImage();
  lab?.joinSwarm();

  it('is updated one host at a time, and on no further host while a new one does not answer', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    makeImages(t);
    const torrent = makeContent(t, fleet, 100_000);
    const backend = await fleet.start(t, { argv: [`--allowed-images=${NEXT_IMAGE},${DEAF_IMAGE}`] });
    const torrentFile = await keepTorrent(backend, torrent);
    await backend.create({ containerName: 'seed', torrentFile, folderPath: 'seed' });
    const id = await backend.create({ containerName: 'all', torrentFile, placement: { mode: 'global' } });
    const update = async (imageName: string) =>
      (await backend.call('POST', `/api/v1/containers/${id}/update`, { imageName })).status;
    const { host, status } = await backend.until('all', (row) => row.instances.length === 2 && isComplete(row));
    assert.deepEqual([host, status?.total_size], [null, 200_000]);
    for (const engine of lab!.engines) {
      assert.deepEqual(readVolume(engine, `enjambre-${id}`, 'data-1.bin'), torrent.data);
    }

    const watched = watchUpdate(t, backend, 'all');
    assert.equal(await update('nodebase'), 404);
    assert.equal(await update(NEXT_IMAGE), 200);
    const done = await backend.until('all', (row) => row.update?.state === 'completed' && isComplete(row));
    const imagesOf = (row: typeof done) => row.instances.map(({ image }) => image).sort();
    assert.deepEqual(imagesOf(done), [NEXT_IMAGE, NEXT_IMAGE]);
    assert.equal(done.restarts, 0);
    assert.ok((await watched()) >= 1, 'at every moment one of them answered');

    // Whoever finds it on its way goes on with it.
    assert.equal(await update(DEAF_IMAGE), 200);
    await backend.until('all', (row) => imagesOf(row).includes(DEAF_IMAGE));
    backend.child.kill('SIGKILL');
    await backend.ended;
    const second = await fleet.start(t, { home: backend.home, argv: [`--allowed-images=${NEXT_IMAGE},${DEAF_IMAGE}`] });
    const halted = await second.until('all', (row) => row.update?.state === 'paused');
    assert.match(halted.update!.message, /^The update to enjambre:deaf has halted: on engine-[12] the new client runs/);
    assert.deepEqual(imagesOf(halted), [DEAF_IMAGE, NEXT_IMAGE]);
    const other = halted.instances.find(({ image }) => image === NEXT_IMAGE)!;
    assert.deepEqual([other.health, other.status?.state], ['healthy', 'completed']);

    const before = { imageName: NEXT_IMAGE };
    assert.equal((await second.call('POST', `/api/v1/containers/${id}/update`, before)).status, 200);
    const mended = await second.until('all', (row) => row.update?.state === 'completed' && isComplete(row));
    assert.deepEqual(imagesOf(mended), [NEXT_IMAGE, NEXT_IMAGE]);
    const untouched = mended.instances.find((one) => one.id === other.id);
    assert.equal(untouched?.startedAt, other.startedAt);

    assert.equal((await second.call('POST', `/api/containers/${id}/stop`)).status, 200);
    await removeAll(second, ['seed', 'all']);
    await untilNothingIsLeft(lab!);
  });
});

function makeImages(t: TestContext): void {
  const folder = temporaryFolder(t);
  const deaf = 'FROM enjambre:latest\nENTRYPOINT ["node", "-e", "setInterval(Object, 1e9)"]\n';
  writeFileSync(join(folder, 'Dockerfile'), deaf);
  for (const engine of lab!.engines) {
    engine.docker('tag', 'enjambre:latest', NEXT_IMAGE);
    engine.docker('build', '--quiet', `--tag=${DEAF_IMAGE}`, folder);
  }
}

/** @returns what tells how many instances answered when the fewest did */
function watchUpdate(t: TestContext, { url }: Backend, name: string): () => Promise<number> {
  const controller = new AbortController();
  t.after(() => controller.abort());
  let fewest = Number.POSITIVE_INFINITY;
  const reading = (async () => {
    for await (const { event } of readEvents(url, { signal: controller.signal })) {
      const seen = event.type === 'snapshot' ? event.containers : event.type === 'changes' ? event.changed : [];
      for (const { instances } of seen.filter((row) => row.name === name)) {
        fewest = Math.min(fewest, instances.filter(({ health }) => health === 'healthy').length);
      }
    }
  })().catch(() => {});
  return async () => {
    controller.abort();
    await reading;
    return fewest;
  };
}
