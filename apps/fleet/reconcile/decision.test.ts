import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countFailures, restartDelayMs } from './back-off.ts';
import { decide } from './decision.ts';

test('what is wanted and does not run is started, at its time', () => {
  const down = { wanted: 'running', running: false } as const;
  assert.equal(decide({ ...down, resting: false }), 'start');
  assert.equal(decide({ ...down, resting: true }), 'wait');
  assert.equal(decide({ ...down, running: true, resting: true }), 'nothing');
});

test('what is not wanted and runs is stopped', () => {
  const unwanted = { wanted: 'stopped', resting: false } as const;
  assert.equal(decide({ ...unwanted, running: true }), 'stop');
  assert.equal(decide({ ...unwanted, running: false }), 'nothing');
});

test('the delay doubles from one second to a minute, and begins anew after a long life', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 1000].map(restartDelayMs),
    [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000),
  );
  assert.equal(countFailures(5, 59_999), 6);
  assert.equal(countFailures(5, 60_000), 1);
});
