import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { packFile, unpackFile } from './torrent-archive.ts';

const owner = { uid: 1000, gid: 1001 };

test('what is packed is unpacked again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      assert.deepEqual(unpackFile(packFile('x.torrent', bytes, owner)), Buffer.from(bytes));
    }),
  );
});

test('tar finds the file, its owner and its bytes in it', () => {
  const archive = packFile('x.torrent', Buffer.from('hello'), owner);
  const tar = (...argv: string[]) => execFileSync('tar', argv, { input: archive, encoding: 'utf8' });
  assert.match(tar('--list', '--verbose', '--numeric-owner', '--file=-'), /^-r--r--r-- 1000\/1001 +5 .* x\.torrent\n$/);
  assert.equal(tar('--extract', '--to-stdout', '--file=-'), 'hello');
});

test('an archive without a file has none, nor has one that ends too soon', () => {
  assert.equal(unpackFile(Buffer.alloc(1024)), undefined);
  assert.equal(unpackFile(Buffer.alloc(10)), undefined);
  assert.equal(unpackFile(packFile('x', Buffer.alloc(600), owner).subarray(0, 900)), undefined);
});
