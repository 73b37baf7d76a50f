import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DOWNLOADS, type Entry, GONE, NO_BYTES } from './entry.ts';
import { decodeEntries, EntryWriter } from './entry-codec.ts';
import { BRANCHES, HashTree } from './hash-tree.ts';

const bytes = (...lengths: number[]) =>
  fc.oneof(...lengths.map((length) => fc.uint8Array({ minLength: length, maxLength: length })));
const stamp = fc.maxSafeNat();
const infoHash = bytes(20);
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ infoHash, key: bytes(6, 18), state: fc.nat(255), stamp, peerId: bytes(20) }),
  fc.record({ infoHash, key: bytes(6, 18), state: fc.constant(GONE), stamp, peerId: fc.constant(NO_BYTES) }),
  fc.record({ infoHash, key: bytes(8), state: fc.constant(DOWNLOADS), stamp, peerId: fc.constant(NO_BYTES) }),
);
/** Some neighbours share their swarm. */
const entries = fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 20 }).map((pairs) => {
  const list: Entry[] = [];
  for (const [one, shares] of pairs) {
    const before = list.at(-1);
    list.push(shares && before !== undefined ? { ...one, infoHash: before.infoHash } : one);
  }
  return list;
});
const plain = (list: readonly Entry[] | undefined) =>
  list?.map(({ infoHash, key, state, stamp, peerId }) => [
    ...[infoHash, key, peerId].map((one) => Buffer.from(one).toString('hex')),
    state,
    stamp,
  ]);

function encode(list: readonly Entry[]): Buffer {
  const writer = new EntryWriter(4096);
  for (const one of list) {
    assert.ok(writer.hasRoom);
    writer.add(one);
  }
  assert.equal(writer.count, list.length);
  return writer.take();
}

test('entries come back as they were written', () => {
  fc.assert(
    fc.property(entries, (list) => {
      assert.deepEqual(plain(decodeEntries(encode(list))), plain(list));
    }),
  );
});

test('bytes that are cut off or come from chance decode to nothing or to entries, and never fail otherwise', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (list, cut) => {
      const whole = encode(list);
      const left = whole.subarray(0, cut % (whole.length + 1));
      const decoded = decodeEntries(left);
      if (decoded !== undefined) assert.deepEqual(plain(decoded), plain(list.slice(0, decoded.length)));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (chance) => {
      const decoded = decodeEntries(Buffer.from(chance));
      if (decoded !== undefined) assert.equal(encode(decoded).length <= chance.length, true);
    }),
  );
});

test('a stamp beyond what counts exactly, an unknown tag and an entry before any info hash are refused', () => {
  const good = encode([{ infoHash: Buffer.alloc(20), key: Buffer.alloc(6), state: GONE, stamp: 1, peerId: NO_BYTES }]);
  assert.equal(decodeEntries(good)?.length, 1);
  for (const [at, value] of [
    [0, 0x81],
    [0, 0x03],
    [0, 0x41],
    [27, 0xff],
  ]) {
    const bent = Buffer.from(good);
    bent[at] = value;
    assert.equal(decodeEntries(bent), undefined);
  }
});

test('trees of the same entries are equal in whatever order, and differ in the branch of an entry that only one has', () => {
  fc.assert(
    fc.property(entries, entry, (list, extra) => {
      const one = new HashTree();
      const other = new HashTree();
      for (const each of list) one.toggle(each);
      for (const each of list.toReversed()) other.toggle(each);
      assert.deepEqual(one.branches(), other.branches());
      one.toggle(extra);
      const mine = one.branches();
      const theirs = other.branches();
      const differing = Array.from({ length: BRANCHES }, (_, at) => at).filter((at) => mine[at] !== theirs[at]);
      assert.deepEqual(differing, [extra.infoHash[0]]);
      one.toggle(extra);
      assert.deepEqual(one.branches(), other.branches());
    }),
  );
});
