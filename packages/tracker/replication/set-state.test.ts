import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, GONE, NO_BYTES } from './entry.ts';
import { decodeSetState, encodeSetState } from './set-state.ts';

const trackerId = Buffer.from('8 bytes.');
const entries: Entry[] = Array.from({ length: 5_000 }, (_, number) => {
  const infoHash = Buffer.alloc(20, number % 50);
  const key = Buffer.alloc(6);
  key.writeUInt32BE(number);
  return { infoHash, key, state: GONE, stamp: 1e15 + number, peerId: NO_BYTES };
});
const plain = (list: Iterable<Entry> | undefined) =>
  Array.from(list ?? [], ({ infoHash, key, stamp }) => [...infoHash, ...key, stamp].join());

test('what is remembered comes back as it was, a lot and nothing', () => {
  for (const some of [entries, []]) {
    const state = decodeSetState(encodeSetState({ trackerId, entries: some }));
    assert.ok(state !== undefined && trackerId.equals(state.trackerId));
    assert.deepEqual(plain(state.entries), plain(some));
  }
});

test('what was cut off, changed or is something else is not read', () => {
  const bytes = encodeSetState({ trackerId, entries });
  for (const length of [0, 8, 16, 24, bytes.length - 1])
    assert.equal(decodeSetState(bytes.subarray(0, length)), undefined);
  for (const at of [0, 12, 17, 1_000, bytes.length - 1]) {
    const bent = Buffer.from(bytes);
    bent[at] ^= 1;
    assert.equal(decodeSetState(bent), undefined, String(at));
  }
});
