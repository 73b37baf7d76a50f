// What outlives what: a backend that is killed does not disturb its clients, and a client that is killed comes back.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { ContainerView, Status } from '@enjambre/contract';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent, type TorrentFixture } from '../contract/torrent-fixture.ts';
import { startBackend } from './backend-process.ts';

const TIMEOUT_MS = 120_000;
const MIB = 1024 * 1024;
/** Slow enough that nothing is complete before the test is over. */
const SLOW = { downloadLimit: 256 * 1024 };

const rowsOf = (body: unknown) => (body as { items: ContainerView[] }).items;
const names = ['one', 'two', 'three'];

test('a backend that is killed and started again has the same list, and no download was disturbed', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const torrent = makeTorrent(t, 16 * MIB, { pieceLength: 64 * 1024 });
  const peer = await startLibtorrentSeed(t, torrent);
  const first = await startBackend(t);
  await first.upload(readFileSync(torrent.path), 'big.torrent');
  const ids = await Promise.all(
    names.map((name) => first.create({ name, torrentFile: 'big.torrent', peers: [peer], ...SLOW })),
  );
  for (const name of names) await first.until(name, ({ status }) => (status?.downloaded ?? 0) > 0);
  const before = rowsOf((await first.call('GET', '/api/v1/containers')).body);
  const pids = ids.map((id) => first.pidOf(id));

  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startBackend(t, { home: first.home });
  const told = await Promise.all(ids.map((id) => second.call('GET', `/api/containers/${id}/status`)));
  const after = rowsOf((await second.call('GET', '/api/v1/containers')).body);
  // The first answer already is what the clients say.
  for (const { body } of told) assert.ok((body as Status).downloaded > 0, JSON.stringify(body));
  assert.ok(after.every(({ status, health }) => (status?.downloaded ?? 0) > 0 && health === 'healthy'));
  const fixed = ({ id, name, config, createdAt, startedAt, restarts, wanted, state }: ContainerView) => {
    return { id, name, config, createdAt, startedAt, restarts, wanted, state };
  };
  assert.deepEqual(after.map(fixed), before.map(fixed));
  assert.deepEqual(
    ids.map((id) => second.pidOf(id)),
    pids,
  );
  for (const [index, name] of names.entries()) {
    const had = before[index].status?.downloaded ?? 0;
    await second.until(name, ({ status }) => (status?.downloaded ?? 0) > had);
  }
});

test('how far a stopped container had come is known to the next backend', { timeout: TIMEOUT_MS }, async (t) => {
  const torrent = makeTorrent(t, 100_000);
  const first = await startBackend(t);
  await first.upload(readFileSync(torrent.path), 'x.torrent');
  const id = await first.create({ name: 'x', torrentFile: 'x.torrent' });
  await first.until('x', ({ status }) => (status?.total_size ?? 0) > 0);
  assert.equal((await first.call('POST', `/api/containers/${id}/stop`)).status, 200);
  const { body: before } = await first.call('GET', `/api/v1/containers/${id}`);
  assert.equal((before as ContainerView).status?.total_size, 100_000);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startBackend(t, { home: first.home });
  assert.deepEqual((await second.call('GET', `/api/v1/containers/${id}`)).body, before);
});

test('a backend that ends leaves its clients running', { timeout: TIMEOUT_MS }, async (t) => {
  const torrent = makeTorrent(t, 100_000);
  const backend = await startBackend(t);
  await backend.upload(readFileSync(torrent.path), 'x.torrent');
  const id = await backend.create({ name: 'x', torrentFile: 'x.torrent' });
  backend.child.kill('SIGTERM');
  assert.equal((await backend.ended).code, 0);
  assert.ok(process.kill(backend.pidOf(id), 0));
});

test('a client that is killed is seen, started again, and goes on where it was', { timeout: TIMEOUT_MS }, async (t) => {
  const torrent = makeTorrent(t, 4 * MIB, { pieceLength: 64 * 1024 });
  const peer = await startLibtorrentSeed(t, torrent);
  const backend = await startBackend(t);
  await backend.upload(readFileSync(torrent.path), 'x.torrent');
  const id = await backend.create({ name: 'x', torrentFile: 'x.torrent', peers: [peer], downloadLimit: MIB });
  const { status } = await backend.until('x', (row) => (row.status?.progress ?? 0) > 20);
  const pid = backend.pidOf(id);
  process.kill(pid, 'SIGKILL');
  const down = await backend.until('x', ({ state }) => state === 'restarting');
  assert.equal(down.reason?.code, 'killed');
  assert.match(down.reason?.message ?? '', /SIGKILL.*started again after 1 s/);
  const up = await backend.until('x', (row) => row.health === 'healthy' && (row.status?.downloaded ?? 0) > 0);
  assert.notEqual(backend.pidOf(id), pid);
  assert.equal(up.restarts, 1);
  await backend.until('x', (row) => (row.status?.downloaded ?? 0) > (status?.downloaded ?? 0));
  const complete = await backend.until('x', (row) => row.status?.state === 'completed');
  assert.equal(complete.status?.total_size, 4 * MIB);
  const file = readFileSync(join(backend.root, 'x', 'data-1.bin'));
  assert.ok(file.equals(torrent.data));
});

test('what the user stopped stays stopped, also for the next backend; an adopted client that dies is seen', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const torrent = makeTorrent(t, 100_000);
  const first = await startBackend(t);
  await first.upload(readFileSync(torrent.path), 'x.torrent');
  await first.create({ name: 'stopped', torrentFile: 'x.torrent' });
  const id = await first.create({ name: 'running', torrentFile: 'x.torrent' });
  await first.call('POST', '/api/containers/stopped/stop');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startBackend(t, { home: first.home });
  const row = await second.until('stopped', () => true);
  assert.deepEqual([row.state, row.wanted, row.reason?.code], ['exited', 'stopped', 'stopped-by-user']);
  await second.until('running', ({ health }) => health === 'healthy');
  process.kill(second.pidOf(id), 'SIGKILL');
  await second.until('running', ({ state }) => state === 'restarting');
  await second.until('running', ({ health, restarts }) => health === 'healthy' && restarts === 1);
});

/** A seed that is not ours. @returns its address */
async function startLibtorrentSeed(t: TestContext, torrent: TorrentFixture): Promise<string> {
  const script = resolve(import.meta.dirname, '../interop/peers/libtorrent-peer.py');
  const host = '127.0.0.1';
  const given = ['--torrent', torrent.path, '--folder', torrent.complete, '--host', host];
  const child = spawn('/usr/bin/python3', [script, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  afterwards(t, async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let port: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { event: string; port?: number };
    port = said.port ?? port;
    if (said.event === 'complete') return `${host}:${port}`;
  }
  throw new Error('libtorrent has ended');
}
