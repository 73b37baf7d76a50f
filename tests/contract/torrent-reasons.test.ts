// docs/contract.md §6: the one reason of each torrent, each brought about for real.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Status, TorrentDetail, TorrentReasonCode, TorrentSummary } from '@enjambre/contract';
import { startGoodSeed } from '../swarm/good-seed.ts';
import { listenAsPeer, type Manners, MESSAGE } from '../swarm/raw-peer.ts';
import { until } from '../swarm/until.ts';
import { afterwards } from './cleanup.ts';
import { ClientApi } from './client-api.ts';
import { startClient } from './client-process.ts';
import { makeTorrent, makeZeroTorrent, type TorrentFixture } from './torrent-fixture.ts';

const MIB = 1024 * 1024;
/** Longer than the patrol takes to come by, and a refused disk to be tried again. */
const PATROLLED_MS = 25_000;

async function start(t: TestContext, fixture: TorrentFixture, argv: readonly string[] = [], archives = fixture.empty) {
  const client = await startClient(t, [`--torrent-file=${fixture.path}`, `--archives=${archives}`, ...argv]);
  const api = new ClientApi(client.httpPort);
  const detail = async () => (await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`)).body;
  const reason = (code: TorrentReasonCode, timeoutMs?: number) =>
    until(`reason ${code}`, async () => ((await detail()).reason.code === code ? detail() : undefined), timeoutMs);
  const status = async () => (await api.call<Status>('GET', '/status')).body;
  return { ...client, api, detail, reason, status };
}

/** A port of loopback at which nobody answers. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('the reason of a torrent', { concurrency: 4 }, () => {
  test('is checking while its files are hashed', async (t) => {
    const fixture = makeZeroTorrent(t, 512, MIB);
    const { api, reason } = await start(t, fixture, [], fixture.complete);
    await reason('nobody-asks');
    const { body } = await api.post<TorrentSummary>(`/torrents/${fixture.infoHash}/recheck`);
    assert.deepEqual([body.state, body.reason.code], ['checking', 'checking']);
    assert.match(body.reason.message, /^Its files are being checked: \d+ of 512 pieces were found good so far\.$/);
  });

  test('is that nobody asks once it is complete, and serving as soon as somebody does', async (t) => {
    const fixture = makeTorrent(t, 4 * MIB);
    const seed = await start(t, fixture, ['--upload-limit=1M'], fixture.complete);
    assert.equal((await seed.reason('nobody-asks')).state, 'completed');
    await start(t, fixture, [`--peer=127.0.0.1:${seed.listenPort}`]);
    const { state, reason } = await seed.reason('seeding');
    assert.deepEqual([state, reason.message], ['seeding', 'Complete; 1 peer is being served.']);
  });

  test('is downloading while pieces arrive, and paused when it was paused', async (t) => {
    const fixture = makeTorrent(t, 4 * MIB);
    const seed = await startGoodSeed(t, fixture, { host: '127.0.6.1', uploadLimit: MIB });
    const { api, reason } = await start(t, fixture, [`--peer=${seed}`]);
    assert.equal((await reason('downloading')).state, 'downloading');
    await api.post(`/torrents/${fixture.infoHash}/pause`);
    assert.match((await reason('paused')).reason.message, /^Paused: nothing is asked for; 1 peer stays/);
  });

  test('is that nobody is known: no source is on, its sources fail, or they named nobody', async (t) => {
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nd8:intervali1800e5:peers0:e'));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    afterwards(t, () => void silent.close());
    const { port } = silent.address() as { port: number };
    const announce = `http://127.0.0.1:${port}/announce`;
    const named = await start(t, makeTorrent(t, 10_000, { trackers: [announce] }));
    assert.equal((await named.reason('no-peers-known')).state, 'stalled');
    const hidden = await start(t, makeTorrent(t, 10_000, { trackers: [announce], isPrivate: true }));
    assert.equal((await hidden.reason('private-no-peers')).private, true);
    const failing = await start(t, makeTorrent(t, 10_000, { trackers: ['http://127.0.0.1:1/announce'] }));
    const { message } = (await failing.reason('sources-failing')).reason;
    assert.equal(message, 'No peer is known: tracker: connection refused.');
  });

  test('is that none of those known can be reached', async (t) => {
    const fixture = makeTorrent(t, 10_000);
    const { reason } = await start(t, fixture, [`--peer=127.0.0.1:${await closedPort()}`]);
    assert.match((await reason('none-reachable')).reason.message, /^The one known peer could not be reached/);
  });

  test('is that all choke us, that none has what is missing, or that they keep silent', async (t) => {
    const fixture = makeTorrent(t, 100_000);
    const situations: [TorrentReasonCode, Manners][] = [
      ['all-choking', { interested() {} }],
      ['pieces-missing', { greet: (wire) => wire.send(MESSAGE.bitfield, Buffer.alloc(1)) }],
      ['peers-silent', { requested() {} }],
    ];
    await Promise.all(
      situations.map(async ([code, manners]) => {
        const peer = await listenAsPeer(t, fixture, '127.0.6.5', manners);
        const { reason } = await start(t, fixture, [`--peer=${peer}`], join(fixture.folder, code));
        assert.equal((await reason(code)).state, 'stalled', code);
      }),
    );
  });

  test('is that the limit lets nothing through', async (t) => {
    const fixture = makeTorrent(t, MIB);
    const seed = await startGoodSeed(t, fixture, { host: '127.0.6.2' });
    const { reason } = await start(t, fixture, [`--peer=${seed}`, '--download-limit=500']);
    await reason('download-limited');
  });

  test('is that another torrent has the only connection', async (t) => {
    const one = makeTorrent(t, 4 * MIB, { seed: 1 });
    const other = makeTorrent(t, 10_000, { seed: 2 });
    const seed = await startGoodSeed(t, one, { host: '127.0.6.3', uploadLimit: MIB });
    const flags = [`--torrent-file=${other.path}`, `--peer=${seed}`, '--max-connections=1'];
    const { api, reason } = await start(t, one, flags);
    await reason('downloading');
    await until('crowded out', async () => {
      const { body } = await api.get<TorrentDetail>(`/torrents/${other.infoHash}`);
      return body.reason.code === 'connections-used-up' ? true : undefined;
    });
  });

  test('is that another client has it, until that one is gone', async (t) => {
    const fixture = makeTorrent(t, 10_000);
    const holder = await start(t, fixture, [], fixture.complete);
    await holder.reason('nobody-asks');
    const client = await startClient(t, [
      `--archives=${fixture.complete}`,
      `--state-dir=${join(fixture.folder, 'state')}`,
    ]);
    const api = new ClientApi(client.httpPort);
    await api.post('/torrents', readFileSync(fixture.path));
    const is = (code: TorrentReasonCode) =>
      until(
        code,
        async () => {
          const { body } = await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`);
          return body.reason.code === code ? body : undefined;
        },
        PATROLLED_MS,
      );
    assert.equal((await is('locked')).state, 'error');
    holder.child.kill('SIGTERM');
    await is('nobody-asks');
  });

  test('is that its files were removed; then it is complete no longer, and again when they are back', async (t) => {
    const fixture = makeTorrent(t, 100_000);
    const { reason, status } = await start(t, fixture, [], fixture.complete);
    await reason('nobody-asks');
    const file = join(fixture.complete, 'data-1.bin');
    renameSync(file, `${file}.away`);
    const { state, reason: why } = await reason('not-readable', PATROLLED_MS);
    assert.equal(state, 'error');
    assert.match(why.message, /data-1\.bin was removed or cut while it was in use; a recheck fetches it again/);
    assert.notEqual((await status()).state, 'completed');
    renameSync(`${file}.away`, file);
    await reason('nobody-asks', PATROLLED_MS);
    assert.equal((await status()).state, 'completed');
  });

  test('is fetched again after a recheck when its files were removed', async (t) => {
    const fixture = makeTorrent(t, 100_000);
    const seed = await startGoodSeed(t, fixture, { host: '127.0.6.4' });
    const { api, reason, detail } = await start(t, fixture, [`--peer=${seed}`], fixture.complete);
    await reason('nobody-asks');
    // Both need nothing of each other: they have met and parted.
    await until('parted', async () => {
      const { knownPeers, connectedPeers } = await detail();
      return knownPeers === 1 && connectedPeers === 0 ? true : undefined;
    });
    const file = join(fixture.complete, 'data-1.bin');
    rmSync(file);
    writeFileSync(`${file}.other`, 'of the user');
    await api.post(`/torrents/${fixture.infoHash}/recheck`);
    await until('fetched', async () => {
      const { body } = await api.get<TorrentDetail>(`/torrents/${fixture.infoHash}`);
      return body.state === 'completed' && body.downloadedBytes > 0 ? true : undefined;
    });
    assert.ok(readFileSync(file).equals(fixture.data));
  });
});
