import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { percentDecode, percentEncode } from './percent-encoding.ts';

test('any bytes come back from their percent-encoding, by way of a URL too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const query = percentEncode(bytes);
      assert.deepEqual(Buffer.from(percentDecode(query)!), Buffer.from(bytes));
      const url = new URL(`http://tracker/announce?info_hash=${query}`);
      assert.equal(url.search, `?info_hash=${query}`);
    }),
  );
});

test('decoding any text gives bytes or nothing, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = percentDecode(text);
      assert.ok(bytes === undefined || bytes.length <= text.length);
    }),
  );
});

test('a percent sign without two hex digits is refused, a plus sign is a plus sign', () => {
  for (const text of ['%', '%1', 'a%zz', '%1g', '\u0100']) assert.equal(percentDecode(text), undefined, text);
  assert.deepEqual([...percentDecode('+%2b%2B')!], [0x2b, 0x2b, 0x2b]);
});
