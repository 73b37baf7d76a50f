import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSize, parseSize } from './sizes.ts';

describe('sizes', () => {
  it('are written in powers of 1024', () => {
    assert.deepEqual([0, 1, 1023, 1024, 1536, 2 ** 30].map(formatSize), [
      '0 bytes',
      '1 byte',
      '1023 bytes',
      '1.0 KiB',
      '1.5 KiB',
      '1.0 GiB',
    ]);
  });

  it('are read with and without a unit', () => {
    assert.deepEqual(['16384', '16384B', '16KiB', '1mib'].map(parseSize), [16384, 16384, 16384, 1048576]);
    for (const text of ['', 'x', '-1', '1.5MiB', '1GiB', '1e5', '1 2']) assert.equal(parseSize(text), undefined);
  });
});
