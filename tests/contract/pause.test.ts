// docs/contract.md C10: what a pause does on the wire, seen by a peer that the test plays itself.

import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { conforms, type Status, StatusSchema } from '@enjambre/contract';
import { startClient } from './client-process.ts';
import { rawRequest } from './raw-http.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { makeTorrent } from './torrent-fixture.ts';

const TIMEOUT_MS = 60_000;
const QUIET_WITHIN_MS = 200;
const RESUMED_WITHIN_MS = 1000;
const SPEED_WINDOW_MS = 5000;
const BLOCK_LENGTH = 16384;

test('C6, C7, C8, C10: a download is told as it goes; a pause empties the wire in 200 ms and keeps peers served; resume fetches within a second', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const fixture = makeTorrent(t, 24 * 1024 * 1024, { pieceLength: 65536 });
  // The client has the first piece, so that it has something to serve.
  const file = join(fixture.empty, 'data-1.bin');
  writeFileSync(file, fixture.data.subarray(0, fixture.pieceLength));
  truncateSync(file, fixture.data.length);
  const peer = new ScriptedPeer(t, fixture);
  const port = await peer.listen();
  const argv = [`--torrent-file=${fixture.path}`, `--archives=${fixture.empty}`, `--peer=127.0.0.1:${port}`];
  const { httpPort } = await startClient(t, argv);
  const status = async (): Promise<Status> => JSON.parse((await rawRequest(httpPort, 'GET /status')).body);
  await peer.when(() => peer.blocksSent >= 300);
  const under = await status();
  assert.ok(conforms(StatusSchema, under), JSON.stringify(under));
  assert.deepEqual([under.state, under.connected_peers, under.total_peers], ['downloading', 1, 1]);
  assert.ok(under.download_speed > 0 && under.downloaded > 0);
  assert.notEqual(under.eta, '∞');

  await rawRequest(httpPort, 'POST /pause');
  const pausedAt = performance.now();
  await passing(QUIET_WITHIN_MS);
  assert.ok(peer.lastRequestAt < pausedAt + QUIET_WITHIN_MS);
  assert.equal(peer.outstanding.size, 0, 'everything outstanding was answered or cancelled');
  const sentAtPause = peer.blocksSent;

  const servedBefore = peer.blocksReceived;
  peer.requestBlock(0, 0, BLOCK_LENGTH);
  await peer.when(() => peer.blocksReceived > servedBefore);
  let now = await status();
  while (now.download_speed > 0) {
    assert.ok(performance.now() - pausedAt < SPEED_WINDOW_MS + 1000, 'the speed falls to 0 within its window');
    await passing(100);
    now = await status();
  }
  assert.deepEqual([now.state, now.connected_peers, peer.isClosed], ['paused', 1, false]);
  assert.equal(peer.blocksSent, sentAtPause, 'nothing was asked for meanwhile');

  await rawRequest(httpPort, 'POST /resume');
  const resumedAt = performance.now();
  await peer.when(() => peer.blocksSent > sentAtPause);
  assert.ok(performance.now() - resumedAt < RESUMED_WITHIN_MS);
});
