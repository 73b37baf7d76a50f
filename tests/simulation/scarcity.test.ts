// What is rare, slow or going away: none of it holds a simulated swarm up, and nothing is lost.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import { finish, GIVE_UP_MS, itSimulatesOften, joinAll, slowest, sum } from './course.ts';
import { neglectedPieces } from './holders.ts';
import type { PeerSettings, SimulatedPeer } from './simulated-swarm.ts';

const PIECE_LENGTH = 32 * 1024;
const PIECES = 128;
const CONTENT = { size: PIECES * PIECE_LENGTH, pieceLength: PIECE_LENGTH };
const UPLINK = 100_000;
const ONCE_MS = (CONTENT.size / UPLINK) * 1000;
const LEECHERS = 30;

const leecher: PeerSettings = { latencyMs: 20, uplinkBytesPerSecond: UPLINK, maxConnections: 25 };
const seed: PeerSettings = { ...leecher, has: () => true };

const verifiedShare = (peers: readonly SimulatedPeer[]): number =>
  sum(peers, ({ snapshot }) => snapshot.verifiedBytes) / (peers.length * CONTENT.size);

describe('a simulated swarm with something scarce', () => {
  itSimulatesOften(
    'leaves no piece to one holder while two that this holder serves have nothing to do',
    CONTENT,
    async (swarm) => {
      const peers = [await swarm.join(seed), ...(await joinAll(swarm, leecher, LEECHERS))];
      const neglected: string[] = [];
      await swarm.run(() => {
        const pieces = neglectedPieces(peers, PIECES);
        if (pieces.length > 0) neglected.push(`${pieces} at ${swarm.nowMs} ms`);
        return peers.every(({ snapshot }) => snapshot.complete);
      }, GIVE_UP_MS);
      assert.deepEqual(neglected, []);
      await finish(swarm, peers.slice(1));
    },
  );

  itSimulatesOften(
    'takes at most 5 % of its time for its last hundredth, though one slow peer alone had a piece',
    CONTENT,
    async (swarm) => {
      const rare = 7;
      await swarm.join({ ...leecher, has: (piece) => piece !== rare });
      await swarm.join({ ...leecher, uplinkBytesPerSecond: UPLINK / 10, has: (piece) => piece === rare });
      const leechers = await joinAll(swarm, leecher, LEECHERS);
      assert.ok(await swarm.run(() => verifiedShare(leechers) >= 0.99, GIVE_UP_MS));
      const nearlyMs = swarm.nowMs;
      await finish(swarm, leechers);
      const share = (swarm.nowMs - nearlyMs) / swarm.nowMs;
      assert.ok(share <= 0.05, `the last hundredth took ${share} of the time`);
    },
  );

  itSimulatesOften(
    'loses nothing when three in ten go, at any moment, and fetches at most 1.5 % again',
    CONTENT,
    async (swarm, number) => {
      const random = seededRandom(number);
      await swarm.join(seed);
      const staying = await joinAll(swarm, leecher, LEECHERS);
      for (let gone = 0; gone < 0.3 * LEECHERS; gone++) {
        const nextMs = swarm.nowMs + random.below(ONCE_MS / 5);
        await swarm.run(() => swarm.nowMs >= nextMs, nextMs);
        staying.splice(random.below(staying.length), 1)[0].leave();
        staying.push(await swarm.join(leecher));
      }
      await finish(swarm, staying);
      const beyond = sum(staying, ({ snapshot }) => snapshot.downloadedBytes) / (staying.length * CONTENT.size) - 1;
      assert.ok(beyond <= 0.015, `${beyond} of the content was fetched again`);
    },
  );

  itSimulatesOften(
    'serves one that comes when the others have 99 % within the time of the content through one uplink',
    CONTENT,
    async (swarm) => {
      await swarm.join(seed);
      const leechers = await joinAll(swarm, leecher, LEECHERS);
      assert.ok(await swarm.run(() => verifiedShare(leechers) >= 0.99, GIVE_UP_MS));
      const late = await swarm.join(leecher);
      await finish(swarm, [...leechers, late]);
      assert.ok(slowest([late]) <= ONCE_MS, `it took ${slowest([late])} ms`);
    },
  );
});
