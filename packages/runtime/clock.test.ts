import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type Timer } from './clock.ts';

const INTERVAL_MS = 20;

test('who shares an interval is called in one turn, and until it is cancelled', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const calls: string[] = [];
  const timers: Timer[] = [systemClock.every(INTERVAL_MS, () => void calls.push('first'))];
  t.mock.timers.tick(INTERVAL_MS / 2);
  timers.push(
    systemClock.every(INTERVAL_MS, () => {
      calls.push('second');
      timers[2].cancel();
    }),
    systemClock.every(INTERVAL_MS, () => void calls.push('never')),
  );
  // Half an interval after it came the second is called, too: with a timer of its own it would wait for the whole.
  t.mock.timers.tick(INTERVAL_MS / 2);
  assert.deepEqual(calls, ['first', 'second']);
  t.mock.timers.tick(INTERVAL_MS);
  assert.deepEqual(calls, ['first', 'second', 'first', 'second']);
  timers[0].cancel();
  timers[0].cancel();
  t.mock.timers.tick(INTERVAL_MS);
  assert.deepEqual(calls, ['first', 'second', 'first', 'second', 'second']);
  timers[1].cancel();
  t.mock.timers.tick(3 * INTERVAL_MS);
  assert.equal(calls.length, 5);
});

test('after the last of an interval was cancelled another can begin', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  systemClock.every(INTERVAL_MS, () => {}).cancel();
  let calls = 0;
  const timer = systemClock.every(INTERVAL_MS, () => calls++);
  t.mock.timers.tick(INTERVAL_MS);
  assert.equal(calls, 1);
  timer.cancel();
});
