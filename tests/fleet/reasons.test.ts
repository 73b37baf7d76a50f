// Why a container does not do what it should, as its client tells: from the disk to the row of the page.

import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { startBackend } from './backend-process.ts';

const TIMEOUT_MS = 90_000;

test('a row says why nothing arrives, and what its disk refuses', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  const alone = makeTorrent(t, 100_000, { seed: 1 });
  const whole = makeTorrent(t, 100_000, { seed: 2 });
  await backend.upload(readFileSync(alone.path), 'alone.torrent');
  await backend.upload(readFileSync(whole.path), 'whole.torrent');
  await backend.create({ name: 'alone', torrentFile: 'alone.torrent' });
  const lonely = await backend.until('alone', ({ reason }) => reason?.code === 'sources-failing');
  assert.equal(lonely.reason?.message, 'No peer is known: tracker: the torrent names none.');
  assert.ok(lonely.reason.since <= Date.now());

  renameSync(join(whole.complete, 'data-2.bin'), join(backend.root, 'data-2.bin'));
  await backend.create({ name: 'whole', torrentFile: 'whole.torrent', folderPath: backend.root });
  const done = await backend.until('whole', ({ status }) => status?.state === 'completed');
  assert.equal(done.reason, null);
  renameSync(join(backend.root, 'data-2.bin'), join(backend.root, 'elsewhere.bin'));
  const broken = await backend.until('whole', ({ reason }) => reason?.code === 'storage');
  assert.match(broken.reason?.message ?? '', /data-2\.bin was removed or cut/);
  assert.notEqual(broken.status?.state, 'completed');
  renameSync(join(backend.root, 'elsewhere.bin'), join(backend.root, 'data-2.bin'));
  const mended = await backend.until('whole', ({ reason, status }) => reason === null && status?.state === 'completed');
  assert.equal(mended.health, 'healthy');
});
