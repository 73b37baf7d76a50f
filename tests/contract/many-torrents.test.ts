// A thousand torrents in one client: no descriptor and no tick for those at rest, trackers asked a few at a time.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Status, TorrentPage } from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { until } from '../swarm/until.ts';
import { afterwards } from './cleanup.ts';
import { ClientApi } from './client-api.ts';
import { startClient } from './client-process.ts';
import { temporaryFolder } from './torrent-fixture.ts';

const TORRENTS = 1000;
const PIECES = 1000;
const PIECE_LENGTH = 64;
/** Of a busy machine; alone it takes two seconds. */
const PATIENCE_MS = 60_000;
/** What a client has open with one torrent, and some to spare. */
const MOST_DESCRIPTORS = 60;

/** Counts who asks when, and answers nobody's peers. */
async function countingTracker(t: TestContext) {
  const askedAt: number[] = [];
  let open = 0;
  let mostOpen = 0;
  const server = createServer((_request, response) => {
    askedAt.push(performance.now());
    response.end('d8:intervali1800e5:peers0:e');
  });
  server.on('connection', (socket) => {
    mostOpen = Math.max(mostOpen, ++open);
    socket.on('close', () => open--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
  return { url, askedAt, mostOpen: () => mostOpen };
}

function makeTorrents(folder: string, tracker: string): { watched: string; archives: string } {
  const [watched, archives] = ['watched', 'archives'].map((name) => join(folder, name));
  mkdirSync(watched);
  mkdirSync(archives);
  const hash = createHash('sha1').update(Buffer.alloc(PIECE_LENGTH)).digest();
  const pieces = Buffer.concat(Array.from({ length: PIECES }, () => hash));
  for (let index = 0; index < TORRENTS; index++) {
    const name = `idle-${String(index).padStart(4, '0')}.bin`;
    const info = { length: PIECES * PIECE_LENGTH, name, 'piece length': PIECE_LENGTH, pieces };
    writeFileSync(join(watched, `${name}.torrent`), encodeBencode({ announce: tracker, info }));
    writeFileSync(join(archives, name), '');
    truncateSync(join(archives, name), PIECES * PIECE_LENGTH);
  }
  writeFileSync(join(watched, 'bad.torrent'), 'not a torrent');
  return { watched, archives };
}

test('a thousand torrents at rest cost no descriptors, and their trackers are asked a few at a time', async (t) => {
  const tracker = await countingTracker(t);
  const { watched, archives } = makeTorrents(temporaryFolder(t), tracker.url);
  const client = await startClient(t, [`--watch=${watched}`, `--archives=${archives}`]);
  const api = new ClientApi(client.httpPort);
  const status = await until(
    'all complete',
    async () => {
      const { body } = await api.get<TorrentPage>('/torrents?state=completed&limit=1');
      return body.total === TORRENTS ? (await api.call<Status>('GET', '/status')).body : undefined;
    },
    PATIENCE_MS,
  );
  const bytes = TORRENTS * PIECES * PIECE_LENGTH;
  assert.deepEqual([status.state, status.total_size, status.downloaded], ['completed', bytes, bytes]);
  assert.match((await client.line(/bad\.torrent/)).message, /not a usable \.torrent/);

  await until('thirty announces', () => (tracker.askedAt.length > 30 ? true : undefined));
  const [first] = tracker.askedAt;
  const [last] = tracker.askedAt.slice(-1);
  // Twenty a second; one second's worth may be due at the start.
  assert.ok(tracker.askedAt.length <= 25 + (last - first) / 40, `${tracker.askedAt.length} in ${last - first} ms`);
  assert.ok(tracker.mostOpen() <= 16, `${tracker.mostOpen()} sockets at once`);

  if (process.platform === 'linux') {
    const descriptors = await until('descriptors are closed', () => {
      const { length } = readdirSync(`/proc/${client.child.pid}/fd`);
      return length <= MOST_DESCRIPTORS ? length : undefined;
    });
    assert.ok(descriptors <= MOST_DESCRIPTORS);
  }
  const seen = new Set<string>();
  for (let offset: number | null = 0; offset !== null; ) {
    const { body }: { body: TorrentPage } = await api.get<TorrentPage>(
      `/torrents?sort=-name&limit=999&offset=${offset}`,
    );
    assert.ok(body.items.length <= 200);
    for (const { infoHash } of body.items) seen.add(infoHash);
    offset = body.next;
  }
  assert.equal(seen.size, TORRENTS);
  client.child.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});
