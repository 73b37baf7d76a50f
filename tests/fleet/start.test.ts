// What people type: `enjambre start` with its demo, ports in use, folders that another program wrote.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { ActionAnswer, Info } from '@enjambre/contract';
import { afterwards } from '../contract/cleanup.ts';
import { startEnjambre } from '../contract/client-process.ts';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';
import { clientsStandStill, startBackend } from './backend-process.ts';

const TIMEOUT_MS = 120_000;
const DEMO = ['demo-seed', 'demo-1', 'demo-2', 'demo-3'];

test('the demo starts a swarm, once; Ctrl-C ends everything within five seconds', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const backend = await startBackend(t, { verb: 'start', argv: ['--tracker-port=0', '--demo'] });
  await backend.until('demo-seed', ({ status }) => status?.state === 'completed');
  const rows = await Promise.all(
    DEMO.slice(1).map((name) => backend.until(name, ({ status }) => (status?.downloaded ?? 0) > 0)),
  );
  assert.ok(rows.every(({ status }) => (status?.download_speed ?? 0) < 3_000_000));
  const again = (await backend.call('POST', '/api/v1/demo')).body as ActionAnswer;
  assert.equal(again.results.length, DEMO.length);
  const list = (await backend.call('GET', '/api/containers')).body as { id: string; name: string }[];
  assert.deepEqual(list.map(({ name }) => name).sort(), [...DEMO].sort());
  const { tracker } = (await backend.call('GET', '/api/v1/info')).body as Info;
  const metrics = await fetch(new URL('/metrics', tracker!)).then((answer) => answer.text());
  assert.match(metrics, /^enjambre_tracker_swarms 1$/m);
  const stats = await fetch(new URL('/stats', tracker!)).then((answer) => answer.text());
  assert.match(stats, /4/);
  const pids = list.map(({ id }) => backend.pidOf(id));
  const asked = performance.now();
  backend.child.kill('SIGINT');
  assert.equal((await backend.ended).code, 0);
  assert.ok(performance.now() - asked < 5_000);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a port in use is one line with the flag to change it, and nothing is left running', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const port = await takePort(t);
  const home = temporaryFolder(t);
  const free = ['--port=0', '--page-port=0', `--data-dir=${home}`];
  const cases: [string[], string][] = [
    [['backend', ...free, `--port=${port}`], '--port'],
    [['backend', ...free, `--page-port=${port}`], '--page-port'],
    [['start', ...free, '--tracker-port=0', `--page-port=${port}`], '--page-port'],
    [['start', ...free, `--tracker-port=${port}`], '--tracker-port'],
  ];
  for (const [argv, flag] of cases) {
    const { code, stdout, stderr } = await startEnjambre(t, argv).ended;
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr);
    assert.match(stderr, new RegExp(`^enjambre \\w+: ${flag}: port ${port} .*in use; choose another with ${flag}\n$`));
  }
});

test('a database that is newer, damaged or in use is refused and left as it is', { timeout: TIMEOUT_MS }, async (t) => {
  const start = (home: string) => {
    return startEnjambre(t, ['backend', '--port=0', '--page-port=0', `--data-dir=${home}`]).ended;
  };
  const newer = temporaryFolder(t);
  const database = new DatabaseSync(join(newer, 'enjambre.sqlite'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const damaged = temporaryFolder(t);
  writeFileSync(join(damaged, 'enjambre.sqlite'), 'not a database'.repeat(1000));
  const inUse = (await startBackend(t)).home;
  const cases: [string, RegExp][] = [
    [newer, /newer version \(form 99, this one knows \d+\)/],
    [damaged, /cannot be used \(file is not a database\)/],
    [inUse, /another backend runs/],
  ];
  for (const [home, sentence] of cases) {
    const before = readdirSync(home).sort();
    const content = readFileSync(join(home, 'enjambre.sqlite'));
    const { code, stderr } = await start(home);
    assert.equal(code, 2);
    assert.match(stderr, sentence);
    assert.equal(stderr.split('\n').length, 2);
    assert.ok(readFileSync(join(home, 'enjambre.sqlite')).equals(content));
    assert.deepEqual(readdirSync(home).sort(), before);
  }
});

async function takePort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  afterwards(t, () => void server.close());
  return (server.address() as AddressInfo).port;
}

test('Ctrl-C while containers are being created leaves nothing of them', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t, { verb: 'start', argv: ['--tracker-port=0'], env: clientsStandStill(t) });
  await backend.upload(readFileSync(makeTorrent(t, 1000).path), 'one.torrent');
  const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
  const asked = names.map((name) => backend.call('POST', '/api/containers', { name, torrentFile: 'one.torrent' }));
  const answers = Promise.allSettled(asked);
  await Promise.all(names.map((name) => backend.until(name, () => true)));
  backend.child.kill('SIGINT');
  await backend.ended;
  await answers;
  const database = new DatabaseSync(join(backend.home, 'enjambre.sqlite'));
  t.after(() => database.close());
  assert.deepEqual(database.prepare('SELECT id FROM container').all(), []);
  for (const folder of ['processes', 'containers']) assert.deepEqual(readdirSync(join(backend.home, folder)), []);
});
