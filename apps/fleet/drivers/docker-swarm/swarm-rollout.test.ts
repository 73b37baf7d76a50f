import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRollout, type RolledInstance } from './swarm-rollout.ts';

const old: RolledInstance = { host: 'a', isNew: false, ranForSeconds: 900, answers: false };
const proven: RolledInstance = { host: 'b', isNew: true, ranForSeconds: 5, answers: true };

test('the next is let go only when every new one answers and has run for a while', () => {
  assert.equal(decideRollout([proven, old], 1), 'next');
  assert.equal(decideRollout([{ ...proven, answers: false }, old], 1), 'wait');
  assert.equal(decideRollout([{ ...proven, ranForSeconds: 4.9 }, old], 1), 'wait');
  assert.equal(decideRollout([{ ...proven, ranForSeconds: undefined }, old], 1), 'wait');
});

test('no second is let go before the one that may is made', () => {
  assert.equal(decideRollout([old, old], 1), 'wait');
  assert.equal(decideRollout([proven, old, old], 2), 'wait');
  assert.equal(decideRollout([proven, proven, old], 2), 'next');
});

test('it is done when all are new and answer, however many were to be made', () => {
  assert.equal(decideRollout([proven, proven], 2), 'done');
  assert.equal(decideRollout([proven, proven], 1), 'done');
  assert.equal(decideRollout([], 1), 'wait');
});

test('a new one that runs in silence is named, and nothing is done', () => {
  const silent = { ...proven, answers: false, ranForSeconds: 15 };
  assert.deepEqual(decideRollout([silent, old], 1), { silent: 'b' });
  assert.deepEqual(decideRollout([proven, silent], 2), { silent: 'b' });
  assert.deepEqual(decideRollout([{ ...silent, host: null }], 1), { silent: 'a host that has gone' });
});
