import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../protocol-error.ts';
import { encodeHandshake, type Handshake, HandshakeReader } from './handshake.ts';

const handshake: Handshake = {
  infoHash: Uint8Array.from({ length: 20 }, (_, at) => at),
  peerId: Uint8Array.from({ length: 20 }, (_, at) => 100 + at),
  extensionProtocol: true,
  fast: true,
  dht: false,
};

describe('handshake', () => {
  it('is the 68 bytes of BEP 3 with the reserved bits of BEP 6 and 10', () => {
    const bytes = encodeHandshake(handshake);
    assert.equal(bytes.toString('latin1', 0, 20), '\x13BitTorrent protocol');
    assert.equal(bytes.toString('hex', 20, 28), '0000000000100004');
    assert.deepEqual([...bytes.subarray(28)], [...handshake.infoHash, ...handshake.peerId]);
  });

  it('is read back with every combination of features', () => {
    for (const extensionProtocol of [false, true]) {
      for (const fast of [false, true]) {
        for (const dht of [false, true]) {
          const sent = { ...handshake, extensionProtocol, fast, dht };
          const reader = new HandshakeReader();
          assert.equal(reader.push(encodeHandshake(sent)), 68);
          assert.deepEqual(reader.handshake, sent);
        }
      }
    }
  });

  it('gives the info hash at 48 bytes, the rest at 68, and leaves what follows', () => {
    const bytes = Buffer.concat([encodeHandshake(handshake), Buffer.from('next')]);
    const reader = new HandshakeReader();
    for (let at = 0; at < 68; at++) {
      assert.equal(reader.infoHash !== undefined, at >= 48);
      assert.equal(reader.handshake, undefined);
      assert.equal(reader.push(bytes.subarray(at, at + 1)), 1);
    }
    assert.deepEqual(reader.infoHash, handshake.infoHash);
    assert.deepEqual(reader.handshake, handshake);
    assert.equal(reader.push(bytes.subarray(68)), 0);
    assert.equal(new HandshakeReader().push(bytes), 68);
  });

  it('refuses another protocol at the first byte that differs', () => {
    assert.throws(() => new HandshakeReader().push(Buffer.from('GET / HTTP/1.1\r\n')), ProtocolError);
    const reader = new HandshakeReader();
    reader.push(Buffer.from('\x13BitTorrent', 'latin1'));
    assert.throws(() => reader.push(Buffer.from(' protocoL')), ProtocolError);
  });
});
