import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeRows } from './row-slots.ts';

const COUNT = 5;
const place = (first: number, leading = first, kept = -1) => placeRows({ first, count: COUNT }, leading, kept);
const indexes = (rows: ReturnType<typeof place>) => rows.map(({ index }) => index);

describe('the elements of the list', () => {
  it('stand in the order of their rows when the document begins with the first', () => {
    for (const first of [0, 3, 12, 994]) {
      assert.deepEqual(
        indexes(place(first)),
        Array.from({ length: COUNT }, (_, place) => first + place),
      );
    }
  });

  it('keep their rows and their places while one scrolls, but for those that went out', () => {
    for (const step of [1, 2, -1, -4]) {
      const before = place(12);
      const after = place(12 + step, 12);
      assert.deepEqual(
        after.map(({ slot }) => slot),
        before.map(({ slot }) => slot),
      );
      const changed = after.filter(({ index }, at) => index !== before[at].index);
      assert.equal(changed.length, Math.abs(step));
      assert.deepEqual(
        indexes(after).sort((a, b) => a - b),
        Array.from({ length: COUNT }, (_, place) => 12 + step + place),
      );
    }
  });

  it('have one more for the row that is kept, before or after the others', () => {
    assert.deepEqual(indexes(place(12, 12, 4)), [4, 12, 13, 14, 15, 16]);
    assert.deepEqual(indexes(place(12, 12, 40)), [12, 13, 14, 15, 16, 40]);
    assert.deepEqual(indexes(place(12, 12, 14)), [12, 13, 14, 15, 16]);
  });

  it('are none of an empty list', () => {
    assert.deepEqual(placeRows({ first: 0, count: 0 }, 0, -1), []);
  });
});
