import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { SessionTurns } from './session-turns.ts';
import type { Torrent } from './torrent.ts';

/** A torrent as far as the turns see it, and how often it had one within a second. */
function working() {
  const ticks = { all: 0, seconds: 0 };
  const peers = new Set<string>();
  const knownPeers = { nextDialAtMs: Number.POSITIVE_INFINITY };
  const parts = { isActive: true, isAtWork: true, connectedPeers: peers, knownPeers };
  const torrent = { ...parts, tick: () => void ticks.all++, tickSecond: () => void ticks.seconds++ };
  const clock = new FakeClock();
  const turns = new SessionTurns(clock, () => {});
  const aSecond = () => {
    Object.assign(ticks, { all: 0, seconds: 0 });
    clock.advance(1_000);
    return { ...ticks };
  };
  return { turns, peers, knownPeers, clock, aSecond, wake: () => turns.wake(torrent as unknown as Torrent) };
}

test('a torrent that knows nobody has a turn once a second, from the start', () => {
  const { aSecond, wake } = working();
  wake();
  for (let second = 0; second < 3; second++) assert.deepEqual(aSecond(), { all: 1, seconds: 1 });
});

test('with a peer, or one to dial soon, it has ten, until both are gone', () => {
  const { aSecond, wake, peers, knownPeers, clock } = working();
  wake();
  aSecond();
  knownPeers.nextDialAtMs = clock.now() + 500;
  wake();
  assert.equal(aSecond().all, 10);
  knownPeers.nextDialAtMs = Number.POSITIVE_INFINITY;
  peers.add('one');
  wake();
  assert.equal(aSecond().all, 10);
  peers.clear();
  aSecond();
  assert.equal(aSecond().all, 1);
});
