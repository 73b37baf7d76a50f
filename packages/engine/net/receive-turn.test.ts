import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReceiveTurn, TURN_BYTES } from './receive-turn.ts';

test('whoever fills its read in a turn that is used up is stopped, and goes on in the next turn', async () => {
  const turn = new ReceiveTurn();
  const resumed: string[] = [];
  const connection = (name: string) => ({ resume: () => void resumed.push(name) });
  assert.equal(turn.mayGoOn(TURN_BYTES - 1, true, connection('quick')), true);
  assert.equal(turn.mayGoOn(1, true, connection('quick')), false);
  assert.equal(turn.mayGoOn(1, true, connection('another')), false);
  assert.equal(turn.mayGoOn(1, false, connection('slow')), true);
  assert.deepEqual(resumed, []);
  await nextTurn();
  assert.deepEqual(resumed, ['quick', 'another']);
  assert.equal(turn.mayGoOn(TURN_BYTES - 1, true, connection('quick')), true);
});
