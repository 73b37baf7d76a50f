// Sets of trackers in simulated time. A failure names its seed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, contentOf, peerOf, type SetSettings, SimulatedSet, TIMEOUT_MS } from './simulated-set.fixture.ts';

const SEEDS = [1, 2, 3];
const AGREE_MS = 1_000;
const HEAL_MS = 5_000;

function testHolds(sentence: string, course: (seed: number) => Promise<void>, seeds = SEEDS): void {
  test(sentence, async () => {
    for (const seed of seeds) {
      await course(seed).catch((error: Error) => {
        throw new Error(`with seed ${seed}: ${error.message}`, { cause: error });
      });
    }
  });
}

async function settled(settings: SetSettings, count = 3): Promise<SimulatedSet> {
  const set = new SimulatedSet(settings);
  set.startAll(count);
  await set.advance(2_000);
  return set;
}

/** Peers that come, go, complete and announce again, at trackers by chance. */
function stir(set: SimulatedSet, count: number, trackers: readonly number[], peers = 200): void {
  const { random } = set;
  for (let done = 0; done < count; done++) {
    const event = (['started', undefined, 'completed', 'stopped'] as const)[random.below(4)];
    const peer = peerOf(random.below(20), random.below(peers), { event, remaining: random.below(3) });
    set.announce(trackers[random.below(trackers.length)], peer);
  }
}

describe('a set of trackers', () => {
  testHolds('agrees within a second of any change, completions and goodbyes among them', async (seed) => {
    const set = await settled({ seed });
    for (let round = 0; round < 10; round++) {
      stir(set, 30, [0, 1, 2]);
      const ms = await set.until(() => agree(set.trackers), AGREE_MS);
      assert.ok(ms <= AGREE_MS, `${ms} ms`);
    }
    assert.ok(contentOf(set.trackers[0]).length > 50);
  });

  testHolds('agrees five seconds after a partition of sixty, though both sides went on', async (seed) => {
    const set = await settled({ seed });
    stir(set, 300, [0, 1, 2]);
    await set.advance(1_000);
    set.trackers[0].side = 1;
    for (let second = 0; second < 60; second++) {
      stir(set, 10, [0]);
      stir(set, 10, [1, 2]);
      await set.advance(1_000);
    }
    assert.equal(agree(set.trackers), false);
    set.trackers[0].side = 0;
    const ms = await set.until(() => agree(set.trackers), HEAL_MS);
    assert.ok(ms <= HEAL_MS, `${ms} ms`);
  });

  testHolds('agrees in spite of messages that are lost', async (seed) => {
    const set = await settled({ seed, lossShare: 0.1 });
    for (let second = 0; second < 20; second++) {
      stir(set, 20, [0, 1, 2]);
      await set.advance(1_000);
    }
    const ms = await set.until(() => agree(set.trackers), 4 * HEAL_MS);
    assert.ok(ms <= 4 * HEAL_MS, `${ms} ms`);
  });

  testHolds('lets nobody come back who said goodbye while one tracker was cut off', async (seed) => {
    const set = await settled({ seed });
    for (let number = 0; number < 50; number++) set.announce(0, peerOf(1, number));
    await set.advance(1_000);
    set.trackers[0].side = 1;
    // One of them is known to the cut-off tracker only.
    set.announce(0, peerOf(1, 50));
    for (let number = 0; number <= 50; number++) set.announce(1, peerOf(1, number, { event: 'stopped' }));
    await set.advance(TIMEOUT_MS / 2);
    set.trackers[0].side = 0;
    await set.advance(HEAL_MS);
    for (const tracker of set.trackers) assert.deepEqual(contentOf(tracker), []);
    await set.advance(2 * TIMEOUT_MS);
    for (const { replication } of set.trackers) assert.equal(replication.view.tombstones, 0);
  });

  testHolds('forgets silent peers everywhere at the same time and tells nobody of it', async (seed) => {
    const set = await settled({ seed });
    stir(set, 200, [0, 1, 2]);
    await set.advance(TIMEOUT_MS + 10_000);
    for (const tracker of set.trackers) assert.deepEqual(contentOf(tracker), []);
  });

  testHolds('brings one that was killed and lost everything up to date in five seconds', async (seed) => {
    const set = await settled({ seed });
    for (let number = 0; number < 3_000; number++) set.announce(1, peerOf(number % 40, number));
    await set.advance(1_000);
    set.kill(0);
    await set.advance(10_000);
    set.start(0, 3);
    const ms = await set.until(() => agree(set.trackers), HEAL_MS);
    assert.ok(ms <= HEAL_MS, `${ms} ms`);
    assert.equal(set.trackers[0].store.totals().peers, 3_000);
  });

  test('heals a huge swarm without listing it', async () => {
    const set = await settled({ seed: 1 });
    for (let number = 0; number < 5_000; number++) set.announce(0, peerOf(1, number));
    await set.until(() => agree(set.trackers), 5_000);
    set.trackers[0].side = 1;
    for (let number = 0; number < 5; number++) set.announce(0, peerOf(1, number));
    await set.advance(5_000);
    set.trackers[0].side = 0;
    const ms = await set.until(() => agree(set.trackers), HEAL_MS);
    assert.ok(ms <= HEAL_MS, `${ms} ms`);
    const [{ given, taken }] = set.trackers[1].replication.view.fellows;
    assert.ok(given + taken < 50, `${given + taken} entries were exchanged for five`);
  });

  test('heals what waits for one that takes nothing, and keeps little for it meanwhile', async () => {
    const set = await settled({ seed: 1, leastLatencyMs: 900, mostLatencyMs: 950 });
    await set.advance(5_000);
    for (let round = 0; round < 12; round++) {
      for (let number = 0; number < 5_000; number++) set.announce(0, peerOf(number % 97, number));
      await set.advance(40);
    }
    assert.ok(set.trackers[0].replication.view.fellows.some(({ overflows }) => overflows > 0));
    const ms = await set.until(() => agree(set.trackers), 60_000, 500);
    assert.ok(Number.isFinite(ms));
  });

  test('is not changed by one with another secret, which learns nothing either', async () => {
    const set = new SimulatedSet({ seed: 1 });
    set.start(0, 3);
    set.start(1, 3);
    set.start(2, 3, 'another');
    set.announce(0, peerOf(1, 1));
    set.announce(2, peerOf(2, 2));
    await set.advance(10_000);
    assert.equal(agree(set.trackers.slice(0, 2)), true);
    for (const [at, one] of set.trackers.entries()) {
      assert.deepEqual(one.store.totals().peers, 1);
      const fellows = one.replication.view.fellows.filter(({ state }) => state === 'away');
      assert.equal(fellows.length, at === 2 ? 2 : 1);
      for (const { error } of fellows) assert.match(error, /\(signature-required\)/);
    }
  });

  test('refuses one whose clock is more than a minute ahead, and lives with one that is half a minute off', async () => {
    const set = await settled({ seed: 1, aheadMs: [0, 90_000, -30_000, 25_000] }, 4);
    for (let number = 0; number < 4; number++) set.announce(number, peerOf(1, number));
    await set.advance(5_000);
    const right = set.trackers.filter((_, number) => number !== 1);
    assert.equal(agree(right), true);
    for (const { store } of right) assert.equal(store.totals().peers, 3);
    assert.equal(set.trackers[1].store.totals().peers, 1);
    assert.match(set.trackers[1].replication.view.fellows[0].error, /90 s ahead of ours.*\(clock-apart\)/);
    // What they say reaches each other although their clocks are 55 s apart, and the later word counts.
    set.announce(3, peerOf(1, 7));
    await set.advance(1_000);
    set.announce(2, peerOf(1, 7, { event: 'stopped' }));
    await set.advance(1_000);
    assert.equal(agree(right), true);
    assert.equal(right[0].store.stampOf(peerOf(1, 7).infoHash, peerOf(1, 7).compact), undefined);
  });

  test('does not tire itself out over what a full one cannot take', async () => {
    const set = await settled({ seed: 1, maxPeers: [100_000, 50, 100_000] });
    for (let number = 0; number < 200; number++) set.announce(0, peerOf(number % 7, number));
    await set.advance(60_000);
    assert.equal(set.trackers[1].store.totals().peers, 50);
    assert.equal(agree([set.trackers[0], set.trackers[2]]), true);
    const before = set.carried;
    await set.advance(60_000);
    // Two comparisons that find something, of five messages at most, by each pair in ten seconds; and those that do not.
    assert.ok(set.carried - before < 600, `${set.carried - before} messages a minute`);
  });

  test('leaves itself out of the list, and a fellow that stands in it twice', async () => {
    const set = await settled({ seed: 1 }, 2);
    const states = set.trackers.map(({ replication }) => replication.view.fellows.map(({ state }) => state));
    assert.deepEqual(states, [
      ['same', 'met'],
      ['met', 'same'],
    ]);
  });
});
