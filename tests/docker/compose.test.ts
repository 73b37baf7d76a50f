// docker/compose.yaml as the README has people start it, from nothing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { whyNot } from '../interop/debian-package.ts';
import { answers, complete } from './started-stack.ts';

const TIMEOUT_MS = 120_000;
const TOKEN = 'a-word-for-this-test';
const API = 'http://127.0.0.1:8090';
const headers = { Authorization: `Bearer ${TOKEN}` };
const folder = join(import.meta.dirname, '../../docker');
const PROXY_IMAGE = 'haproxy-of-this-machine:latest';

const lab = enterEngines();

describe('compose.yaml', { skip: whyNoEngines() || whyNot(['docker-compose']), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  interface Upped {
    /** What docker-compose says. */
    readonly compose: (...argv: readonly string[]) => string;
    /** Where downloads lie, with a complete copy in `seed`. */
    readonly root: string;
    readonly torrent: ReturnType<typeof makeTorrent>;
  }

  async function up(t: TestContext, ...files: readonly string[]): Promise<Upped> {
    const root = join(temporaryFolder(t), 'downloads');
    const torrent = makeTorrent(t, 300_000, { trackers: ['http://tracker:8080/announce'] });
    mkdirSync(join(root, 'seed'), { recursive: true });
    for (const one of [root, join(root, 'seed')]) chownSync(one, 1000, 1000);
    execFileSync('cp', ['-a', `${torrent.complete}/.`, join(root, 'seed')]);
    execFileSync('chown', ['-R', '1000:1000', join(root, 'seed')]);
    const env = {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_SOCKET: engine.socket,
      DOCKER_GID: `${statSync(engine.socket).gid}`,
      ENJAMBRE_TOKEN: TOKEN,
      ENJAMBRE_DOWNLOADS: root,
      ENJAMBRE_SOCKET_PROXY: PROXY_IMAGE,
    };
    const chosen = files.flatMap((file) => ['-f', join(folder, file)]);
    const compose = (...argv: readonly string[]) =>
      execFileSync('docker-compose', [...chosen, ...argv], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    afterwards(t, () => void compose('down', '--volumes', '--timeout=10'));
    compose('up', '--detach');
    await answers(`${API}/health`).catch((error) => {
      throw new Error(compose('logs', '--no-color'), { cause: error });
    });
    return { compose, root, torrent };
  }

  /** A seed and a leecher, by the backend, until the leecher is complete. */
  async function share({ root, torrent }: Upped): Promise<void> {
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
    // Set once it has listened: what the backend has not set it takes for no client of its own when it is started again.
    const policy = '{{.HostConfig.RestartPolicy.Name}}';
    assert.equal(engine.docker('inspect', '--format', policy, 'seed', 'leech'), 'unless-stopped\nunless-stopped');
  }

  async function removeBoth(): Promise<void> {
    for (const name of ['seed', 'leech']) {
      const answer = await fetch(`${API}/api/containers/${name}?force=true`, { method: 'DELETE', headers });
      assert.equal(answer.status, 200);
    }
  }

  /** How the proxy answers what is called from a container. @param calls as `GET /path` */
  function statusesOf(container: string, calls: readonly string[]): number[] {
    const program = `
      const answers = process.argv.slice(1).map((call) => {
        const [method, path] = call.split(' ');
        return fetch('http://socket-proxy:2375' + path, { method });
      });
      Promise.all(answers).then((all) => process.stdout.write(JSON.stringify(all.map(({ status }) => status))));
    `;
    return JSON.parse(engine.docker('exec', container, 'node', '-e', program, ...calls));
  }

  function nothingIsLeft(compose: Upped['compose']): void {
    compose('down', '--volumes', '--timeout=10');
    assert.equal(engine.docker('ps', '--all', '--quiet'), '');
    assert.equal(engine.docker('volume', 'ls', '--quiet'), '');
    assert.equal(engine.docker('network', 'ls', '--quiet', '--filter=type=custom'), '');
  }

  it('brings up tracker, backend and page, and clients that the backend reaches on their network', async (t) => {
    const upped = await up(t, 'compose.yaml');
    const { compose, root } = upped;
    assert.equal((await fetch(`${API}/api/containers`)).status, 401);
    const page = await fetch(`http://127.0.0.1:3000/?token=${TOKEN}`, { redirect: 'manual' });
    assert.equal(page.status, 302);
    await share(upped);
    assert.equal(statSync(join(root, 'leech')).uid, 1000);
    // Nothing of them is bound on this machine: they are on one network with the backend.
    assert.equal(engine.docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', 'leech'), '{}');
    await removeBoth();
    nothingIsLeft(compose);
  });

  it('does the same through a proxy that lets only the calls pass which the backend makes', {
    skip: whyNot(['haproxy']),
  }, async (t) => {
    lab!.makeProgramImage(PROXY_IMAGE, '/usr/sbin/haproxy');
    const upped = await up(t, 'compose.yaml', 'compose.socket-proxy.yaml');
    const { compose } = upped;
    await share(upped);
    const backend = compose('ps', '--quiet', 'backend').trim();
    assert.match(
      engine.docker('exec', backend, 'node', '-p', "fs.statSync('/var/run/docker.sock').isSocket()"),
      /false/,
    );
    const log = await fetch(`${API}/api/containers/leech/logs`, { headers });
    assert.match(await log.text(), /listening/);
    const stats = await fetch(`${API}/api/containers/leech/stats`, { headers });
    assert.equal(stats.status, 200, await stats.text());
    for (const action of ['stop', 'start']) {
      const answer = await fetch(`${API}/api/containers/leech/${action}`, { method: 'POST', headers });
      assert.equal(answer.status, 200, await answer.text());
    }
    compose('restart', '--timeout=10', 'backend');
    await answers(`${API}/health`);
    const rows = (await (await fetch(`${API}/api/containers`, { headers })).json()) as {
      name: string;
      state: string;
    }[];
    assert.deepEqual(rows.map(({ name, state }) => `${name} ${state}`).sort(), ['leech running', 'seed running']);
    assert.doesNotMatch(
      compose('logs', '--no-color', 'backend'),
      /403|forbidden/i,
      'nothing of the backend is refused',
    );
    assert.deepEqual(
      statusesOf(backend, [
        'GET /v1.41/containers/json',
        'POST /v1.41/containers/leech/exec',
        'POST /containers/leech/rename',
        'POST /build',
        'GET /v1.41/volumes',
        'GET /v1.41/secrets',
        'GET /v1.41/containers/leech/export',
        'DELETE /v1.41/images/enjambre:latest',
        'DELETE /v1.41/networks/enjambre',
      ]),
      [200, 403, 403, 403, 403, 403, 403, 403, 403],
    );
    await removeBoth();
    nothingIsLeft(compose);
  });
});
