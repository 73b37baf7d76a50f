import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { Progress } from './progress.ts';

/** What is told within so many seconds. */
function telling() {
  const clock = new FakeClock();
  const state = { isAtWork: false, isTold: true, told: 0 };
  const progress = new Progress({
    clock,
    isAtWork: () => state.isAtWork,
    tell: () => {
      state.told++;
      return state.isTold;
    },
  });
  const within = (seconds: number): number => {
    state.told = 0;
    clock.advance(seconds * 1000);
    return state.told;
  };
  return { progress, state, within };
}

test('progress is told each second while something is at work, once more after that, and then no more', () => {
  const { progress, state, within } = telling();
  progress.stir();
  assert.equal(within(5), 0, 'nothing before it is started');
  state.isAtWork = true;
  progress.start();
  assert.equal(within(5), 5);
  state.isAtWork = false;
  assert.equal(within(5), 1);
  progress.stir();
  progress.stir();
  assert.equal(within(5), 1);
});

test('what is not told yet is tried each second, and the end is told once', () => {
  const { progress, state, within } = telling();
  state.isTold = false;
  progress.start();
  assert.equal(within(5), 5);
  state.isTold = true;
  assert.equal(within(5), 1);
  progress.end();
  progress.end();
  progress.stir();
  assert.equal(state.told, 2);
  assert.equal(within(5), 0);
});
