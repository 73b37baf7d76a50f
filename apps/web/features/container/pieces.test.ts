import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runsOf, sharesOf } from './pieces.ts';

describe('the bar of pieces', () => {
  it('has a step for each piece while there are no more than steps', () => {
    const bits = Buffer.from([0b1010_0000]).toString('base64');
    assert.deepEqual(sharesOf(bits, 3, 100), [1, 0, 1]);
  });

  it('sums up what has no step of its own', () => {
    const bits = Buffer.from([0b1111_0011, 0b0000_0001]).toString('base64');
    assert.deepEqual(sharesOf(bits, 16, 4), [1, 0.5, 0, 0.25]);
  });

  it('draws neighbours as one, and nothing where nothing is', () => {
    assert.deepEqual(runsOf([1, 1, 0, 0.5, 1]), [
      { start: 0, length: 2, share: 1 },
      { start: 3, length: 1, share: 0.5 },
      { start: 4, length: 1, share: 1 },
    ]);
  });
});
