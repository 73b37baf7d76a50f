// The engine of a Swarm's manager, stopped and started again: what runs on other hosts goes on, and everything is as wanted
// when it is back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerView, Status } from '@enjambre/contract';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { isComplete, keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet, readVolume, removeAll, untilNothingIsLeft } from './fleet-on-swarm.ts';

const TIMEOUT_MS = 150_000;
const SIZE = 24 * 1024 * 1024;
/** Longer than the engine is away. */
const DOWNLOAD_LIMIT = 1024 * 1024;
const NAMES = ['all', 'idle', 'near', 'seed', 'slow'];

const lab = enterEngines(2);

describe("a Swarm's manager whose engine is stopped and started again", {
  skip: whyNoEngines(),
  timeout: TIMEOUT_MS,
}, () => {
  const [manager, worker] = lab!.engines;
  lab?.makeImage();
  lab?.joinSwarm();

  it('disturbs nobody on another host, is missed and found again, and nothing wanted is lost or doubled', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    const torrent = makeContent(t, fleet, SIZE);
    const backend = await fleet.start(t);
    const torrentFile = await keepTorrent(backend, torrent);
    const on = (host: string) => ({ torrentFile, placement: { mode: 'one', host } });
    await backend.create({ containerName: 'seed', folderPath: 'seed', ...on('engine-2') });
    const near = await backend.create({ containerName: 'near', ...on('engine-1') });
    await backend.create({ containerName: 'all', torrentFile, placement: { mode: 'global' } });
    await backend.create({ containerName: 'idle', ...on('engine-2') });
    for (const name of ['seed', 'near', 'all', 'idle']) {
      await backend.until(name, (row) => isComplete(row) && row.instances.length !== 1);
    }
    const slow = await backend.create({ containerName: 'slow', downloadLimit: DOWNLOAD_LIMIT, ...on('engine-2') });
    const status = await clientOf(backend, 'slow');
    await backend.until('slow', (row) => (row.status?.downloaded ?? 0) > 0);
    const before = await rows(backend);
    const onWorker = () => worker.docker('ps', '--no-trunc', '--format', '{{.ID}} {{.Names}}').split('\n').sort();
    const running = onWorker();
    assert.equal(running.length, 4, running.join());

    lab?.halt(1);
    await backend.line(/manager at .* cannot be reached/);
    for (const [method, path] of [
      ['GET', '/api/containers'],
      ['POST', '/api/containers/idle/stop'],
    ]) {
      const answer = await backend.call(method, path);
      assert.deepEqual([answer.status, (answer.body as { code: string }).code], [502, 'driver-unreachable'], path);
    }
    const { body: info } = await backend.call('GET', '/api/v1/info');
    assert.match(String((info as { driverProblem: unknown }).driverProblem), /cannot be reached/);
    const first = await status();
    while ((await status()).downloaded === first.downloaded);
    // Asked by the backend, too, as before.
    await backend.until('slow', (row) => row.health === 'healthy' && (row.status?.downloaded ?? 0) > first.downloaded);
    assert.deepEqual(onWorker(), running);

    lab?.start(1);
    await backend.line(/manager at .* answers again/);
    // Wanted while it was away.
    await backend.until('idle', ({ state, reason }) => state === 'exited' && reason?.code === 'stopped-by-user');
    await backend.until('near', (row) => isComplete(row) && row.startedAt! > before.near.startedAt!);
    await backend.until('all', (row) => isComplete(row) && row.instances.length === 2);
    await backend.until('slow', isComplete);
    assert.deepEqual(readVolume(manager, `enjambre-${near}`, 'data-1.bin'), torrent.data);
    assert.deepEqual(readVolume(worker, `enjambre-${slow}`, 'data-1.bin'), torrent.data);
    const after = await rows(backend);
    assert.deepEqual(Object.keys(after).sort(), NAMES);
    for (const name of ['seed', 'slow']) {
      const told = ({ id, startedAt, restarts, host }: ContainerView) => ({ id, startedAt, restarts, host });
      assert.deepEqual(told(after[name]), told(before[name]), `${name} was not disturbed`);
    }
    assert.deepEqual(
      onWorker(),
      running.filter((line) => !line.includes(' idle.')),
    );
    const services = manager.docker('service', 'ls', '--format', '{{.Name}}').split('\n').sort();
    assert.deepEqual(services, [...NAMES, 'tracker'].sort());
    const onManager = manager.docker('ps', '--format', '{{.Names}}').split('\n').sort();
    assert.deepEqual(
      onManager.map((name) => name.split('.')[0]),
      ['all', 'near', 'tracker'],
    );

    await removeAll(backend, NAMES);
    await untilNothingIsLeft(lab!);
  });

  /** Its client, asked at its own port. */
  async function clientOf(backend: Backend, name: string): Promise<() => Promise<Status>> {
    const listed = (await backend.call('GET', '/api/containers')).body as {
      name: string;
      ports: { ip: string; publicPort: number }[];
    }[];
    const { ip, publicPort } = listed.find((row) => row.name === name)!.ports[0];
    const env = worker.docker('inspect', '--format', '{{json .Config.Env}}', idOn(name));
    const pair = (JSON.parse(env) as string[]).find((one) => one.startsWith('ENJAMBRE_TOKEN='))!;
    const headers = { Authorization: `Bearer ${pair.slice('ENJAMBRE_TOKEN='.length)}` };
    return async () => (await fetch(`http://${ip}:${publicPort}/status`, { headers })).json() as Promise<Status>;
  }

  function idOn(name: string): string {
    return worker.docker('ps', '--quiet', '--filter', `name=^${name}\\.`);
  }
});

async function rows(backend: Backend): Promise<Record<string, ContainerView>> {
  const { items } = (await backend.call('GET', '/api/v1/containers')).body as { items: ContainerView[] };
  return Object.fromEntries(items.map((row) => [row.name, row]));
}
