import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterStep, amountOf, BEGUN } from './pull.ts';

describe('a pull', () => {
  it('sums up its layers, and what is unpacked counts as here', () => {
    const steps = [
      { status: 'Pulling from enjambre', layer: 'next' },
      { status: 'Downloading', layer: 'a', currentBytes: 40, totalBytes: 100 },
      { status: 'Downloading', layer: 'b', currentBytes: 10, totalBytes: 50 },
    ];
    const half = steps.reduce(afterStep, BEGUN);
    assert.deepEqual(amountOf(half), { current: 50, total: 150 });
    const later = [
      { status: 'Download complete', layer: 'a' },
      // Counts from the beginning again, of another size.
      { status: 'Extracting', layer: 'a', currentBytes: 5, totalBytes: 900 },
    ].reduce(afterStep, half);
    assert.deepEqual(amountOf(later), { current: 110, total: 150 });
    assert.equal(afterStep(later, { status: 'done' }).state, 'done');
  });

  it('that failed keeps what the backend refused', () => {
    const failed = afterStep(BEGUN, { status: 'failed', error: 'no such image', code: 'image-not-found' });
    assert.deepEqual([failed.state, failed.refusal], ['failed', { code: 'image-not-found', message: 'no such image' }]);
  });
});
