import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { type PooledSlab, SlabPool } from './slab-pool.ts';

/** Slabs that have their memory. */
function filled(pool: SlabPool, count: number, size: number): PooledSlab[] {
  const slabs = Array.from({ length: count }, () => pool.take(size, size)!);
  for (const [index, slab] of slabs.entries()) slab.bytes.fill(index);
  return slabs;
}

it('gives slabs until the budget is used up, and again as they come back', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  const slabs = Array.from({ length: 10 }, () => pool.take(10, 7)!);
  assert.ok(slabs.every((slab) => slab.bytes.length === 7));
  assert.equal(pool.take(10, 10), undefined);
  pool.release(slabs[3]);
  assert.equal(pool.take(10, 10)?.bytes.length, 10);
  assert.equal(pool.take(1, 1), undefined);
});

it('counts a slab from the start, and takes memory for it when its bytes are asked for', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 4 * 2 ** 20 });
  const size = 2 ** 20;
  const slabs = Array.from({ length: 4 }, () => pool.take(size, size)!);
  assert.equal(pool.take(size, size), undefined);
  assert.equal(pool.bytesHeld, 0);
  assert.equal(slabs[0].bytes, slabs[0].bytes);
  assert.equal(pool.bytesHeld, size);
  pool.release(slabs[0]);
  // What was used last is used next, whoever came first.
  assert.equal(slabs[3].bytes.length, size);
  assert.equal(pool.bytesHeld, size);
  pool.release(slabs[2]);
  assert.equal(pool.bytesInUse, 2 * size);
  assert.equal(pool.bytesFree, 0);
});

it('allows four pieces however large they are', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  for (let count = 0; count < 4; count++) assert.ok(pool.take(1000, 1000));
  assert.equal(pool.take(1000, 1000), undefined);
});

it('uses the same memory again for the same size', () => {
  const pool = new SlabPool({ clock: new FakeClock() });
  const slab = pool.take(64, 64)!;
  const { place } = slab;
  pool.release(slab);
  assert.deepEqual(pool.take(64, 10)!.place, place);
});

it('holds no more than the budget, those that are free and of other sizes included', () => {
  const freed: number[] = [];
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100, onFreed: (id) => freed.push(id) });
  for (const slab of filled(pool, 10, 10)) pool.release(slab);
  assert.equal(pool.bytesFree, 100);
  assert.equal(pool.take(20, 20)?.bytes.length, 20);
  assert.ok(pool.bytesHeld <= 100);
  assert.equal(freed.length, 1);
});

it('frees what nobody wanted for half a minute', () => {
  const clock = new FakeClock();
  const pool = new SlabPool({ clock });
  const size = 2 ** 20;
  const [kept, idle] = filled(pool, 2, size);
  pool.release(idle);
  clock.advance(20_000);
  pool.release(kept);
  clock.advance(15_000);
  assert.equal(pool.bytesFree, size);
  clock.advance(60_000);
  assert.equal(pool.bytesHeld, 0);
  assert.equal(pool.bytesFree, 0);
});

it('cuts small slabs from one sheet, each a place of its own, and frees it when the last one is back', () => {
  const clock = new FakeClock();
  const freed: number[] = [];
  const pool = new SlabPool({ clock, onFreed: (id) => freed.push(id) });
  const size = 2 ** 18;
  const slabs = filled(pool, 5, size);
  assert.ok(slabs.every(({ bytes }, index) => bytes.every((byte) => byte === index)));
  assert.deepEqual(
    slabs.map(({ place }) => [place.sheetId, place.offset]),
    [
      [0, 0],
      [0, size],
      [0, 2 * size],
      [0, 3 * size],
      [1, 0],
    ],
  );
  assert.equal(pool.bytesInUse, 5 * size);
  for (const slab of slabs.slice(1)) pool.release(slab);
  clock.advance(60_000);
  assert.deepEqual(freed, [1]);
  pool.release(slabs[0]);
  clock.advance(60_000);
  assert.deepEqual(freed, [1, 0]);
  assert.equal(pool.bytesFree, 0);
});

it('finds out when a slab is given back twice, or touched afterwards', () => {
  const pool = new SlabPool({ clock: new FakeClock() });
  const slab = pool.take(10, 10)!;
  pool.release(slab);
  assert.throws(() => pool.release(slab), /invariant/);
  assert.throws(() => slab.place, /invariant/);
});

it('gives whoever is owed a slab one although others have used up the budget', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  for (let count = 0; count < 10; count++) assert.ok(pool.take(10, 10));
  assert.equal(pool.take(10, 10, false), undefined);
  assert.equal(pool.take(10, 10, true)?.bytes.length, 10);
});
