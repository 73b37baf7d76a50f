import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { SessionTurns } from './session-turns.ts';
import type { Torrent } from './torrent.ts';

/** A torrent as far as the turns see it, and how often it had one within a second. */
function working() {
  const ticks = { all: 0, seconds: 0, begun: 0 };
  const peers = new Set<string>();
  const knownPeers = { nextDialAtMs: Number.POSITIVE_INFINITY };
  const parts = { isActive: true, isAtWork: true, connectedPeers: peers, knownPeers };
  const torrent = Object.assign(parts, { tick: () => void ticks.all++, tickSecond: () => void ticks.seconds++ });
  const clock = new FakeClock();
  const turns = new SessionTurns(
    clock,
    () => {},
    () => void ticks.begun++,
  );
  const aSecond = () => {
    clock.advance(1_000);
    const had = { ...ticks };
    Object.assign(ticks, { all: 0, seconds: 0, begun: 0 });
    return had;
  };
  return { turns, torrent, peers, knownPeers, clock, aSecond, wake: () => turns.wake(torrent as unknown as Torrent) };
}

test('a torrent at work that knows nobody has a turn once a second, from the start', () => {
  const { aSecond, wake } = working();
  wake();
  assert.deepEqual(aSecond(), { all: 1, seconds: 1, begun: 1 });
  for (let second = 0; second < 3; second++) assert.deepEqual(aSecond(), { all: 1, seconds: 1, begun: 0 });
});

test('one at rest has a last turn and then none, until it is woken or somebody is to be dialled', () => {
  const { turns, torrent, knownPeers, clock, aSecond, wake } = working();
  torrent.isAtWork = false;
  wake();
  assert.equal(aSecond().all, 1);
  assert.equal(turns.working.size, 0);
  assert.deepEqual(aSecond(), { all: 0, seconds: 0, begun: 0 });
  wake();
  assert.deepEqual(aSecond(), { all: 1, seconds: 1, begun: 1 });
  knownPeers.nextDialAtMs = clock.now() + 5_500;
  wake();
  const turnsOf = Array.from({ length: 8 }, () => aSecond().all);
  assert.deepEqual(turnsOf.slice(1, 5), [0, 0, 0, 0], `turns in eight seconds: ${turnsOf}`);
  assert.ok(turnsOf[5] > 0, `turns in eight seconds: ${turnsOf}`);
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
