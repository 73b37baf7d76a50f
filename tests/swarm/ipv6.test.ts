// Peers and tracker on IPv6 only (BEP 7).

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it, type TestContext } from 'node:test';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { SwarmClient } from './swarm-client.ts';
import { TrackerProcess } from './tracker-process.ts';

it('two clients find each other over IPv6 by our tracker, and one downloads from the other', async (t: TestContext) => {
  const host = '::1';
  const tracker = await TrackerProcess.start(t, { host });
  const fixture = makeTorrent(t, 1024 * 1024, { pieceLength: 65_536, trackers: [tracker.url] });
  const archives = path.join(fixture.folder, 'leech');
  mkdirSync(archives);
  const seed = await SwarmClient.start(t, { torrent: fixture.path, archives: fixture.complete, host });
  await seed.complete();
  const leech = await SwarmClient.start(t, { torrent: fixture.path, archives, host });
  await leech.complete();
  const { downloaded } = await leech.stop();
  assert.equal(downloaded, fixture.data.length);
  assert.ok(readFileSync(path.join(archives, path.basename(fixture.path, '.torrent'))).equals(fixture.data));
  await seed.stop();
});
