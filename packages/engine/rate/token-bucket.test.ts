import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.ts';

const LIMIT = 100_000;
const BLOCK = 16_384;
/** Unused allowance is kept for a quarter of a second. */
const BURST = LIMIT / 4;

describe('a token bucket', () => {
  it('lets through what the limit allows and one block, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { minLength: 1, maxLength: 100, size: 'max' }), (pausesMs) => {
        const bucket = new TokenBucket(LIMIT, 0);
        let nowMs = 0;
        let taken = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          while (bucket.available(nowMs) > 0) {
            bucket.take(BLOCK);
            taken += BLOCK;
          }
          assert.ok(taken <= (LIMIT * nowMs) / 1000 + BURST + BLOCK, `${taken} bytes after ${nowMs} ms`);
        }
      }),
    );
  });

  it('is used up by who asks ten times a second', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) {
      while (bucket.available(nowMs) > 0) {
        bucket.take(BLOCK);
        taken += BLOCK;
      }
    }
    assert.ok(Math.abs(taken - 10 * LIMIT) <= BLOCK + LIMIT / 10, `${taken} bytes in ten seconds`);
  });

  it('takes back what was not used, and lets everything through without a limit', () => {
    const bucket = new TokenBucket(LIMIT, 0);
    const before = bucket.available(100);
    bucket.take(BLOCK);
    bucket.giveBack(BLOCK);
    assert.equal(bucket.available(100), before);
    const open = new TokenBucket(Number.POSITIVE_INFINITY, 0);
    open.take(1e12);
    assert.equal(open.available(0), Number.POSITIVE_INFINITY);
    assert.equal(open.isLimited, false);
  });
});
