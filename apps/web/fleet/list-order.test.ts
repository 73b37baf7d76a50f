import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFormat } from '../lib/format.ts';
import { makeContainer, makeStatus } from './container.fixture.ts';
import { holdOrder, type ListQuery, orderList } from './list-order.ts';

const NOW = 1_000_000;
const format = createFormat('en');
const EVERYTHING: ListQuery = { search: '', group: 'all', column: 'torrent', descending: false };

const fleet = [
  makeContainer(1, { torrentName: 'disc-10' }),
  makeContainer(2, { torrentName: 'disc-9', status: makeStatus({ paused: true, state: 'paused' }) }),
  makeContainer(3, { torrentName: 'Änderung', status: makeStatus({ state: 'completed', progress: 100 }) }),
  makeContainer(4, { torrentName: 'disc-9', health: 'unreachable' }),
];

function numbersOf(query: Partial<ListQuery>): number[] {
  return orderList(fleet, { ...EVERYTHING, ...query }, NOW, format).ids.map((id) => Number.parseInt(id, 16));
}

describe('the order of the list', () => {
  it('reads numbers in names as numbers and orders what is equal by container', () => {
    assert.deepEqual(numbersOf({}), [3, 2, 4, 1]);
    assert.deepEqual(numbersOf({ descending: true }), [1, 2, 4, 3]);
  });

  it('puts what needs somebody first when sorted by state', () => {
    assert.deepEqual(numbersOf({ column: 'state' }), [4, 1, 2, 3]);
  });

  it('filters by state and by what is searched, and counts every group', () => {
    assert.deepEqual(numbersOf({ group: 'paused' }), [2]);
    assert.deepEqual(numbersOf({ search: 'DISC-9' }), [2, 4]);
    assert.deepEqual(numbersOf({ search: 'container-3' }), [3]);
    assert.deepEqual(orderList(fleet, EVERYTHING, NOW, format).counts, {
      all: 4,
      moving: 1,
      complete: 1,
      paused: 1,
      stopped: 0,
      attention: 1,
    });
  });
});

describe('a held order', () => {
  it('leaves rows in their places, takes out what went and puts what is new last', () => {
    const held = holdOrder(['a', 'b', 'c'], ['c', 'new', 'a'], (id) => id !== 'b');
    assert.deepEqual(held, { ids: ['a', 'c', 'new'], changed: true });
  });

  it('keeps a row that the filter would not show any more', () => {
    assert.deepEqual(
      holdOrder(['a', 'b'], ['a'], () => true),
      { ids: ['a', 'b'], changed: true },
    );
  });

  it('is not changed when applying it would move nothing', () => {
    assert.deepEqual(
      holdOrder(['a', 'b'], ['a', 'b'], () => true),
      { ids: ['a', 'b'], changed: false },
    );
  });
});
