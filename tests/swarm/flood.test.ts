// Strangers that send what nobody asked for, by the ten thousand: the client answers, grows by little, and goes on with
// the others.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeTorrent, type TorrentFixture } from '../contract/torrent-fixture.ts';
import { startGoodSeed } from './good-seed.ts';
import { dial, dialAsPeer, MESSAGE, message, type Wire } from './raw-peer.ts';
import { SwarmClient } from './swarm-client.ts';
import { until } from './until.ts';

const SIZE = 4 * 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
const BLOCK_LENGTH = 16 * 1024;
/** What it may hold more than before, after a flood of many times that. */
const MOST_GROWTH_BYTES = 96 * 1024 * 1024;
/** In peace it takes milliseconds, but what floods it runs on the same two cores, with whatever else does. */
const MOST_ANSWER_MS = 2_000;
const MESSAGES = 10_000;
const STRANGERS = 300;
const FEW_CONNECTIONS = 20;
const PATIENCE_MS = 20_000;
/** As long as the silent ones may stay. */
const HANDSHAKE_DEADLINE_MS = 9_000;
const AT_ONCE = 2;

/** The same message so many times, as one write. */
function flood(wire: Wire, one: Buffer, count = MESSAGES): void {
  wire.socket.write(Buffer.concat(new Array<Buffer>(count).fill(one)));
}

const outOfRange = message(MESSAGE.request, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff);
const block = message(MESSAGE.piece, 0, 0, Buffer.alloc(BLOCK_LENGTH));

/** Each is said by a peer of its own, right after its handshake. */
const FLOODS: Record<string, { say: (wire: Wire) => void; fast?: boolean; endsIt: boolean }> = {
  'haves of one piece': { say: (wire) => flood(wire, message(MESSAGE.have, 1)), endsIt: false },
  'a have out of range': { say: (wire) => wire.send(MESSAGE.have, 0xffff_ffff), endsIt: true },
  'requests far out of range': { say: (wire) => flood(wire, outOfRange), endsIt: true },
  'requests for what is not had': {
    say: (wire) => flood(wire, message(MESSAGE.request, 1, 0, BLOCK_LENGTH)),
    fast: true,
    endsIt: false,
  },
  'a giant message length': { say: (wire) => wire.socket.write(Buffer.alloc(64, 0xff)), endsIt: true },
  'a bitfield of a wrong length': { say: (wire) => wire.send(MESSAGE.bitfield, Buffer.alloc(1)), endsIt: true },
  'a bitfield twice': {
    say: (wire) => {
      wire.tellAll();
      wire.tellAll();
    },
    endsIt: true,
  },
  'blocks nobody asked for': { say: (wire) => flood(wire, block, 2_000), endsIt: true },
  'rejects of what was not asked for': {
    say: (wire) => flood(wire, message(MESSAGE.reject, 1, 0, BLOCK_LENGTH)),
    fast: true,
    endsIt: false,
  },
  'interest that comes and goes': {
    say: (wire) => flood(wire, Buffer.concat([message(MESSAGE.interested), message(MESSAGE.notInterested)])),
    endsIt: false,
  },
};

async function startLeecher(t: TestContext, fixture: TorrentFixture, flags: readonly string[] = []) {
  const archives = path.join(fixture.folder, 'leecher');
  mkdirSync(archives);
  const leecher = await SwarmClient.start(t, { torrent: fixture.path, archives, flags });
  // Before its files are checked it lets nobody in.
  await leecher.line(/: active$/);
  return { archives, leecher };
}

/** Resident bytes; undefined where the system does not tell. */
function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kib = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** Fails when the client grows beyond its bound, or takes its time to answer. */
async function assertWell(leecher: SwarmClient, residentBefore: number | undefined): Promise<void> {
  const start = performance.now();
  await leecher.status();
  const tookMs = performance.now() - start;
  assert.ok(tookMs < MOST_ANSWER_MS, `/status took ${tookMs} ms`);
  const growth = (residentBytes(leecher.pid) ?? 0) - (residentBefore ?? 0);
  assert.ok(growth < MOST_GROWTH_BYTES, `it grew by ${growth} bytes`);
}

function isClosed(socket: Socket): Promise<true> {
  return until('the client closes the connection', () => (socket.destroyed ? true : undefined));
}

/** A good seed dials in; everything arrives from it. */
async function assertDownloads(t: TestContext, fixture: TorrentFixture, leecher: SwarmClient, archives: string) {
  await startGoodSeed(t, fixture, { host: '127.0.4.1', peers: [{ host: leecher.host, port: leecher.listenPort }] });
  await leecher.complete(PATIENCE_MS);
  await leecher.stop();
  assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(fixture.data), 'the content is right');
}

describe('a client that strangers flood with', { concurrency: AT_ONCE }, () => {
  it('messages of every kind closes those that break rules, stays small and quick, and downloads', async (t: TestContext) => {
    const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
    const { leecher, archives } = await startLeecher(t, fixture);
    const before = residentBytes(leecher.pid);
    for (const [what, { say, fast = false, endsIt }] of Object.entries(FLOODS)) {
      const greet = (wire: Wire): void => say(wire);
      const wire = await dialAsPeer(t, fixture, leecher, '127.0.4.2', { greet, fast });
      if (endsIt) await isClosed(wire.socket).catch((error: Error) => assert.fail(`${what}: ${error.message}`));
      await assertWell(leecher, before);
    }
    await assertDownloads(t, fixture, leecher, archives);
  });

  it('requests whose answers they never read keeps no answers for them', async (t: TestContext) => {
    const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
    const { leecher, archives } = await startLeecher(t, fixture);
    const before = residentBytes(leecher.pid);
    const request = Buffer.concat(new Array<Buffer>(MESSAGES).fill(message(MESSAGE.request, 1, 0, BLOCK_LENGTH)));
    const deaf = await dialAsPeer(t, fixture, leecher, '127.0.4.2', {
      greet: (wire) => wire.socket.pause(),
      fast: true,
    });
    for (let round = 0; round < 300 && !deaf.socket.destroyed; round++) {
      const isTaken = deaf.socket.write(request);
      if (!isTaken)
        await until('the flood is taken', () =>
          deaf.socket.writableNeedDrain && !deaf.socket.destroyed ? undefined : true,
        );
      await assertWell(leecher, before);
    }
    assert.ok(deaf.socket.destroyed, 'the deaf one was let go');
    await assertDownloads(t, fixture, leecher, archives);
  });

  it('garbage instead of handshakes hangs up at once', async (t: TestContext) => {
    const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
    const { leecher, archives } = await startLeecher(t, fixture);
    const before = residentBytes(leecher.pid);
    const sockets = await Promise.all(
      Array.from({ length: STRANGERS }, () => dial(t, leecher.host, leecher.listenPort, '127.0.4.2')),
    );
    for (const socket of sockets) socket.resume().write('GET / HTTP/1.1\r\n\r\n');
    await Promise.all(sockets.map(isClosed));
    await assertWell(leecher, before);
    await assertDownloads(t, fixture, leecher, archives);
  });

  it('handshakes that never end still lets others in', async (t: TestContext) => {
    const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
    const { leecher, archives } = await startLeecher(t, fixture);
    const before = residentBytes(leecher.pid);
    const sockets = await Promise.all(
      Array.from({ length: STRANGERS }, () => dial(t, leecher.host, leecher.listenPort, '127.0.4.2')),
    );
    for (const socket of sockets) socket.resume().write('\x13BitTorrent proto');
    await assertWell(leecher, before);
    const start = performance.now();
    await assertDownloads(t, fixture, leecher, archives);
    const tookMs = performance.now() - start;
    assert.ok(tookMs < HANDSHAKE_DEADLINE_MS, `nobody else was let in for ${tookMs} ms`);
  });

  it('connections that want nothing still lets others in', async (t: TestContext) => {
    const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
    const { leecher, archives } = await startLeecher(t, fixture, [`--max-connections=${FEW_CONNECTIONS}`]);
    const greet = (): void => {};
    for (let count = 0; count < FEW_CONNECTIONS; count++) {
      await dialAsPeer(t, fixture, leecher, '127.0.4.2', { greet });
    }
    await assertDownloads(t, fixture, leecher, archives);
  });
});
