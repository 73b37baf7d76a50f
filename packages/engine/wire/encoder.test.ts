import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  encodeCancels,
  encodeHaves,
  encodeMessage,
  encodePieceHeader,
  encodeRejects,
  encodeRequests,
} from './encoder.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('message encoder', () => {
  it('writes the bytes that BEP 3, 5, 6 and 10 name', () => {
    assert.equal(hex(encodeMessage({ type: 'keepAlive' })), '00000000');
    assert.equal(hex(encodeMessage({ type: 'notInterested' })), '0000000103');
    assert.equal(hex(encodeMessage({ type: 'have', pieceIndex: 0x01020304 })), '000000050401020304');
    assert.equal(hex(encodeMessage({ type: 'bitfield', bits: Uint8Array.of(0xff, 0x80) })), '0000000305ff80');
    assert.equal(
      hex(encodeMessage({ type: 'request', pieceIndex: 1, begin: 0x4000, length: 0x4000 })),
      '0000000d06000000010000400000004000',
    );
    assert.equal(hex(encodeMessage({ type: 'port', port: 6881 })), '00000003091ae1');
    assert.equal(hex(encodeMessage({ type: 'haveNone' })), '000000010f');
    assert.equal(hex(encodeMessage({ type: 'extended', extendedId: 3, payload: Uint8Array.of(9) })), '00000003140309');
  });

  it('writes many requests, cancels, rejects and haves as one buffer of single messages', () => {
    const ranges = [
      { pieceIndex: 1, begin: 0, length: 16384 },
      { pieceIndex: 2, begin: 16384, length: 5 },
    ];
    const single = (type: 'request' | 'cancel' | 'reject') => ranges.map((range) => encodeMessage({ type, ...range }));
    assert.deepEqual(encodeRequests(ranges), Buffer.concat(single('request')));
    assert.deepEqual(encodeCancels(ranges), Buffer.concat(single('cancel')));
    assert.deepEqual(encodeRejects(ranges), Buffer.concat(single('reject')));
    const haves = [7, 8].map((pieceIndex) => encodeMessage({ type: 'have', pieceIndex }));
    assert.deepEqual(encodeHaves([7, 8]), Buffer.concat(haves));
  });

  it('counts the block that follows in the header of a piece', () => {
    assert.equal(hex(encodePieceHeader(5, 0x8000, 16384)), '00004009070000000500008000');
  });
});
