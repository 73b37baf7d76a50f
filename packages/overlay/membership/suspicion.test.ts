import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { suspicionTimesOf } from './scale.ts';
import { Suspicion, suspicionTimeoutMs } from './suspicion.ts';

const times = { leastMs: 4_000, mostMs: 24_000, confirmations: 3 };

test('each confirmation shortens the wait, the first most, down to the least', () => {
  const waits = [0, 1, 2, 3, 4].map((count) => suspicionTimeoutMs(times, count));
  assert.deepEqual([waits[0], waits[3], waits[4]], [24_000, 4_000, 4_000]);
  assert.ok(waits[0] - waits[1] > waits[1] - waits[2] && waits[1] - waits[2] > waits[2] - waits[3]);
  assert.equal(suspicionTimeoutMs({ ...times, confirmations: 0 }, 0), 4_000);
});

test('only others confirm, each once, and no more than are wanted', () => {
  const clock = new FakeClock();
  let expired = 0;
  const calledAtMs: number[] = [];
  const suspicion = new Suspicion(
    'a',
    times,
    clock,
    () => expired++,
    () => calledAtMs.push(clock.now()),
  );
  assert.deepEqual(
    ['a', 'b', 'b', 'c', 'd', 'e'].map((by) => suspicion.confirm(by)),
    [false, true, false, true, true, false],
  );
  clock.advance(3_999);
  assert.equal(expired, 0);
  const expected = [1_000, 1_400, 1_800, 2_200, 2_600, 3_000, 3_400, 3_800];
  assert.deepEqual(calledAtMs, expected, 'it is asked eight times more before its time is over');
  clock.advance(1);
  assert.equal(expired, 1);
});

test('a late confirmation leaves time to ask, longer than a busy machine stands still', () => {
  const clock = new FakeClock();
  let expired = 0;
  const suspicion = new Suspicion(
    'a',
    times,
    clock,
    () => expired++,
    () => {},
  );
  clock.advance(8_000);
  for (const by of ['b', 'c', 'd']) suspicion.confirm(by);
  clock.advance(2_999);
  assert.equal(expired, 0);
  clock.advance(1);
  assert.equal(expired, 1);
});

test('whoever stood still when the time was over gives the refutation three seconds more', () => {
  const clock = new FakeClock();
  const stalling = {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    every: () => ({ cancel() {} }),
    after(delayMs: number, callback: () => void) {
      const isLast = clock.now() + delayMs === 4_000;
      return clock.after(delayMs + (isLast ? 1_000 : 0), callback);
    },
  };
  let expiredAtMs = 0;
  const expire = () => {
    expiredAtMs = clock.now();
  };
  new Suspicion('a', { ...times, confirmations: 0 }, stalling, expire, () => {});
  clock.advance(10_000);
  assert.equal(expiredAtMs, 8_000);
});

test('waits grow with the logarithm of the network, and a part of it counts as a large one', () => {
  const leastOf = (known: number, isPartial = false) => suspicionTimesOf({ known, isPartial }).leastMs;
  assert.deepEqual([leastOf(2), leastOf(10), leastOf(10_000), leastOf(40, true)], [4_000, 4_000, 12_000, 12_000]);
  assert.equal(suspicionTimesOf({ known: 2, isPartial: false }).confirmations, 0);
});
