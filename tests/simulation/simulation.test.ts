// Small swarms in simulated time: what each of them comes to. A failure names its seed (see course.ts).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertLittleWaste,
  durations,
  finish,
  GIVE_UP_MS,
  itSimulates,
  joinAll,
  MIB,
  SEED,
  slowest,
  sum,
} from './course.ts';
import { type PeerSettings, type SimulatedPeer, SimulatedSwarm } from './simulated-swarm.ts';

const SIZE = 8 * MIB;
const PIECE_LENGTH = 128 * 1024;
const CONTENT = { size: SIZE, pieceLength: PIECE_LENGTH };
const UPLINK = 4_000_000;
const LEECHERS = 10;
/** What one uplink needs for the whole content: no leecher of a swarm with one seed can be done sooner. */
const FLOOR_MS = (SIZE / UPLINK) * 1000;

const leecher: PeerSettings = { latencyMs: 20, uplinkBytesPerSecond: UPLINK };
const seed: PeerSettings = { ...leecher, has: () => true };

async function seedAndTenLeechers(number: number): Promise<number[]> {
  const swarm = new SimulatedSwarm({ seed: number, ...CONTENT });
  await swarm.join(seed);
  const leechers = await joinAll(swarm, leecher, LEECHERS);
  await finish(swarm, leechers);
  return durations(leechers);
}

describe('a simulated swarm', () => {
  itSimulates('of a seed and ten leechers is done soon, by exchange, with little waste', CONTENT, async (swarm) => {
    const origin = await swarm.join(seed);
    const leechers = await joinAll(swarm, leecher, LEECHERS);
    await finish(swarm, leechers);
    assertLittleWaste(leechers);
    assert.ok(slowest(leechers) < 4 * FLOOR_MS, `the last took ${slowest(leechers)} ms, the floor is ${FLOOR_MS}`);
    const exchanged = sum(leechers, ({ snapshot }) => snapshot.uploadedBytes);
    assert.ok(exchanged > origin.snapshot.uploadedBytes, 'most of it came from leechers');
    // Two of the ten find no slot at the seed, which serves eight; what they have others had before them.
    const givers = leechers.filter(({ snapshot }) => snapshot.uploadedBytes > 0);
    assert.ok(givers.length >= LEECHERS - 2, `${givers.length} of ${LEECHERS} gave something`);
  });

  it('takes the same course with the same seed, to the millisecond, and another with another', async () => {
    const times = await seedAndTenLeechers(SEED);
    assert.deepEqual(await seedAndTenLeechers(SEED), times);
    assert.notDeepEqual(await seedAndTenLeechers(SEED + 1), times);
  });

  itSimulates('waits for no piece longer than its one slow holder needs to send it once', CONTENT, async (swarm) => {
    const slowUplink = 50_000;
    await swarm.join({ latencyMs: 100, uplinkBytesPerSecond: slowUplink, has: (piece) => piece === 7 });
    await swarm.join({ ...leecher, has: (piece) => piece !== 7 });
    const leechers = await joinAll(swarm, leecher, LEECHERS);
    await finish(swarm, leechers);
    // What lies in the slow one's sockets when others can deliver it too is not called back any more.
    assertLittleWaste(leechers, 0.02);
    const onceMs = (PIECE_LENGTH / slowUplink) * 1000;
    assert.ok(slowest(leechers) < 4 * FLOOR_MS + 4 * onceMs, `the last took ${slowest(leechers)} ms`);
  });

  itSimulates(
    'serves somebody who comes when all others are nearly done as quickly as those',
    CONTENT,
    async (swarm) => {
      await swarm.join(seed);
      const leechers = await joinAll(swarm, leecher, LEECHERS);
      const verified = () => sum(leechers, ({ snapshot }) => snapshot.verifiedBytes);
      assert.ok(await swarm.run(() => verified() >= 0.99 * LEECHERS * SIZE, GIVE_UP_MS));
      const late = await swarm.join(leecher);
      await finish(swarm, [...leechers, late]);
      assertLittleWaste([...leechers, late]);
      assert.ok(slowest([late]) < 2 * FLOOR_MS, `it took ${slowest([late])} ms`);
    },
  );

  itSimulates('gives to one that comes back with all but its last pieces just those', CONTENT, async (swarm) => {
    await swarm.join(seed);
    const missing = 2;
    const back = await swarm.join({ ...leecher, has: (piece) => piece < swarm.pieceCount - missing });
    await finish(swarm, [back]);
    assert.ok(back.snapshot.downloadedBytes <= (missing + 1) * PIECE_LENGTH, 'it fetched little more than it lacked');
    assert.ok(slowest([back]) < 1_000, `it took ${slowest([back])} ms`);
  });

  itSimulates(
    'outlives leechers that come and go, and the seed that leaves once all pieces are out',
    CONTENT,
    async (swarm) => {
      const origin = await swarm.join(seed);
      const staying = await joinAll(swarm, leecher, 5);
      const passing: SimulatedPeer[] = [];
      for (let round = 1; round <= 8; round++) {
        passing.push(await swarm.join(leecher));
        await swarm.run(() => false, swarm.nowMs + 500);
        if (round % 2 === 0) passing.shift()!.leave();
      }
      const held = (peer: SimulatedPeer) => peer.finishedAtMs !== undefined;
      assert.ok(await swarm.run(() => staying.some(held), GIVE_UP_MS));
      origin.leave();
      await finish(swarm, [...staying, ...passing]);
      assertLittleWaste([...staying, ...passing]);
    },
  );

  itSimulates(
    'fetches little in vain for a disk that stays full, and goes on once there is space',
    CONTENT,
    async (swarm) => {
      await swarm.join(seed);
      let isFull = false;
      const full = await swarm.join({ ...leecher, isDiskFull: () => isFull });
      const other = await swarm.join(leecher);
      assert.ok(await swarm.run(() => full.snapshot.verifiedBytes >= SIZE / 2, GIVE_UP_MS));
      isFull = true;
      const before = full.snapshot.downloadedBytes;
      await finish(swarm, [other]);
      const minutes = 5;
      await swarm.run(() => false, swarm.nowMs + minutes * 60_000);
      assert.deepEqual(full.snapshot.problem, { code: 'disk-full', message: 'the disk is full' });
      const inVain = full.snapshot.downloadedBytes - before;
      assert.ok(inVain < minutes * SIZE, `${inVain} bytes in ${minutes} minutes`);
      isFull = false;
      const freedAtMs = swarm.nowMs;
      await finish(swarm, [full]);
      assert.equal(full.snapshot.problem, undefined);
      const tookMs = full.finishedAtMs! - freedAtMs;
      assert.ok(tookMs < 10_000 + 2 * FLOOR_MS, `it took ${tookMs} ms`);
    },
  );
});
