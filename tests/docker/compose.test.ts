// docker/compose.yaml as the README has people start it, from nothing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { whyNot } from '../interop/debian-package.ts';
import { answers, complete } from './started-stack.ts';

const TIMEOUT_MS = 120_000;
const TOKEN = 'a-word-for-this-test';
const API = 'http://127.0.0.1:8090';
const headers = { Authorization: `Bearer ${TOKEN}` };
const file = join(import.meta.dirname, '../../docker/compose.yaml');

const lab = enterEngines();

describe('compose.yaml', { skip: whyNoEngines() || whyNot(['docker-compose']), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('brings up tracker, backend and page, and clients that the backend reaches on their network', async (t) => {
    const root = join(temporaryFolder(t), 'downloads');
    const torrent = makeTorrent(t, 300_000, { trackers: ['http://tracker:8080/announce'] });
    mkdirSync(join(root, 'seed'), { recursive: true });
    for (const folder of [root, join(root, 'seed')]) chownSync(folder, 1000, 1000);
    execFileSync('cp', ['-a', `${torrent.complete}/.`, join(root, 'seed')]);
    execFileSync('chown', ['-R', '1000:1000', join(root, 'seed')]);
    const env = {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_SOCKET: engine.socket,
      DOCKER_GID: `${statSync(engine.socket).gid}`,
      ENJAMBRE_TOKEN: TOKEN,
      ENJAMBRE_DOWNLOADS: root,
    };
    const compose = (...argv: string[]) =>
      execFileSync('docker-compose', ['-f', file, ...argv], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    afterwards(t, () => void compose('down', '--volumes', '--timeout=10'));
    compose('up', '--detach');
    await answers(`${API}/health`).catch((error) => {
      throw new Error(compose('logs', '--no-color'), { cause: error });
    });

    assert.equal((await fetch(`${API}/api/containers`)).status, 401);
    const page = await fetch(`http://127.0.0.1:3000/?token=${TOKEN}`, { redirect: 'manual' });
    assert.equal(page.status, 302);
    const body = new FormData();
    body.append('file', new Blob([readFileSync(torrent.path)]), 'x.torrent');
    assert.equal((await fetch(`${API}/api/torrents/upload`, { method: 'POST', headers, body })).status, 200);
    for (const containerName of ['seed', 'leech']) {
      const request = JSON.stringify({ containerName, torrentFile: 'x.torrent' });
      const answer = await fetch(`${API}/api/containers`, { method: 'POST', headers, body: request });
      assert.equal(answer.status, 200, await answer.text());
    }
    await complete('leech', { url: API, token: TOKEN });
    assert.deepEqual(readFileSync(join(root, 'leech', 'data-1.bin')), torrent.data);
    assert.equal(statSync(join(root, 'leech')).uid, 1000);
    // Nothing of them is bound on this machine: they are on one network with the backend.
    assert.equal(engine.docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', 'leech'), '{}');
    for (const name of ['seed', 'leech']) {
      const options = { method: 'DELETE', headers };
      assert.equal((await fetch(`${API}/api/containers/${name}?force=true`, options)).status, 200);
    }
    compose('down', '--volumes', '--timeout=10');
    assert.equal(engine.docker('ps', '--all', '--quiet'), '');
    assert.equal(engine.docker('volume', 'ls', '--quiet'), '');
    assert.equal(engine.docker('network', 'ls', '--quiet', '--filter=type=custom'), '');
  });
});
