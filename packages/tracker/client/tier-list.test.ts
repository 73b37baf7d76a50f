import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { TierList } from './tier-list.ts';

test('items stay in their tiers, each tier shuffled, the promoted one first', () => {
  const tiers = fc.array(fc.nat(6), { maxLength: 5 }).map((sizes) => {
    return sizes.map((size, tier) => Array.from({ length: size }, (_, position) => `${tier}.${position}`));
  });
  fc.assert(
    fc.property(tiers, fc.nat(), fc.nat(), (given, seed, choice) => {
      const list = new TierList(given, seededRandom(seed));
      const order = list.inOrder();
      const tierOf = (item: string): string => item.split('.')[0];
      assert.deepEqual(order.map(tierOf), given.flat().map(tierOf));
      assert.deepEqual([...order].sort(), given.flat().sort());
      if (order.length === 0) return;
      const item = order[choice % order.length];
      list.promote(item);
      const firstOfTier = list.inOrder().find((other) => tierOf(other) === tierOf(item));
      assert.equal(firstOfTier, item);
      assert.deepEqual(
        list.inOrder().filter((other) => other !== item),
        order.filter((other) => other !== item),
      );
    }),
  );
});

test('chance decides who is first in a tier', () => {
  const firsts = new Set(
    Array.from({ length: 50 }, (_, seed) => new TierList([['a', 'b', 'c']], seededRandom(seed)).inOrder()[0]),
  );
  assert.equal(firsts.size, 3);
});
