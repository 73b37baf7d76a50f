// The whole story on a real engine: clients in containers, watched, paused, killed, found again, removed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ContainerView } from '@enjambre/contract';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { isComplete, keepTorrent, makeContent, makeFleet } from './fleet-on-docker.ts';

const TIMEOUT_MS = 120_000;
const SIZE = 24 * 1024 * 1024;
/** A few seconds, in which things happen. */
const DOWNLOAD_LIMIT = 3 * 1024 * 1024;
const LEECHERS = ['leech-1', 'leech-2', 'leech-3'];

const lab = enterEngines();

describe('clients in containers', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('exchange a file while they are paused, killed and left alone, and leave nothing when removed', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, SIZE);
    const first = await fleet.start(t);
    const torrentFile = await keepTorrent(first, torrent);
    await first.create({ containerName: 'seed', torrentFile, folderPath: 'seed' });
    await first.until('seed', isComplete);
    const ids = await Promise.all(
      LEECHERS.map((containerName) => first.create({ containerName, torrentFile, downloadLimit: DOWNLOAD_LIMIT })),
    );
    await Promise.all(LEECHERS.map((name) => first.until(name, hasBegun)));

    // Through the backend, and straight at the port that is bound on this machine.
    assert.deepEqual((await first.call('POST', `/api/containers/${ids[0]}/pause`)).body, {
      success: true,
      paused: true,
    });
    const direct = controlOf(await rowOf(first, 'leech-1'), engine.docker('inspect', 'leech-1'));
    assert.equal((await direct.get('/status')).paused, true);
    assert.deepEqual(await direct.post('/resume'), { status: 'resumed' });
    assert.equal((await fetch(`${direct.url}/status`)).status, 401);

    engine.docker('kill', 'leech-2');
    await first.until('leech-2', ({ reason }) => reason?.code === 'killed');
    await first.until('leech-2', ({ restarts, status }) => restarts === 1 && status !== null && status.downloaded > 0);

    // In the middle, and without a word.
    const before = await rows(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await fleet.start(t, { home: first.home });
    assert.deepEqual(Object.keys(await rows(second)), Object.keys(before));
    for (const name of ['seed', 'leech-1', 'leech-3']) {
      assert.equal((await rows(second))[name].startedAt, before[name].startedAt, `${name} was not disturbed`);
    }

    await Promise.all(LEECHERS.map((name) => second.until(name, isComplete)));
    for (const name of LEECHERS) assert.deepEqual(readFileSync(join(fleet.root, name, 'data-1.bin')), torrent.data);

    for (const name of ['seed', ...LEECHERS]) {
      assert.equal((await second.call('DELETE', `/api/containers/${name}?force=true`)).status, 200);
    }
    assert.equal(engine.docker('ps', '--all', '--format', '{{.Names}}'), 'tracker');
    const volumes = engine.docker('volume', 'ls', '--quiet').split('\n').filter(Boolean);
    assert.equal(volumes.length, 2, "the tracker's own");
  });

  it('are taken in again by a backend whose data folder is lost', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    const first = await fleet.start(t);
    const torrentFile = await keepTorrent(first, torrent);
    const id = await first.create({ containerName: 'seed', torrentFile, folderPath: 'seed' });
    const before = await first.until('seed', isComplete);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await fleet.start(t);
    assert.notEqual(second.home, first.home);
    const after = await second.until('seed', isComplete);
    const told = ({ id, name, infoHash, startedAt, createdAt, config }: ContainerView) => ({
      id,
      name,
      infoHash,
      startedAt,
      createdAt,
      config,
    });
    assert.deepEqual(told(after), told(before));
    // Its .torrent too: it can be made anew.
    const { status, body } = await second.call('POST', `/api/containers/${id}/restart`);
    assert.equal(status, 200, JSON.stringify(body));
    await second.until('seed', isComplete);
  });

  it('come back with an engine that was away, and meanwhile it is said that it is', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    const backend = await fleet.start(t);
    const torrentFile = await keepTorrent(backend, torrent);
    await backend.create({ containerName: 'seed', torrentFile, folderPath: 'seed' });
    const { startedAt } = await backend.until('seed', isComplete);
    lab?.halt(1);
    await backend.line(/cannot be reached/);
    const list = await backend.call('GET', '/api/containers');
    assert.deepEqual([list.status, (list.body as { code: string }).code], [502, 'driver-unreachable']);
    assert.match(String((await info(backend)).driverProblem), /cannot be reached/);
    lab?.start(1);
    await backend.line(/answers again/);
    await backend.until('seed', (row) => isComplete(row) && row.startedAt !== startedAt);
    assert.equal((await info(backend)).driverProblem, null);
  });
});

function hasBegun({ status }: ContainerView): boolean {
  return status !== null && status.progress > 0 && status.progress < 100;
}

async function rows(backend: Backend): Promise<Record<string, ContainerView>> {
  const { items } = (await backend.call('GET', '/api/v1/containers')).body as { items: ContainerView[] };
  return Object.fromEntries(items.map((row) => [row.name, row]));
}

async function info(backend: Backend): Promise<Record<string, unknown>> {
  return (await backend.call('GET', '/api/v1/info')).body as Record<string, unknown>;
}

interface ListedContainer {
  readonly name: string;
  readonly ports: readonly { readonly privatePort: number; readonly publicPort: number; readonly ip: string }[];
}

async function rowOf(backend: Backend, name: string): Promise<ListedContainer> {
  const listed = (await backend.call('GET', '/api/containers')).body as ListedContainer[];
  return listed.find((row) => row.name === name)!;
}

/** A client's control server where it is bound on this machine. */
function controlOf({ ports }: ListedContainer, inspected: string) {
  const [{ Config }] = JSON.parse(inspected) as [{ Config: { Env: string[] } }];
  const token = Config.Env.find((pair) => pair.startsWith('ENJAMBRE_TOKEN='))!.slice('ENJAMBRE_TOKEN='.length);
  const { ip, publicPort } = ports.find(({ privatePort }) => privatePort === 9091)!;
  const url = `http://${ip}:${publicPort}`;
  const headers = { Authorization: `Bearer ${token}` };
  const call = async (method: string, path: string): Promise<Record<string, unknown>> =>
    JSON.parse(await (await fetch(url + path, { method, headers })).text());
  return { url, get: (path: string) => call('GET', path), post: (path: string) => call('POST', path) };
}
