import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { choosePieceLength, isFairPieceLength } from './piece-length.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('piece length', () => {
  it('gives 1,000 to 2,048 pieces where the bounds allow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 32 * MIB + 1, max: 32 * KIB * MIB }), (totalSize) => {
        const pieceCount = Math.ceil(totalSize / choosePieceLength(totalSize));
        assert.ok(pieceCount > 1000 && pieceCount <= 2048, `${pieceCount} pieces`);
      }),
    );
  });

  it('is 16 KiB for the smallest and 16 MiB for the largest', () => {
    assert.equal(choosePieceLength(0), 16 * KIB);
    assert.equal(choosePieceLength(2 ** 45), 16 * MIB);
  });

  it('is a power of two from 16 KiB to 64 MiB when given by hand', () => {
    const lengths = [0, 8 * KIB, 16 * KIB, 48 * KIB, 1 * MIB, 64 * MIB, 128 * MIB, Number.NaN];
    assert.deepEqual(lengths.filter(isFairPieceLength), [16 * KIB, 1 * MIB, 64 * MIB]);
  });
});
