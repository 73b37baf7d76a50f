import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { RarityIndex } from './rarity-index.ts';

const PIECES = 12;

test('any sequence of changes keeps exactly the started pieces out and the rest sorted by availability', () => {
  const step = fc.tuple(fc.constantFrom('increase', 'decrease', 'remove', 'insert'), fc.nat(PIECES - 1));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer(), (steps, seed) => {
      const index = new RarityIndex(PIECES, seededRandom(seed));
      const availability = new Array(PIECES).fill(0);
      const inside = new Set(Array.from({ length: PIECES }, (_, i) => i));
      for (const [verb, piece] of steps) {
        if (verb === 'decrease' && availability[piece] === 0) continue;
        index[verb as 'increase'](piece);
        if (verb === 'increase') availability[piece]++;
        else if (verb === 'decrease') availability[piece]--;
        else if (verb === 'remove') inside.delete(piece);
        else inside.add(piece);
      }
      const order = Array.from({ length: index.size }, (_, position) => index.at(position));
      assert.deepEqual(new Set(order), inside);
      assert.equal(order.length, inside.size);
      const sorted = order.map((piece) => availability[piece]);
      assert.deepEqual(
        sorted,
        sorted.toSorted((a, b) => a - b),
      );
    }),
  );
});
