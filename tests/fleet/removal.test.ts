// Removals where the disk does not do as it is told.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import { mount, mountDisk, unmount, whyNoDisk } from '../contract/small-disk.ts';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { assertRefused, startBackend } from './backend-process.ts';

const TIMEOUT_MS = 60_000;
const FILL_BYTES = 64 * 1024;

describe('a removal', { skip: whyNoDisk(), timeout: TIMEOUT_MS }, () => {
  it('that a full disk would forget is refused before its client is ended', async (t) => {
    const backend = await startBackend(t, { home: mountDisk(t, '12m') });
    const { call } = backend;
    await backend.upload(readFileSync(makeTorrent(t, 1000).path), 'x.torrent');
    const pid = backend.pidOf(await backend.create({ name: 'x', torrentFile: 'x.torrent' }));
    const filler = join(backend.home, 'filler');
    assert.throws(
      () => {
        for (;;) appendFileSync(filler, Buffer.alloc(FILL_BYTES));
      },
      { code: 'ENOSPC' },
    );
    assertRefused(await call('DELETE', '/api/containers/x?force=true'), 507, 'not-kept');
    assert.ok(existsSync(`/proc/${pid}`), 'its client goes on');
    rmSync(filler);
    assert.equal((await call('DELETE', '/api/containers/x?force=true')).status, 200);
    assert.equal(existsSync(`/proc/${pid}`), false);
  });

  it('whose data cannot be deleted says so, and takes away all else', async (t) => {
    const backend = await startBackend(t);
    const { call, root, home } = backend;
    const torrent = makeTorrent(t, 100_000);
    await backend.upload(readFileSync(torrent.path), 'x.torrent');
    const file = join(root, 'x', 'data-1.bin');
    mkdirSync(join(root, 'x'), { recursive: true });
    writeFileSync(file, torrent.data);
    const id = await backend.create({ name: 'x', torrentFile: 'x.torrent' });
    await backend.until('x', ({ status }) => status?.state === 'completed');
    // Something is mounted there: not even root can take it away.
    mount('--bind', file, file);
    afterwards(t, () => unmount(file));
    const { body } = await call('POST', '/api/v1/removals', { ids: [id], withData: true });
    const { status, body: answer } = await call('POST', `/api/v1/removals/${(body as { token: string }).token}`);
    const error = `x is removed, but not all of its data: ${file}: resource busy or locked.`;
    assert.deepEqual([status, answer], [200, { results: [{ id, ok: false, code: 'data-kept', error }] }]);
    assert.ok(readFileSync(file).equals(torrent.data));
    assert.deepEqual((await call('GET', '/api/containers')).body, []);
    for (const folder of ['processes', 'containers']) assert.deepEqual(readdirSync(join(home, folder)), []);
  });
});
