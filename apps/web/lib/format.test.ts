import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFormat, etaSeconds } from './format.ts';

const en = createFormat('en');
const es = createFormat('es');

describe('figures', () => {
  it('shows bytes with three digits in binary units', () => {
    assert.equal(en.bytes(0), '0 B');
    assert.equal(en.bytes(999), '999 B');
    assert.equal(en.bytes(1024), '1.00 KiB');
    assert.equal(en.bytes(1000), '0.98 KiB');
    assert.equal(en.bytes(12.4 * 1024 ** 3), '12.4 GiB');
    assert.equal(es.bytes(12.4 * 1024 ** 3), '12,4 GiB');
    assert.equal(en.speed(184 * 1024 ** 2), '184 MiB/s');
  });

  it('never needs a fourth digit', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => {
        assert.ok(en.bytesFigure(bytes).value.replace(/\D/g, '').length <= 3);
      }),
    );
  });

  it('shows a part in the unit of the whole', () => {
    assert.equal(en.bytesIn(1.6 * 1024 ** 3, 4 * 1024 ** 3), '1.60');
    assert.equal(en.bytesIn(512 * 1024 ** 2, 4 * 1024 ** 3), '0.50');
    assert.equal(en.bytesIn(0, 4 * 1024 ** 3), '0');
  });

  it('says 100 % only when everything is there', () => {
    assert.equal(en.percent(99.99), '99.9 %');
    assert.equal(en.percent(100), '100 %');
    assert.equal(es.percent(41.37), '41,3 %');
  });

  it('shows a duration in its two biggest units', () => {
    const shown = [0, 59, 60, 61, 599, 600, 3600, 8040, 86_400, 100_000].map(en.duration);
    assert.deepEqual(shown, [
      '0 s',
      '59 s',
      '1 min',
      '1 min 1 s',
      '9 min 59 s',
      '10 min',
      '1 h',
      '2 h 14 min',
      '1 d',
      '1 d 3 h',
    ]);
  });
});

describe('etaSeconds', () => {
  it('reads what a client writes', () => {
    assert.deepEqual(['1h 0m', '1m 5s', '0s', '∞'].map(etaSeconds), [3600, 65, 0, undefined]);
  });
});
