import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeCompactPeers4, decodeCompactPeers6, encodeCompactPeers } from './compact-peers.ts';
import { canonicalIpAddress, formatIpAddress, parseIpAddress } from './ip-address.ts';

describe('compact peers', () => {
  it('are 6 bytes for IPv4 and 18 for IPv6', () => {
    const { v4, v6 } = encodeCompactPeers([
      { host: '1.2.3.4', port: 6881 },
      { host: '2001:db8::1', port: 80 },
      { host: 'tracker.example', port: 1 },
    ]);
    assert.equal(v4.toHex(), '010203041ae1');
    assert.equal(v6.toHex(), '20010db80000000000000000000000010050');
  });

  it('drop port 0 and an entry that is cut off', () => {
    assert.deepEqual(decodeCompactPeers4(Uint8Array.fromHex('01020304000005060708000109')), [
      { host: '5.6.7.8', port: 1 },
    ]);
    assert.deepEqual(decodeCompactPeers6(new Uint8Array(17)), []);
  });

  it('show an IPv4 address inside IPv6 as IPv4', () => {
    const bytes = Uint8Array.fromHex('00000000000000000000ffff010203041ae1');
    assert.deepEqual(decodeCompactPeers6(bytes), [{ host: '1.2.3.4', port: 6881 }]);
  });

  it('come back as they were', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIpAddress(text)!);
    const peer = fc.record({ host, port: fc.integer({ min: 1, max: 65535 }) });
    fc.assert(
      fc.property(fc.array(peer), (peers) => {
        const { v4, v6 } = encodeCompactPeers(peers);
        const isV6 = (one: { host: string }): boolean => one.host.includes(':');
        assert.deepEqual(
          decodeCompactPeers4(v4),
          peers.filter((one) => !isV6(one)).map((one) => ({ ...one })),
        );
        assert.deepEqual(
          decodeCompactPeers6(v6),
          peers.filter(isV6).map((one) => ({ ...one })),
        );
      }),
    );
  });
});

describe('IP addresses', () => {
  const spellings: ReadonlyArray<readonly [text: string, canonical: string | undefined]> = [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['01.2.3.4', undefined],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['1:2:3:4::5:6:7:8', undefined],
    [':1:2:3:4:5:6:7', undefined],
    [':', undefined],
    [':::', undefined],
    ['fe80::1%eth0', undefined],
    ['[::1]', undefined],
    ['localhost', undefined],
    ['', undefined],
  ];
  for (const [text, canonical] of spellings) {
    it(`${JSON.stringify(text)} is ${canonical ?? 'none'}`, () => assert.equal(canonicalIpAddress(text), canonical));
  }

  it('have one text each', () => {
    const sparseByte = fc.oneof(fc.constant(0), fc.nat(255));
    fc.assert(
      fc.property(fc.array(sparseByte, { minLength: 16, maxLength: 16 }), (list) => {
        const text = formatIpAddress(Uint8Array.from(list));
        assert.equal(formatIpAddress(parseIpAddress(text)!), text);
        assert.deepEqual([...parseIpAddress(text)!], text.includes(':') ? list : list.slice(12));
      }),
    );
  });
});
