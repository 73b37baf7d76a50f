// The whole story on a Swarm of two engines: clients on both hosts, a host that is cut off, a backend that has lost its memory.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerView, Host } from '@enjambre/contract';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { isComplete, keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet, readVolume, removeAll, untilNothingIsLeft } from './fleet-on-swarm.ts';

const TIMEOUT_MS = 150_000;
const SIZE = 8 * 1024 * 1024;
/** Quicker than Swarm's five seconds, so that a host is missed sooner. */
const HEARTBEAT = '2s';

const lab = enterEngines(2);

describe('clients on a Swarm', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const [manager, worker] = lab!.engines;
  lab?.makeImage();
  lab?.joinSwarm();
  manager.docker('swarm', 'update', '--dispatcher-heartbeat', HEARTBEAT);

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
    }
    await removeAll(second, ['seed', 'near', 'far']);
    await untilNothingIsLeft(lab!);
  });
});

async function rows(backend: Backend): Promise<Record<string, ContainerView>> {
  const { items } = (await backend.call('GET', '/api/v1/containers')).body as { items: ContainerView[] };
  return Object.fromEntries(items.map((row) => [row.name, row]));
}

async function hostsOf(backend: Backend): Promise<Host[]> {
  const { items } = (await backend.call('GET', '/api/v1/hosts')).body as { items: Host[] };
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}
