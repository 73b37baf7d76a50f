import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPercentEncoded, percentDecode, percentEncode } from './percent-encoding.ts';

test('any bytes come back from their percent-encoding, by way of a URL too', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const query = percentEncode(bytes);
      assert.deepEqual(Buffer.from(percentDecode(Buffer.from(query))), Buffer.from(bytes));
      const url = new URL(`http://tracker/announce?info_hash=${query}`);
      assert.equal(url.search, `?info_hash=${query}`);
    }),
  );
});

test('a percent sign without two hex digits is refused, a plus sign is a plus sign', () => {
  for (const text of ['%', '%1', 'a%zz', '%1g', '%g1', '%\u00ff0']) {
    assert.ok(!isPercentEncoded(Buffer.from(text, 'latin1')), text);
  }
  for (const text of ['', 'a', '%00%fF', 'a%2B+']) assert.ok(isPercentEncoded(Buffer.from(text)), text);
  assert.deepEqual([...percentDecode(Buffer.from('+%2b%2B'))], [0x2b, 0x2b, 0x2b]);
});
