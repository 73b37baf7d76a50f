// A course of events in a simulated swarm, as a test: what tests of swarms share. A failure names its seed:
// SIMULATION_SEED=… runs the same course again, and that one alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type PeerSettings, type SimulatedPeer, SimulatedSwarm, type SwarmSettings } from './simulated-swarm.ts';

export const SEED = Number(process.env.SIMULATION_SEED ?? 1);
/** What is claimed of a swarm is looked at with each of these. */
export const SEEDS = process.env.SIMULATION_SEED === undefined ? [1, 2, 3] : [SEED];
export const MIB = 1024 * 1024;
/** Nothing that ends at all takes so long. */
export const GIVE_UP_MS = 10 * 60_000;

/** A test over one swarm, whose failure tells the seed. */
export function itSimulates(
  sentence: string,
  content: Omit<SwarmSettings, 'seed'>,
  course: (swarm: SimulatedSwarm) => Promise<void>,
): void {
  it(sentence, async () => {
    try {
      await course(new SimulatedSwarm({ seed: SEED, ...content }));
    } catch (error) {
      throw new Error(`with SIMULATION_SEED=${SEED}: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** A test of several courses of the same events, one a seed; a failure tells which. */
export function itSimulatesOften(
  sentence: string,
  content: Omit<SwarmSettings, 'seed'>,
  course: (swarm: SimulatedSwarm, seed: number) => Promise<void>,
  seeds: readonly number[] = SEEDS,
): void {
  for (const seed of seeds) {
    it(`${sentence} (seed ${seed})`, async () => {
      try {
        await course(new SimulatedSwarm({ seed, ...content }), seed);
      } catch (error) {
        throw new Error(`with SIMULATION_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
    });
  }
}

export async function joinAll(swarm: SimulatedSwarm, settings: PeerSettings, count: number): Promise<SimulatedPeer[]> {
  const peers: SimulatedPeer[] = [];
  for (let at = 0; at < count; at++) peers.push(await swarm.join(settings));
  return peers;
}

/** Runs until all of them have everything. (That it is the content, its store has seen.) */
export async function finish(swarm: SimulatedSwarm, leechers: readonly SimulatedPeer[]): Promise<void> {
  const unfinished = (): SimulatedPeer[] => leechers.filter((peer) => peer.finishedAtMs === undefined);
  const ended = await swarm.run(() => unfinished().length === 0, swarm.nowMs + GIVE_UP_MS);
  const missing = unfinished().map(({ name, snapshot }) => `${name} has ${snapshot.verifiedBytes} bytes`);
  assert.ok(ended, `not all finished: ${missing.join(', ')}`);
}

/** From coming to having everything, in ms. */
export const durations = (peers: readonly SimulatedPeer[]): number[] =>
  peers.map((peer) => peer.finishedAtMs! - peer.joinedAtMs);

export const slowest = (peers: readonly SimulatedPeer[]): number => Math.max(...durations(peers));

export const sum = (peers: readonly SimulatedPeer[], pick: (peer: SimulatedPeer) => number): number =>
  peers.reduce((total, peer) => total + pick(peer), 0);

export function assertLittleWaste(leechers: readonly SimulatedPeer[], share = 0.01): void {
  const wasted = sum(leechers, ({ snapshot }) => snapshot.wastedBytes);
  const downloaded = sum(leechers, ({ snapshot }) => snapshot.downloadedBytes);
  assert.ok(wasted <= share * downloaded, `${wasted} of ${downloaded} bytes were wasted`);
}
