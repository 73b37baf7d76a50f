// A peer that sends bad data among three good seeds: it is found, and nobody else is taken for it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { startGoodSeed } from './good-seed.ts';
import { listenAsPeer, type Manners } from './raw-peer.ts';
import { SwarmClient } from './swarm-client.ts';

const SIZE = 6 * 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
const GOOD_SEEDS = 3;
/** The poisoner, who has no limit, must get its part. */
const UPLOAD_LIMIT = 500_000;
const MOST_BAD_PIECES = 5;
/** What one with a name may have under way when its first bad piece is seen: 250 requests, and what waits to be hashed. */
const MOST_UNDER_WAY = 40;
const AT_ONCE = 2;

const always: Manners = { requested: (wire, request) => wire.sendBlock(request, { spoilt: true }) };

/** Good until it has a name, then one block in ten is not. */
function clever(): Manners {
  let sent = 0;
  return {
    requested(wire, request) {
      sent++;
      wire.sendBlock(request, { spoilt: sent > 64 && sent % 10 === 0 });
    },
  };
}

/** @param hostOf the address of the good seeds (1, 2, 3) and of the poisoner (0) */
async function expose(
  t: TestContext,
  manners: Manners,
  hostOf: (number: number) => string,
  mostBadPieces: number,
): Promise<void> {
  const fixture = makeTorrent(t, SIZE, { pieceLength: PIECE_LENGTH });
  const peers = [await listenAsPeer(t, fixture, hostOf(0), manners)];
  for (let number = 1; number <= GOOD_SEEDS; number++) {
    peers.push(await startGoodSeed(t, fixture, { host: hostOf(number), uploadLimit: UPLOAD_LIMIT }));
  }
  const archives = path.join(fixture.folder, 'leecher');
  mkdirSync(archives);
  const flags = peers.map((peer) => `--peer=${peer}`);
  const leecher = await SwarmClient.start(t, { torrent: fixture.path, archives, flags });
  await leecher.complete(30_000);
  const { failedPieces } = await leecher.stop();
  assert.ok(readFileSync(path.join(archives, 'data-1.bin')).equals(fixture.data), 'the content is right');
  const banned = leecher.said(/banned/).map(({ host, port }) => `${host}:${port}`);
  assert.deepEqual(banned, [peers[0]], `the poisoner and nobody else, after ${failedPieces} bad pieces`);
  assert.ok(failedPieces > 0 && failedPieces <= mostBadPieces, `after ${failedPieces} bad pieces`);
}

describe('a poisoner among three good seeds', { concurrency: AT_ONCE }, () => {
  const oneHost = (): string => '127.0.0.1';
  const ownHost = (number: number): string => `127.0.2.${1 + number}`;

  it('is found when each has an address of its own', (t: TestContext) => expose(t, always, ownHost, MOST_BAD_PIECES));
  it('is found when all are at one address, and those are not banned with it', (t: TestContext) =>
    expose(t, always, oneHost, MOST_BAD_PIECES));
  it('is found when it spoils one block in ten, and only after good ones', (t: TestContext) =>
    expose(t, clever(), ownHost, MOST_UNDER_WAY));
  it('is found so at one address, too', (t: TestContext) => expose(t, clever(), oneHost, MOST_UNDER_WAY));
});
