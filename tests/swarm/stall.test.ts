// Peers that promise everything and deliver nothing, or half of it: as long as another peer has the pieces, the download
// does not wait for them.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { startGoodSeed } from './good-seed.ts';
import { type BlockRequest, listenAsPeer, type Manners, MESSAGE, type Wire } from './raw-peer.ts';
import { SwarmClient } from './swarm-client.ts';

const SIZE = 4 * 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
/** The good seed alone needs four seconds for everything. */
const UPLOAD_LIMIT = 1024 * 1024;
/** Twice that, and the start of a process: far less than any request's first time-out and a second try. */
const SOON_MS = 12_000;
/** Of those who have sent nothing a piece alone may wait once, 10 s, for it to be known. */
const TWO_TIME_OUTS_MS = 20_000;
const AT_ONCE = 3;
const DRIBBLE_MS = 300;

/** Told apart by piece: how many blocks of it were sent. */
function fewBlocksOfEach(most: number): (wire: Wire, request: BlockRequest) => void {
  const sent = new Map<number, number>();
  return (wire, request) => {
    const count = sent.get(request.pieceIndex) ?? 0;
    sent.set(request.pieceIndex, count + 1);
    if (count < most) wire.sendBlock(request);
  };
}

function halfABlock(): (wire: Wire, request: BlockRequest) => void {
  let hasStopped = false;
  return (wire, request) => {
    const block = wire.block(request);
    if (!hasStopped) wire.socket.write(block.subarray(0, block.length / 2));
    hasStopped = true;
  };
}

/** A byte now and then: something always comes, and never a block. */
function dribbler(): Manners {
  return {
    requested(wire, request) {
      const block = wire.block(request);
      let sent = 0;
      const timer = setInterval(() => {
        if (wire.socket.destroyed || sent === block.length) clearInterval(timer);
        else wire.socket.write(block.subarray(sent, ++sent));
      }, DRIBBLE_MS);
      timer.unref();
    },
  };
}

function chokeAtEachRequest(wire: Wire): void {
  wire.send(MESSAGE.choke);
  wire.send(MESSAGE.unchoke);
}

const STALLERS: Record<string, () => Manners> = {
  'one that unchokes and never sends': () => ({ requested: () => {} }),
  'one that stops in the middle of a block': () => ({ requested: halfABlock() }),
  'one that stops after two blocks of each piece': () => ({ requested: fewBlocksOfEach(2) }),
  'one that chokes for ever': () => ({ interested: () => {} }),
  'one that chokes and unchokes at each request': () => ({ requested: chokeAtEachRequest }),
  'one that rejects each request': () => ({
    fast: true,
    requested: (wire, { pieceIndex, begin, length }) => wire.send(MESSAGE.reject, pieceIndex, begin, length),
  }),
};

async function outrun(t: TestContext, manners: () => Manners): Promise<void> {
  const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
  const seed = await startGoodSeed(t, fixture, { host: '127.0.3.1', uploadLimit: UPLOAD_LIMIT });
  const bad = await Promise.all([2, 3].map((last) => listenAsPeer(t, fixture, `127.0.3.${last}`, manners())));
  const archives = path.join(fixture.folder, 'leecher');
  mkdirSync(archives);
  // The bad ones first: they are asked before the good one is there.
  const flags = [...bad, seed].map((peer) => `--peer=${peer}`);
  const leecher = await SwarmClient.start(t, { torrent: fixture.path, archives, flags });
  await leecher.complete(SOON_MS);
  const { wasted } = await leecher.stop();
  assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(fixture.data), 'the content is right');
  assert.ok(wasted <= 0.02 * SIZE, `${wasted} bytes were of no use`);
}

/** A failed piece is one peer's alone: which must not be one that delivers nothing while the good seed stands by. */
async function outrunAll(t: TestContext): Promise<void> {
  const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
  const poisoner: Manners = { requested: (wire, request) => wire.sendBlock(request, { spoilt: true }) };
  const all = [() => poisoner, dribbler, ...Object.values(STALLERS)];
  const bad = await Promise.all(all.map((manners) => listenAsPeer(t, fixture, '127.0.0.1', manners())));
  const seed = await startGoodSeed(t, fixture, { host: '127.0.0.1', uploadLimit: UPLOAD_LIMIT });
  const archives = path.join(fixture.folder, 'leecher');
  mkdirSync(archives);
  const flags = [...bad, seed].map((peer) => `--peer=${peer}`);
  const leecher = await SwarmClient.start(t, { torrent: fixture.path, archives, flags });
  await leecher.complete(TWO_TIME_OUTS_MS);
  const banned = leecher.said(/banned/).map(({ host, port }) => `${host}:${port}`);
  await leecher.stop();
  assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(fixture.data), 'the content is right');
  assert.ok(!banned.includes(seed), 'the good seed is not banned');
}

describe('a download with a good seed is not held up by', { concurrency: AT_ONCE }, () => {
  for (const [who, manners] of Object.entries(STALLERS)) it(who, (t: TestContext) => outrun(t, manners));
  it('all of them, a poisoner and one that dribbles, at its address', outrunAll);
});
