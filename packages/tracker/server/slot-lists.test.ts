import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChainIndex, NO_ROW } from './chain-index.ts';
import { SlotLists } from './slot-lists.ts';

test('lists of any sizes keep their entries while others grow, shrink and go', () => {
  const step = fc.record({ list: fc.nat(5), length: fc.oneof(fc.nat(40), fc.nat(12_000)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lists = new SlotLists(2);
      const model = new Map<number, { name: number; entries: number[] }>();
      let written = 0;
      for (const { list, length } of steps) {
        const known = model.get(list) ?? { name: lists.create(), entries: [] };
        if (length === 0) {
          lists.release(known.name);
          model.delete(list);
          continue;
        }
        const kept = Math.min(known.entries.length, length);
        const capacity = lists.capacityOf(known.name);
        if (length > capacity || length * 4 <= capacity) known.name = lists.resize(known.name, kept, length);
        assert.ok(lists.capacityOf(known.name) >= length);
        known.entries.length = kept;
        for (let at = kept; at < length; at++) {
          known.entries.push(++written);
          const place = lists.startOf(known.name) + at;
          const { rows, addresses } = lists.pageOf(known.name);
          rows[place] = written;
          addresses.set([written >> 8, written & 0xff], 2 * place);
        }
        model.set(list, known);
        for (const { name, entries } of model.values()) {
          const start = lists.startOf(name);
          const { rows, addresses } = lists.pageOf(name);
          assert.deepEqual([...rows.subarray(start, start + entries.length)], entries);
          assert.deepEqual(
            [...addresses.subarray(2 * start, 2 * (start + entries.length))],
            entries.flatMap((entry) => [(entry >> 8) & 0xff, entry & 0xff]),
          );
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('an index finds what was put in and not what was taken out, also where hashes are the same', () => {
  const step = fc.record({ row: fc.nat(199), hash: fc.oneof(fc.nat(3), fc.nat(0xffff)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
      const index = new ChainIndex(200);
      const model = new Map<number, number>();
      for (const { row, hash } of steps) {
        if (model.delete(row)) index.remove(row);
        else {
          model.set(row, hash);
          index.insert(hash, row);
        }
      }
      const byHash = Map.groupBy(model.keys(), (row) => model.get(row)!);
      for (const hash of [0, 1, 2, 3, 0xffff, ...byHash.keys()]) {
        const found: number[] = [];
        for (let row = index.first(hash); row !== NO_ROW; row = index.after(row)) found.push(row);
        assert.deepEqual(found.sort(), [...(byHash.get(hash) ?? [])].sort());
      }
    }),
    { numRuns: 50 },
  );
});
