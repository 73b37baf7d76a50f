import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { ChangeClock } from './change-clock.ts';
import type { PeerChange } from './peer-change.ts';
import { COMPLETE, remainingOf, UNKNOWN_REMAINING } from './remaining.ts';
import { type Announcement, SwarmStore, type SwarmStoreOptions } from './swarm-store.ts';

const CAPS = { maxPeersPerSwarm: 500, maxPeers: 1000, maxNumWant: 200 };

function makeStore(options: Partial<SwarmStoreOptions> = {}): SwarmStore {
  const clock = new ChangeClock(() => 1_700_000_000_000);
  return new SwarmStore({ ...CAPS, order: 'random', clock, random: seededRandom(1), ...options });
}

function hash(letter: string): Uint8Array {
  return new Uint8Array(20).fill(letter.charCodeAt(0));
}

/** @param number its address, IPv6 when it is odd */
function peer(number: number, parts: Partial<Announcement> = {}): Announcement {
  const ip = number % 2 === 0 ? [10, 0, number >> 8, number & 0xff] : [...new Array(14).fill(7), number >> 8, number];
  return {
    infoHash: hash('a'),
    compact: Uint8Array.of(...ip, 0, 1),
    peerId: new Uint8Array(20).fill(number),
    remaining: UNKNOWN_REMAINING,
    event: undefined,
    numWant: 0,
    family: 'both',
    ...parts,
  };
}

/** Announces, and gives the numbers of those it was told of. */
function ask(store: SwarmStore, announcement: Announcement): number[] {
  const outcome = store.announce(announcement, 0);
  assert.ok(typeof outcome !== 'string', String(outcome));
  const { ipv4, ipv6 } = store.handedOut;
  return [ipv4, ipv6].flatMap((runs) => {
    const addresses = new Uint8Array(runs.addressesLength);
    runs.copyAddresses(addresses, 0);
    const compacts = Array.from(runs.places(), (place) => store.compactOf(runs.rowAt(place)));
    assert.deepEqual(
      [...addresses],
      compacts.flatMap((compact) => [...compact]),
    );
    return compacts.map((compact) => compact[compact.length - 4] * 256 + compact[compact.length - 3]);
  });
}

test('each is told of everybody else once, as many as it wants, of the kind it wants, and seeds of no seeds', () => {
  const parts = { leechers: fc.nat(40), seeds: fc.nat(20), numWant: fc.nat(70), asking: fc.nat(59) };
  const family = fc.constantFrom('both', 'ipv4', 'ipv6');
  const order = fc.constantFrom('random', 'completeness');
  fc.assert(
    fc.property(fc.record({ ...parts, family, order }), ({ leechers, seeds, numWant, asking, family, order }) => {
      const store = makeStore({ order });
      const remaining = (number: number) => (number < leechers ? 1 + number : COMPLETE);
      const all = [...new Array(leechers + seeds).keys()];
      for (const number of all) store.announce(peer(number, { remaining: remaining(number) }), 0);
      const isSeed = asking >= leechers;
      const handed = ask(store, peer(asking, { remaining: remaining(asking), numWant, family }));
      const eligible = all
        .filter((number) => number !== asking && !(isSeed && number >= leechers))
        .filter((number) => family === 'both' || (number % 2 === 0) === (family === 'ipv4'));
      assert.equal(handed.length, Math.min(numWant, eligible.length));
      assert.equal(new Set(handed).size, handed.length);
      assert.deepEqual(
        handed.filter((number) => !eligible.includes(number)),
        [],
      );
    }),
  );
});

test('over many answers every peer is handed out about equally often', () => {
  for (const [peers, numWant] of [
    [20, 5],
    [120, 50],
  ]) {
    const store = makeStore();
    for (let number = 0; number < peers; number++) {
      store.announce(peer(number, { remaining: number % 4 === 0 ? COMPLETE : 9 }), 0);
    }
    const counts = new Map<number, number>();
    for (let round = 0; round < 2000; round++) {
      for (const number of ask(store, peer(500, { numWant }))) counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    assert.equal(counts.size, peers);
    const mean = (2000 * numWant) / peers;
    for (const count of counts.values()) assert.ok(Math.abs(count - mean) < 0.16 * mean, `${count} of ${mean}`);
  }
});

test('by completeness all seeds are handed out, then rather those that lack least', () => {
  const store = makeStore({ order: 'completeness' });
  for (let number = 0; number < 100; number++) store.announce(peer(number, { remaining: Math.max(0, number - 4) }), 0);
  let sum = 0;
  for (let round = 0; round < 100; round++) {
    const handed = ask(store, peer(200, { numWant: 10 }));
    const isSeed = (number: number) => number < 5;
    assert.deepEqual(handed.filter(isSeed).sort(), [0, 1, 2, 3, 4]);
    for (const number of handed) if (!isSeed(number)) sum += number;
  }
  // By chance alone it would be 52.
  assert.ok(sum / 500 < 25, String(sum / 500));
});

test('how much is lacking is told in order', () => {
  assert.deepEqual([0, 1, 2, 2 ** 63, undefined].map(remainingOf), [COMPLETE, 1, 5, 253, UNKNOWN_REMAINING]);
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => remainingOf(bytes) <= remainingOf(bytes + 1)));
});

test('a client with two addresses is not told of its other one', () => {
  const store = makeStore();
  store.announce(peer(1, { peerId: hash('p') }), 0);
  assert.deepEqual(ask(store, peer(2, { peerId: hash('p'), numWant: 9 })), []);
});

test('a restarted client takes its address over, and its former self can no longer sign it off', () => {
  const store = makeStore();
  store.announce(peer(1, { peerId: hash('1') }), 0);
  store.announce(peer(1, { peerId: hash('2'), remaining: COMPLETE }), 0);
  assert.deepEqual(store.totals(), { torrents: 1, peers: 1, seeders: 1, leechers: 0 });
  store.announce(peer(1, { peerId: hash('1'), event: 'stopped' }), 0);
  assert.equal(store.totals().peers, 1);
  store.announce(peer(1, { peerId: hash('2'), event: 'stopped' }), 0);
  assert.deepEqual(store.totals(), { torrents: 0, peers: 0, seeders: 0, leechers: 0 });
});

test('counts stay true through any sequence of announces, and a second store that applies the changes holds the same', () => {
  const step = fc.record({
    number: fc.nat(8),
    remaining: fc.nat(1),
    letter: fc.constantFrom('a', 'b'),
    event: fc.constantFrom(undefined, 'started', 'completed', 'stopped'),
    silence: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = makeStore({ maxPeersPerSwarm: 5, maxPeers: 8 });
      const twin = makeStore();
      const model = new Map<string, { isSeed: boolean; at: number }>();
      let time = 0;
      store.onChange((change) => twin.apply(change, time));
      for (const [now, { number, remaining, letter, event, silence }] of steps.entries()) {
        time = now;
        const outcome = store.announce(peer(number, { infoHash: hash(letter), remaining, event }), now);
        const key = `${letter}${number}`;
        if (event === 'stopped') model.delete(key);
        else if (typeof outcome !== 'string') model.set(key, { isSeed: remaining === COMPLETE, at: now });
        if (silence) {
          for (const one of [store, twin]) one.removeSilent(now, 5);
          for (const [known, { at }] of model) if (at < now - 5) model.delete(known);
        }
        const seeders = [...model.values()].filter(({ isSeed }) => isSeed).length;
        const torrents = new Set([...model.keys()].map((known) => known[0])).size;
        assert.deepEqual(store.totals(), { torrents, peers: model.size, seeders, leechers: model.size - seeders });
        assert.deepEqual(contentOf(twin), contentOf(store));
      }
    }),
  );
});

test('of two changes of a peer the newer one counts, in whichever order they come', () => {
  const changes: PeerChange[] = [];
  const store = makeStore();
  store.onChange((change) => changes.push(change));
  store.announce(peer(1), 0);
  store.announce(peer(1, { remaining: COMPLETE, event: 'completed' }), 0);
  store.announce(peer(1, { event: 'stopped' }), 0);
  const [put, completed, removed] = changes;
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['put', 'completed', 'removed'],
  );
  const other = makeStore();
  assert.deepEqual([other.apply(completed, 0), other.apply(put, 0), other.apply(completed, 0)], [true, false, false]);
  assert.deepEqual(other.counts(hash('a')), { seeders: 1, leechers: 0, completed: 1 });
  assert.equal(other.stampOf(hash('a'), put.compact), completed.stamp);
  assert.deepEqual([other.apply(removed, 0), other.apply(removed, 0)], [true, false]);
  assert.deepEqual(contentOf(other), contentOf(store));
  assert.equal(other.stampOf(hash('a'), put.compact), undefined);
});

test('a clock shown a later stamp gives later ones still, and goes on when the wall’s stands or goes back', () => {
  let wall = 1000;
  const clock = new ChangeClock(() => wall);
  const first = clock.next();
  assert.equal(ChangeClock.timeOf(first), 1000);
  wall = 500;
  assert.ok(clock.next() > first);
  clock.observe(first + 10_000);
  assert.ok(clock.next() > first + 10_000);
  wall = 9000;
  assert.equal(ChangeClock.timeOf(clock.next()), 9000);
});

test('a walk over a swarm goes on while peers come and go, and leaves nobody out that stays', () => {
  const store = makeStore();
  for (let number = 0; number < 100; number++) store.announce(peer(number), 0);
  const seen = new Set<string>();
  let steps = 0;
  for (const { compact } of store.peersOf(hash('a'), 0)) {
    seen.add(compact.join('.'));
    if (steps < 50) store.announce(peer(steps, { event: 'stopped' }), 0);
    store.announce(peer(200 + steps++), 0);
  }
  for (let number = 50; number < 100; number++) assert.ok(seen.has(peer(number).compact.join('.')));
  assert.equal(seen.size, steps);
});

test('a full swarm and a full tracker refuse newcomers in words and keep those they have', () => {
  const store = makeStore({ maxPeersPerSwarm: 2, maxPeers: 3 });
  const announce = (letter: string, number: number) => store.announce(peer(number, { infoHash: hash(letter) }), 0);
  announce('a', 1);
  announce('a', 2);
  assert.match(announce('a', 3) as string, /swarm is full/);
  assert.equal(typeof announce('a', 1), 'object');
  announce('b', 1);
  assert.match(announce('c', 1) as string, /tracker is full/);
  assert.equal(store.has(hash('c')), false);
});

/** Everything that two stores must agree on. */
function contentOf(store: SwarmStore): unknown {
  return [...store.swarms()]
    .map(({ infoHash, peers, seeders, completed }) => ({
      swarm: `${infoHash} ${peers} ${seeders} ${completed}`,
      peers: [...store.peersOf(infoHash, 0)]
        .map(({ compact, peerId, remaining, stamp }) => `${compact} ${peerId} ${remaining} ${stamp}`)
        .sort(),
    }))
    .sort((a, b) => (a.swarm < b.swarm ? -1 : 1));
}
