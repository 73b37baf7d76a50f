import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedFastSet } from './allowed-fast.ts';

const infoHash = new Uint8Array(20).fill(0xaa);

describe('allowed fast set', () => {
  it('is that of the examples in BEP 6', () => {
    assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 1313, 7), [1059, 431, 808, 1217, 287, 376, 1188]);
    assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 1313, 9), [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]);
  });

  it('is the same for all of a /24 network', () => {
    assert.deepEqual(allowedFastSet('80.4.4.1', infoHash, 1313), allowedFastSet('80.4.4.200', infoHash, 1313));
  });

  it('is the whole torrent when that has no more pieces', () => {
    assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 3), [0, 1, 2]);
  });

  it('is empty for IPv6, for which the BEP has none', () => {
    assert.deepEqual(allowedFastSet('2001:db8::1', infoHash, 1313), []);
  });
});
