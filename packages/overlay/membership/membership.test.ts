import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import type { MemberRumour, MemberState } from '../protocol/rumour.ts';
import { FRESH_MS, Membership } from './membership.ts';

const OTHER = '22'.repeat(8);
const address = { host: '10.0.0.2', port: 6000 };

function membership() {
  const clock = new FakeClock();
  const spread: MemberRumour[] = [];
  let accused = 0;
  const members = new Membership({
    ...{ id: '11'.repeat(8), address: { host: '10.0.0.1', port: 6000 } },
    ...{ clock, random: seededRandom(1), logger: silentLogger },
    suspicionTimes: () => ({ leastMs: 4_000, mostMs: 24_000, confirmations: 0 }),
    admits: () => true,
    spread: (rumour) => spread.push(rumour),
    changed() {},
    call() {},
    accused: () => accused++,
  });
  const base = clock.wallTime();
  const hear = (state: MemberState, incarnation = 0, id = OTHER, at = address): void =>
    members.apply({ kind: 'member', id, state, incarnation: base + incarnation, provides: false, address: at });
  const stateOf = (id = OTHER) => members.table.get(id)?.state;
  return { clock, members, spread, hear, stateOf, accused: () => accused };
}

test('of two rumours the higher incarnation counts, then the later state', () => {
  const courses: [[MemberState, number][], MemberState | undefined][] = [
    [[['alive', 1]], 'alive'],
    [[['dead', 1]], undefined],
    [
      [
        ['alive', 1],
        ['suspect', 1],
      ],
      'suspect',
    ],
    [
      [
        ['alive', 1],
        ['suspect', 1],
        ['alive', 1],
      ],
      'suspect',
    ],
    [
      [
        ['alive', 1],
        ['suspect', 1],
        ['alive', 2],
      ],
      'alive',
    ],
    [
      [
        ['alive', 2],
        ['suspect', 1],
      ],
      'alive',
    ],
    [
      [
        ['alive', 2],
        ['dead', 1],
      ],
      'alive',
    ],
    [
      [
        ['alive', 1],
        ['dead', 1],
        ['suspect', 1],
      ],
      'dead',
    ],
    [
      [
        ['alive', 1],
        ['dead', 1],
        ['alive', 1],
      ],
      'dead',
    ],
    [
      [
        ['alive', 1],
        ['dead', 1],
        ['alive', 2],
      ],
      'alive',
    ],
    [
      [
        ['alive', 1],
        ['left', 1],
        ['dead', 1],
      ],
      'left',
    ],
    [
      [
        ['alive', 1],
        ['left', 1],
        ['alive', 2],
      ],
      'alive',
    ],
  ];
  for (const [rumours, expected] of courses) {
    const { hear, stateOf } = membership();
    for (const [state, incarnation] of rumours) hear(state, incarnation);
    assert.equal(stateOf(), expected, JSON.stringify(rumours));
  }
});

test('what is no news is not passed on', () => {
  const { hear, spread } = membership();
  hear('alive');
  hear('alive');
  hear('suspect');
  hear('suspect');
  assert.deepEqual(
    spread.map(({ state }) => state),
    ['alive', 'suspect'],
  );
});

test('a suspect that does not speak is dead after its time, and one that does is alive', () => {
  const silent = membership();
  silent.hear('alive');
  silent.hear('suspect');
  silent.clock.advance(4_000);
  assert.equal(silent.stateOf(), 'dead');
  assert.equal(silent.members.table.dead.size, 1);
  const speaking = membership();
  speaking.hear('alive');
  speaking.hear('suspect');
  speaking.clock.advance(3_000);
  speaking.hear('alive', 1);
  speaking.clock.advance(4_000);
  assert.equal(speaking.stateOf(), 'alive');
});

test('a false word about ourselves is overruled with a higher incarnation, an old one ignored', () => {
  const { members, hear, spread, accused } = membership();
  const { id, incarnation } = members.self;
  hear('suspect', -1, id);
  assert.equal(spread.length, 0);
  hear('suspect', 0, id);
  assert.ok(members.self.incarnation > incarnation);
  hear('dead', 5_000, id);
  assert.ok(members.self.incarnation > members.table.size + incarnation + 5_000);
  assert.equal(accused(), 2);
  assert.ok(spread.every((rumour) => rumour.id === id && rumour.state === 'alive'));
});

test('a newer member at the same address takes the place of the one before', () => {
  const { hear, stateOf } = membership();
  hear('alive', 0);
  hear('alive', 1, '33'.repeat(8));
  assert.deepEqual([stateOf(), stateOf('33'.repeat(8))], ['left', 'alive']);
});

test('who has not spoken for too long is forgotten, and no old word brings anybody back', () => {
  const { clock, members, hear, stateOf } = membership();
  hear('alive');
  clock.advance(FRESH_MS + 1);
  members.sweep();
  assert.equal(stateOf(), undefined);
  hear('alive');
  assert.equal(stateOf(), undefined);
});

test('who slept over night, or whose clock was set, speaks anew at once: its old word is too old for everybody', () => {
  const { clock, members, spread } = membership();
  clock.setWall(-3 * FRESH_MS);
  members.sweep();
  assert.equal(spread.length, 0, 'a word from the future is not too old');
  clock.setWall(5 * FRESH_MS);
  members.sweep();
  members.sweep();
  assert.deepEqual(
    spread.map(({ id, incarnation }) => [id, incarnation]),
    [[members.self.id, clock.wallTime()]],
  );
});

test('after leaving nothing makes us speak again', () => {
  const { members, hear, spread } = membership();
  members.leave();
  hear('dead', 1, members.self.id);
  members.announce();
  assert.deepEqual(
    spread.map(({ state }) => state),
    ['left'],
  );
});
