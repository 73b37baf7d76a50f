import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { SlabPool } from './slab-pool.ts';

it('gives slabs until the budget is used up, and again as they come back', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  const slabs = Array.from({ length: 10 }, () => pool.take(10, 7)!);
  assert.ok(slabs.every((slab) => slab.length === 7));
  assert.equal(pool.take(10, 10), undefined);
  pool.release(slabs[3]);
  assert.equal(pool.take(10, 10)?.length, 10);
  assert.equal(pool.take(1, 1), undefined);
});

it('allows four pieces however large they are', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  for (let count = 0; count < 4; count++) assert.ok(pool.take(1000, 1000));
  assert.equal(pool.take(1000, 1000), undefined);
});

it('uses the same memory again for the same size', () => {
  const pool = new SlabPool({ clock: new FakeClock() });
  const slab = pool.take(64, 64)!;
  const place = pool.place(slab);
  pool.release(slab);
  assert.deepEqual(pool.place(pool.take(64, 10)!), place);
});

it('holds no more than the budget, those that are free and of other sizes included', () => {
  const freed: number[] = [];
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100, onFreed: (id) => freed.push(id) });
  const slabs = Array.from({ length: 10 }, () => pool.take(10, 10)!);
  for (const slab of slabs) pool.release(slab);
  assert.equal(pool.bytesFree, 100);
  assert.ok(pool.take(20, 20));
  assert.ok(pool.bytesFree + pool.bytesInUse <= 100);
  assert.equal(freed.length, 1);
});

it('frees what nobody wanted for half a minute', () => {
  const clock = new FakeClock();
  const pool = new SlabPool({ clock });
  const size = 2 ** 20;
  const [kept, idle] = [pool.take(size, 10)!, pool.take(size, 10)!];
  pool.release(idle);
  clock.advance(20_000);
  pool.release(kept);
  clock.advance(15_000);
  assert.equal(pool.bytesFree, size);
  clock.advance(60_000);
  assert.equal(pool.bytesFree, 0);
});

it('cuts small slabs from one sheet, each a place of its own, and frees it when the last one is back', () => {
  const clock = new FakeClock();
  const freed: number[] = [];
  const pool = new SlabPool({ clock, onFreed: (id) => freed.push(id) });
  const size = 2 ** 18;
  const slabs = Array.from({ length: 5 }, () => pool.take(size, size)!);
  for (const [index, slab] of slabs.entries()) slab.fill(index);
  assert.ok(slabs.every((slab, index) => slab.every((byte) => byte === index)));
  const places = slabs.map((slab) => pool.place(slab));
  assert.deepEqual(
    places.map(({ sheetId, offset }) => [sheetId, offset]),
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

it('finds out when a slab is given back twice', () => {
  const pool = new SlabPool({ clock: new FakeClock() });
  const slab = pool.take(10, 10)!;
  pool.release(slab);
  assert.throws(() => pool.release(slab), /invariant/);
});

it('gives whoever is owed a slab one although others have used up the budget', () => {
  const pool = new SlabPool({ clock: new FakeClock(), budgetBytes: 100 });
  for (let count = 0; count < 10; count++) assert.ok(pool.take(10, 10));
  assert.equal(pool.take(10, 10, false), undefined);
  assert.equal(pool.take(10, 10, true)?.length, 10);
});
