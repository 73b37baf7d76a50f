// Who gets how much: those who give, those who do not, newcomers, and uplinks of different width.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { durations, finish, GIVE_UP_MS, itSimulatesOften, joinAll, sum } from './course.ts';
import type { PeerSettings, SimulatedPeer, SimulatedSwarm } from './simulated-swarm.ts';

const KIB = 1024;
const PIECE_LENGTH = 32 * KIB;
const PIECES = 128;
const CONTENT = { size: PIECES * PIECE_LENGTH, pieceLength: PIECE_LENGTH };
const UPLINK = 50_000;
/** With the seeds 1 to 24 the longest wait is 20 to 38 s. */
const LONG_MS = 45_000;
const TURN_MS = 15_000;

const sharer: PeerSettings = { latencyMs: 20, uplinkBytesPerSecond: UPLINK, maxConnections: 25 };
/** It takes and never gives: nobody hears an unchoke of it. */
const freeRider: PeerSettings = { ...sharer, withholds: (message) => message.length === 5 && message[4] === 1 };

const median = (peers: readonly SimulatedPeer[]): number =>
  durations(peers).sort((a, b) => a - b)[Math.floor(peers.length / 2)];

const mean = (peers: readonly SimulatedPeer[]): number =>
  durations(peers).reduce((total, one) => total + one) / peers.length;

describe('a simulated swarm is fair', () => {
  /** Four sharers for each free rider, and a seed so many times as strong as a sharer: what is scarce is what leechers give. */
  const runWithRiders = async (swarm: SimulatedSwarm, seedStrength: number) => {
    await swarm.join({ ...sharer, uplinkBytesPerSecond: seedStrength * UPLINK, has: () => true });
    const sharers: SimulatedPeer[] = [];
    const freeRiders: SimulatedPeer[] = [];
    for (let round = 0; round < 6; round++) {
      sharers.push(...(await joinAll(swarm, sharer, 4)));
      freeRiders.push(await swarm.join(freeRider));
    }
    await finish(swarm, [...sharers, ...freeRiders]);
    return { sharers, freeRiders };
  };

  itSimulatesOften('free riders need a tenth longer than sharers on average', CONTENT, async (swarm) => {
    const { sharers, freeRiders } = await runWithRiders(swarm, 2);
    const [riding, sharing] = [mean(freeRiders), mean(sharers)];
    assert.ok(riding >= 1.1 * sharing, `${riding} ms and ${sharing} ms`);
  });

  itSimulatesOften(
    'the median free rider is done later than the median sharer beside a seed that has enough for all',
    CONTENT,
    async (swarm) => {
      const { sharers, freeRiders } = await runWithRiders(swarm, 6);
      assert.ok(median(freeRiders) > median(sharers), `${median(freeRiders)} ms and ${median(sharers)} ms`);
    },
  );

  itSimulatesOften('nobody, slow or giving nothing, waits 45 s for the next piece', CONTENT, async (swarm) => {
    await swarm.join({ ...sharer, has: () => true });
    const slow = await joinAll(swarm, { ...sharer, uplinkBytesPerSecond: UPLINK / 10 }, 6);
    const peers = [...slow, ...(await joinAll(swarm, sharer, 12)), ...(await joinAll(swarm, freeRider, 6))];
    const last = new Map(peers.map((peer) => [peer, { bytes: 0, atMs: swarm.nowMs }]));
    let longestMs = 0;
    await swarm.run(() => {
      for (const [peer, seen] of last) {
        const { verifiedBytes, complete } = peer.snapshot;
        if (verifiedBytes > seen.bytes || complete) last.set(peer, { bytes: verifiedBytes, atMs: swarm.nowMs });
        else longestMs = Math.max(longestMs, swarm.nowMs - seen.atMs);
      }
      return peers.every(({ finishedAtMs }) => finishedAtMs !== undefined);
    }, GIVE_UP_MS);
    await finish(swarm, peers);
    assert.ok(longestMs <= LONG_MS, `somebody waited ${longestMs} ms`);
  });

  const long = { size: 512 * 64 * KIB, pieceLength: 64 * KIB };
  itSimulatesOften(
    'ten who only take are served equally long in twenty turns, within one and a half times',
    long,
    async (swarm) => {
      const hasFirstHalf = (piece: number) => piece < 256;
      const server = await swarm.join({ ...sharer, has: hasFirstHalf });
      const visitors = await joinAll(swarm, freeRider, 10);
      const servedMs = new Map<string, number>();
      let lastMs = swarm.nowMs;
      await swarm.run(() => {
        for (const { amChoking, known } of server.torrent.connectedPeers) {
          const { host } = known.address;
          if (!amChoking) servedMs.set(host, (servedMs.get(host) ?? 0) + swarm.nowMs - lastMs);
        }
        lastMs = swarm.nowMs;
        return false;
      }, 20 * TURN_MS);
      const times = visitors.map(({ name }) => servedMs.get(name) ?? 0);
      assert.ok(Math.max(...times) <= 1.5 * Math.min(...times), `served for ${times} ms`);
    },
  );

  const wide = { size: 256 * PIECE_LENGTH, pieceLength: PIECE_LENGTH };
  itSimulatesOften(
    'uplinks of one and of ten are 90 % busy from a twentieth of the way on until the first peer is done',
    wide,
    async (swarm) => {
      const wideUplink = { ...sharer, uplinkBytesPerSecond: 10 * UPLINK };
      await swarm.join({ ...wideUplink, has: () => true });
      const groups = { slow: await joinAll(swarm, sharer, 15), fast: await joinAll(swarm, wideUplink, 15) };
      const all = [...groups.slow, ...groups.fast];
      const share = () => sum(all, ({ snapshot }) => snapshot.verifiedBytes) / (all.length * wide.size);
      const sent = () => [
        sum(groups.slow, ({ sentBytes }) => sentBytes),
        sum(groups.fast, ({ sentBytes }) => sentBytes),
      ];
      await swarm.run(() => share() >= 0.05, GIVE_UP_MS);
      const [before, beforeMs] = [sent(), swarm.nowMs];
      await swarm.run(() => all.some(({ finishedAtMs }) => finishedAtMs !== undefined), GIVE_UP_MS);
      const seconds = (swarm.nowMs - beforeMs) / 1000;
      const [slow, fast] = sent().map(
        (bytes, at) => (bytes - before[at]) / 15 / (at === 0 ? UPLINK : 10 * UPLINK) / seconds,
      );
      assert.ok(slow >= 0.9 && fast >= 0.9, `the slow ones ${slow}, the fast ones ${fast}`);
    },
  );
});
