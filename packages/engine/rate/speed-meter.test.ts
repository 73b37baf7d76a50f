import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SpeedMeter } from './speed-meter.ts';

const WINDOW = 4;

describe('a speed meter', () => {
  it('tells the mean of the last seconds, of as many as there were', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 }), (seconds) => {
        const meter = new SpeedMeter(WINDOW);
        for (const bytes of seconds) {
          meter.add(bytes);
          meter.tickSecond();
        }
        const window = seconds.slice(-WINDOW);
        const sum = window.reduce((total, bytes) => total + bytes, 0);
        assert.equal(meter.bytesPerSecond, Math.round(sum / window.length));
        assert.equal(
          meter.totalBytes,
          seconds.reduce((total, bytes) => total + bytes, 0),
        );
      }),
    );
  });

  it('is at zero once nothing came for the whole window', () => {
    const meter = new SpeedMeter(WINDOW);
    meter.add(1_000_000);
    for (let second = 0; second <= WINDOW; second++) meter.tickSecond();
    assert.equal(meter.bytesPerSecond, 0);
  });
});
