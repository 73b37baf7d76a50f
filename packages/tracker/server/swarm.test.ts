import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { type AnnouncingPeer, Swarm } from './swarm.ts';
import { SwarmStore } from './swarm-store.ts';

const random = seededRandom(1);

function peer(number: number, seed = false, peerId = number): AnnouncingPeer {
  return {
    compact: Uint8Array.of(10, 0, number >> 8, number & 0xff, 0, 1),
    peerId: new Uint8Array(20).fill(peerId),
    seed,
  };
}

test('a sample holds each peer once, never the one that asks, and is as long as asked for', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(20), fc.nat(100), (leechers, seeds, wanted) => {
      const swarm = new Swarm();
      for (let number = 0; number < leechers + seeds; number++) swarm.put(peer(number, number >= leechers), 0);
      const asking = peer(0, leechers === 0);
      const sample = swarm.sample(wanted, asking, random);
      const others = asking.seed ? leechers : leechers + seeds - Math.min(1, leechers);
      assert.equal(sample.length, Math.min(wanted, others));
      assert.equal(new Set(sample.map(({ compact }) => compact.join('.'))).size, sample.length);
      assert.ok(!sample.some(({ compact }) => compact.join('.') === asking.compact.join('.')));
    }),
  );
});

test('seeds are not handed to seeds', () => {
  const swarm = new Swarm();
  for (let number = 0; number < 10; number++) swarm.put(peer(number, true), 0);
  assert.equal(swarm.sample(50, peer(100, true), random).length, 0);
  assert.equal(swarm.sample(50, peer(100, false), random).length, 10);
});

test('over many samples every peer is handed out about equally often', () => {
  const swarm = new Swarm();
  for (let number = 0; number < 20; number++) swarm.put(peer(number, number < 5), 0);
  const counts = new Map<string, number>();
  for (let round = 0; round < 2000; round++) {
    for (const { compact } of swarm.sample(5, peer(500), random)) {
      counts.set(compact.join('.'), (counts.get(compact.join('.')) ?? 0) + 1);
    }
  }
  assert.equal(counts.size, 20);
  for (const count of counts.values()) assert.ok(count > 350 && count < 650, String(count));
});

test('a restarted client takes its address over, and its former self can no longer sign it off', () => {
  const swarm = new Swarm();
  swarm.put(peer(1, false, 1), 0);
  swarm.put(peer(1, true, 2), 0);
  assert.deepEqual([swarm.size, swarm.seeders, swarm.leechers], [1, 1, 0]);
  swarm.remove(peer(1, false, 1));
  assert.equal(swarm.size, 1);
  swarm.remove(peer(1, false, 2));
  assert.deepEqual([swarm.size, swarm.seeders, swarm.leechers], [0, 0, 0]);
});

test('counts stay true through any sequence of announces', () => {
  const step = fc.record({
    number: fc.nat(8),
    seed: fc.boolean(),
    hash: fc.constantFrom('a', 'b'),
    event: fc.constantFrom(undefined, 'started', 'completed', 'stopped'),
    silence: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new SwarmStore({ maxPeersPerSwarm: 5, maxPeers: 8, random });
      const model = new Map<string, { seed: boolean; at: number }>();
      for (const [now, { number, seed, hash, event, silence }] of steps.entries()) {
        const announced = store.announce(
          { infoHash: hash, peer: peer(number, seed), event: event as 'started', numWant: 50 },
          now,
        );
        const key = `${hash}${number}`;
        if (event === 'stopped') model.delete(key);
        else if (typeof announced !== 'string') model.set(key, { seed, at: now });
        if (silence) {
          store.removeSilent(now - 5);
          for (const [known, { at }] of model) if (at < now - 5) model.delete(known);
        }
        const seeders = [...model.values()].filter((known) => known.seed).length;
        const torrents = new Set([...model.keys()].map((known) => known[0])).size;
        assert.deepEqual(store.totals(), { torrents, peers: model.size, seeders, leechers: model.size - seeders });
      }
    }),
  );
});

test('a full swarm and a full tracker refuse newcomers in words and keep those they have', () => {
  const store = new SwarmStore({ maxPeersPerSwarm: 2, maxPeers: 3, random });
  const announce = (infoHash: string, number: number): unknown =>
    store.announce({ infoHash, peer: peer(number), event: undefined, numWant: 5 }, 0);
  announce('a', 1);
  announce('a', 2);
  assert.match(announce('a', 3) as string, /swarm is full/);
  assert.equal(typeof announce('a', 1), 'object');
  announce('b', 1);
  assert.match(announce('c', 1) as string, /tracker is full/);
  assert.equal(store.has('c'), false);
});
