import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { ChangeClock } from './change-clock.ts';
import { encodeSnapshot, SnapshotError, SnapshotReader } from './snapshot.ts';
import { SwarmStore } from './swarm-store.ts';

const WALL = 1_700_000_000_000;

function makeStore(): SwarmStore {
  const caps = { maxPeersPerSwarm: 20_000, maxPeers: 20_000, maxNumWant: 1 };
  return new SwarmStore({ ...caps, order: 'random', clock: new ChangeClock(() => WALL), random: seededRandom(3) });
}

function announce(store: SwarmStore, swarm: number, number: number, now: number, isGoing = false): void {
  const ip = number % 3 === 0 ? new Uint8Array(16).fill(number) : Uint8Array.of(10, 0, number >> 8, number);
  store.announce(
    {
      infoHash: new Uint8Array(20).fill(swarm),
      compact: Uint8Array.of(...ip, number >> 8, number | 1),
      peerId: new Uint8Array(20).fill(number),
      remaining: number % 4,
      event: isGoing ? 'stopped' : number % 5 === 0 ? 'completed' : undefined,
      numWant: 0,
      family: 'both',
    },
    now,
  );
}

function write(store: SwarmStore, now: number): Buffer {
  return Buffer.concat(
    Array.from(
      encodeSnapshot(store, () => ({ now, wall: WALL })),
      (piece) => Buffer.from(piece),
    ),
  );
}

function read(bytes: Buffer, step: number, now: number, laterMs = 0): SwarmStore {
  const store = makeStore();
  const reader = new SnapshotReader(store, now, WALL + laterMs);
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.finish();
  return store;
}

function contentOf(store: SwarmStore, now: number): string[] {
  return [...store.swarms()]
    .flatMap((swarm) => [
      JSON.stringify([swarm]),
      ...Array.from(store.peersOf(swarm.infoHash, now), (peer) => JSON.stringify([swarm.infoHash, peer])),
    ])
    .sort();
}

test('what was written is read again, in whatever pieces it comes, with silence counted on', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(40))), fc.integer({ min: 1, max: 300 }), (peers, step) => {
      const store = makeStore();
      for (const [at, [swarm, number]] of peers.entries()) announce(store, swarm, number, at);
      const again = read(write(store, 1000), step, 50);
      assert.deepEqual(contentOf(again, 50), contentOf(store, 1000));
    }),
    { numRuns: 40 },
  );
  const store = makeStore();
  announce(store, 1, 1, 0);
  const [peer] = read(write(store, 1000), 99, 0, 500).peersOf(new Uint8Array(20).fill(1), 0);
  assert.equal(peer.silentMs, 1500);
});

test('a large swarm is written while its peers come and go, and nobody who stays is missing', () => {
  const store = makeStore();
  for (let number = 0; number < 10_000; number++) announce(store, 1, number, 0);
  const pieces: Buffer[] = [];
  for (const piece of encodeSnapshot(store, () => ({ now: 0, wall: WALL }))) {
    pieces.push(Buffer.from(piece));
    for (let number = 0; number < 2000; number++) announce(store, 1, number, 0, true);
    announce(store, 2 + pieces.length, pieces.length, 0);
  }
  assert.ok(pieces.length >= 3);
  const again = read(Buffer.concat(pieces), 65_536, 0);
  const kept = new Set(Array.from(again.peersOf(new Uint8Array(20).fill(1), 0), ({ compact }) => compact.join()));
  for (const { compact } of store.peersOf(new Uint8Array(20).fill(1), 0)) assert.ok(kept.has(compact.join()));
});

test('a bit that flipped, an end that is missing and bytes behind it are found out', () => {
  const store = makeStore();
  for (let number = 0; number < 20; number++) announce(store, number % 2, number, 0);
  const whole = write(store, 0);
  const damage = fc.oneof(
    fc.tuple(fc.nat(whole.length - 1), fc.nat(7)).map(([at, bit]) => {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 1 << bit;
      return bytes;
    }),
    fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
    fc.uint8Array({ minLength: 1 }).map((tail) => Buffer.concat([whole, tail])),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(fc.property(damage, (bytes) => assert.throws(() => read(bytes, 64, 0), SnapshotError)));
});
