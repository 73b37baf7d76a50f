// A disk that refuses: the torrent says so in a sentence and tries again by itself; nothing else stops.
// Runs where a file system may be mounted (root on Linux); elsewhere it says why not.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mount, mountDisk, unmount, whyNoDisk } from '../contract/small-disk.ts';
import { makeFolderTorrent, makeTorrent } from '../contract/torrent-fixture.ts';
import { startGoodSeed } from './good-seed.ts';
import { SwarmClient } from './swarm-client.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
/** A refused disk is tried again every ten seconds; then the rest has to come. */
const RETRIED_MS = 25_000;
const RETRY_MS = 10_000;

function remount(folder: string, option: string): void {
  mount('-o', `remount,${option}`, folder);
}

describe('a disk that refuses', { concurrency: 2, skip: whyNoDisk() }, () => {
  it('when full stops one torrent with a sentence, serves the other, and goes on once there is space', async (t: TestContext) => {
    const large = makeTorrent(t, 6 * MIB, { pieceLength: PIECE_LENGTH, seed: 1 });
    const small = makeTorrent(t, MIB, { pieceLength: PIECE_LENGTH, seed: 2 });
    const archives = mountDisk(t, '4m');
    copyFileSync(path.join(small.complete, 'data-2.bin'), path.join(archives, 'data-2.bin'));
    const seed = await startGoodSeed(t, large, { host: '127.0.5.1' });
    const flags = [`--torrent-file=${small.path}`, `--peer=${seed}`];
    const client = await SwarmClient.start(t, { torrent: large.path, archives, host: '127.0.5.2', flags });

    const { level, message, code } = await client.line(/full/);
    assert.deepEqual({ level, code }, { level: 'error', code: 'disk-full' });
    assert.match(message, /data-1\.bin cannot be written: the disk is full/);
    assert.ok(await client.isHealthy());
    const { downloaded, total_size } = await client.status();
    assert.ok(downloaded >= MIB && downloaded < total_size, 'it holds what was written');

    const other = path.join(small.folder, 'leecher');
    mkdirSync(other);
    const leecher = await SwarmClient.start(t, {
      torrent: small.path,
      archives: other,
      flags: [`--peer=${client.address}`],
    });
    await leecher.complete();
    await leecher.stop();
    assert.ok(readFileSync(path.join(other, 'data-2.bin')).equals(small.data), 'the other torrent was served');

    remount(archives, 'size=32m');
    await client.complete(RETRIED_MS);
    const totals = await client.stop();
    assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(large.data), 'the content is right');
    assert.ok(totals.downloaded < 2 * large.data.length, `${totals.downloaded} bytes were fetched`);
    assert.equal(client.said(/cannot be written/).length, 1, 'it was said once');
  });

  it('that refuses one file of many says so once, keeps the others, and goes on when told to', async (t: TestContext) => {
    const fixture = makeFolderTorrent(t, 'album', { 'a.bin': 4 * MIB, 'b.bin': 256 * 1024, 'c.bin': 4 * MIB });
    const archives = mountDisk(t, '32m');
    const refusing = path.join(archives, 'album', 'b.bin');
    mkdirSync(path.dirname(refusing));
    writeFileSync(refusing, '');
    mount('--bind', refusing, refusing);
    remount(refusing, 'bind,ro');
    const seed = await startGoodSeed(t, fixture, { host: '127.0.5.4' });
    const client = await SwarmClient.start(t, { torrent: fixture.path, archives, flags: [`--peer=${seed}`] });
    const { level, message } = await client.line(/b\.bin/);
    assert.deepEqual([level, /cannot be written: the file system is read-only/.test(message)], ['error', true]);
    // What is stored of the other files does not end the trouble: it must not try again all the time.
    await client.when('stores some', ({ downloaded }) => downloaded > 4 * PIECE_LENGTH, RETRIED_MS);
    unmount(refusing);
    const sinceMs = performance.now();
    await client.resume();
    await client.complete();
    assert.ok(performance.now() - sinceMs < RETRY_MS / 2, 'a resume does not wait for the next try');
    const totals = await client.stop();
    for (const [name, content] of Object.entries(fixture.contents)) {
      assert.ok(readFileSync(path.join(archives, 'album', name)).equals(content), `${name} is right`);
    }
    assert.equal(client.said(/cannot be written/).length, 1, 'it was said once');
    assert.ok(client.said(/: active$/).length <= 4, 'it was not called well in between');
    assert.ok(totals.downloaded < 1.5 * fixture.data.length, `${totals.downloaded} bytes were fetched`);
  });

  it('when read-only is told in one line, and used once it may be written', async (t: TestContext) => {
    const fixture = makeTorrent(t, MIB, { pieceLength: PIECE_LENGTH });
    const archives = mountDisk(t, '8m');
    remount(archives, 'ro');
    const seed = await startGoodSeed(t, fixture, { host: '127.0.5.3' });
    const client = await SwarmClient.start(t, { torrent: fixture.path, archives, flags: [`--peer=${seed}`] });
    await client.line(/cannot be written: the file system is read-only/);
    await until('health is told', async () => ((await client.isHealthy()) ? true : undefined));
    assert.equal((await client.status()).state, 'starting');
    remount(archives, 'rw');
    await client.complete(RETRIED_MS);
    await client.stop();
    assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(fixture.data), 'the content is right');
    assert.equal(client.said(/cannot be written/).length, 1, 'it was said once');
  });
});
