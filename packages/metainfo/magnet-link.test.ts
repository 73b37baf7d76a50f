import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MagnetLinkError } from './errors.ts';
import { formatInfoHash, parseInfoHash } from './info-hash.ts';
import { parseMagnetLink } from './magnet-link.ts';

const HEX = 'c9e15763f722f23e98a29decdfae341b98d53056';
const BASE32 = 'ZHQVOY7XELZD5GFCTXWN7LRUDOMNKMCW';
const SHA256 = '59d1c25e7f8f6a17970c41bd3537f5c6f6ed0616e43be6972c2cf304eedd6b84';

describe('parseMagnetLink', () => {
  it('reads hex and base32 as the same hash', () => {
    for (const hash of [HEX, HEX.toUpperCase(), BASE32, BASE32.toLowerCase()]) {
      assert.equal(parseMagnetLink(`magnet:?xt=urn:btih:${hash}`).infoHashV1?.toHex(), HEX);
    }
  });

  it('reads everything else that it may say', () => {
    const link = parseMagnetLink(
      `magnet:?xt=urn:btih:${HEX}&xt=urn:btmh:1220${SHA256}&dn=A+b%20%C3%B1&tr=http%3A%2F%2Ft%2Fa&tr.1=udp://u:1` +
        '&tr=wss://no&ws=http://w/x&x.pe=1.2.3.4:5&x.pe=[2001:DB8::1]:6&x.pe=host.example:7&x.pe=bad&x.pe=1.1.1.1:0' +
        '&so=0,2,4-6,9-8,x&xl=12345',
    );
    assert.deepEqual(link, {
      infoHashV1: Uint8Array.fromHex(HEX),
      infoHashV2: Uint8Array.fromHex(SHA256),
      name: 'A b ñ',
      trackers: [['http://t/a'], ['udp://u:1']],
      webseeds: ['http://w/x'],
      peers: [
        { host: '1.2.3.4', port: 5 },
        { host: '2001:db8::1', port: 6 },
        { host: 'host.example', port: 7 },
      ],
      selectedFiles: [
        { first: 0, last: 0 },
        { first: 2, last: 2 },
        { first: 4, last: 6 },
      ],
      size: 12345,
    });
  });

  const refused: ReadonlyArray<readonly [link: string, code: MagnetLinkError['code']]> = [
    ['', 'not-a-magnet-link'],
    ['http://x/', 'not-a-magnet-link'],
    ['magnet:?dn=x', 'no-info-hash'],
    ['magnet:?xt=urn:sha1:abc', 'no-info-hash'],
    ['magnet:?xt=urn:btih:', 'bad-info-hash'],
    [`magnet:?xt=urn:btih:${HEX.slice(1)}`, 'bad-info-hash'],
    [`magnet:?xt=urn:btih:${SHA256}`, 'bad-info-hash'],
    [`magnet:?xt=urn:btih:${HEX.replace('c', 'g')}`, 'bad-info-hash'],
    [`magnet:?xt=urn:btmh:${SHA256}`, 'bad-info-hash'],
    [`magnet:?xt=urn:btih:${HEX}&xt=urn:btih:${HEX.replace('c', 'd')}`, 'bad-info-hash'],
  ];
  for (const [link, code] of refused) {
    it(`refuses ${JSON.stringify(link.slice(0, 70))} with ${code}`, () => {
      assert.throws(() => parseMagnetLink(link), { name: 'MagnetLinkError', code });
    });
  }

  it('says where a bad hash stands', () => {
    assert.throws(() => parseMagnetLink('magnet:?dn=x&xt=urn:btih:zz'), { offset: 25 });
  });

  it('either parses or throws a MagnetLinkError', () => {
    const part = fc.constantFrom(
      'xt=',
      'urn:btih:',
      HEX,
      '&',
      'tr=',
      'x.pe=',
      '%',
      '%zz',
      'so=',
      '1-',
      ',',
      '[',
      ':',
      '=',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 12 }), (parts) => {
        try {
          parseMagnetLink(`magnet:?${parts.join('')}`);
        } catch (error) {
          assert.ok(error instanceof MagnetLinkError);
        }
      }),
    );
  });
});

describe('info hashes', () => {
  it('come back from their hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (hash) => {
        assert.deepEqual(parseInfoHash(formatInfoHash(hash)), hash);
      }),
    );
  });
});
