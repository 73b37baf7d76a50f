import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, shuffle } from '@enjambre/runtime';
import fc from 'fast-check';
import type { RecordRumour } from '../protocol/rumour.ts';
import { OwnRecords } from './own-records.ts';
import { MOST_RECORDS_OF_MEMBER, RecordTable } from './record-table.ts';

const OWNER = '11'.repeat(8);
const hashOf = (number: number): string => number.toString(16).padStart(40, '0');
const provision = { port: 1, completeness: 50 };

function provided(table: RecordTable): string[] {
  return [...table.providedBy(OWNER)].sort();
}

/** What each step of a course of the owner's changes makes known, and the owner's own table. */
function owner(steps: readonly (readonly [number, boolean])[]): { table: RecordTable; rumours: RecordRumour[] } {
  const table = new RecordTable();
  const own = new OwnRecords(OWNER, table);
  const rumours: RecordRumour[] = [];
  for (const [at, [hash, isThere]] of steps.entries()) {
    const rumour = isThere ? own.set(hashOf(hash), { port: 1 + at, completeness: 0 }) : own.remove(hashOf(hash));
    if (rumour !== undefined) rumours.push(rumour);
  }
  return { table, rumours };
}

const steps = fc.array(fc.tuple(fc.nat(12), fc.boolean()), { maxLength: 60 });

test('rumours in any order, some lost and some twice, and then what a digest brings, make the same records', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(100), (changes, seed, lossPercent) => {
      const { table, rumours } = owner(changes);
      const random = seededRandom(seed);
      const heard = new RecordTable();
      for (const rumour of shuffle([...rumours, ...rumours], random)) {
        if (random.below(100) >= lossPercent) heard.apply(rumour);
      }
      assert.ok(heard.floorOf(OWNER) <= table.floorOf(OWNER));
      for (const rumour of table.after(OWNER, heard.floorOf(OWNER))) heard.apply(rumour);
      assert.deepEqual(provided(heard), provided(table));
      assert.equal(heard.floorOf(OWNER), table.floorOf(OWNER));
    }),
  );
});

test('a floor is never above what is really known, whoever told it', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (changes, seed) => {
      const { table, rumours } = owner(changes);
      const random = seededRandom(seed);
      const tables = [new RecordTable(), new RecordTable(), new RecordTable()];
      for (const rumour of shuffle([...rumours], random)) tables[random.below(3)].apply(rumour);
      // Each tells another what it lacks, as digests do; nobody may come to believe in what is not so.
      for (let turn = 0; turn < 12; turn++) {
        const [from, to] = shuffle([...tables], random);
        for (const rumour of from.after(OWNER, to.floorOf(OWNER))) to.apply(rumour);
      }
      for (const one of tables) {
        if (one.floorOf(OWNER) === table.floorOf(OWNER)) assert.deepEqual(provided(one), provided(table));
      }
    }),
  );
});

test('who missed more removals than are remembered is told everything anew', () => {
  const table = new RecordTable();
  const own = new OwnRecords(OWNER, table);
  const late = new RecordTable();
  late.apply(own.set(hashOf(1), provision)!);
  late.apply(own.set(hashOf(2), provision)!);
  own.remove(hashOf(1));
  for (let number = 100; number < 500; number++) {
    own.set(hashOf(number), provision);
    own.remove(hashOf(number));
  }
  assert.ok(table.count < 300);
  for (const rumour of table.after(OWNER, late.floorOf(OWNER))) late.apply(rumour);
  assert.deepEqual(provided(late), [hashOf(2)]);
});

test('one member fills only its share', () => {
  const table = new RecordTable();
  for (let version = 1; version <= MOST_RECORDS_OF_MEMBER + 10; version++) {
    const rumour = { kind: 'record', owner: OWNER, version, since: version - 1, infoHash: hashOf(version) } as const;
    table.apply({ ...rumour, ...provision });
  }
  assert.equal(table.count, MOST_RECORDS_OF_MEMBER);
  table.forget(OWNER);
  assert.deepEqual([table.count, provided(table)], [0, []]);
});

test('what is provided already as it is makes no news', () => {
  const own = new OwnRecords(OWNER, new RecordTable());
  assert.ok(own.set(hashOf(1), provision));
  assert.equal(own.set(hashOf(1), { ...provision }), undefined);
  assert.equal(own.remove(hashOf(2)), undefined);
});
