// Networks and images through the API, with a registry on this network's loopback.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforms, type Image, ImageSchema, type PullStep, PullStepSchema } from '@enjambre/contract';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { startBackend } from '../fleet/backend-process.ts';
import { whyNot } from '../interop/debian-package.ts';
import { isComplete, keepTorrent, makeContent, makeFleet } from './fleet-on-docker.ts';
import { startRegistry } from './registry.ts';

const TIMEOUT_MS = 60_000;

const lab = enterEngines();

describe('beside containers', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('there are networks: made, listed and used by their exact names', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    const backend = await fleet.start(t);
    const torrentFile = await keepTorrent(backend, torrent);
    const make = (body: object) => backend.call('POST', '/api/networks', body);
    const { status, body } = await make({ name: 'swarm-1' });
    const { networkId, ...rest } = body as { networkId: string };
    assert.deepEqual(
      [status, rest],
      [200, { success: true, name: 'swarm-1', message: 'Network created successfully' }],
    );
    assert.equal((await make({ name: 'swarm-1' })).status, 409);
    for (const name of ['', '-x', 'host', 'a b']) assert.equal((await make({ name })).status, 400, name);
    assert.equal((await make({ name: 'swarm-2', driver: 'macvlan' })).status, 400);
    const list = (await backend.call('GET', '/api/networks')).body as Record<string, string>[];
    assert.deepEqual(list.map(({ name }) => name).sort(), ['enjambre', 'swarm-1']);
    const one = list.find(({ name }) => name === 'swarm-1')!;
    assert.deepEqual(Object.keys(one), ['id', 'name', 'driver', 'scope', 'created']);
    assert.deepEqual([one.id, one.driver, one.scope], [networkId, 'bridge', 'local']);
    // `swarm` is the beginning of a name, and none.
    const create = (networkName: string) =>
      backend.call('POST', '/api/containers', { containerName: 'seed', torrentFile, folderPath: 'seed', networkName });
    assert.equal((await create('swarm')).status, 404);
    assert.equal((await create('swarm-1')).status, 200);
    const networks = engine.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', 'seed');
    assert.deepEqual(Object.keys(JSON.parse(networks)), ['swarm-1']);
  });

  it('a network that was removed is made again, and its containers are on it when they start', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    const backend = await fleet.start(t);
    const torrentFile = await keepTorrent(backend, torrent);
    await backend.create({ containerName: 'stopped', torrentFile, folderPath: 'seed' });
    await backend.create({ containerName: 'running', torrentFile });
    await backend.until('running', isComplete);
    await backend.call('POST', '/api/containers/stopped/stop');
    for (const name of ['running', 'tracker']) engine.docker('network', 'disconnect', '--force', 'enjambre', name);
    engine.docker('network', 'rm', 'enjambre');
    for (const path of ['stopped/start', 'running/restart']) {
      const { status, body } = await backend.call('POST', `/api/containers/${path}`);
      assert.equal(status, 200, JSON.stringify(body));
    }
    for (const name of ['stopped', 'running']) await backend.until(name, isComplete);
  });

  it('there are images: those that are allowed are listed, and pulled step by step', {
    skip: whyNot(['docker-registry']),
  }, async (t) => {
    await using registry = await startRegistry(t);
    const remote = `127.0.0.1:${registry.port}/enjambre:next`;
    engine.docker('tag', 'enjambre:latest', remote);
    engine.docker('push', '--quiet', remote);
    engine.docker('rmi', remote);
    const missing = `127.0.0.1:${registry.port}/missing:1`;
    const docker = ['--driver=docker', `--docker-host=${engine.host}`, `--allowed-images=${remote},${missing}`];
    const backend = await startBackend(t, { argv: docker });
    const images = async () => ((await backend.call('GET', '/api/v1/images')).body as { items: Image[] }).items;
    const before = await images();
    for (const image of before) assert.ok(conforms(ImageSchema, image), JSON.stringify(image));
    assert.deepEqual(
      before.map(({ name, id, version }) => [name, id === null, version]),
      [
        ['enjambre:latest', false, '0.1.0'],
        [remote, true, null],
        [missing, true, null],
      ],
    );
    const pull = async (name: string) => {
      const { status, body } = await backend.call('POST', '/api/v1/images/pull', { name });
      return { status, body };
    };
    assert.equal((await pull('nodebase:latest')).status, 404);
    const steps = readSteps((await pull(remote)).body);
    assert.ok(steps.length > 2);
    assert.deepEqual(steps.at(-1), { status: 'done' });
    assert.equal((await images())[1].version, '0.1.0');
    const last = readSteps((await pull(missing)).body).at(-1)!;
    assert.deepEqual([last.status, last.code], ['failed', 'image-not-found']);
    engine.docker('rmi', remote);
  });
});

function readSteps(body: unknown): PullStep[] {
  const steps = String(body)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const step of steps) assert.ok(conforms(PullStepSchema, step), JSON.stringify(step));
  return steps;
}
