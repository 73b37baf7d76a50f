import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReceiveTurn, TURN_BYTES } from './receive-turn.ts';

test('whoever brings a turn over its bytes is stopped, and goes on in the next turn with a fresh one', async () => {
  const turn = new ReceiveTurn();
  const resumed: string[] = [];
  const connection = (name: string) => ({ resume: () => void resumed.push(name) });
  assert.equal(turn.mayGoOn(TURN_BYTES - 1, connection('quick')), true);
  assert.equal(turn.mayGoOn(1, connection('quick')), false);
  assert.equal(turn.mayGoOn(1, connection('slow')), false);
  assert.deepEqual(resumed, []);
  await nextTurn();
  assert.deepEqual(resumed, ['quick', 'slow']);
  assert.equal(turn.mayGoOn(TURN_BYTES - 1, connection('quick')), true);
});
