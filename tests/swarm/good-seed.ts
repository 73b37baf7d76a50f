// A good seed for tests about bad ones: our engine in the test's own process, on real sockets.

import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { createTcpTransport, MemoryPieceStore, Session } from '@enjambre/engine';
import { type PeerAddress, parseTorrentFile } from '@enjambre/metainfo';
import { silentLogger, systemClock, systemRandom } from '@enjambre/runtime';
import { afterwards } from '../contract/cleanup.ts';
import type { TorrentFixture } from '../contract/torrent-fixture.ts';

const CLOSE_DEADLINE_MS = 1_000;

export interface GoodSeedOptions {
  readonly host: string;
  /** Bytes a second. */
  readonly uploadLimit?: number;
  /** Whom it dials by itself. */
  readonly peers?: readonly PeerAddress[];
}

/** Starts it. Resolves with its address, for `--peer`. */
export async function startGoodSeed(
  t: TestContext,
  fixture: Pick<TorrentFixture, 'path' | 'data'>,
  { host, uploadLimit, peers = [] }: GoodSeedOptions,
): Promise<string> {
  const session = new Session({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    transport: createTcpTransport({ bindHost: host }),
    listenHost: host,
    uploadLimit,
  });
  afterwards(t, () => session.close(CLOSE_DEADLINE_MS));
  const port = await session.listen(0);
  const metainfo = parseTorrentFile(readFileSync(fixture.path));
  const store = new MemoryPieceStore({ layout: metainfo, content: fixture.data });
  await session.addTorrent({ metainfo, store, sources: [], peers }).start();
  return `${host}:${port}`;
}
