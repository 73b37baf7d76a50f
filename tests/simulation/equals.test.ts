// Two hundred equal peers, one of them the seed: a course a seed of chance, and what is claimed of each.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durations, finish, joinAll, SEEDS, slowest } from './course.ts';
import { type SimulatedPeer, SimulatedSwarm } from './simulated-swarm.ts';

const BLOCK_LENGTH = 16 * 1024;
const LEECHERS = 199;
const PIECES = 128;
const PIECE_LENGTH = 4 * BLOCK_LENGTH;
const UPLINK = 400_000;
/** The content once through an uplink, and what the last piece needs to double until everybody has it. */
const OPTIMUM_MS = ((PIECES * PIECE_LENGTH) / UPLINK) * (1 + Math.floor(Math.log2(LEECHERS + 1)) / PIECES) * 1000;

const peer = { latencyMs: 20, uplinkBytesPerSecond: UPLINK, maxConnections: 40 };

async function run(seed: number): Promise<SimulatedPeer[]> {
  const swarm = new SimulatedSwarm({ seed, size: PIECES * PIECE_LENGTH, pieceLength: PIECE_LENGTH });
  await swarm.join({ ...peer, has: () => true });
  const leechers = await joinAll(swarm, peer, LEECHERS);
  await finish(swarm, leechers);
  return leechers;
}

for (const seed of SEEDS.slice(0, 2)) {
  describe(`two hundred equal peers, with SIMULATION_SEED=${seed}`, () => {
    let leechers: SimulatedPeer[];

    // The goal is 1.3: measured 1.302 (docs/performance.md).
    it('are done within 1.35 times the optimum', async () => {
      leechers = await run(seed);
      const ratio = slowest(leechers) / OPTIMUM_MS;
      assert.ok(ratio <= 1.35, `the last one took ${ratio} times the optimum`);
    });

    it('come out together: the last one takes at most 1.15 times as long as the median', () => {
      const sorted = durations(leechers).sort((a, b) => a - b);
      const ratio = sorted.at(-1)! / sorted[LEECHERS >> 1];
      assert.ok(ratio <= 1.15, `the last one took ${ratio} times as long`);
    });

    it('waste at most a block each on average', () => {
      const wasted = leechers.map(({ snapshot }) => snapshot.wastedBytes / BLOCK_LENGTH);
      const mean = wasted.reduce((sum, blocks) => sum + blocks) / LEECHERS;
      assert.ok(mean <= 1, `${mean} blocks on average`);
    });
  });
}
