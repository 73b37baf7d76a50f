// The examples of docs/protocol.md, as another implementation would use them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { idBitsOf } from './membership/member.ts';
import { decodeMessage } from './protocol/message-codec.ts';
import { bucketOf, sumUp } from './records/digest.ts';
import { parseKeyRing } from './sealing/key-ring.ts';
import { Opener } from './sealing/opener.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
const examples = text.slice(text.indexOf('### Examples'));

test('what is shown sealed opens to the message that it is said to be', () => {
  const [, sealed] = /```\n([0-9a-f\n]+)```/.exec(examples) ?? assert.fail('there is no example');
  const key = Buffer.from(Array.from({ length: 32 }, (_, place) => place)).toString('hex');
  const opened = new Opener(parseKeyRing(key), new FakeClock()).open(Buffer.from(sealed.replaceAll('\n', ''), 'hex'));
  assert.ok(typeof opened !== 'string', String(opened));
  assert.deepEqual(
    { session: opened.session, counter: opened.counter, message: decodeMessage(opened.plain) },
    {
      session: '202122232425262728292a2b',
      counter: 0,
      message: { from: '11'.repeat(8), to: '22'.repeat(8), body: { type: 'nack', sequence: 5 }, rumours: [] },
    },
  );
});

test('the sum that is shown is the sum of that member', () => {
  const [, shown] = /floor 7 is `([0-9a-f]{8})`/.exec(examples) ?? assert.fail('there is no sum');
  const id = '0123456789abcdef';
  const idBits = idBitsOf(id);
  const sums = sumUp([{ id, idBits, incarnation: 1_700_000_000_000, floor: 7 }]);
  assert.equal(sums[bucketOf(idBits)].toString(16).padStart(8, '0'), shown);
});
