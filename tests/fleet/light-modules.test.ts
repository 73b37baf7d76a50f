// What the bundled client has in the place of Node's large modules says the same as they do, and spares loading them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import nodeCrypto from 'node:crypto';
import { writeFileSync } from 'node:fs';
import nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';

type Hash = (algorithm: string, data: string | Uint8Array, encoding?: 'hex' | 'buffer') => string | Buffer;

interface LightModules {
  readonly crypto: Omit<typeof nodeCrypto, 'hash'> & { readonly hash: Hash };
  readonly fsPromises: typeof nodeFs;
}

/** Its exit code where it was not complete by then. */
const TIME_RAN_OUT = 3;

const root = join(import.meta.dirname, '../..');
const { crypto, fsPromises }: LightModules = await import(join(root, 'tools/light-modules.mjs'));

describe('light modules', () => {
  it('make the same digests of texts and bytes, small and large', () => {
    const real = nodeCrypto.hash as Hash;
    const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 200 }));
    fc.assert(
      fc.property(fc.constantFrom('sha1', 'sha256', 'sha512'), data, (algorithm, bytes) => {
        assert.deepEqual(crypto.hash(algorithm, bytes), real(algorithm, bytes));
        assert.deepEqual(crypto.hash(algorithm, bytes, 'buffer'), real(algorithm, bytes, 'buffer'));
      }),
    );
    for (const length of [55, 56, 64, 20_000, 65_536, 65_537, 300_000]) {
      const bytes = nodeCrypto.randomBytes(length + 3).subarray(3);
      assert.equal(crypto.hash('sha1', bytes), real('sha1', bytes));
    }
  });

  it('draw bytes that nobody foresees, and compare in one time', () => {
    assert.equal(crypto.randomBytes(20).length, 20);
    assert.notDeepEqual(crypto.randomBytes(20), crypto.randomBytes(20));
    const filled = crypto.randomFillSync(new Uint8Array(4096));
    assert.ok(new Set(filled).size > 200);
    assert.deepEqual([...crypto.randomFillSync(new Uint8Array(40), 38).subarray(0, 38)], new Array(38).fill(0));
    const secret = Buffer.from('secret');
    assert.equal(crypto.timingSafeEqual(secret, Buffer.from('secret')), true);
    assert.equal(crypto.timingSafeEqual(secret, Buffer.from('secreT')), false);
    assert.throws(() => crypto.timingSafeEqual(secret, Buffer.from('long secret')), RangeError);
  });

  it('have the rest from the real ones', async (t) => {
    assert.equal(crypto.createHash, nodeCrypto.createHash);
    assert.equal(fsPromises.open, nodeFs.open);
    const folder = temporaryFolder(t);
    const file = join(folder, 'ñ');
    await fsPromises.writeFile(file, 'text');
    await fsPromises.symlink(file, join(folder, 'link'));
    assert.equal(await fsPromises.realpath(join(folder, 'link')), await nodeFs.realpath(file));
    assert.deepEqual(await fsPromises.readdir(folder), ['link', 'ñ']);
    assert.equal((await fsPromises.readFile(join(folder, 'link'))).toString(), 'text');
    await assert.rejects(fsPromises.stat(join(folder, 'none')), { code: 'ENOENT', syscall: 'stat' });
  });

  it('keep the real ones from being loaded by a client that starts and opens its torrent', (t) => {
    const torrent = makeTorrent(t, 100_000);
    const folder = temporaryFolder(t);
    const hook = join(folder, 'hook.cjs');
    writeFileSync(hook, "process.once('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));");
    const flags = [`--torrent-file=${torrent.path}`, `--archives=${folder}`, `--state-dir=${folder}/state`];
    const loopback = ['--listen-host=127.0.0.1', '--listen-port=0', '--http-port=auto', '--timeout=0.5'];
    const argv = ['--require', hook, join(root, 'apps/client/dist/client.cjs'), 'client', ...flags, ...loopback];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    assert.equal(status, TIME_RAN_OUT, stderr);
    const loaded = stderr.trim().split('\n');
    assert.ok(loaded.includes('NativeModule http'), 'the list is one of modules');
    assert.deepEqual(
      loaded.filter((name) => name === 'NativeModule crypto' || name === 'NativeModule internal/fs/promises'),
      [],
    );
  });
});
