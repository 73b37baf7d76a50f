// The whole story on a Swarm of two engines: clients on both hosts, a host that is cut off, a service on every host, an
// update of the image, a backend that has lost its memory.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerView, Host } from '@enjambre/contract';
import { type Engine, enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { readEvents } from '../fleet/event-reader.ts';
import { keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet, readVolume } from './fleet-on-swarm.ts';

const TIMEOUT_MS = 150_000;
const SIZE = 8 * 1024 * 1024;
const CLEARED_WITHIN_MS = 20_000;
const CLEARED_POLL_MS = 200;
const NEXT_IMAGE = 'enjambre:next';
/** Quicker than Swarm's five seconds, so that a host is missed sooner. */
const HEARTBEAT = '2s';

const lab = enterEngines(2);

describe('clients on a Swarm', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const [manager, worker] = lab!.engines;
  lab?.makeImage();
  lab?.shareImage();
  lab?.joinSwarm();
  manager.docker('swarm', 'update', '--dispatcher-heartbeat', HEARTBEAT);
  for (const engine of lab!.engines) engine.docker('tag', 'enjambre:latest', NEXT_IMAGE);

  it('exchange a file over the overlay network, also while a host is cut off, and leave nothing', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    const torrent = makeContent(t, fleet, SIZE);
    const first = await fleet.start(t);
    const torrentFile = await keepTorrent(first, torrent);
    const on = (host: string) => ({ torrentFile, placement: { mode: 'one', host } });
    await first.create({ containerName: 'seed', folderPath: 'seed', ...on('engine-1') });
    const near = await first.create({ containerName: 'near', ...on('engine-1') });
    const far = await first.create({ containerName: 'far', ...on('engine-2') });
    await first.until('near', isComplete);
    const row = await first.until('far', isComplete);
    assert.deepEqual([row.host, row.config.folderPath], ['engine-2', `volume:enjambre-${far}`]);
    assert.deepEqual(readVolume(manager, `enjambre-${near}`, 'data-1.bin'), torrent.data);
    assert.deepEqual(readVolume(worker, `enjambre-${far}`, 'data-1.bin'), torrent.data);
    const paused = await first.call('POST', `/api/containers/${far}/pause`);
    assert.deepEqual(paused.body, { success: true, paused: true });
    assert.equal((await first.call('POST', `/api/containers/${far}/resume`)).status, 200);

    lab?.cut(2);
    const lost = await first.until('far', ({ reason }) => reason?.code === 'host-down');
    assert.match(lost.reason!.message, /engine-2 is down/);
    assert.deepEqual(
      (await hostsOf(first)).map(({ name, state, reason }) => [name, state, reason === null]),
      [
        ['engine-1', 'ready', true],
        ['engine-2', 'down', false],
      ],
    );
    lab?.mend(2);
    await first.until('far', (now) => isComplete(now) && now.host === 'engine-2');
    assert.deepEqual(
      (await hostsOf(first)).map(({ state }) => state),
      ['ready', 'ready'],
    );

    // Without a word, and with nothing left of what it knew.
    const before = await rows(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await fleet.start(t);
    for (const name of ['seed', 'near', 'far']) await second.until(name, isComplete);
    const after = await rows(second);
    for (const name of ['seed', 'near', 'far']) {
      const told = ({ id, startedAt, infoHash, config, host }: ContainerView) => ({
        id,
        startedAt,
        infoHash,
        config,
        host,
      });
      assert.deepEqual(told(after[name]), told(before[name]));
      const { status, body } = await second.call('DELETE', `/api/containers/${name}?force=true`);
      assert.equal(status, 200, JSON.stringify(body));
    }
    await untilNothingIsLeft();
  });

  it('run on every host, and are updated one host at a time', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    const torrent = makeContent(t, fleet, 100_000);
    const backend = await fleet.start(t, { argv: [`--allowed-images=${NEXT_IMAGE}`] });
    const torrentFile = await keepTorrent(backend, torrent);
    await backend.create({ containerName: 'seed', torrentFile, folderPath: 'seed' });
    const id = await backend.create({ containerName: 'all', torrentFile, placement: { mode: 'global' } });
    const { host, status } = await backend.until('all', (row) => row.instances.length === 2 && isComplete(row));
    assert.deepEqual([host, status?.total_size], [null, 200_000]);
    for (const engine of lab!.engines) {
      assert.deepEqual(readVolume(engine, `enjambre-${id}`, 'data-1.bin'), torrent.data);
    }
    const watched = watchUpdate(t, backend, 'all');
    assert.equal(
      (await backend.call('POST', `/api/v1/containers/${id}/update`, { imageName: 'nodebase' })).status,
      404,
    );
    assert.equal(
      (await backend.call('POST', `/api/v1/containers/${id}/update`, { imageName: NEXT_IMAGE })).status,
      200,
    );
    const done = await backend.until('all', (row) => row.update?.state === 'completed' && isComplete(row));
    assert.deepEqual(
      done.instances.map(({ image }) => image),
      [NEXT_IMAGE, NEXT_IMAGE],
    );
    assert.equal(done.restarts, 0);
    assert.ok((await watched()) >= 1, 'at every moment one of them ran');
    assert.equal((await backend.call('POST', `/api/containers/${id}/stop`)).status, 200);
    for (const name of ['seed', 'all']) {
      assert.equal((await backend.call('DELETE', `/api/containers/${name}?force=true`)).status, 200);
    }
    await untilNothingIsLeft();
  });

  /** But the tracker and the data of containers, which stays. What has ended Swarm clears away in its own time. */
  async function untilNothingIsLeft(): Promise<void> {
    assert.equal(manager.docker('service', 'ls', '--format', '{{.Name}}'), 'tracker');
    assert.equal(manager.docker('config', 'ls', '--quiet'), '');
    const list = (engine: Engine, ...argv: string[]) => engine.docker('ps', '--format', '{{.Names}}', ...argv);
    assert.match(lab!.engines.map((engine) => list(engine)).join(''), /^tracker\.1\.\w+$/);
    const deadline = performance.now() + CLEARED_WITHIN_MS;
    while (!/^tracker\.1\.\w+$/.test(lab!.engines.map((engine) => list(engine, '--all')).join(''))) {
      assert.ok(performance.now() < deadline, manager.docker('ps', '--all'));
      await sleep(CLEARED_POLL_MS);
    }
  }
});

function isComplete({ health, status }: ContainerView): boolean {
  return health === 'healthy' && status?.state === 'completed';
}

async function rows(backend: Backend): Promise<Record<string, ContainerView>> {
  const { items } = (await backend.call('GET', '/api/v1/containers')).body as { items: ContainerView[] };
  return Object.fromEntries(items.map((row) => [row.name, row]));
}

async function hostsOf(backend: Backend): Promise<Host[]> {
  const { items } = (await backend.call('GET', '/api/v1/hosts')).body as { items: Host[] };
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns what tells how many instances ran when the fewest did */
function watchUpdate(t: TestContext, { url }: Backend, name: string): () => Promise<number> {
  const controller = new AbortController();
  t.after(() => controller.abort());
  let fewest = Number.POSITIVE_INFINITY;
  const reading = (async () => {
    for await (const { event } of readEvents(url, { signal: controller.signal })) {
      const seen = event.type === 'snapshot' ? event.containers : event.type === 'changes' ? event.changed : [];
      for (const { instances } of seen.filter((row) => row.name === name)) {
        fewest = Math.min(fewest, instances.filter(({ state }) => state === 'running').length);
      }
    }
  })().catch(() => {});
  return async () => {
    controller.abort();
    await reading;
    return fewest;
  };
}
