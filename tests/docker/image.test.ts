// What the image promises to whoever runs it, whichever program.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';

const TIMEOUT_MS = 170_000;
/** No single wait is longer. */
const PATIENCE_MS = 30_000;
const POLL_MS = 20;
/** What it promises for SIGTERM and SIGINT. */
const END_WITHIN_MS = 5_000;
/** Of the process, seen from outside its namespace. */
type Signal = 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT';

const lab = enterEngines();

describe('the image', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  const docker = engine.docker.bind(engine);
  lab?.makeImage();

  /** @returns the container's id; it is gone after the test */
  const start = (t: TestContext, options: readonly string[], ...argv: readonly string[]): string => {
    const id = docker('run', '--detach', ...options, 'enjambre', ...argv);
    t.after(() => docker('rm', '--force', '--volumes', id));
    return id;
  };
  const hardened = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'];
  const insecure = ['--env=ENJAMBRE_INSECURE_NO_AUTH=1'];
  const said = (id: string, words: RegExp) => until(() => words.test(docker('logs', id)), `${id} says ${words}`);
  const send = (id: string, signal: Signal) =>
    process.kill(Number(docker('inspect', '--format', '{{.State.Pid}}', id)), signal);

  const programs: [string, readonly string[], RegExp][] = [
    ['client', ['client'], /listening/],
    ['tracker', ['tracker'], /tracker is listening/],
    ['backend', ['backend'], /the page: /],
  ];
  for (const [name, argv, words] of programs) {
    it(`runs a ${name} without any right on a read-only file system, and ends it in time by either signal`, async (t) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const options = [...hardened, ...insecure, `--volume=${torrentFolder(t)}:/t:ro`];
        const more = name === 'client' ? ['--torrent-file=/t/x.torrent'] : [];
        const id = start(t, options, ...argv, ...more);
        await said(id, words);
        const sentAt = performance.now();
        send(id, signal);
        assert.equal(docker('wait', id), '0', docker('logs', id));
        assert.ok(performance.now() - sentAt < END_WITHIN_MS);
      }
    });
  }

  it('says how it is: well, and ill when its event loop hangs', async (t) => {
    const often = ['--health-interval=1s', '--health-timeout=5s', '--health-retries=1', '--health-start-period=0s'];
    const watch = async (...argv: readonly string[]) => {
      const id = start(t, [...insecure, ...often], ...argv);
      const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', id);
      await until(() => health() === 'healthy', `${argv[0]} is healthy`);
      send(id, 'SIGSTOP');
      await until(() => health() === 'unhealthy', `${argv[0]} is unhealthy`);
      send(id, 'SIGCONT');
      await until(() => health() === 'healthy', `${argv[0]} is healthy again`);
    };
    await Promise.all([watch('backend', '--port=9000'), watch('tracker')]);
  });

  it('becomes PUID and PGID when it was started as root, and makes the volumes theirs', async (t) => {
    const home = temporaryFolder(t);
    chmodSync(home, 0o755);
    const downloads = join(home, 'downloads');
    mkdirSync(downloads);
    writeFileSync(join(downloads, 'old'), 'of root');
    const user = [
      '--user=0',
      '--env=PUID=1234',
      '--env=PGID=5678',
      '--env=UMASK=027',
      `--volume=${downloads}:/downloads`,
    ];
    const rights = ['--cap-drop=ALL', ...['CHOWN', 'SETUID', 'SETGID'].map((right) => `--cap-add=${right}`)];
    const id = start(
      t,
      [...user, ...rights, ...insecure, `--volume=${torrentFolder(t)}:/t:ro`],
      'client',
      '--torrent-file=/t/x.torrent',
    );
    const own = join(downloads, '.enjambre');
    await until(() => existsSync(own), 'its torrent is open');
    const owners = [downloads, ...readdirSync(downloads).map((name) => join(downloads, name))].map((path) =>
      statSync(path),
    );
    assert.ok(owners.length > 1);
    for (const { uid, gid } of owners) assert.deepEqual([uid, gid], [1234, 5678]);
    assert.equal(statSync(own).mode & 0o777 & 0o027, 0);
    const status = docker('exec', id, 'node', '-p', 'require("node:fs").readFileSync("/proc/1/status","utf8")');
    assert.match(status, /^Uid:\s+1234\s+1234\s+1234\s+1234$/m);
    assert.match(status, /^Groups:\s*$/m);
    assert.match(status, /^CapEff:\s+0+$/m);
  });

  it('refuses in one line what it cannot do', () => {
    const refused = (options: readonly string[], ...argv: readonly string[]): string => {
      try {
        return docker('run', '--rm', ...options, 'enjambre', ...argv);
      } catch (error) {
        const { status, stderr } = error as { status: number; stderr: string };
        return `${status}: ${stderr.trim()}`;
      }
    };
    assert.match(refused(['--env=PUID=1234'], 'tracker'), /^2: enjambre: PUID and PGID need a start as root/);
    assert.match(refused(['--user=0', '--env=PUID=x'], 'tracker'), /^2: enjambre: PUID: "x"/);
    assert.match(refused(['--env=UMASK=9'], 'tracker'), /^2: enjambre: UMASK: "9"/);
    assert.match(refused([], 'backend'), /^2: enjambre backend: --host 0\.0\.0\.0 .*ENJAMBRE_TOKEN/);
    assert.match(refused([], 'client'), /^2: enjambre client: /);
  });

  it('takes its secret from a file', async (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'token'), 'a-secret\n');
    chownSync(join(folder, 'token'), 1000, 1000);
    const secret = [`--volume=${folder}:/run/secrets:ro`, '--env=ENJAMBRE_TOKEN_FILE=/run/secrets/token'];
    const id = start(t, [...secret, '--publish=127.0.0.1::8090', '--env=TZ=America/Havana'], 'backend');
    await said(id, /the page: /);
    const url = `http://${docker('port', id, '8090')}`;
    const headers = { Authorization: 'Bearer a-secret' };
    // The last two are files that came with the bundle.
    for (const path of ['/api/containers', '/', '/api/docs/static/swagger-ui.css']) {
      const [known, stranger] = await Promise.all([fetch(url + path, { headers }), fetch(url + path)]);
      assert.deepEqual([known.status, stranger.status], [200, 401], path);
    }
    const zone = docker('exec', id, 'node', '-p', 'Intl.DateTimeFormat().resolvedOptions().timeZone');
    assert.equal(zone, 'America/Havana');
  });

  it('tells what it is', () => {
    const { Labels: labels, User: user, Entrypoint: entry } = JSON.parse(docker('inspect', 'enjambre'))[0].Config;
    assert.deepEqual([user, entry], ['1000:1000', ['enjambre']]);
    assert.equal(labels['org.opencontainers.image.version'], '0.1.0');
    assert.match(labels['org.opencontainers.image.revision'], /^[0-9a-f]{40}$/);
    assert.equal(docker('run', '--rm', 'enjambre', '--version'), '0.1.0');
  });
});

/** A folder with a .torrent that everybody may read; what it is of is not there. */
function torrentFolder(t: TestContext): string {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  copyFileSync(makeTorrent(t, 20_000).path, join(folder, 'x.torrent'));
  return folder;
}

/** An engine tells of health only to those who ask. */
async function until(wish: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!wish()) {
    assert.ok(performance.now() < deadline, `not within time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
