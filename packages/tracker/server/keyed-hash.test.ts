import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedHash } from './keyed-hash.ts';

/** Of the reference implementation (vectors_hsip32): of the first 0, 4, 8, 12 bytes of 0, 1, 2 …, under the key 0 … 7. */
const VECTORS = [0x5b9f35a9, 0x89466e2a, 0x8f84b8d0, 0x2f87f057];

test('it is HalfSipHash-2-4', () => {
  const words = new Uint32Array(Uint8Array.from({ length: 12 }, (_, at) => at).buffer);
  const hash = new KeyedHash(Uint8Array.from({ length: 8 }, (_, at) => at));
  assert.deepEqual(
    VECTORS.map((_, count) => hash.of(words, count)),
    VECTORS,
  );
});
