// docker/stack.yaml as docs/operating.md has people start it, from nothing, on a Swarm of two engines.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { readVolume } from './fleet-on-swarm.ts';
import { answers, complete } from './started-stack.ts';

const TIMEOUT_MS = 120_000;
const TOKEN = 'a-word-for-this-test';
const API = 'http://127.0.0.1:8090';
const headers = { Authorization: `Bearer ${TOKEN}` };
const file = join(import.meta.dirname, '../../docker/stack.yaml');
const END_TIMEOUT_MS = 30_000;
const END_POLL_MS = 200;

const lab = enterEngines(2);

describe('stack.yaml', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const [manager, worker] = lab!.engines;
  lab?.makeImage();
  lab?.joinSwarm();

  it('brings up tracker, backend and page, and clients on all hosts that the backend reaches on their network', async (t) => {
    const torrent = makeTorrent(t, 300_000, { trackers: ['http://tracker:8080/announce'] });
    const env = {
      ...process.env,
      DOCKER_HOST: manager.host,
      DOCKER_SOCKET: manager.socket,
      DOCKER_GID: `${statSync(manager.socket).gid}`,
      ENJAMBRE_TOKEN: TOKEN,
    };
    const deploy = ['stack', 'deploy', '--resolve-image=never', '-c', file, 'enjambre'];
    afterwards(t, () => void manager.docker('stack', 'rm', 'enjambre'));
    execFileSync('docker', deploy, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    await answers(`${API}/health`).catch((error) => {
      throw new Error(manager.docker('service', 'ps', '--no-trunc', 'enjambre_backend'), { cause: error });
    });
    assert.equal((await fetch(`${API}/api/containers`)).status, 401);
    assert.equal((await fetch(`http://127.0.0.1:3000/?token=${TOKEN}`, { redirect: 'manual' })).status, 302);
    const body = new FormData();
    body.append('file', new Blob([readFileSync(torrent.path)]), 'x.torrent');
    assert.equal((await fetch(`${API}/api/torrents/upload`, { method: 'POST', headers, body })).status, 200);
    const ids: string[] = [];
    for (const host of ['engine-1', 'engine-2']) {
      const wish = { containerName: `on-${host}`, torrentFile: 'x.torrent', placement: { mode: 'one', host } };
      const answer = await fetch(`${API}/api/containers`, { method: 'POST', headers, body: JSON.stringify(wish) });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      ids.push((JSON.parse(text) as { containerId: string }).containerId);
      // The first is given what it is to seed: there is nobody else who has it.
      if (host === 'engine-1') seed(ids[0], join(torrent.complete, 'data-1.bin'));
    }
    await recheck('on-engine-1');
    await complete('on-engine-2', { url: API, token: TOKEN });
    assert.deepEqual(readVolume(worker, `enjambre-${ids[1]}`, 'data-1.bin'), torrent.data);
    for (const name of ['on-engine-1', 'on-engine-2']) {
      // Nothing of them is bound on the hosts: they are on one network with the backend.
      assert.equal(manager.docker('service', 'inspect', '--format', '{{len .Endpoint.Ports}}', name), '0');
      const gone = await fetch(`${API}/api/containers/${name}?force=true`, { method: 'DELETE', headers });
      assert.equal(gone.status, 200, await gone.text());
    }
    manager.docker('stack', 'rm', 'enjambre');
    const deadline = performance.now() + END_TIMEOUT_MS;
    while (lab!.engines.some((engine) => engine.docker('ps', '--all', '--quiet') !== '')) {
      assert.ok(performance.now() < deadline, manager.docker('ps', '--all'));
      await sleep(END_POLL_MS);
    }
    assert.equal(manager.docker('config', 'ls', '--quiet'), '');
  });

  /** Puts the file into a volume of the first host, as its client's. */
  function seed(id: string, path: string): void {
    const volume = manager.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', `enjambre-${id}`);
    copyFileSync(path, join(volume, 'data-1.bin'));
    chownSync(join(volume, 'data-1.bin'), 1000, 1000);
  }

  async function recheck(name: string): Promise<void> {
    const answer = await fetch(`${API}/api/containers/${name}/restart`, { method: 'POST', headers });
    assert.equal(answer.status, 200, await answer.text());
    await complete(name, { url: API, token: TOKEN });
  }
});
