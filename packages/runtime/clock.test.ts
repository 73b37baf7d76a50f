import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Timer } from './clock.ts';

const INTERVAL_MS = 20;

test('who shares an interval is called in one turn, and until it is cancelled', async () => {
  const calls: string[] = [];
  const timers: Timer[] = [];
  const { promise: thirdBeat, resolve } = Promise.withResolvers<void>();
  const cancel = (at: number) => timers[at].cancel();
  timers.push(systemClock.every(INTERVAL_MS, () => void calls.push('first')));
  await sleep(INTERVAL_MS / 2);
  timers.push(
    systemClock.every(INTERVAL_MS, () => {
      calls.push('second');
      cancel(2);
      if (calls.length >= 6) resolve();
    }),
  );
  timers.push(systemClock.every(INTERVAL_MS, () => void calls.push('never')));
  // It does not keep the process alive by itself.
  const alive = setInterval(() => {}, INTERVAL_MS);
  await thirdBeat;
  cancel(0);
  cancel(0);
  cancel(1);
  const before = [...calls];
  assert.deepEqual(before, ['first', 'second', 'first', 'second', 'first', 'second']);
  await sleep(3 * INTERVAL_MS);
  clearInterval(alive);
  assert.deepEqual(calls, before);
});

test('after the last of an interval was cancelled another can begin', async () => {
  systemClock.every(INTERVAL_MS, () => {}).cancel();
  const { promise: called, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.every(INTERVAL_MS, resolve);
  const alive = setInterval(() => {}, INTERVAL_MS);
  await called;
  clearInterval(alive);
  timer.cancel();
});
