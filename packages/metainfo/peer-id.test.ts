import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientName, makePeerId, PEER_ID_RANDOM_LENGTH } from './peer-id.ts';

describe('peer ids', () => {
  it('of ours begin as BEP 20 says and end in the random bytes', () => {
    const random = Uint8Array.from({ length: PEER_ID_RANDOM_LENGTH }, (_, index) => index);
    const peerId = makePeerId(random);
    assert.equal(peerId.length, 20);
    assert.equal(Buffer.from(peerId).toString('latin1', 0, 8), '-EJ0100-');
    assert.deepEqual(peerId.subarray(8), random);
    assert.equal(clientName(peerId), 'Enjambre 0.1.0');
  });

  const names: ReadonlyArray<readonly [peerId: string, name: string]> = [
    ['-qB4520-abcdefghijkl', 'qBittorrent 4.5.2'],
    ['-TR3000-abcdefghijkl', 'Transmission 3.00'],
    ['-TR4060-abcdefghijkl', 'Transmission 4.0.6'],
    ['-LT2080-abcdefghijkl', 'libtorrent 2.0.8'],
    ['-lt0D80-abcdefghijkl', 'rtorrent 0.13.8'],
    ['A2-1-36-0-abcdefghij', 'aria2 1.36.0'],
    ['-WW0210-abcdefghijkl', 'WebTorrent 2.10'],
    ['-ZZ1234-abcdefghijkl', 'ZZ 1.2.3.4'],
    ['M7-9-2--abcdefghijkl', 'BitTorrent 7.9.2'],
    ['\0\x01\x02\x03\x04\x05\x06\x07abcdefghijkl', 'unknown'],
    ['', 'unknown'],
  ];
  for (const [peerId, name] of names) {
    it(`${JSON.stringify(peerId.slice(0, 10))} is ${name}`, () => {
      assert.equal(clientName(Buffer.from(peerId, 'latin1')), name);
    });
  }
});
