import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeBencode } from '@enjambre/metainfo';
import fc from 'fast-check';
import { ProtocolError } from '../protocol-error.ts';
import { decodeExtensionHandshake, encodeExtensionHandshake } from './extension-handshake.ts';

describe('extension handshake', () => {
  it('is read back as it was written', () => {
    for (const yourIp of ['1.2.3.4', '2001:db8::1']) {
      const handshake = {
        messages: new Map([
          ['ut_metadata', 2],
          ['ut_pex', 1],
        ]),
        clientVersion: 'Enjambre 0.1',
        listenPort: 6881,
        reqq: 500,
        yourIp,
        uploadOnly: true,
        metadataSize: 31_337,
        completeAgo: 60,
      };
      assert.deepEqual(decodeExtensionHandshake(encodeExtensionHandshake(handshake)), handshake);
    }
  });

  it('writes the keys of BEP 10 and nothing that is not known', () => {
    const bytes = encodeExtensionHandshake({ messages: new Map([['ut_pex', 1]]), reqq: 250 });
    assert.equal(Buffer.from(bytes).toString('latin1'), 'd1:md6:ut_pexi1ee4:reqqi250ee');
    assert.equal(Buffer.from(encodeExtensionHandshake({})).toString('latin1'), 'd1:mdee');
  });

  it('leaves out every field of the wrong type or beyond its bounds', () => {
    const junk = encodeBencode({
      m: { a: -1, b: 256, c: 'text', '': 3, ['x'.repeat(65)]: 4, fine: 255, off: 0 },
      v: 7,
      p: 65_536,
      reqq: 0,
      yourip: 'five!',
      upload_only: 'yes',
      metadata_size: 2 ** 40,
      complete_ago: -1,
      ipv4: 'junk',
    });
    const messages = new Map([
      ['fine', 255],
      ['off', 0],
    ]);
    assert.deepEqual(decodeExtensionHandshake(junk), { messages });
  });

  it('bounds the number of extensions, the length of the version and the request queue', () => {
    const m = Object.fromEntries(Array.from({ length: 1000 }, (_, id) => [`x${id}`, id % 256]));
    const v = `\u001b[31m${'v'.repeat(1000)}`;
    const handshake = decodeExtensionHandshake(encodeBencode({ m, v, reqq: 2 ** 50 }));
    assert.equal(handshake.messages?.size, 64);
    assert.equal(handshake.clientVersion, `[31m${'v'.repeat(60)}`);
    assert.equal(handshake.reqq, 65_536);
  });

  it('takes what stands behind the dictionary for padding', () => {
    assert.deepEqual(decodeExtensionHandshake(Buffer.from('d4:reqqi9eejunk')), { reqq: 9 });
  });

  it('throws nothing but ProtocolError, whatever it is given', () => {
    for (const text of ['', 'i1e', 'd', 'le', 'd4:reqq', '\xff']) {
      assert.throws(() => decodeExtensionHandshake(Buffer.from(text, 'latin1')), ProtocolError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeExtensionHandshake(bytes);
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
        }
      }),
    );
  });
});
