// Swarms of our own clients and our own tracker, each a process as people start it.

import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { freePort } from '../contract/free-port.ts';
import { makeTorrent, type TorrentFixture } from '../contract/torrent-fixture.ts';
import { SwarmClient, type Totals } from './swarm-client.ts';
import { TrackerProcess } from './tracker-process.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
/** Two cores carry several swarms that mostly wait for their limits. */
const AT_ONCE = 3;
const TIMEOUT_MS = 60_000;

function archivesOf(fixture: TorrentFixture, name: string): string {
  const folder = path.join(fixture.folder, name);
  mkdirSync(folder);
  return folder;
}

function contentFile(fixture: TorrentFixture, archives: string): string {
  return path.join(archives, path.basename(fixture.path, '.torrent'));
}

function assertContent(fixture: TorrentFixture, archives: string): void {
  assert.ok(readFileSync(contentFile(fixture, archives)).equals(fixture.data), `${archives} holds the content`);
}

/** A client on 127.0.1.`number`, with archives of its own unless told. */
function start(
  t: TestContext,
  fixture: TorrentFixture,
  number: number,
  flags: readonly string[],
  archives = archivesOf(fixture, `archives-${number}`),
): Promise<SwarmClient> {
  return SwarmClient.start(t, { torrent: fixture.path, archives, host: `127.0.1.${number}`, flags });
}

describe('a swarm of our own clients', { concurrency: AT_ONCE }, () => {
  it('carries a seed to five leechers by exchange, although one is killed and comes back', async (t: TestContext) => {
    const tracker = await TrackerProcess.start(t);
    const fixture = makeTorrent(t, 8 * MIB, { pieceLength: PIECE_LENGTH, trackers: [tracker.url] });
    const limited = ['--upload-limit=1536k'];
    const seed = await start(t, fixture, 1, limited, fixture.complete);
    await seed.complete();
    const numbers = [2, 3, 4, 5, 6];
    const leechers = await Promise.all(numbers.map((number) => start(t, fixture, number, limited)));

    const victim = leechers[0];
    const size = fixture.data.length;
    const { downloaded: verifiedBefore } = await victim.when('is half done', (status) => status.progress > 40);
    await victim.kill();
    leechers[0] = await start(t, fixture, 2, limited, path.join(fixture.folder, 'archives-2'));
    await Promise.all(leechers.map((leecher) => leecher.complete(TIMEOUT_MS)));
    const totals: Totals[] = await Promise.all(leechers.map((leecher) => leecher.stop()));
    const given = await seed.stop();

    for (const number of numbers) assertContent(fixture, path.join(fixture.folder, `archives-${number}`));
    const [second, ...others] = totals;
    const fetchedAgain = second.downloaded - second.wasted - (size - verifiedBefore);
    assert.ok(fetchedAgain <= 0, `${fetchedAgain} bytes of verified pieces were fetched again`);
    for (const { downloaded, wasted } of others) assert.equal(downloaded - wasted, size, 'each piece came once');
    const wasted = totals.reduce((sum, one) => sum + one.wasted, 0);
    assert.ok(wasted <= 0.02 * leechers.length * size, `${wasted} bytes were of no use`);
    assert.ok(given.uploaded < 0.7 * leechers.length * size, `the seed gave ${given.uploaded} bytes`);
    for (const { uploaded } of others) assert.ok(uploaded > 0, 'each leecher gave something');
  });

  it('downloads from peers given by hand while its tracker is dead, and announces once that is there', async (t: TestContext) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/announce`;
    const fixture = makeTorrent(t, 6 * MIB, { pieceLength: PIECE_LENGTH, trackers: [url] });
    const seed = await start(t, fixture, 11, ['--upload-limit=400k'], fixture.complete);
    await seed.complete();
    const leecher = await start(t, fixture, 12, [`--peer=${seed.address}`]);
    await leecher.when('downloads without a tracker', ({ progress }) => progress > 5);

    const tracker = await TrackerProcess.start(t, { port });
    await until('both announce', async () => ((await tracker.peers()) === 2 ? true : undefined));
    const { progress } = await leecher.status();
    assert.ok(progress < 100, 'the tracker came while the download went on');
    await tracker.kill();
    await leecher.when('goes on', (status) => status.progress > progress);
    await leecher.complete(TIMEOUT_MS);
    await Promise.all([leecher.stop(), seed.stop()]);
    assertContent(fixture, path.join(fixture.folder, 'archives-12'));
  });

  it('fetches nothing twice after a restart, checks what it finds, and repairs what was tampered with', async (t: TestContext) => {
    const fixture = makeTorrent(t, 4 * MIB, { pieceLength: PIECE_LENGTH });
    const seed = await start(t, fixture, 21, [], fixture.complete);
    await seed.complete();
    const flags = [`--peer=${seed.address}`];
    const archives = archivesOf(fixture, 'archives-22');
    const first = await start(t, fixture, 22, flags, archives);
    await first.complete();
    await first.stop();

    const second = await start(t, fixture, 22, flags, archives);
    await second.complete(2_000);
    assert.deepEqual(await second.stop(), { downloaded: 0, uploaded: 0, wasted: 0, failedPieces: 0 });

    const tampered = openSync(contentFile(fixture, archives), 'r+');
    for (const piece of [3, 4, 40]) writeSync(tampered, 'not what was there', piece * PIECE_LENGTH + 100);
    closeSync(tampered);
    const third = await start(t, fixture, 22, flags, archives);
    await third.complete();
    const { downloaded, wasted } = await third.stop();
    assert.equal(downloaded - wasted, 3 * PIECE_LENGTH);
    assertContent(fixture, archives);
  });

  it('keeps one connection between two that dial each other at once', async (t: TestContext) => {
    const fixture = makeTorrent(t, 4 * MIB, { pieceLength: PIECE_LENGTH });
    const ports = [await freePort(), await freePort()];
    const flags = (mine: number, other: number) => [
      `--listen-port=${ports[mine]}`,
      `--peer=127.0.0.1:${ports[other]}`,
      '--upload-limit=1M',
    ];
    const archives = archivesOf(fixture, 'archives-31');
    const [seed, leecher] = await Promise.all([
      SwarmClient.start(t, { torrent: fixture.path, archives: fixture.complete, flags: flags(0, 1) }),
      SwarmClient.start(t, { torrent: fixture.path, archives, flags: flags(1, 0) }),
    ]);
    await leecher.when('downloads', ({ progress }) => progress > 10);
    assert.equal((await seed.status()).connected_peers, 1);
    assert.equal((await leecher.status()).connected_peers, 1);
    await leecher.complete();
    const { downloaded, wasted } = await leecher.stop();
    assert.equal(downloaded - wasted, fixture.data.length);
    assertContent(fixture, archives);
  });

  it('takes no harm from its own address among its peers', async (t: TestContext) => {
    const fixture = makeTorrent(t, 2 * MIB, { pieceLength: PIECE_LENGTH });
    const seed = await start(t, fixture, 41, [], fixture.complete);
    await seed.complete();
    const port = await freePort();
    const own = [`--listen-port=${port}`, '--listen-host=127.0.0.1', `--peer=127.0.0.1:${port}`];
    const archives = archivesOf(fixture, 'archives-42');
    const leecher = await SwarmClient.start(t, {
      torrent: fixture.path,
      archives,
      flags: [...own, `--peer=${seed.address}`],
    });
    await leecher.complete();
    assert.equal((await leecher.status()).total_peers, 1, 'it does not count itself');
    await leecher.stop();
    assertContent(fixture, archives);
  });
});
